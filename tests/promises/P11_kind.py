"""P11 Kind: plain, respectful words; and nothing ever answers a referrer with just "no": always who holds the case
now and whom to ring.

Usage: P11_kind.py SOURCE BUILD
"""

import os
import re
import sys
import unittest

SOURCE = sys.argv[1]
sys.path.insert(0, os.path.join(SOURCE, "tests", "integration"))
import stage  # noqa: E402

UNKIND = re.compile(
    r"\b(offenders?|victims?|attention[- ]seek\w*|suffer(s|ing|er)?|absconded|non-?complian\w*|"
    r"committed suicide|nutter|crazy|patient refused)\b", re.I)


class Kind(unittest.TestCase):
    def test_no_unkind_word_stands_in_the_product(self):
        files = [os.path.join(folder, name) for part in ("broker", "services", "proto", "deploy")
                 for folder, _, names in os.walk(os.path.join(SOURCE, part)) for name in names]
        self.assertGreater(len(files), 50)
        found = []
        for name in files:
            with open(name, encoding="utf-8", errors="replace") as file:
                found += [f"{name}:{number}" for number, line in enumerate(file, 1) if UNKIND.search(line)]
        self.assertEqual(found, [])

    def test_every_refusal_to_a_referrer_says_whom_to_ring(self):
        with stage.Stage("p11") as s:
            s.start_broker()
            wire = s.wire
            source = s.client("street", "source", "street-triage")
            submit = s.submission()
            answer = source.request(submit=submit).answer
            self.assertTrue(answer.done)
            self.held_by_the_coordinator(answer.status)

            no_callback = s.submission()
            no_callback.confidential.callback_number = ""
            radio_only = s.submission()
            radio_only.confidential.callback_number = "radio, channel 12"
            conflict = s.submission(id=submit.referral.id, site="elsewhere")
            refused = {
                "no source": {"submit": s.submission(source=0)},
                "no way to call back": {"submit": no_callback},
                "a number to call back that is none": {"submit": radio_only},
                "the same id with other content": {"submit": conflict},
                "a case that is not there": {"withdraw": wire.Withdraw(referral=stage.python_client.new_id())},
                "a command of another role": {"take": wire.Take(referral=submit.referral.id)},
                "a value that is not allowed": {"submit": s.submission(urgency=99)},
            }
            for name, command in refused.items():
                with self.subTest(name):
                    answer = source.request(**command).answer
                    self.assertFalse(answer.done)
                    self.assertGreater(len(answer.text), 20)
                    self.assertEqual(answer.status.coordinator_ring, "01632 960100")
                    self.assertNotRegex(answer.text, r"\b(no|error|invalid|denied)\.?$")

            self.assertTrue(source.request(withdraw=wire.Withdraw(referral=submit.referral.id)).answer.done)
            late = source.request(withdraw=wire.Withdraw(referral=submit.referral.id, reason="again")).answer
            self.assertEqual(late.status.number, "R-0001")
            self.assertTrue(late.status.coordinator_ring)

    def held_by_the_coordinator(self, status):
        """No team is there, so a person holds it at once, by name and with a number."""
        self.assertEqual(status.state, 2)
        self.assertEqual(status.owner_name, "Northmoor duty coordinator")
        self.assertEqual(status.ring, "01632 960100")

    def test_no_missing_or_odd_fact_turns_a_person_away(self):
        with stage.Stage("p11-odd") as s:
            s.start_broker()
            source = s.client("street", "source", "street-triage")
            bare = s.submission(postcode_district="", organisation="", urgency=0)
            bare.referral.ClearField("person")
            odd = {
                "only source and callback": bare,
                "unknown postcode": s.submission(postcode_district="QQ9"),
                "decided in the future": s.submission(),
                "age that cannot be": s.submission(),
            }
            odd["decided in the future"].referral.decided_at.unix_ms = 4102444800000
            odd["age that cannot be"].referral.person.age_years = 130
            for name, submit in odd.items():
                with self.subTest(name):
                    answer = source.request(submit=submit).answer
                    self.assertTrue(answer.done, answer.text)
                    self.assertEqual(answer.status.owner_kind, 2)
            flags = list(source.request(submit=s.submission(postcode_district="QQ9")).answer.flags)
            self.assertIn(1, flags)  # the area was assumed
            self.assertIn(5, flags)  # the name is missing: an intake's rules are the broker's own


if __name__ == "__main__":
    unittest.main(verbosity=2)
