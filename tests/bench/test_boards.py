"""The bench's boards hear each offer: so what it measures is still what a browser opens. No time is asserted.

Usage: test_boards.py SOURCE BUILD
"""

import os
import sys

from stand import not_installed, run_json

BOARDS, OFFERS, PAUSE_S = 3, 2, 0.2
SKIPPED = 77


def main(source, build):
    if missing := not_installed("nginx", "openssl"):
        print(f"skipped: {' and '.join(missing)} is not installed (tests/run ci installs it)")
        return SKIPPED
    script = os.path.join(source, "tests", "bench", "boards.py")
    found = run_json("/usr/bin/python3", "-B", script, source, build, BOARDS, OFFERS, PAUSE_S)
    print(found)
    return 0 if found["offers"] == found["heard_by_all"] == OFFERS else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
