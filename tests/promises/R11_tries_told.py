"""R11: tries to reach a person are seen by everybody concerned, and the coordinator is told when they are used up: with
the real programs.

Usage: R11_tries_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

WELFARE_CHECK, NEEDED = 8, 1


class TriesTold(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("northmoor-1", "northmoor-crisis")
        self.case, self.number = self.accepted()

    def test_R11_the_coordinator_and_the_source_are_told_when_the_tries_are_used_up(self):
        self.typed("northmoor-1", "tried", self.number, "telephone", "try-again", code=100)
        for _ in range(3):
            self.typed("northmoor-1", "tried", self.number, "telephone", "try-again", "5")
        for client in (self.duty, self.source):
            self.assertEqual(self.await_status(client, lambda status: status.tries_used_up).tries, 3)
        self.assertIn("ALL TRIES ARE USED UP", self.typed("duty", "status", self.number))

    def test_R11_a_welfare_check_is_a_request_and_handed_back_it_is_the_coordinators(self):
        self.typed("northmoor-1", "tried", self.number, "face-to-face", "welfare-check", "--note", "quiet-zebra")
        [request] = self.await_status(self.duty, lambda status: status.beside).beside
        self.assertEqual((request.what, request.state, request.ours), (WELFARE_CHECK, NEEDED, True))
        self.typed("northmoor-1", "tried", self.number, "telephone", "hand-back")
        self.await_status(self.duty, lambda status: status.hold_reason == 17)
        self.assertIn("could not reach the person", self.typed("duty", "status", self.number))
        self.assert_in_no_file("quiet-zebra")


if __name__ == "__main__":
    unittest.main()
