"""P9 Private, without its keys: the router names a master key or a file of keys that is missing, wrong or open to others;
it goes on routing where it can, opens nothing that it should not, and loses nothing.

Usage: P9_master_key.py SOURCE BUILD
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import ledger_home  # noqa: E402
import stage  # noqa: E402

SEALED = 23
TOLD = "An invented person."


class MasterKey(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("master-key")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.master = self.stage.path("master-key")
        os.remove(self.master)
        self.make_master(self.master)
        self.stage.use_region(lambda text: re.sub(r"(per_second|burst): \d+", r"\1: 999999", text))
        self.stage.start_broker()
        self.source = self.stage.client("street", "source", "street-triage")
        self.team = self.stage.client("north", "team", "northmoor-crisis", wants_news=True)
        self.coordinator = self.stage.client("duty", "coordinator", "northmoor-duty")
        self.assertTrue(self.team.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600)).answer.done)

    def make_master(self, path, before=None):
        words = [stage.find_program("concordat"), "keys", "master", path]
        subprocess.run(words + (["--before", before] if before else []), check=True, capture_output=True)

    def submit(self):
        submit = self.stage.submission()
        answer = self.source.request(submit=submit).answer
        self.assertTrue(answer.done, answer.text)
        return submit.referral.id

    def offer_of(self, case):
        while True:
            message = self.team.next_message(timeout=20)
            self.assertIsNotNone(message, "the offer never came")
            if message.WhichOneof("body") == "offer" and message.offer.referral == case:
                return message.offer

    def read(self, case):
        return self.coordinator.request(get_record=self.wire.GetRecord(referral=case, reason="to prepare"))

    def assert_opens(self, case):
        message = self.read(case)
        self.assertTrue(message.HasField("record"), message)
        self.assertEqual(message.record.confidential.narrative, TOLD)

    def assert_shut(self, case):
        answer = self.read(case).answer
        self.assertEqual((answer.done, answer.refusal), (False, SEALED))
        self.assertIn("master key", answer.text)
        self.assertIn("The case goes on".lower(), answer.text.lower())

    def restart(self):
        self.stage.stop("broker")
        at = len(self.stage.said("broker"))
        self.start_again()
        return self.stage.said("broker")[at:]

    def start_again(self):
        """A client that was connected before would find out by its next ping, some seconds later."""
        self.stage.start_broker()
        for client in self.stage.clients:
            client._connect()

    def hear(self, words, since=0):
        deadline = time.monotonic() + 30
        while words not in self.stage.said("broker")[since:]:
            self.assertLess(time.monotonic(), deadline, self.stage.said("broker")[since:])
            time.sleep(0.01)  # a log cannot notify us

    def test_without_it_referrals_are_taken_and_old_texts_stay_shut_until_it_is_back(self):
        old = self.submit()
        self.assertEqual(self.offer_of(old).callback_number, "07700 900123")
        kept = self.master + ".kept"
        for breaks, said in ((lambda: os.rename(self.master, kept), "No such file"),
                             (lambda: (shutil.copy(kept, self.master), os.chmod(self.master, 0o644)), "read"),
                             (lambda: (os.remove(self.master), self.make_master(self.master)), "another ledger's")):
            breaks()
            with self.subTest(said):
                self.assertIn(said, self.restart())
                self.assert_shut(old)
                new = self.submit()
                self.assertEqual(self.offer_of(new).callback_number, "07700 900123", "whoever is asked can ring back")
                self.assert_opens(new)
        os.rename(kept, self.master)
        since = len(self.stage.said("broker"))
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        self.hear("all are under generation 1", since)
        self.assert_opens(old)
        self.assert_opens(new)

    def test_a_rotation_wraps_every_key_anew_and_says_when_the_older_key_can_go(self):
        cases = [self.submit() for _ in range(5)]
        self.make_master(self.master + ".new", before=self.master)
        os.rename(self.master + ".new", self.master)
        since = len(self.stage.said("broker"))
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        said = "all are under generation 2 of the master key, %d of them wrapped anew; older generations open only copies"
        self.hear(said % 5, since)
        self.stage.kill("broker")  # had it come a moment earlier, nobody would have been told
        since = len(self.stage.said("broker"))
        self.start_again()
        self.hear(said % 0, since)
        with open(self.master, encoding="ascii") as file:
            newest = [line for line in file if line.startswith("2 ")]
        with open(self.master, "w", encoding="ascii") as file:
            file.writelines(newest)
        self.restart()
        for case in cases:
            self.assert_opens(case)

    def refused(self):
        self.stage.stop("broker")
        with self.assertRaises(RuntimeError) as refused:
            self.stage.start_broker()
        return str(refused.exception)

    def test_a_file_of_keys_that_is_not_the_ledgers_is_refused_at_the_start_and_nothing_is_lost(self):
        state = self.stage.path("state")
        first = self.submit()
        self.stage.stop("broker")
        old = ledger_home.keys(state)
        self.start_again()
        cases = [first] + [self.submit() for _ in range(300)]
        self.stage.stop("broker")
        right = ledger_home.keys(state)
        self.stage.start_broker()
        ledger_home.put_keys(state, None)
        self.assertIn("the keys of this ledger's referrals are not here", self.refused())
        ledger_home.put_keys(state, old)
        with self.assertRaises(RuntimeError) as refused:
            self.stage.start_broker()
        self.assertIn("it is an older copy", str(refused.exception))
        ledger_home.put_keys(state, old[:16] + b"another ledger's" + old[32:])
        with self.assertRaises(RuntimeError):
            self.stage.start_broker()
        ledger_home.put_keys(state, right)
        self.start_again()
        self.assert_opens(first)
        board = {case.referral for case in self.source.request(get_board=self.wire.GetBoard()).board.cases}
        self.assertEqual(board, set(cases))


if __name__ == "__main__":
    unittest.main(verbosity=2)
