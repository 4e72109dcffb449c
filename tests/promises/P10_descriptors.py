"""P10 Locked: a server takes all the descriptors that the system lets it have, because each connection takes one. It says
how many, and does not start with too few.

Usage: P10_descriptors.py SOURCE BUILD
"""

import os
import re
import resource
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

USAGE = 100


class Descriptors(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("descriptors")
        self.addCleanup(self.stage.close)
        self.soft, self.hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def test_they_are_raised_to_the_most_allowed_which_is_said_once(self):
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (self.soft, self.hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, self.hard))
        self.stage.start_broker()
        self.stage.start_intake()
        for name in ("broker", "intake"):
            with self.subTest(program=name):
                process = self.stage.processes[name]
                self.assertEqual(resource.prlimit(process.pid, resource.RLIMIT_NOFILE), (self.hard, self.hard))
                said = re.findall(r"up to (\d+) descriptors may be open", self.stage.said(name))
                self.assertEqual(said, [str(self.hard)])

    def test_with_too_few_they_do_not_start_and_say_what_to_do(self):
        s = self.stage
        s.start_broker()
        s.start_intake()
        for name in ("broker", "intake"):
            with self.subTest(program=name):
                command = s.processes[name].args
                self.assertEqual(s.stop(name), 0)
                done = subprocess.run(["prlimit", "--nofile=1023:1023", *command], capture_output=True, text=True,
                                      timeout=60)
                self.assertEqual(done.returncode, USAGE, done.stderr)
                self.assertIn("only 1023 descriptors may be open, and at least 1024 are needed", done.stderr)
                self.assertIn("LimitNOFILE=", done.stderr)


if __name__ == "__main__":
    unittest.main()
