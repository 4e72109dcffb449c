"""P1 Durable: what was acknowledged is on disk first. A crash at any instant loses nothing acknowledged and
invents nothing.

SEED is printed and can be given in the environment; KILLS says how often. `tests/run kill-trials` does the same more often.

Usage: P1_durable.py SOURCE BUILD
"""

import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import kill_trials  # noqa: E402
import stage  # noqa: E402

SEED = int(os.environ.get("SEED", time.time_ns() % 2**32))
KILLS = int(os.environ.get("KILLS", "25"))


class Durable(unittest.TestCase):
    def test_kills_lose_nothing_acknowledged_and_invent_nothing(self):
        print(f"SEED={SEED} KILLS={KILLS}", flush=True)
        with stage.Stage("p1") as s:
            found = kill_trials.trials(s, KILLS, random.Random(SEED))
        self.assertEqual(found.lost, 0, "acknowledged and lost, or kept under another number")
        self.assertEqual(found.doubled, 0, "received twice, or one command with two effects")
        self.assertEqual(found.invented, 0)
        self.assertGreater(found.acknowledged, KILLS, "too little was acknowledged to prove anything")
        print(f"{KILLS} kills, {found.acknowledged} acknowledged, 0 lost, 0 doubled")


if __name__ == "__main__":
    unittest.main(verbosity=2)
