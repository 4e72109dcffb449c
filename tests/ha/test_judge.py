"""The judge of ha-trials finds what it is there for, each planted once; and the deal leaves no fault out."""

import hashlib
import os
import random
import sys
import unittest

from fault_table import FAULTS, deal
from judge import RECEIVED, Witness, judge, judge_cases
from load import Told

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "database"))
from may_lead import may_lead  # noqa: E402
from named_standby import LOOKS, count_to_ask_for  # noqa: E402


def history(*bodies):
    rows, behind = [], bytes(32)
    for seq, body in enumerate(bodies, 1):
        behind = hashlib.sha256(behind + body.encode()).digest()
        rows.append((seq, behind, body.encode()))
    return rows


def told(*what, by="b1", epoch=1, since=1):
    return [Told(seq, body, by, epoch, since + at, since + at + 0.5) for at, (seq, body) in enumerate(what)]


class TheJudge(unittest.TestCase):
    def found(self, answers, rows):
        return judge(answers, rows, 0)

    def test_what_all_was_kept_is_good(self):
        found = self.found(told((1, "a"), (2, "b")), history("a", "b", "never answered"))
        self.assertEqual((found.acknowledged, found.lost, found.doubled, found.two_leaders, found.chain_breaks),
                         (2, 0, 0, 0, 0))

    def test_a_number_that_is_gone_is_lost(self):
        self.assertEqual(self.found(told((1, "a"), (2, "b")), history("a")).lost, 1)

    def test_a_number_with_other_bytes_is_doubled(self):
        self.assertEqual(self.found(told((1, "a"), (2, "b")), history("a", "other")).doubled, 1)

    def test_a_number_told_twice_is_doubled(self):
        twice = told((1, "a"), (2, "b")) + told((2, "other"), by="b2", epoch=2, since=5)
        self.assertEqual(self.found(twice, history("a", "b")).doubled, 1)

    def test_a_leader_who_is_answered_after_the_next_began_is_seen(self):
        first, second = told((1, "a"), (4, "d")), told((2, "b"), (3, "c"), by="b2", epoch=2, since=1.2)
        self.assertEqual(self.found(first + second, history("a", "b", "c", "d")).two_leaders, 1)

    def test_leaders_in_turn_are_good(self):
        turns = told((1, "a")) + told((2, "b"), by="b2", epoch=2, since=5) + told((3, "c"), epoch=3, since=9)
        self.assertEqual(self.found(turns, history("a", "b", "c")).two_leaders, 0)

    def test_a_gap_and_a_foreign_row_break_the_chain(self):
        rows = history("a", "b", "c")
        self.assertEqual(self.found([], [rows[0], rows[2]]).chain_breaks, 1)
        self.assertEqual(self.found([], [rows[0], (2, rows[1][1], b"foreign"), rows[2]]).chain_breaks, 1)

    def test_the_longest_time_without_an_answer_is_measured(self):
        self.assertEqual(judge(told((1, "a"), (2, "b")) + told((3, "c"), since=9), [], 1).silence_s, 7)


OFFERED = RECEIVED + 1
CASES = ["aa" * 16, "bb" * 16, "cc" * 16]


def ledger(*events):
    """Rows of (kind, case), chained as the router's are."""
    rows, behind = [], bytes(32)
    for seq, (kind, case) in enumerate(events, 1):
        body, reduced = f"{kind} {case}".encode(), bytes([kind]) * 32
        behind = hashlib.blake2b(behind + reduced + hashlib.blake2b(body, digest_size=32).digest(), digest_size=32).digest()
        rows.append((seq, behind, kind, bytes.fromhex(case), reduced, body))
    return rows


