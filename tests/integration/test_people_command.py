"""`concordat people` without a gateway: what it draws, tells, keeps and refuses, and the codes that a telephone scans.

Usage: test_people_command.py SOURCE BUILD
"""

import os
import pty
import re
import subprocess
import time
import unittest

import stage
from browser import SECONDS, code_of

SAM = ("add", "p117", "--name", "Sam Okafor", "--role", "team", "--of", "northmoor-crisis")
ADDRESS = r"otpauth://totp/Concordat:p117\?secret=([A-Z2-7]{32})&issuer=Concordat"
MODULE = 4  # pixels


class People(unittest.TestCase):
    """`concordat people`, without a gateway."""

    def setUp(self):
        self.stage = stage.Stage("people")
        self.addCleanup(self.stage.close)

    def people(self, *words):
        return subprocess.run(self.line(*words), capture_output=True, text=True, timeout=SECONDS, check=False)

    def line(self, *words):
        return [stage.find_program("concordat"), "people", *words, "--file", self.stage.path("people")]

    def test_secrets_are_told_once_and_mistakes_change_nothing(self):
        said = self.people(*SAM).stdout
        self.assertRegex(said, r"otpauth://totp/Concordat:p117\?secret=[A-Z2-7]{32}&issuer=Concordat\n")
        with open(self.stage.path("people"), "rb") as file:
            before = file.read()
        rows = ((SAM, 1, "is in the file already"), (("reset", "p118"), 1, "is not in the file"),
                (("disable", "p118"), 1, "is not in the file"), (("disable", "Sam"), 100, "an id is 1 to 4 small letters and then 2 to 8 digits"),
                (("add", "p118", "--name", "A"), 100, "needs --name, --role and --of"),
                (("add", "p118", "--name", "A", "--role", "king", "--of", "x"), 100, "--role is referrer"),
                (("add", "p118", "--name", "A\nB", "--role", "team", "--of", "x"), 100, "each of one line"),
                (("list", "p117"), 100, "list takes no id"), (("drop", "p117"), 100, "say add ID"), (("token",), 100, "token add ID"),
                (("disable", "p117", "p118"), 100, "\"p118\" is too much"), (("token", "list", "Sam"), 100, "an id is 1 to 4 small letters and then 2 to 8 digits"),
                (("token", "add"), 100, "an id is 1 to 4 small letters and then 2 to 8 digits"), (("token", "add", "p117"), 100, "needs --label"),
                (("token", "add", "p117", "--label", "A\nB"), 100, "of one line"), (("token", "add", "p117", "--label", "x" * 81), 100, "of one line"),
                (("token", "add", "p117", "--label", "x", "--days", "367"), 100, "--days is 1 to 366"),
                (("token", "add", "p117", "--label", "x", "--days", "0"), 100, "--days is 1 to 366"),
                (("token", "add", "p118", "--label", "x"), 1, "is not in the file"), (("token", "end", "p117"), 100, "say whose token"),
                (("token", "end", "p117", "t-0123456789"), 1, "has no token"), (("token", "end", "p117", ""), 1, "has no token"))
        for words, code, why in rows:
            ran = self.people(*words)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertIn(why, ran.stderr)
        with open(self.stage.path("people"), "rb") as file:
            self.assertEqual(file.read(), before)
        listed = self.people("list").stdout
        self.assertIn("Sam Okafor", listed)
        self.assertNotIn(re.search("secret=([A-Z2-7]+)", said)[1], listed)

    def test_a_file_that_root_changes_stays_that_of_the_gateway(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file to another user")
        self.people(*SAM)
        os.chown(self.stage.path("people"), 4711, 4712)
        self.assertEqual(self.people("disable", "p117").returncode, 0)
        about = os.stat(self.stage.path("people"))
        self.assertEqual((about.st_uid, about.st_gid, about.st_mode & 0o777), (4711, 4712, 0o600))

    def test_two_administrators_at_once_lose_nobody(self):
        program = stage.find_program("concordat")
        running = [subprocess.Popen([program, "people", "add", f"p{i:03}", "--name", "Robin", "--role", "team", "--of",
                                     "x", "--file", self.stage.path("people")], stdout=subprocess.DEVNULL)
                   for i in range(6)]
        self.assertEqual([process.wait(SECONDS) for process in running], [0] * 6)
        self.assertEqual(len(self.people("list").stdout.splitlines()), 6)

    def test_the_list_says_who_has_not_signed_in_for_90_days(self):
        today = int(time.time()) // 86400
        for number in range(4):
            self.people("add", f"p11{number}", *SAM[2:])
        self.people("disable", "p113")
        stage.write(self.stage.path("people.last"), [f"p110 {today - 88}", f"p111 {today - 91}", f"p113 {today - 91}"], 0o600)
        listed = self.people("list").stdout.splitlines()
        self.assertEqual(["NOT FOR 90 DAYS" in line for line in listed], [False, True, True, False])
        self.assertIn(time.strftime("last signed in %Y-%m-%d", time.gmtime((today - 91) * 86400)), listed[1])
        self.assertIn("last signed in never", listed[2])
        for bad in ("p111 1", "p110", "p999 x", "p114 -5"):
            os.remove(self.stage.path("people.last"))
            stage.write(self.stage.path("people.last"), ["p112 1", bad], 0o600)
            ran = self.people("list")
            self.assertEqual(ran.returncode, 111)
            self.assertIn("It says only when people last signed in", ran.stderr)

    def test_a_token_is_told_once_and_the_list_says_which_are_not_used(self):
        self.people(*SAM)
        said = self.people("token", "add", "p117", "--label", "Ward board", "--days", "30")
        self.assertEqual(said.returncode, 0, said.stderr)
        secret = re.search(r"^concordat_([\w-]{43})$", said.stdout, re.M)[1]
        name = re.search(r"In the list it is (t-[0-9a-f]{10})\.", said.stdout)[1]
        ends = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        self.assertIn(f"until {ends}", said.stdout)
        with open(self.stage.path("people"), encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn(secret, text)
        self.assertIn(f"token p117 digest={name[2:]}", text)
        listed = self.people("token", "list", "p117").stdout
        self.assertRegex(listed, rf"^{name}  p117 .*  ends {ends}  last used never       Ward board\n$")
        self.assertNotIn(secret, listed)
        self.assertEqual(self.people("token", "list", "p118").stdout, "")
        today = int(time.time()) // 86400
        for day, says in ((today - 91, "NOT FOR 90 DAYS"), (today - 89, "Ward board\n")):
            stage.write(self.stage.path("people.last"), [f"{name} {day}"], 0o600)
            self.assertIn(says, self.people("token", "list").stdout)
            os.remove(self.stage.path("people.last"))
        with open(self.stage.path("people"), "w", encoding="utf-8") as file:
            file.write(re.sub("made=[^ ]+ ends=[^ ]+", "made=2025-03-01T00:00:00Z ends=2025-04-01T00:00:00Z", text))
        self.assertIn("Ward board  ENDED", self.people("token", "list").stdout)
        self.people("token", "add", "p117", "--label", "The next")  # then those that have ended go
        self.assertRegex(self.people("token", "list").stdout, r"^t-[0-9a-f]{10}  p117 .*The next\n$")
        ran = self.people("disable", "p117")
        self.assertEqual((ran.returncode, self.people("token", "list").stdout), (0, ""))
        self.assertIn("nothing can act for them", self.people("token", "add", "p117", "--label", "x").stderr)

    # ---- QR codes, read by zbarimg as a telephone reads them ----

    def scanned(self, dark, side):
        """What stands in a code of so many modules, of which these (x, y) are dark."""
        rows = [" ".join("1" if (x, y) in dark else "0" for x in range(side) for _ in range(MODULE))
                for y in range(side) for _ in range(MODULE)]
        picture = self.stage.path("picture.pbm")
        with open(picture, "w", encoding="ascii") as file:
            file.write(f"P1 {side * MODULE} {side * MODULE}\n" + "\n".join(rows) + "\n")
        ran = subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True, timeout=SECONDS,
                             check=True)
        return ran.stdout.strip()

    def on_a_terminal(self, *words):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.line(*words), stdout=theirs, stderr=theirs)
        os.close(theirs)
        said = b""
        try:
            while more := os.read(ours, 65536):
                said += more
        except OSError:
            pass  # so Linux says that nobody has the other end any more
        os.close(ours)
        self.assertEqual(process.wait(SECONDS), 0)
        return said.decode().replace("\r\n", "\n")

    def test_a_terminal_shows_a_code_that_a_telephone_reads(self):
        said = self.on_a_terminal(*SAM)
        lines = re.findall(r"\x1b\[30;107m([ ▀▄█]+)\x1b\[0m\n", said)
        side = len(lines[0])
        self.assertLessEqual(side, 80)
        dark = {(x, 2 * y + half) for y, line in enumerate(lines) for x, block in enumerate(line) for half in (0, 1)
                if block == "█" or block == "▀▄"[half]}
        self.assertFalse([(x, y) for x, y in dark if not 4 <= x < side - 4 or not 4 <= y < side - 4])
        scanned = self.scanned(dark, side)
        self.assertEqual(scanned, re.search(ADDRESS, said)[0])
        self.check_secret(re.search(ADDRESS, scanned)[1])

    def check_secret(self, secret):
        """The app makes the codes that Debian's oathtool makes."""
        said = subprocess.run(["oathtool", "--totp", "--base32", "--now=@1795955199", secret], capture_output=True,
                              text=True, timeout=SECONDS, check=True).stdout
        self.assertEqual(said.strip(), code_of(secret, 1795955199 // 30))

    def test_a_picture_has_the_same_code_and_only_its_user_can_read_it(self):
        picture = self.stage.path("code.svg")
        said = self.people(*SAM, "--qr", picture).stdout
        self.assertNotIn("█", said)
        self.assertEqual(os.stat(picture).st_mode & 0o777, 0o600)
        with open(picture, encoding="ascii") as file:
            svg = file.read()
        side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
        dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}
        self.assertEqual(self.scanned(dark, side), re.search(ADDRESS, said)[0])
        ran = self.people("reset", "p117", "--qr", "/none/code.svg")
        self.assertEqual(ran.returncode, 111)
        self.assertIn("What was drawn holds", ran.stderr)
        self.assertRegex(ran.stdout, ADDRESS)


if __name__ == "__main__":
    unittest.main()
