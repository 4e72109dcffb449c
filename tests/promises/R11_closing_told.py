"""R11: a team that closes a case without contact says why, and referrer, team and coordinator hear what becomes of it:
with the real programs.

Usage: R11_closing_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

HELD, CLOSED = 2, 8
CLOSING_ASKED, KEPT_OPEN = 18, 19
NOT_FOUND_OUTCOME, NOT_FOUND = 11, 1


class ClosingTold(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("northmoor-1", "northmoor-crisis")
        self.case, self.number = self.accepted()

    def ask_to_close(self):
        said = self.typed("northmoor-1", "close", self.number, "not-found", code=1)
        self.assertIn("Say why nobody met the person", said)
        said = self.typed("northmoor-1", "close", self.number, "not-found", "--without-contact", "not-found", "--note",
                          "quiet-zebra")
        self.assertIn("closes when they have seen that", said)
        for client in (self.duty, self.source):
            status = self.await_status(client, lambda status: status.hold_reason == CLOSING_ASKED)
            self.assertEqual((status.state, status.owner, status.closing_as, status.without_contact),
                             (HELD, "northmoor-duty", NOT_FOUND_OUTCOME, NOT_FOUND))
        for key in ("duty", "street"):
            self.assertIn("The team wants to close it without contact. The coordinator looks at it",
                          self.typed(key, "status", self.number))
        self.assertIn("to close", self.typed("duty", "board"))

    def test_R11_it_closes_once_the_coordinator_has_seen_it(self):
        self.ask_to_close()
        self.typed("duty", "saw-closing", self.number, code=100)  # it does not say who saw it
        self.typed("duty", "saw-closing", self.number, "--as", "p117")
        for client in (self.source, self.team):
            self.assertEqual(self.await_status(client, lambda status: status.state == CLOSED).outcome, NOT_FOUND_OUTCOME)
        self.assert_in_no_file("quiet-zebra")

    def test_R11_it_can_be_kept_open_and_all_are_told(self):
        self.ask_to_close()
        self.typed("duty", "saw-closing", self.number, "--as", "p117", "--keep-open",
                   "their sister says they are at home")
        for client in (self.source, self.team):
            self.await_status(client, lambda status: status.hold_reason == KEPT_OPEN)
        self.assertIn("The coordinator keeps it open and chooses who goes on",
                      self.typed("street", "status", self.number))


if __name__ == "__main__":
    unittest.main()
