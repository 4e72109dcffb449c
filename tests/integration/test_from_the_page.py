"""A client written from the protocol's page alone submits, gets an offer, accepts it and follows the feed.

Usage: test_from_the_page.py SOURCE BUILD
"""

import unittest

import stage


class FromThePage(unittest.TestCase):
    def test_a_referral_goes_from_the_street_to_a_team_and_into_the_feed(self):
        with stage.Stage("page") as s:
            s.start_broker()
            wire = s.wire
            team = s.client("team-device", "team", "northmoor-crisis", wants_news=True)
            source = s.client("street", "source", "street-triage", wants_news=True)
            inspector = s.client("inspector", "inspector", "council")
            auditor = s.client("auditor", "auditor", "council")
            self.assertTrue(team.request(set_presence=wire.SetPresence(present=True, lease_seconds=60)).answer.done)

            submit = s.submission()
            answer = source.request(submit=submit).answer
            self.assertTrue(answer.done, answer.text)
            self.assertEqual(answer.receipt, 2)
            self.assertEqual(answer.status.number, "R-0001")
            self.assertEqual(answer.status.owner, "northmoor-crisis")
            self.assertEqual(answer.status.coordinator_ring, "01632 960100")

            offer = self.news(team, "offer").offer
            self.assertEqual(offer.referral, submit.referral.id)
            self.assertEqual(offer.facts, submit.referral)
            self.assertEqual(offer.callback_number, "07700 900123")
            self.assertTrue(offer.if_ignored)
            case = {"referral": offer.referral, "attempt": offer.attempt}
            self.assertTrue(team.request(seen=wire.Seen(**case)).answer.done)
            accepted = team.request(accept=wire.Accept(**case, expected_minutes=20)).answer
            self.assertTrue(accepted.done, accepted.text)
            self.assertEqual(accepted.status.ring, "01632 960110")

            states = []
            while 4 not in states:
                states.append(self.news(source, "status").status.state)

            record = team.request(get_record=wire.GetRecord(referral=offer.referral, reason="to respond")).record
            self.assertEqual(record.referral, submit.referral)
            self.assertEqual(record.confidential.narrative, "An invented person.")

            from concordat.v1 import event_pb2
            for client, what in ((inspector, submit.referral), (auditor, None)):
                follower = stage.python_client.Follower(client)
                events = []
                while not any(event.WhichOneof("what") == "record_read" for event in events):
                    events += follower.take(event_pb2.Event)
                kinds = [event.WhichOneof("what") for event in events]
                self.assertEqual(
                    [kind for kind in kinds if kind not in ("broker_started", "policy_loaded")],
                    ["presence_changed", "received", "offered", "offer_seen", "accepted", "record_read"])
                received = events[kinds.index("received")]
                self.assertEqual(what or received.received.referral, received.received.referral)
                self.assertEqual(bool(what), bool(received.received.referral.postcode_district))
                self.assertEqual(what is None, received.at_ms % 3_600_000 == 0)
            self.assertEqual(s.stop("broker"), 0)

    def news(self, client, body):
        """Returns the next message of a kind."""
        while True:
            message = client.next_message()
            self.assertIsNotNone(message, f"no {body} came")
            if message.WhichOneof("body") == body:
                return message


if __name__ == "__main__":
    unittest.main(verbosity=2)
