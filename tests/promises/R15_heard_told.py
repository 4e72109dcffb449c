"""R15 A reminder that nobody acknowledges is told to the second coordinator; the referrer is told that nobody has answered and
whom to ring; a watched board rings and runs a hook until a person acknowledges it.

Usage: R15_heard_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import stage  # noqa: E402

BAD_VALUE = 5


def soon(text):
    """A reminder each second."""
    return text.replace("  remind: 5m\n", "  remind: 1s\n").replace("  acknowledge: 2m\n", "  acknowledge: 1s\n")


class HeardTold(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("heard")
        self.addCleanup(self.stage.close)
        self.stage.use_region(soon)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage", wants_news=True)
        self.north = self.coordinator("north-desk", "northmoor-duty")
        self.south = self.coordinator("south-desk", "southfell-duty")

    def coordinator(self, name, of):
        client = self.stage.client(name, "coordinator", of, wants_news=True)
        client.request(get_board=self.wire.GetBoard())  # says hello
        return client

    def submit(self):
        return self.source.request(submit=self.stage.submission()).answer.status

    def await_status(self, client, is_it):
        while True:
            message = client.next_message(timeout=20)
            self.assertIsNotNone(message, "the news never came")
            if message.WhichOneof("body") == "status" and is_it(message.status):
                return message.status

    def concordat(self, *words):
        s = self.stage
        return [stage.find_program("concordat"), *words, "--server", s.endpoint, "--server-key", s.public_key("broker"),
                "--key", s.path("secret", "north-desk.key_secret")]

    def run_concordat(self, *words):
        done = subprocess.run(self.concordat(*words), capture_output=True, text=True, timeout=60)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def test_the_second_coordinator_and_the_referrer_are_told(self):
        status = self.submit()
        told = self.await_status(self.south, lambda shown: shown.number == status.number)
        self.assertGreaterEqual(told.unheard, 1)
        board = self.south.request(get_board=self.wire.GetBoard()).board
        self.assertEqual([(duty.coordinator, duty.present) for duty in board.on_duty],
                         [("southfell-duty", False), ("northmoor-duty", False)])
        self.assertEqual((told.owner, told.ring), ("northmoor-duty", "01632 960100"))
        self.await_status(self.source, lambda shown: shown.unheard > 0)
        code, said = self.run_concordat("status", status.number)
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"NOBODY HAS ANSWERED YET, after \d+ reminders?: ring 01632 960100")
        taken = self.south.request(
            take=self.wire.Take(referral=status.referral)).answer
        self.assertTrue(taken.done)
        self.assertEqual(taken.status.owner, "southfell-duty")

    def test_a_person_acknowledges_and_a_screen_cannot(self):
        status = self.submit()
        self.await_status(self.north, lambda shown: shown.unheard > 0)
        nobody = self.north.request(acknowledge=self.wire.Acknowledge(referral=status.referral)).answer
        self.assertEqual(nobody.refusal, BAD_VALUE)
        code, said = self.run_concordat("mute", status.number, "15", "--as", "p117")
        self.assertEqual(code, 0, said)
        shown = self.await_status(self.source, lambda shown: shown.heard_by == "p117")
        self.assertEqual(shown.unheard, 0)
        self.assertGreater(shown.muted_until_ms, 0)
        heard = [event for event in faults.events_of(self.stage) if event.WhichOneof("what") == "acknowledged"]
        self.assertEqual([(event.person.id, event.acknowledged.coordinator) for event in heard],
                         [("p117", "northmoor-duty")])

    def test_a_watched_board_rings_and_runs_the_hook(self):
        status = self.submit()
        done = self.stage.path("rung")
        with subprocess.Popen(self.concordat("board", "--watch", "60", "--hook", f'echo "$CONCORDAT_EVENT $CONCORDAT_NUMBER" >> {done}'),
                              stdout=subprocess.PIPE, text=True) as board:
            self.addCleanup(board.kill)
            for line in board.stdout:
                if "Nobody has answered for" in line:
                    break
            self.assertIn(status.number, line)
            while not os.path.exists(done) or not os.path.getsize(done):
                self.assertIsNone(board.poll())
            with open(done, encoding="utf-8") as file:
                self.assertEqual(file.readline().split(), ["reminder", status.number])
            while not self.north.request(get_board=self.wire.GetBoard()).board.on_duty[0].present:
                self.assertIsNone(board.poll())
            board.kill()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
