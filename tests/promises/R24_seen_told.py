"""R24 A team's device says by itself only that an offer came to it. That a person has seen it is said by what a person types,
and the coordinator and the referrer are told which of the two it is.

Usage: R24_seen_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

DELIVERED, SEEN = 1, 2


class SeenTold(told.Told):
    def setUp(self):
        super().setUp()
        self.stage.start_team("crisis", "northmoor-crisis")

    def await_notice(self, status, notice):
        question = self.wire.GetStatus(referral=status.referral)
        for _ in range(2000):
            now = self.duty.request(get_status=question).answer.status
            if now.offer_notice == notice:
                return now
        self.fail(f"the notice stays {now.offer_notice}")

    def facts(self):
        return [event.offer_seen.by_person for event in self.events("offer_seen")]

    def test_a_device_alone_only_says_that_it_came(self):
        status = self.await_notice(self.referred(), DELIVERED)
        said = self.typed("duty", "status", status.number)
        self.assertIn("nobody has said yet that they saw it", said)
        self.assertEqual(self.facts(), [False])

    def test_a_person_says_so_by_a_word(self):
        status = self.await_notice(self.referred(), DELIVERED)
        self.stage.type("crisis", f"seen {status.number}")
        self.await_notice(status, SEEN)
        said = self.typed("duty", "status", status.number)
        self.assertIn("A person there has seen it", said)
        self.assertEqual(self.facts(), [False, True])

    def test_whatever_is_typed_about_the_case_says_so_too(self):
        status = self.await_notice(self.referred(), DELIVERED)
        self.stage.type("crisis", f"show {status.number} before we answer")
        self.await_notice(status, SEEN)
        self.assertEqual(self.facts(), [False, True])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
