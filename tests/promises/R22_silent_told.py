"""R22 A team that goes absent with cases in hand is answered with them; the board and the status say since when its device is
silent, and after the policy's time the coordinator is told.

Usage: R22_silent_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402
import two_areas  # noqa: E402


class SilentTold(two_areas.TwoAreas):
    def setUp(self):
        self.stage = stage.Stage("silent")
        self.addCleanup(self.stage.close)
        self.stage.use_region(lambda text: text.replace("  silent_after: 10m\n", "  silent_after: 2s\n"))
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.north = self.coordinator("north-desk", "northmoor-duty")
        self.north.request(get_board=self.wire.GetBoard())  # says hello
        self.team = self.stage.client("crisis", "team", "northmoor-crisis", wants_news=True)
        self.present(True)

    def present(self, present):
        return self.team.request(set_presence=self.wire.SetPresence(present=present, lease_seconds=60)).answer

    def accepted(self):
        status = self.source.request(submit=self.stage.submission()).answer.status
        accept = self.wire.Accept(referral=status.referral, attempt=status.attempt, expected_minutes=20)
        return self.team.request(accept=accept).answer.status

    def test_a_team_that_goes_is_told_what_it_has_and_so_is_the_coordinator(self):
        first, second = self.accepted(), self.accepted()
        answer = self.present(False)
        self.assertTrue(answer.done)
        for status in (first, second):
            self.assertIn(status.number, answer.text)
        self.assertIn("Hand each over", answer.text)
        now = self.source.request(get_status=self.wire.GetStatus(referral=first.referral)).answer.status
        self.assertGreater(now.team_silence.since_ms, 0)
        self.assertEqual(now.owner, "northmoor-crisis")
        code, said = self.run_concordat("north-desk", "status", first.number)
        self.assertEqual(code, 0, said)
        self.assertIn("the team's device has been silent since", said)
        while True:
            message = self.north.next_message(timeout=20)
            self.assertIsNotNone(message, "the coordinator was not told")
            if message.WhichOneof("body") == "status" and message.status.team_silence.told:
                break
        code, said = self.run_concordat("north-desk", "board")
        self.assertIn("silent", said)
        self.assertTrue(self.present(True).done)
        now = self.source.request(get_status=self.wire.GetStatus(referral=first.referral)).answer.status
        self.assertFalse(now.HasField("team_silence"))

    def test_a_team_without_cases_goes_without_a_word(self):
        self.assertEqual(self.present(False).text, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
