"""R18: a referrer hears SAVED only when that is an alarm: when the router has not answered as soon as usual.

Usage: R18_no_false_alarm.py SOURCE BUILD
"""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import nurse  # noqa: E402
from stage import CLOCK  # noqa: E402


class NoFalseAlarm(nurse.Nurse):
    def number(self, said):
        return next(word.strip(".,") for word in said.split() if word.startswith("R-"))

    def expect_no_alarm(self, said):
        for word in ("SAVED", "NOT YET", "had been done before"):
            self.assertNotIn(word, said)

    def test_an_ordinary_referral_is_received_and_nothing_else(self):
        code, said = self.refer("--postcode", "ZX1")
        self.assertEqual(code, 0, said)
        self.assertTrue(said.startswith("RECEIVED by the router as R-"), said)
        self.expect_no_alarm(said)

    def test_so_is_an_update_and_a_withdrawal(self):
        number = self.number(self.refer("--postcode", "ZX1")[1])
        code, said = self.concordat("update", number, "--urgency", "emergency", "--callback", "07700 900123")
        self.assertEqual(code, 0, said)
        self.assertIn("RECEIVED", said)
        self.expect_no_alarm(said)
        code, said = self.concordat("withdraw", number, "home again")
        self.assertEqual(code, 0, said)
        self.assertTrue(said.startswith("DONE"), said)
        self.expect_no_alarm(said)

    def test_what_the_router_does_not_take_is_told_at_once(self):
        number = self.number(self.refer("--postcode", "ZX1")[1])
        self.concordat("withdraw", number, "home again")
        code, said = self.concordat("withdraw", number, "twice")
        self.assertEqual(code, 1, said)
        self.assertIn("NOT DONE", said)
        self.expect_no_alarm(said)

    def test_a_program_gets_one_answer(self):
        code, said = self.refer("--postcode", "ZX1", "--json")
        answer = json.loads(said[:said.rindex("}") + 1])["answer"]
        self.assertEqual((code, answer["receipt"], answer.get("repeated", False)), (0, "RECEIPT_RECEIVED", False))

    def test_a_router_that_is_away_is_an_alarm_with_a_number(self):
        self.stage.kill("broker")
        code, said = self.refer("--postcode", "ZX1")
        self.assertEqual(code, 0, said)
        self.assertIn("SAVED on the intake's disk, NOT YET with the router.", said)
        self.assertIn("01632 960190", said)
        self.assertNotIn("RECEIVED by", said)

    def test_what_is_shown_while_the_router_is_away_says_as_of_when_it_is(self):
        number = self.number(self.refer("--postcode", "ZX1")[1])
        for words in (("status", number), ("board",)):
            self.assertNotIn("is away", self.concordat(*words)[1])
        self.stage.kill("broker")
        said = ""
        while "is away" not in said:  # the intake notices by itself
            code, said = self.concordat("board")
            self.assertEqual(code, 0, said)
        self.assertRegex(said, rf"The router is away; this is as of {CLOCK}\.")
        self.assertRegex(" ".join(self.concordat("status", number)[1].split()), rf"The router is away; this is as of {CLOCK}\.")
        self.stage.start_broker()
        while "is away" in said:
            said = self.concordat("board")[1]

    def test_ten_at_once_are_not_counted_twice(self):
        for _ in range(10):
            code, said = self.refer("--postcode", "ZX1")
            self.assertEqual(code, 0, said)
            self.assertTrue(said.startswith("RECEIVED"), said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
