"""R22 A team that goes absent with cases in hand is answered with them; the board and the status say since when its device is
silent, and after the policy's time the coordinator is told.

Usage: R22_silent_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402


class SilentTold(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("northmoor-1", "northmoor-crisis")

    def region(self, text):
        return text.replace("  silent_after: 10m\n", "  silent_after: 2s\n")

    def say_present(self, present):
        return self.team.request(set_presence=self.wire.SetPresence(present=present, lease_seconds=60)).answer

    def test_a_team_that_goes_is_told_what_it_has_and_so_is_the_coordinator(self):
        (_, first), (_, second) = self.accepted(), self.accepted()
        answer = self.say_present(False)
        self.assertTrue(answer.done)
        for number in (first, second):
            self.assertIn(number, answer.text)
        self.assertIn("Hand each over", answer.text)
        now = self.status(first)
        self.assertGreater(now.team_silence.since_ms, 0)
        self.assertEqual(now.owner, "northmoor-crisis")
        self.assertIn("the team's device has been silent since", self.typed("duty", "status", first))
        self.await_status(self.duty, lambda status: status.team_silence.told)
        self.assertIn("silent", self.typed("duty", "board"))
        self.assertTrue(self.say_present(True).done)
        now = self.status(first)
        self.assertFalse(now.HasField("team_silence"))

    def test_a_team_without_cases_goes_without_a_word(self):
        self.assertEqual(self.say_present(False).text, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
