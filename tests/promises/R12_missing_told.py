"""R12: everybody concerned is told that a person is missing, and that they are found: with the real programs.

Usage: R12_missing_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

MISSING, HELD = 10, 2


class MissingTold(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("northmoor-1", "northmoor-crisis")
        self.case, self.number = self.accepted()

    def test_R12_everybody_is_told_missing_and_found(self):
        self.typed("northmoor-1", "missing", self.number, "railway", "--note", "tall-and-quiet-zebra")
        for client in (self.source, self.duty, self.team):
            status = self.await_status(client, lambda status: status.state == MISSING)
            self.assertEqual((status.owner, status.missing.team), ("northmoor-duty", "northmoor-crisis"))
        said = self.typed("duty", "status", self.number)
        self.assertIn("Nobody knows where the person is", said)
        self.assertIn("last seen: not known when, railway", said)
        self.assertIn("missing", self.typed("duty", "board"))
        self.assertIn(self.number, self.typed("northmoor-1", "board"))  # the team that had them sees it on
        # Said again by the source: the team that had the case hears of it too.
        again = self.source.request(report_missing=self.wire.ReportMissing(referral=self.case, seen_at=3)).answer
        self.assertTrue(again.done, again)
        status = self.await_status(self.team, lambda status: status.state == MISSING)
        self.assertEqual(status.missing.seen_at, 3)
        self.typed("duty", "found", self.number, "police", "railway")
        for client in (self.source, self.team):
            status = self.await_status(client, lambda status: status.state == HELD)
            self.assertFalse(status.HasField("missing"))
        self.assertIn("The person is found", self.typed("duty", "status", self.number))

    def test_R12_a_missing_person_is_not_withdrawn_and_the_words_are_in_no_file(self):
        self.typed("duty", "missing", self.number, "--note", "tall-and-quiet-zebra")
        answer = self.source.request(withdraw=self.wire.Withdraw(referral=self.case, reason="went away")).answer
        self.assertFalse(answer.done)
        self.assert_in_no_file("tall-and-quiet-zebra")


if __name__ == "__main__":
    unittest.main()
