#!/usr/bin/python3
"""The manual pages say all that --help says, each under its heading, in order, and mandoc has nothing against them.

A page without a program, a command without a page and a word of --help that is in no page are found.
"""

import glob
import os
import re
import subprocess
import unittest

PROGRAMS = os.environ["PROGRAMS"].split(":")
PAGES = os.environ["PAGES"]
VERSION = os.environ["VERSION"]
NEEDED = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def say(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, **options).stdout


def commands_of(program):
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", say(program, "--help"), re.M)
    return re.findall(r"^  (\S+)  ", listed[1], re.M) if listed else []


def everything():
    """Each program and each command, with the name of its page."""
    for program in PROGRAMS:
        name = os.path.basename(program)
        yield [program], name
        for command in commands_of(program):
            yield [program, command], f"{name}-{command}"


def path_of(name):
    found = glob.glob(f"{PAGES}/man[18]/{name}.[18]")
    assert len(found) == 1, f"one page for {name}, and these are there: {found}"
    return found[0]


def words_of(text):
    return set(re.findall(r"[\w-]+", text))


class Manual(unittest.TestCase):
    def test_every_program_and_command_has_a_page_and_nothing_else_has(self):
        expected = sorted(name for _, name in everything())
        there = sorted(os.path.splitext(os.path.basename(path))[0] for path in glob.glob(f"{PAGES}/man?/*"))
        self.assertEqual(there, expected)
        self.assertGreater(len(expected), 20)

    def test_sections_are_there_and_in_order(self):
        for command, name in everything():
            with open(path_of(name), encoding="utf-8") as file:
                sections = re.findall(r"^\.SH (.*)", file.read(), re.M)
            needed = [one for one in NEEDED if one != "EXAMPLES" or len(command) == 2 or not commands_of(command[0])]
            self.assertEqual([one for one in sections if one in NEEDED], needed, name)

    def test_nothing_that_help_says_is_lost(self):
        for command, name in everything():
            shown = say("mandoc", "-T", "ascii", "-O", "width=1000", path_of(name))
            said = say(*command, "--help", env={**os.environ, "ARGP_HELP_FMT": "rmargin=5000"})
            said = re.sub(r"^(Mandatory or optional arguments .*|Usage:|Exit codes:)", "", said, flags=re.M)
            lost = words_of(said.lower()) - words_of(re.sub(".\x08", "", shown).lower())
            self.assertEqual(lost, set(), name)

    def test_mandoc_finds_no_fault(self):
        checked = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *glob.glob(f"{PAGES}/man?/*")],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_every_program_tells_the_one_version(self):
        for program in PROGRAMS:
            name = os.path.basename(program)
            self.assertEqual(say(program, "--version"), f"{name} {VERSION}\n")
            with open(path_of(name), encoding="utf-8") as file:
                self.assertIn(f'"concordat {VERSION}"', file.readline())


if __name__ == "__main__":
    unittest.main()
