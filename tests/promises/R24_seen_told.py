"""R24 A team's device says by itself only that an offer came to it. That a person has seen it is said by what a person types,
and the coordinator and the referrer are told which of the two it is.

Usage: R24_seen_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import two_areas  # noqa: E402

DELIVERED, SEEN = 1, 2


class SeenTold(two_areas.TwoAreas):
    def setUp(self):
        super().setUp()
        self.team = self.stage.start_team("crisis", "northmoor-crisis")

    def submit(self):
        return self.source.request(submit=self.stage.submission()).answer.status

    def type(self, line):
        self.team.stdin.write(line.encode() + b"\n")
        self.team.stdin.flush()

    def await_notice(self, status, notice):
        question = self.wire.GetStatus(referral=status.referral)
        for _ in range(2000):
            now = self.north.request(get_status=question).answer.status
            if now.offer_notice == notice:
                return now
        self.fail(f"the notice stays {now.offer_notice}")

    def facts(self):
        return [event.offer_seen.by_person for event in faults.events_of(self.stage)
                if event.WhichOneof("what") == "offer_seen"]

    def test_a_device_alone_only_says_that_it_came(self):
        status = self.await_notice(self.submit(), DELIVERED)
        code, said = self.run_concordat("north-desk", "status", status.number)
        self.assertEqual(code, 0, said)
        self.assertIn("nobody has said yet that they saw it", said)
        self.assertEqual(self.facts(), [False])

    def test_a_person_says_so_by_a_word(self):
        status = self.await_notice(self.submit(), DELIVERED)
        self.type(f"seen {status.number}")
        self.await_notice(status, SEEN)
        code, said = self.run_concordat("north-desk", "status", status.number)
        self.assertEqual(code, 0, said)
        self.assertIn("A person there has seen it", said)
        self.assertEqual(self.facts(), [False, True])

    def test_whatever_is_typed_about_the_case_says_so_too(self):
        status = self.await_notice(self.submit(), DELIVERED)
        self.type(f"show {status.number} before we answer")
        self.await_notice(status, SEEN)
        self.assertEqual(self.facts(), [False, True])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
