"""R6: everybody concerned sees what is asked for beside the team, and whose it is: with the real programs.

Usage: R6_beside_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402


class BesideTold(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("beside")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.stage.start_broker()
        self.stage.make_key("north-1", "team", "northmoor-crisis")
        self.team = self.stage.client("north-1", wants_news=True)
        self.team.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600))
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        self.source = self.stage.client("street", "source", "street-triage")
        submit = self.stage.submission()
        submit.referral.person.interpreter_needed = True
        self.answer = self.source.request(submit=submit).answer
        self.assertTrue(self.answer.done, self.answer)
        self.case, self.number = submit.referral.id, self.answer.status.number

    def concordat(self, key, *words):
        ran = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", self.stage.endpoint, "--server-key",
             self.stage.public_key("broker"), "--key", self.stage.path("secret", f"{key}.key_secret")],
            capture_output=True, text=True, timeout=60)
        return ran.returncode, " ".join(ran.stdout.split())

    def await_state(self, client, state):
        """News of the case in which its request has that state."""
        while True:
            message = client.next_message(timeout=60)
            self.assertIsNotNone(message)
            if message.WhichOneof("body") == "status" and message.status.referral == self.case:
                if message.status.beside and message.status.beside[0].state == state:
                    return message.status

    def test_R6_the_source_is_answered_that_nobody_has_asked_yet(self):
        [request] = self.answer.status.beside
        self.assertEqual((request.what, request.state, request.ours), (2, 1, True))

    def test_R6_screens_say_whose_it_is_and_news_what_was_said(self):
        code, said = self.concordat("duty", "status", self.number)
        self.assertEqual(code, 0)
        self.assertIn("Interpreter: NOT ASKED YET. Ask for it if you have the case: ask " + self.number + " interpreter", said)
        self.assertIn("STILL TO GET: Interpreter", self.concordat("duty", "board")[1])
        code, said = self.concordat("duty", "ask", self.number, "interpreter", "LB9", "--note", "by telephone")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.await_state(self.duty, 2).beside[0].asked_of, "LB9")
        self.assertEqual(self.concordat("duty", "answer", self.number, "interpreter", "no")[0], 0)
        self.assertTrue(self.await_state(self.duty, 4).beside[0].ours)
        self.assertIn("THEY SAID NO. Ask others", self.concordat("duty", "status", self.number)[1])
        self.concordat("duty", "ask", self.number, "interpreter", "LB7")
        self.assertEqual(self.concordat("duty", "answer", self.number, "interpreter", "yes", "J-71")[0], 0)
        status = self.await_state(self.duty, 3)
        self.assertEqual((status.beside[0].ours, status.beside[0].log_number), (False, "J-71"))
        self.assertNotIn("STILL TO GET", self.concordat("duty", "board")[1])

    def test_R6_a_name_is_not_taken_for_a_number(self):
        code, _ = self.concordat("duty", "ask", self.number, "amhp", "Okafor")
        self.assertEqual(code, 100)
        refused = self.duty.request(ask_beside=self.wire.AskBeside(referral=self.case, what=1, asked_of="Okafor"))
        self.assertFalse(refused.answer.done)

    def test_R6_what_is_said_in_words_is_in_no_file(self):
        self.concordat("duty", "ask", self.number, "bed", "--note", "tall-and-quiet-zebra")
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"tall-and-quiet-zebra", file.read(), name)


if __name__ == "__main__":
    unittest.main()
