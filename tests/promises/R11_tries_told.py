"""R11: tries to reach a person are seen by everybody concerned, and the coordinator is told when they are used up: with
the real programs.

Usage: R11_tries_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

WELFARE_CHECK, NEEDED = 8, 1


class TriesTold(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("tries")
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
        return ran.returncode, " ".join(ran.stdout.split())

    def await_status(self, client, holds):
        while True:
            message = client.next_message(timeout=60)
            self.assertIsNotNone(message)
            if message.WhichOneof("body") == "status" and message.status.referral == self.case and \
                    holds(message.status):
                return message.status

    def test_R11_the_coordinator_and_the_source_are_told_when_the_tries_are_used_up(self):
        self.assertEqual(self.concordat("north-1", "tried", self.number, "telephone", "try-again")[0], 100)
        for _ in range(3):
            code, said = self.concordat("north-1", "tried", self.number, "telephone", "try-again", "5")
            self.assertEqual(code, 0, said)
        for client in (self.duty, self.source):
            self.assertEqual(self.await_status(client, lambda status: status.tries_used_up).tries, 3)
        self.assertIn("ALL TRIES ARE USED UP", self.concordat("duty", "status", self.number)[1])

    def test_R11_a_welfare_check_is_a_request_and_handed_back_it_is_the_coordinators(self):
        self.concordat("north-1", "tried", self.number, "face-to-face", "welfare-check", "--note", "quiet-zebra")
        [request] = self.await_status(self.duty, lambda status: status.beside).beside
        self.assertEqual((request.what, request.state, request.ours), (WELFARE_CHECK, NEEDED, True))
        self.assertEqual(self.concordat("north-1", "tried", self.number, "telephone", "hand-back")[0], 0)
        self.await_status(self.duty, lambda status: status.hold_reason == 17)
        self.assertIn("could not reach the person", self.concordat("duty", "status", self.number)[1])
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"quiet-zebra", file.read(), name)


if __name__ == "__main__":
    unittest.main()
