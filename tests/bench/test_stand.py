"""The bench's load makes whole round trips: each referral is submitted, accepted and closed. So what the bench measures
is still what the protocol asks for. No time is asserted.

Usage: test_stand.py SOURCE BUILD
"""

import sys
import tempfile

from stand import Stand

INTAKES = 2


def main(source, build):
    with tempfile.TemporaryDirectory(prefix="concordat-stand-") as folder:
        with Stand(source, build, folder, INTAKES) as stand:
            stand.start()
            made = stand.load("--intakes", INTAKES, "--seconds", 0.2, "--outstanding", 4)
            sizes = stand.sizes()
            stand.stop()
    print(made, sizes)
    return 0 if made["round_trips"] > 0 and min(sizes) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
