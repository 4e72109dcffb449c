#!/usr/bin/python3
"""Every installed program is hardened as CMakeLists.txt says. The built files are read with readelf."""

import os
import re
import subprocess
import sys
import unittest

PROGRAMS = os.environ["PROGRAMS"].split(":")
SKIPPED = 77


def read(option, program):
    return subprocess.run(["readelf", "--wide", option, program], capture_output=True, text=True, timeout=60,
                          check=True, env={**os.environ, "LC_ALL": "C"}).stdout


def segments(program):
    """Each segment's type and flags, such as ("GNU_STACK", "RW")."""
    rows = re.findall(r"^ +([A-Z_]+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3})", read("--program-headers", program), re.M)
    return [(kind, flags.replace(" ", "")) for kind, flags in rows]


class Hardened(unittest.TestCase):
    def test_its_addresses_differ_at_each_start(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.assertRegex(read("--file-header", program), r"Type: +DYN ")
                self.assertRegex(read("--dynamic", program), r"\(FLAGS_1\).*\bPIE\b")

    def test_its_table_of_functions_is_filled_at_the_start_and_then_read_only(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.assertIn(("GNU_RELRO", "R"), segments(program))
                self.assertRegex(read("--dynamic", program), r"\(BIND_NOW\)|\(FLAGS\).*\bBIND_NOW\b")

    def test_no_memory_is_both_written_and_executed(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                found = segments(program)
                self.assertIn(("GNU_STACK", "RW"), found)
                self.assertIn(("LOAD", "RE"), found)
                self.assertEqual([flags for kind, flags in found if "W" in flags and "E" in flags], [])

    def test_code_has_pages_of_its_own(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                loaded = [flags for kind, flags in segments(program) if kind == "LOAD"]
                self.assertEqual(loaded[:2], ["R", "RE"])  # the headers come first
                self.assertEqual(sum("E" in flags for flags in loaded), 1)

    def test_a_function_notices_that_its_stack_was_overwritten(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.assertIn("__stack_chk_fail", read("--dyn-syms", program))

    @unittest.skipIf(os.environ["CONFIG"] == "Debug", "a Debug build is not optimised, so calls are not checked")
    def test_calls_of_the_c_library_are_checked(self):
        for program in PROGRAMS:
            with self.subTest(program=program):
                self.assertRegex(read("--dyn-syms", program), r"\b__\w+_chk\b")


if __name__ == "__main__":
    if os.environ["BUILT"] == "sanitized":
        print("skipped: this is a build with sanitizers, which put checks of their own in these places")
        sys.exit(SKIPPED)
    unittest.main()
