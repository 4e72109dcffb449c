"""P4 Never stuck: one source that refers without end does not keep another's emergency from a team, on running programs.

Usage: P4_share_of_places.py SOURCE BUILD
"""

import os
import sys
import unittest

SOURCE = sys.argv[1]
sys.path.insert(0, os.path.join(SOURCE, "tests", "integration"))
import stage  # noqa: E402

MANY, PLACES = 50, 9  # a source may send some sixty at once


class ShareOfPlaces(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("share")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.flooding = self.stage.client("flooding", "source", "street-triage", wants_news=True)
        self.honest = self.stage.client("honest", "source", "street-triage")
        self.team = self.stage.client("team", "team", "northmoor-crisis", wants_news=True)
        wire = self.stage.wire
        self.team.request(set_presence=wire.SetPresence(present=True, lease_seconds=600))
        self.team.request(set_capacity=wire.SetCapacity(free_places=PLACES))

    def flood(self, urgency):
        """Refers MANY at once, more than the team can take."""
        waiting = {self.flooding.send(submit=self.stage.submission(urgency=urgency)) for _ in range(MANY)}
        while waiting:
            waiting.discard(self.flooding.next_message().command_id)

    def next_of_team(self, body):
        """Returns the next message of that kind that the team's device gets."""
        while True:
            message = self.team.next_message()
            self.assertIsNotNone(message, f"the team heard of no {body}")
            if message.WhichOneof("body") == body:
                return getattr(message, body)

    def expect_offered(self, flood, urgency):
        from concordat.v1 import codes_pb2 as codes

        self.flood(flood)
        for _ in range(PLACES):
            self.next_of_team("offer")
        submit = self.stage.submission(urgency=urgency)
        status = self.honest.request(submit=submit).answer.status
        self.assertEqual((status.state, status.asked_team), (codes.STATE_OFFERED, "northmoor-crisis"))
        over = self.next_of_team("offer_over")
        self.assertEqual(over.end, codes.OFFER_END_ORIGIN_SHARE)
        self.assertEqual(self.next_of_team("offer").referral, submit.referral.id)
        told = self.flooding.request(get_status={"referral": over.referral}).answer.status
        self.assertEqual((told.state, told.owner_kind), (codes.STATE_HELD, codes.OWNER_KIND_COORDINATOR))
        self.assertEqual(told.hold_reason, codes.HOLD_REASON_ORIGIN_SHARE)

    def test_an_emergency_is_offered_with_the_answer_to_it(self):
        from concordat.v1 import codes_pb2 as codes

        self.expect_offered(codes.URGENCY_VERY_URGENT, codes.URGENCY_EMERGENCY)

    def test_the_same_if_the_other_source_calls_everything_an_emergency(self):
        from concordat.v1 import codes_pb2 as codes

        self.expect_offered(codes.URGENCY_EMERGENCY, codes.URGENCY_EMERGENCY)


if __name__ == "__main__":
    unittest.main(verbosity=2)
