"""R14 and R13, as people are told it: a time that is still to come is refused with what to type; a contact before the
receipt is said to be one; and after a failed contact the team is heard of as after an arrival.

Usage: R14_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

HOUR_MS = 3600 * 1000


class Times(told.Told):
    def setUp(self):
        super().setUp()
        self.present("northmoor-1", "northmoor-crisis")
        _, self.number = self.accepted()

    def contact(self, hours, *more, code=0):
        return self.typed("northmoor-1", "checkin", self.number, "contact", "face-to-face", "--at",
                          told.minute(60 * hours), *more, code=code)

    def test_R14_a_time_to_come_is_refused_with_what_to_type(self):
        said = self.contact(4, code=1)
        self.assertIn("That time is still to come, and nothing was changed. Type the time at which it was", said)
        self.assertNotEqual(self.status(self.number).respond_by_ms, 0)  # the national clock runs on

    def test_R14_a_contact_before_the_receipt_is_said_to_be_one(self):
        self.assertIn("This contact was before the referral came.", self.contact(-1))
        self.assertNotEqual(self.status(self.number).respond_by_ms, 0)

    def test_R14_a_contact_in_the_minute_of_the_receipt_counts(self):
        self.assertNotIn("before the referral came", self.contact(0))
        self.assertEqual(self.status(self.number).respond_by_ms, 0)

    def test_R13_after_a_failed_contact_the_team_is_heard_of_as_after_an_arrival(self):
        before = self.status(self.number)
        self.typed("northmoor-1", "checkin", self.number, "contact", "telephone", "--attended", "did-not-attend")
        self.assertEqual(self.status(self.number).act_by_ms, before.act_by_ms)
        self.typed("northmoor-1", "checkin", self.number, "contact", "telephone")
        self.assertGreater(self.status(self.number).act_by_ms, before.act_by_ms + HOUR_MS)


if __name__ == "__main__":
    unittest.main()
