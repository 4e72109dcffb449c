"""R12: everybody concerned is told that a person is missing, and that they are found: with the real programs.

Usage: R12_missing_told.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

MISSING, HELD = 10, 2


class MissingTold(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("missing")
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
        self.assertTrue(answer.done, answer)
        self.case, self.number = submit.referral.id, answer.status.number
        accepted = self.team.request(accept=self.wire.Accept(
            referral=self.case, attempt=answer.status.attempt, expected_minutes=20)).answer
        self.assertTrue(accepted.done, accepted)

    def concordat(self, key, *words):
        ran = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", self.stage.endpoint, "--server-key",
             self.stage.public_key("broker"), "--key", self.stage.path("secret", f"{key}.key_secret")],
            capture_output=True, text=True, timeout=60)
        return ran.returncode, " ".join(ran.stdout.split())

    def await_state(self, client, state):
        while True:
            message = client.next_message(timeout=60)
            self.assertIsNotNone(message)
            if message.WhichOneof("body") == "status" and message.status.referral == self.case:
                if message.status.state == state:
                    return message.status

    def test_R12_everybody_is_told_missing_and_found(self):
        code, said = self.concordat("north-1", "missing", self.number, "railway", "--note", "tall-and-quiet-zebra")
        self.assertEqual(code, 0, said)
        for client in (self.source, self.duty, self.team):
            status = self.await_state(client, MISSING)
            self.assertEqual((status.owner, status.missing.team), ("northmoor-duty", "northmoor-crisis"))
        said = self.concordat("duty", "status", self.number)[1]
        self.assertIn("Nobody knows where the person is", said)
        self.assertIn("last seen: not known when, railway", said)
        self.assertIn("missing", self.concordat("duty", "board")[1])
        self.assertIn(self.number, self.concordat("north-1", "board")[1])  # the team that had them sees it on
        # Said again by the source: the team that had the case hears of it too.
        again = self.source.request(report_missing=self.wire.ReportMissing(referral=self.case, seen_at=3)).answer
        self.assertTrue(again.done, again)
        self.assertEqual(self.await_state(self.team, MISSING).missing.seen_at, 3)
        code, said = self.concordat("duty", "found", self.number, "police", "railway")
        self.assertEqual(code, 0, said)
        for client in (self.source, self.team):
            status = self.await_state(client, HELD)
            self.assertFalse(status.HasField("missing"))
        self.assertIn("The person is found", self.concordat("duty", "status", self.number)[1])

    def test_R12_a_missing_person_is_not_withdrawn_and_the_words_are_in_no_file(self):
        self.concordat("duty", "missing", self.number, "--note", "tall-and-quiet-zebra")
        answer = self.source.request(withdraw=self.wire.Withdraw(referral=self.case, reason="went away")).answer
        self.assertFalse(answer.done)
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"tall-and-quiet-zebra", file.read(), name)


if __name__ == "__main__":
    unittest.main()
