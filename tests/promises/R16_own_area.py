"""R16: in an outage, and in a refusal, a referrer is given the coordinator of the referral's own area, as the router last
told it and as of when; otherwise the number that the intake was given.

Usage: R16_own_area.py SOURCE BUILD
"""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import nurse  # noqa: E402
from stage import CLOCK  # noqa: E402

NORTHMOOR, SOUTHFELL, GIVEN = "01632 960100", "01632 960200", "01632 960190"


class OwnArea(nurse.Nurse):
    def expect(self, number, *options):
        code, said = self.refer(*options)
        self.assertEqual(code, 0, said)
        self.assertIn("SAVED", said)
        self.assertEqual(set(re.findall(r"01632 \d{6}", said)), {number}, said)
        if number != GIVEN:
            self.assertRegex(said, rf"\(as of {CLOCK}\)")

    def test_an_outage_names_the_referrals_own_area(self):
        for district in ("ZX1", "ZX5"):  # Southfell is heard of last
            self.assertIn("RECEIVED", self.refer("--postcode", district)[1])
        self.stage.kill("broker")
        self.expect(NORTHMOOR, "--postcode", "ZX1")
        self.expect(SOUTHFELL, "--postcode", "ZX5 1AA")
        self.expect(NORTHMOOR, "--postcode", "the lock, ZX1 4")
        self.expect(GIVEN, "--postcode", "ZX9")
        self.expect(GIVEN)
        with self.subTest("after a restart of the intake"):
            self.stage.kill("intake")
            self.stage.start_intake("intake", "--ring", nurse.RING)
            self.expect(SOUTHFELL, "--postcode", "ZX5")
            self.expect(NORTHMOOR, "--postcode", "ZX1")

    def test_a_refusal_names_it_too(self):
        self.refer("--postcode", "ZX5")
        code, said = self.concordat("refer", "--postcode", "ZX5")
        self.assertEqual(code, 1, said)
        self.assertIn(f"{SOUTHFELL} (as of", said)
        self.assertNotIn(NORTHMOOR, said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
