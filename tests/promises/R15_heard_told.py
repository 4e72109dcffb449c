"""R15 A reminder that nobody acknowledges is told to the second coordinator; the referrer is told that nobody has answered and
whom to ring; a watched board rings and runs a hook until a person acknowledges it.

Usage: R15_heard_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

BAD_VALUE = 5


class HeardTold(told.Told):
    def setUp(self):
        super().setUp()
        self.south = self.coordinator("south-desk", "southfell-duty")

    def region(self, text):
        """A reminder each second."""
        return text.replace("  remind: 5m\n", "  remind: 1s\n").replace("  acknowledge: 2m\n", "  acknowledge: 1s\n")

    def test_the_second_coordinator_and_the_referrer_are_told(self):
        status = self.referred()
        shown = self.await_status(self.south, lambda news: news.number == status.number)
        self.assertGreaterEqual(shown.unheard, 1)
        board = self.south.request(get_board=self.wire.GetBoard()).board
        self.assertEqual([(duty.coordinator, duty.present) for duty in board.on_duty],
                         [("southfell-duty", False), ("northmoor-duty", False)])
        self.assertEqual((shown.owner, shown.ring), ("northmoor-duty", "01632 960100"))
        self.await_status(self.source, lambda status: status.unheard > 0)
        said = self.typed("duty", "status", status.number)
        self.assertRegex(said, r"NOBODY HAS ANSWERED YET, after \d+ reminders?: ring 01632 960100")
        taken = self.south.request(take=self.wire.Take(referral=status.referral)).answer
        self.assertTrue(taken.done)
        self.assertEqual(taken.status.owner, "southfell-duty")

    def test_a_person_acknowledges_and_a_screen_cannot(self):
        status = self.referred()
        self.await_status(self.duty, lambda status: status.unheard > 0)
        nobody = self.duty.request(acknowledge=self.wire.Acknowledge(referral=status.referral)).answer
        self.assertEqual(nobody.refusal, BAD_VALUE)
        self.typed("duty", "mute", status.number, "15", "--as", "p117")
        shown = self.await_status(self.source, lambda status: status.heard_by == "p117")
        self.assertEqual(shown.unheard, 0)
        self.assertGreater(shown.muted_until_ms, 0)
        heard = self.events("acknowledged")
        self.assertEqual([(event.person.id, event.acknowledged.coordinator) for event in heard],
                         [("p117", "northmoor-duty")])

    def test_a_watched_board_rings_and_runs_the_hook(self):
        status = self.referred()
        done = self.stage.path("rung")
        hook = f'echo "$CONCORDAT_EVENT $CONCORDAT_NUMBER" >> {done}'
        watching = self.stage.command("duty", "board", "--watch", "60", "--hook", hook)
        with subprocess.Popen(watching, stdout=subprocess.PIPE, text=True) as board:
            self.addCleanup(board.kill)
            for line in board.stdout:
                if "Nobody has answered for" in line:
                    break
            self.assertIn(status.number, line)
            while not os.path.exists(done) or not os.path.getsize(done):
                self.assertIsNone(board.poll())
            with open(done, encoding="utf-8") as file:
                self.assertEqual(file.readline().split(), ["reminder", status.number])
            while not self.duty.request(get_board=self.wire.GetBoard()).board.on_duty[0].present:
                self.assertIsNone(board.poll())
            board.kill()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
