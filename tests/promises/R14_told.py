"""R14 and R13, as people are told it: a time that is still to come is refused with what to type; a contact before the
receipt is said to be one; and after a failed contact the team is heard of as after an arrival.

Usage: R14_told.py SOURCE BUILD
"""

import datetime
import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

HOUR_MS = 3600 * 1000


class Times(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("times")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.team = self.stage.client("northmoor-1", "team", "northmoor-crisis")
        presence = self.wire.SetPresence(present=True, lease_seconds=600)
        self.assertTrue(self.team.request(set_presence=presence).answer.done)
        self.number = self.source.request(submit=self.stage.submission()).answer.status.number
        self.typed("accept", self.number, "20")

    def typed(self, *words, code=0):
        ran, said = self.stage.concordat("northmoor-1", *words)
        self.assertEqual(ran, code, said)
        return " ".join(said.split())

    def contact(self, hours, *more, code=0):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
        return self.typed("checkin", self.number, "contact", "face-to-face", "--at", at.strftime("%Y-%m-%dT%H:%M:00Z"),
                          *more, code=code)

    def status(self):
        return self.source.request(get_status=self.wire.GetStatus(number=self.number)).answer.status

    def test_R14_a_time_to_come_is_refused_with_what_to_type(self):
        said = self.contact(4, code=1)
        self.assertIn("That time is still to come, and nothing was changed. Type the time at which it was", said)
        self.assertNotEqual(self.status().respond_by_ms, 0)  # the national clock runs on

    def test_R14_a_contact_before_the_receipt_is_said_to_be_one(self):
        self.assertIn("This contact was before the referral came.", self.contact(-1))
        self.assertNotEqual(self.status().respond_by_ms, 0)

    def test_R14_a_contact_in_the_minute_of_the_receipt_counts(self):
        self.assertNotIn("before the referral came", self.contact(0))
        self.assertEqual(self.status().respond_by_ms, 0)

    def test_R13_after_a_failed_contact_the_team_is_heard_of_as_after_an_arrival(self):
        before = self.status()
        self.typed("checkin", self.number, "contact", "telephone", "--attended", "did-not-attend")
        self.assertEqual(self.status().act_by_ms, before.act_by_ms)
        self.typed("checkin", self.number, "contact", "telephone")
        self.assertGreater(self.status().act_by_ms, before.act_by_ms + HOUR_MS)


if __name__ == "__main__":
    unittest.main()
