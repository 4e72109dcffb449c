"""R6: everybody concerned sees what is asked for beside the team, and whose it is: with the real programs.

Usage: R6_beside_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402


class BesideTold(told.Told):
    def setUp(self):
        super().setUp()
        self.present("northmoor-1", "northmoor-crisis")
        submit = self.stage.submission()
        submit.referral.person.interpreter_needed = True
        self.answer = self.source.request(submit=submit).answer
        self.assertTrue(self.answer.done, self.answer)
        self.case, self.number = submit.referral.id, self.answer.status.number

    def await_state(self, client, state):
        """News of the case in which its request has that state."""
        return self.await_status(client, lambda status: status.beside and status.beside[0].state == state)

    def test_R6_the_source_is_answered_that_nobody_has_asked_yet(self):
        [request] = self.answer.status.beside
        self.assertEqual((request.what, request.state, request.ours), (2, 1, True))

    def test_R6_screens_say_whose_it_is_and_news_what_was_said(self):
        said = self.typed("duty", "status", self.number)
        self.assertRegex(said, f"Interpreter: NOT ASKED YET. Ask for it if you have the case; since .* .ask {self.number} interpreter.")
        self.assertIn("STILL TO GET: Interpreter", self.typed("duty", "board"))
        self.typed("duty", "ask", self.number, "interpreter", "LB9", "--note", "by telephone")
        self.assertEqual(self.await_state(self.duty, 2).beside[0].asked_of, "LB9")
        self.typed("duty", "answer", self.number, "interpreter", "no")
        self.assertTrue(self.await_state(self.duty, 4).beside[0].ours)
        self.assertIn("THEY SAID NO. Ask others", self.typed("duty", "status", self.number))
        self.typed("duty", "ask", self.number, "interpreter", "LB7")
        self.typed("duty", "answer", self.number, "interpreter", "yes", "J-71")
        status = self.await_state(self.duty, 3)
        self.assertEqual((status.beside[0].ours, status.beside[0].log_number), (False, "J-71"))
        self.assertNotIn("STILL TO GET", self.typed("duty", "board"))

    def test_R6_a_name_is_not_taken_for_a_number(self):
        self.typed("duty", "ask", self.number, "amhp", "Okafor", code=100)
        refused = self.duty.request(ask_beside=self.wire.AskBeside(referral=self.case, what=1, asked_of="Okafor"))
        self.assertFalse(refused.answer.done)

    def test_R6_what_is_said_in_words_is_in_no_file(self):
        self.typed("duty", "ask", self.number, "bed", "--note", "tall-and-quiet-zebra")
        self.assert_in_no_file("tall-and-quiet-zebra")


if __name__ == "__main__":
    unittest.main()