class TheJudgeOfCases(unittest.TestCase):
    """Each plants one fault in a life of three cases, which is good without it."""

    def setUp(self):
        self.rows = ledger(*((RECEIVED, case) for case in CASES), (OFFERED, CASES[0]))
        self.of_intakes = told(*enumerate(CASES, 1), by="run 1")
        self.of_teams = [Told(4, CASES[0], None, 0, 5, 5.5)]
        self.heard = told((0, ""), (0, ""), by="run 1")

    def found(self):
        return judge_cases(Witness(set(CASES), self.of_intakes, self.of_teams, self.heard), self.rows, 0)

    def assert_only(self, **what):
        found = self.found()
        for name in ("lost", "doubled", "two_leaders", "chain_breaks", "healed"):
            self.assertEqual(getattr(found, name), what.get(name, 0), (name, found))

    def test_what_all_was_kept_is_good(self):
        self.assert_only()
        self.assertEqual(self.found().acknowledged, 4)

    def test_a_case_that_is_gone_is_lost(self):
        self.rows = ledger((RECEIVED, CASES[0]), (RECEIVED, CASES[1]), (OFFERED, CASES[1]), (OFFERED, CASES[0]))
        self.assert_only(lost=1)

    def test_a_case_that_an_intake_promised_and_nobody_has_is_lost(self):
        self.rows, self.of_intakes = ledger((RECEIVED, CASES[0]), (RECEIVED, CASES[1]), (OFFERED, CASES[0])), self.of_intakes[:2]
        self.of_teams = []
        self.assert_only(lost=1)

    def test_what_a_team_was_told_and_is_gone_is_lost(self):
        self.rows = self.rows[:3]
        self.assert_only(lost=1)

    def test_what_was_sent_again_is_healed(self):
        self.rows = ledger(*((RECEIVED, case) for case in CASES[:2]), (OFFERED, CASES[0]), (OFFERED, CASES[0]), (RECEIVED, CASES[2]))
        self.assert_only(healed=1)

    def test_a_case_that_begins_twice_is_doubled(self):
        self.rows = ledger(*((RECEIVED, case) for case in CASES), (OFFERED, CASES[0]), (RECEIVED, CASES[1]))
        self.assert_only(doubled=1)

    def test_a_number_that_two_cases_were_told_is_doubled(self):
        self.of_intakes.append(Told(2, CASES[0], "run 1", 1, 3, 4))
        self.assert_only(doubled=1, healed=1)

    def test_a_question_answered_after_another_run_began_is_seen(self):
        self.heard += [Told(0, "", "run 2", 0, 10, 11), Told(0, "", "run 1", 1, 12, 13)]
        self.assert_only(two_leaders=1)

    def test_an_answer_on_its_way_while_another_run_begins_is_good(self):
        self.heard += [Told(0, "", "run 2", 0, 10, 11), Told(0, "", "run 1", 1, 10.5, 13)]
        self.assert_only()

    def test_a_body_that_was_changed_breaks_the_chain(self):
        self.rows[1] = (*self.rows[1][:5], b"foreign")
        self.assert_only(chain_breaks=1)


class TheGuard(unittest.TestCase):
    def test_a_server_leads_if_another_says_that_none_has_gone_on(self):
        for own, others, may in ((1, [1, 1], True), (2, [1, None], True), (1, [1, 2], False), (1, [2, None], False),
                                 (1, [None, None], False), (None, [1, 1], False)):
            self.assertEqual(may_lead(own, others), may, (own, others))


class TheNamedStandby(unittest.TestCase):
    def test_two_are_asked_for_only_until_the_agent_names_some(self):
        for looks, names, count, wanted in ((LOOKS - 1, "*", 1, None), (LOOKS, "*", 1, 2), (LOOKS, "*", 2, None), (0, "*", 2, None),
                                            (0, "2 (a,b)", 2, 1), (0, "a", 1, None), (0, "a", None, 1)):
            self.assertEqual(count_to_ask_for(looks, names, count), wanted, (looks, names, count))


class TheDeal(unittest.TestCase):
    def test_25_trials_have_each_fault_twice(self):
        drawn = [fault for fault in FAULTS if not fault.only_by_name]
        for seed in range(100):
            hands = deal(drawn, 25, random.Random(seed), 2)
            for fault in drawn:
                self.assertGreaterEqual(sum(hand.count(fault) for hand in hands), 2, f"{fault.name}, seed {seed}")
            self.assertTrue(all(len(set(hand)) == 2 for hand in hands), f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
