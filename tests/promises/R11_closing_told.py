"""R11: a team that closes a case without contact says why, and referrer, team and coordinator hear what becomes of it:
with the real programs.

Usage: R11_closing_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

HELD, CLOSED = 2, 8
CLOSING_ASKED, KEPT_OPEN = 18, 19
NOT_FOUND_OUTCOME, NOT_FOUND = 11, 1


class ClosingTold(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("closing")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.stage.start_broker()
        self.stage.make_key("north-1", "team", "northmoor-crisis")
        self.team = self.stage.client("north-1", wants_news=True)
        self.team.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600))
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        self.source = self.stage.client("street", "source", "street-triage", wants_news=True)
        submit = self.stage.submission()
        answer = self.source.request(submit=submit).answer
        self.case, self.number = submit.referral.id, answer.status.number
        self.team.request(accept=self.wire.Accept(
            referral=self.case, attempt=answer.status.attempt, expected_minutes=20))

    def concordat(self, key, *words):
        ran = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", self.stage.endpoint, "--server-key",
             self.stage.public_key("broker"), "--key", self.stage.path("secret", f"{key}.key_secret")],
            capture_output=True, text=True, timeout=60)
        return ran.returncode, " ".join((ran.stdout + ran.stderr).split())

    def await_status(self, client, holds):
        while True:
            message = client.next_message(timeout=60)
            self.assertIsNotNone(message)
            if message.WhichOneof("body") == "status" and message.status.referral == self.case and \
                    holds(message.status):
                return message.status

    def ask_to_close(self):
        code, said = self.concordat("north-1", "close", self.number, "not-found")
        self.assertNotEqual(code, 0)
        self.assertIn("--without-contact REASON --note WORDS", said)
        code, said = self.concordat(
            "north-1", "close", self.number, "not-found", "--without-contact", "not-found", "--note", "quiet-zebra")
        self.assertEqual(code, 0, said)
        self.assertIn("closes when they have seen that", said)
        for client in (self.duty, self.source):
            status = self.await_status(client, lambda status: status.hold_reason == CLOSING_ASKED)
            self.assertEqual((status.state, status.owner, status.closing_as, status.without_contact),
                             (HELD, "northmoor-duty", NOT_FOUND_OUTCOME, NOT_FOUND))
        for key in ("duty", "street"):
            self.assertIn("The team wants to close it without contact. The coordinator looks at it",
                          self.concordat(key, "status", self.number)[1])
        self.assertIn("to close", self.concordat("duty", "board")[1])

    def test_R11_it_closes_once_the_coordinator_has_seen_it(self):
        self.ask_to_close()
        self.assertNotEqual(self.concordat("duty", "saw-closing", self.number)[0], 0)  # it does not say who saw it
        code, said = self.concordat("duty", "saw-closing", self.number, "--as", "p117")
        self.assertEqual(code, 0, said)
        for client in (self.source, self.team):
            self.assertEqual(self.await_status(client, lambda status: status.state == CLOSED).outcome, NOT_FOUND_OUTCOME)
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"quiet-zebra", file.read(), name)

    def test_R11_it_can_be_kept_open_and_all_are_told(self):
        self.ask_to_close()
        code, said = self.concordat(
            "duty", "saw-closing", self.number, "--as", "p117", "--keep-open", "their sister says they are at home")
        self.assertEqual(code, 0, said)
        for client in (self.source, self.team):
            self.await_status(client, lambda status: status.hold_reason == KEPT_OPEN)
        self.assertIn("The coordinator keeps it open and chooses who goes on",
                      self.concordat("street", "status", self.number)[1])


if __name__ == "__main__":
    unittest.main()
