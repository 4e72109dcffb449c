"""`concordat setup`: a site under a root, which is checked by the real broker and then started as its units say; what a second
run and a dry run change, which is nothing; and what is said of each thing that is wrong.

Usage: test_setup.py SOURCE BUILD
"""

import fcntl
import json
import os
import pty
import re
import select
import shlex
import shutil
import socket
import subprocess
import termios
import time
import unittest

import stage
import units
from browser import FOLDERS, SECONDS, Browser

SHEET = """id,name,type,telephone,ages,hours,places
north-crisis,Northmoor Crisis Team,A02,01632 960110,18+,,20
young-crisis,"Young People's ""Crisis"" Team",A02,01632 960140,0-17,"mon-fri 08:00-22:00; sat, sun 10:00-18:00",8
beacon,The Beacon,A20,01632 960170,,,3
line,Crisis Line,A19,01632 960180,,,
"""
ANSWERS = {
    "name": "Northmoor", "postcodes": "ZX1,ZX2", "duty-telephone": "01632 960100", "organisation": "ZZM01",
    "sources": "street-triage=ZZP01,emergency-department", "host": "concordat.example", "certificate": "self-signed",
    "person-name": "Robin Example"}
UNITS = os.path.join(stage.SOURCE, "deploy", "units")


def free_ports():
    """A port, and three free ones after it."""
    while True:
        first = stage.free_port()
        try:
            for port in range(first, first + 4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


class Setup(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("setup", FOLDERS)
        self.addCleanup(self.stage.close)
        self.root = self.stage.path("root")
        self.port = free_ports()
        self.write_sheet(lambda text: text)

    def write_sheet(self, change):
        with open(self.stage.path("teams.csv"), "w", encoding="utf-8") as file:
            file.write(change(SHEET))

    def line(self, *words, **changed):
        """A command line with all answers; a change to None takes one out."""
        answers = {**ANSWERS, "teams": self.stage.path("teams.csv"), "root": self.root, "port": str(self.port)}
        answers.update({name.replace("_", "-"): value for name, value in changed.items()})
        options = [word for name, value in answers.items() if value is not None for word in (f"--{name}", value)]
        return [stage.find_program("concordat", FOLDERS), "setup", *options, *words]

    def set_up(self, *words, **changed):
        return subprocess.run(self.line(*words, **changed), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=SECONDS, check=False)

    def make(self, *words, **changed):
        ran = self.set_up(*words, **changed)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def at(self, path):
        return self.root + path

    def read(self, path):
        with open(self.at(path), encoding="utf-8") as file:
            return file.read()

    def everything(self):
        """Each path with its rights, its times and its bytes."""
        found = {}
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = os.path.join(folder, name)
                about = os.lstat(path)
                text = b""
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        text = file.read()
                found[path] = (about.st_mode, about.st_uid, about.st_mtime_ns, about.st_ino, text)
        return found

    # ---- A site that works ----

    def start(self):
        ready = {"concordat-broker.service": "ready", "concordat-intake@street-triage.service": "listening",
                 "concordat-intake@emergency-department.service": "listening", "concordat-audit.service": ""}
        for name, says in ready.items():
            units.Unit(UNITS, name, self.root).start(self.stage, says)
        gateway = units.Unit(UNITS, "concordat-gateway.service", self.root)
        desks = gateway.rooted(self.read("/etc/concordat/desks"))
        with open(self.at("/etc/concordat/desks"), "w", encoding="utf-8") as file:
            file.write(desks)
        listening = socket.socket(socket.AF_UNIX)
        self.addCleanup(listening.close)
        listening.bind(self.stage.path("gateway.socket"))
        listening.listen()
        units.start_with_socket(self.stage, gateway, listening, stage.find_program("concordat-gateway", FOLDERS), "listening")

    def run_as(self, desk, *words):
        key = self.at(f"/etc/concordat/private/desks/{desk}.key_secret")
        port, server = (self.port + 1, "keys/street-triage") if desk == "street-triage" else (self.port, "broker")
        ran = subprocess.run(
            [stage.find_program("concordat", FOLDERS), *words, "--key", key, "--server", f"tcp://127.0.0.1:{port}", "--server-key",
             self.at(f"/etc/concordat/{server}.key"), "--timeout", "30", "--json"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return ran.stdout

    def until(self, what, holds):
        until = time.monotonic() + SECONDS
        while not holds():
            self.assertLess(time.monotonic(), until, f"not in time: {what}")
            time.sleep(0.05)  # these programs cannot notify us

    def test_a_referral_goes_through_a_site_that_was_set_up(self):
        said = self.make()
        checked = subprocess.run([stage.find_program("concordat-broker", FOLDERS), "--check", self.at("/etc/concordat/region.yaml")],
                                 capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("good: 1 areas, 4 teams, 1 coordinators", checked.stdout)
        self.start()

        drill = shlex.split(re.search(r"^  (concordat refer --drill .*)$", said, re.M)[1])
        ran = subprocess.run([stage.find_program("concordat", FOLDERS)] + [
            self.root + word if word.startswith("/etc/") else word for word in drill[1:]], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"RECEIVED by the router as D")

        self.stage.start("team", "concordat-team", "--server", f"tcp://127.0.0.1:{self.port}", "--server-key",
                         self.at("/etc/concordat/broker.key"), "--key",
                         self.at("/etc/concordat/private/desks/north-crisis.key_secret"), ready="present: done", typed="present")
        answer = json.loads(self.run_as("street-triage", "refer", "--source", "street-triage", "--callback", "07700 900123",
                                        "--postcode", "ZX1", "--age", "34"))["answer"]
        number = answer["status"]["number"]
        self.until("an offer", lambda: number in self.run_as("north-crisis", "offers"))
        self.run_as("north-crisis", "accept", number, "20")
        self.assertIn("Northmoor Crisis Team", self.run_as("street-triage", "status", number))

        person = {"id": "p101", "password": re.search(r"^Password +(\S+)$", said, re.M)[1],
                  "secret": re.search(r"secret=(\w+)", said)[1]}
        browser = Browser(self.stage.path("gateway.socket"))
        self.assertEqual(browser.sign_in(person).status, 303)
        self.until("the board of the first person", lambda: number in browser.get("/coordinator").text)

        trail = self.at("/var/lib/concordat-audit/trail.db")
        report = [stage.find_program("concordat", FOLDERS), "report", "case", number, "--trail", trail]
        self.until("the case in the trail", lambda: "accept" in subprocess.run(
            report, capture_output=True, text=True, check=False).stdout)

    def test_secrets_are_for_root_alone_and_the_rest_for_everybody(self):
        self.make()
        for path, about in self.everything().items():
            path = path.removeprefix(self.root)
            secret = path.startswith(("/etc/concordat/private", "/etc/ssl/private/", "/var/lib/concordat-gateway"))
            with self.subTest(path):
                self.assertEqual(about[0] & 0o077 == 0, secret)
                self.assertEqual(b"secret-key" in about[4], path.endswith(".key_secret"))

    def test_the_proxy_reads_what_was_written_for_it(self):
        if not shutil.which("nginx", path="/usr/sbin:/usr/bin"):
            self.skipTest("nginx is not installed")
        self.make()
        site = self.read("/etc/nginx/sites-available/concordat").replace("/etc/ssl", self.at("/etc/ssl"))
        self.assertEqual(os.readlink(self.at("/etc/nginx/sites-enabled/concordat")), "/etc/nginx/sites-available/concordat")
        with open(self.stage.path("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"pid {self.stage.path('nginx.pid')};\nevents {{}}\nhttp {{\n{site}}}\n")
        ran = subprocess.run(["/usr/sbin/nginx", "-t", "-e", "stderr", "-c", self.stage.path("nginx.conf")], capture_output=True, text=True,
                             check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_the_people_file_is_the_gateways_own(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file to another user")
        os.makedirs(self.at("/etc"))
        with open(self.at("/etc/passwd"), "w", encoding="ascii") as file:
            file.write("root:x:0:0::/root:/bin/sh\nconcordat-gateway:x:4711:4712::/:/bin/false\n")
        self.make()
        folder = self.at("/var/lib/concordat-gateway")
        os.chown(f"{folder}/people", 0, 0)  # as a run leaves it that is killed there
        self.make()
        for path in (folder, f"{folder}/people", f"{folder}/people.lock"):
            self.assertEqual((os.stat(path).st_uid, os.stat(path).st_gid), (4711, 4712), path)

    # ---- Again, and without doing it ----

    def test_a_second_run_changes_nothing(self):
        self.make()
        before = self.everything()
        said = self.make()
        self.assertEqual(self.everything(), before)
        self.assertNotRegex(said, r"(?m)^made|Password")
        self.assertIn("there already   /etc/concordat/region.yaml", said)
        self.assertIn("there already   /var/lib/concordat-gateway/people", said)

    def test_a_run_without_questions_of_the_region_takes_the_policy_that_is_there(self):
        self.make()
        self.make(teams=None, name=None, postcodes=None, duty_telephone=None)

    def test_a_file_that_a_person_has_edited_stays(self):
        self.make()
        edited = self.read("/etc/concordat/region.yaml").replace("Crisis Line", "Crisis line of Northmoor").replace(
            '"line"', '"crisis-line"')
        with open(self.at("/etc/concordat/region.yaml"), "w", encoding="utf-8") as file:
            file.write(edited)
        with open(self.at("/etc/default/concordat-broker"), "a", encoding="utf-8") as file:
            file.write("# mine\n")
        before = self.everything()
        said = self.make()
        after = self.everything()
        for path in ("/etc/concordat/region.yaml", "/etc/default/concordat-broker"):
            self.assertIn(f"left as it is   {path}: it has been changed", said)
        self.assertEqual({path for path in after if after[path] != before.get(path)} - {self.at("/etc/concordat"), self.at(
            "/etc/concordat/keys"), self.at("/etc/concordat/private/desks")}, {self.at("/etc/concordat/desks"), self.at(
                "/etc/concordat/keys/crisis-line.key"), self.at("/etc/concordat/private/desks/crisis-line.key_secret")})

    # ---- What comes later ----

    def write(self, path, text):
        with open(self.at(path), "w", encoding="utf-8") as file:
            file.write(text)

    def add_team(self):
        """As an operator adds one: at the end of the teams, before the next section."""
        text = self.read("/etc/concordat/region.yaml")
        team = re.search(r'(?s)  - id: "line"\n.*?\n    hours: always\n', text)[0]
        ladder = '      - ["line"]'
        self.assertIn(ladder, text)
        self.write("/etc/concordat/region.yaml", text.replace(team, team + team.replace('"line"', '"night-line"')).replace(
            ladder, '      - ["line", "night-line"]'))

    def note_that_it_runs(self):
        self.write("/etc/concordat/first-drill", "R-0001 2026-11-30T12:00:00Z\n")

    def commands(self, said):
        return re.findall(r"(?m)^  (systemctl .*|concordat refer .*|nginx .*)$", said)

    def test_a_team_and_a_source_that_come_later_are_connected(self):
        everywhere = " concordat-broker.service concordat-audit.service concordat-gateway.socket concordat-gateway.service"
        self.make()
        self.note_that_it_runs()
        mine = self.read("/etc/concordat/desks").replace("/run/credentials/concordat-gateway.service/desks_line", "/etc/mine/line")
        mine = re.sub(r"(?m)^(.*desks_beacon)", r"# not yet: \1", mine) + "# my own last line, without an end"
        self.write("/etc/concordat/desks", mine)
        os.chmod(self.at("/etc/concordat/desks"), 0o640)
        self.assertEqual(self.commands(self.make()), [f"systemctl enable --now{everywhere} concordat-intake@street-triage.service "
                                                      "concordat-intake@emergency-department.service"])
        self.assertEqual(self.read("/etc/concordat/desks"), mine)
        self.add_team()
        said = self.make("--sources", "street-triage=ZZP01,emergency-department,liaison-and-diversion", sources=None)
        self.assertIn("added to        /etc/concordat/desks: night-line, liaison-and-diversion\n", said)
        self.assertIn("left out        /etc/concordat/desks: beacon, which stands in a comment there\n", said)
        credential, port = "/run/credentials/concordat-gateway.service/desks_", self.port + 2
        self.assertEqual(self.read("/etc/concordat/desks"), mine + f"\n{credential}night-line.key_secret\n{credential}liaison-and-diversion"
                         f".key_secret tcp://127.0.0.1:{port} /etc/concordat/keys/liaison-and-diversion.key\n")
        self.assertEqual(os.stat(self.at("/etc/concordat/desks")).st_mode & 0o777, 0o640)
        self.assertEqual(self.commands(said)[:2], ["systemctl reload concordat-broker.service", "systemctl restart concordat-gateway.service"])
        self.assertIn("concordat-intake@liaison-and-diversion.service", self.commands(said)[-1])
        self.assertNotIn("concordat refer", said)

    def on_its_own_machine(self, *words, **changed):
        """Sets this machine up, in a namespace whose /etc, /var and /run are the root's. What stands for systemctl notes what it was
        told, and says that a unit runs unless a file says that it does not."""
        for folder in ("etc", "var/lib", "run/systemd/system"):
            os.makedirs(self.at(f"/{folder}"), exist_ok=True)
        self.write("/etc/passwd", f"root:x:0:0::/root:/bin/sh\nconcordat-gateway:x:{os.geteuid()}:{os.getegid()}::/:/bin/false\n")
        os.makedirs(self.stage.path("bin"), exist_ok=True)
        with open(self.stage.path("bin/systemctl"), "w", encoding="ascii") as file:
            file.write('#!/bin/sh\necho "$@" >> "$0.told"\ncase "$*" in\n*is-active*|*enable*) test ! -e "$0.fails" ;;\nesac\n')
        os.chmod(self.stage.path("bin/systemctl"), 0o755)
        mounts = " && ".join(f"mount --bind {self.at(folder)} {folder}" for folder in ("/etc", "/var", "/run"))
        return subprocess.run(["unshare", "-m", "sh", "-c", f'{mounts} && exec "$@"', "sh", *self.line(*words, root="", **changed)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
                              env={**os.environ, "PATH": f"{self.stage.path('bin')}:{os.environ['PATH']}"})

    def told_systemctl(self):
        path = self.stage.path("bin/systemctl.told")
        with open(path, encoding="ascii") as file:
            told = [line.rstrip("\n") for line in file if "is-active" not in line]
        os.remove(path)
        return told

    def test_the_first_drill_is_sent_once_when_all_units_run(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("only root can give a process folders of its own")
        os.mkdir(self.root)
        plain = {"certificate": "none"}
        os.makedirs(self.stage.path("bin"))
        with open(self.stage.path("bin/systemctl.fails"), "w", encoding="ascii"):
            pass
        ran = self.on_its_own_machine(**plain)
        self.assertEqual(ran.returncode, 111, ran.stdout + ran.stderr)
        self.assertIn("concordat-broker.service does not run", ran.stderr)
        self.assertFalse(os.path.exists(self.at("/etc/concordat/first-drill")))
        os.remove(self.stage.path("bin/systemctl.fails"))
        for name, says in (("concordat-broker.service", "ready"), ("concordat-intake@street-triage.service", "listening")):
            units.Unit(UNITS, name, self.root).start(self.stage, says)

        ran = self.on_its_own_machine(**plain)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        number = re.search(r"RECEIVED by the router as (\S+)", ran.stdout)[1].rstrip(".,")
        self.assertRegex(self.read("/etc/concordat/first-drill"), rf"(?m)^{number} \d{{4}}-\d\d-\d\dT[\d:]+Z$")

        self.told_systemctl()
        self.add_team()
        ran = self.on_its_own_machine(**plain)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertNotIn("RECEIVED", ran.stdout)
        self.assertIn("no drill was sent", ran.stdout)
        told = self.told_systemctl()
        self.assertEqual(told[:3], ["daemon-reload", "reload concordat-broker.service", "restart concordat-gateway.service"])
        self.assertEqual(len(told), 4, told)
        self.assertIn("restarted       concordat-gateway.service", ran.stdout)
        self.assertEqual(self.on_its_own_machine(**plain).returncode, 0)
        self.assertEqual([line.split()[0] for line in self.told_systemctl()], ["daemon-reload", "--quiet"])

    def test_a_site_that_began_without_a_drill_is_sent_none_later(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("only root can give a process folders of its own")
        os.mkdir(self.root)
        for words in (["--no-drill"], []):
            ran = self.on_its_own_machine(*words, certificate="none")
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("no drill was sent", ran.stdout)
        self.assertRegex(self.read("/etc/concordat/first-drill"), r"(?m)^none \d{4}-")

    def test_a_run_that_was_killed_half_way_is_finished_by_the_next(self):
        self.make()
        gone = ("/etc/concordat/private/master-key", "/etc/default/concordat-gateway", "/var/lib/concordat-gateway/people")
        for path in gone:
            os.remove(self.at(path))
        os.rename(self.at("/etc/concordat/keys/duty.key"), self.at("/etc/concordat/private/desks/duty.key"))
        said = self.make()
        self.assertEqual(re.findall(r"(?m)^made +(\S+)", said), [
            "/etc/concordat/keys/duty.key", *gone])
        self.assertFalse(os.path.exists(self.at("/etc/concordat/private/desks/duty.key")))

    def test_a_dry_run_shows_each_file_and_changes_nothing(self):
        said = self.make("--dry-run")
        self.assertFalse(os.path.exists(self.root))
        self.assertIn('    | CONCORDAT_RING="Northmoor duty coordinator 01632 960100"', said)
        self.assertIn("would make      /etc/concordat/keys/beacon.key (key pair)", said)
        self.assertIsNone(re.search("Password|secret-key|-----BEGIN", said))
        self.make()
        before = self.everything()
        self.assertNotIn("would make", self.make("--dry-run"))
        self.assertEqual(self.everything(), before)

    # ---- A policy that somebody wrote, and a terminal ----

    def test_a_policy_that_somebody_wrote_is_taken_as_it_is(self):
        example = os.path.join(stage.SOURCE, "deploy", "examples", "region.yaml")
        self.make(teams=None, name=None, postcodes=None, duty_telephone=None, region=example)
        with open(example, encoding="utf-8") as file:
            self.assertEqual(self.read("/etc/concordat/region.yaml"), file.read())
        self.assertEqual(len(os.listdir(self.at("/etc/concordat/private/desks"))), 10 + 2 + 2)
        self.assertIn("Northmoor duty coordinator 01632 960100", self.read("/etc/default/concordat-intake-street-triage"))

    def at_a_terminal(self, line, answers):
        """Answers each question when it comes, and returns the exit code and all that was said."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))  # Ctrl-C comes from there
        os.close(theirs)
        self.addCleanup(os.close, ours)
        said, at = b"", 0
        for question, answer in answers:
            while question not in said[at:]:
                self.assertTrue(select.select([ours], [], [], SECONDS)[0], f"not asked {question}: {said.decode()}")
                try:
                    said += os.read(ours, 4096)
                except OSError:
                    self.fail(f"not asked {question}: {said.decode()}")
            at = said.index(question, at) + len(question)
            os.write(ours, answer() if callable(answer) else answer)
        try:
            while more := os.read(ours, 4096):
                said += more
        except OSError:  # the other end is closed
            pass
        return process.wait(SECONDS), said.decode().replace("\r", "")

    def test_a_terminal_is_asked_for_what_no_option_gave(self):
        code, said = self.at_a_terminal(self.line(name=None, person_name=None, sources=None, duty_telephone=None, person=None), (
            (b"Name of your region: ", b"Northmoor\n"), (b"[Northmoor duty coordinator]: ", b"\n"), (b"every hour: ", b"none\n"),
            (b"Please write the number", b"1632960100\n"), (b"begin a number of this length with 0 or +", b"01632 960100\n"),
            (b"[street-triage]: ", b"police\n"), (b"Please write some of street-triage", b"\n"),
            (b"[p101]: ", b"jmarsh01\n"), (b"1 to 4 small letters and then 2 to 8 digits", b"p202\n"),
            (b"Their name: ", b"Robin Example\n"), (b"Make this? [y/N]: ", b"y\n")))
        self.assertEqual(code, 0, said)
        self.assertIn("Robin Example (p202) can sign in", said)
        for words in ("  Northmoor Crisis Team: comes; always; 18+; 20 places\n", "  The Beacon: receives detained people only; always; 3 places\n",
                      "  Crisis Line: rings; always\n", "  Young People's \"Crisis\" Team: comes; mon-fri 08:00-22:00; sat, sun 10:00-18:00; 0-17;"):
            self.assertIn(words, said)
        self.assertEqual(os.listdir(self.at("/etc/default")).count("concordat-intake-street-triage"), 1)

    def test_nothing_is_made_unless_somebody_says_yes(self):
        for last in (b"n\n", b"\n", b"\x04", b"\x03"):
            with self.subTest(last):
                code, said = self.at_a_terminal(self.line(duty="Duty", person="p101", person_name=None), (
                    (b"Their name: ", b"Robin Example\n"), (b"Make this? [y/N]: ", last)))
                self.assertEqual(code, 100, said)
                self.assertIn("Nothing was made.", said)
                self.assertFalse(os.path.exists(self.root))
        code, said = self.at_a_terminal(self.line(duty="Duty", person_name=None), ((b"[p101]: ", b"\x04"),))
        self.assertEqual((code, said.count("Nothing was made."), "Their name" in said), (100, 1, False), said)

    def test_a_sheet_is_looked_at_again_when_it_was_mended(self):
        self.write_sheet(lambda text: text.replace("18+", "adults"))

        def mend():
            self.write_sheet(lambda text: text)
            return b"\n"

        line = self.line("--dry-run", duty="Duty", person="p101", person_name=None)
        asked = (b"Their name: ", b"Robin Example\n"), (b"or Ctrl-C to stop: ", b"\n")
        code, said = self.at_a_terminal(line, (*asked, (b"or Ctrl-C to stop: ", b"\x04")))
        self.assertEqual((code, said.count('"adults" is not a range of ages'), said.count("Nothing was made.")), (100, 2, 1), said)
        code, said = self.at_a_terminal(line, (*asked, (b"or Ctrl-C to stop: ", mend)))
        self.assertEqual(code, 0, said)

    def test_a_certificate_is_looked_at_when_it_is_asked_for(self):
        os.mkdir(self.root)
        self.sign("one", "concordat.example")
        self.sign("two", "concordat.example")
        with open(self.at("/no.pem"), "w", encoding="ascii") as file:
            file.write("no certificate\n")
        code, said = self.at_a_terminal(self.line("--dry-run", certificate=None, duty="Duty", person="p101", person_name=None), (
            (b"none [none]: ", b"/none.pem\n"), (b"/none.pem: No such file", b"/no.pem\n"), (b"this is no certificate in PEM", b"/one.pem\n"),
            (b"Key of the certificate: ", b"/two.key\n"), (b"the key does not belong to the certificate", b"/one.key\n"),
            (b"Their name: ", b"Robin Example\n")))
        self.assertEqual(code, 0, said)

    def test_a_second_run_takes_what_the_site_says_for_usual(self):
        self.make()
        self.note_that_it_runs()
        before = self.everything()
        code, said = self.at_a_terminal([stage.find_program("concordat", FOLDERS), "setup", "--root", self.root], (
            (b"There is a site on this machine already.", b""), (b"(ODS) [ZZM01]: ", b"\n"), (b"[street-triage=ZZP01,emergency-department]: ", b"\n"),
            (b"[concordat.example]: ", b"\n"), (b"none [self-signed]: ", b"\n"), (b"Make this? [y/N]: ", b"y\n")))
        self.assertEqual(code, 0, said)
        self.assertRegex(said, rf"The router's port +{self.port}\n")
        self.assertNotRegex(said, "(?m)^(made|left as it is|added)")
        self.assertEqual(self.everything(), before)

    # ---- One more ----

    def partner(self, *words):
        return subprocess.run([stage.find_program("concordat", FOLDERS), "setup", "partner", *words, "--root", self.root],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)

    def test_a_partner_is_told_an_address_that_changes_nothing_else_of_the_site(self):
        self.make()
        ran = self.partner("car-7", "--role", "referrer", "--of", "street-triage")
        self.assertIn(f"3. The address tcp://concordat.example:{self.port + 1}.\n", ran.stdout)
        self.assertIn("In /etc/default/concordat-intake-street-triage write", ran.stdout)
        self.assertIn("`systemctl restart concordat-intake@street-triage`", ran.stdout)
        everywhere = re.search(r'(?m)^  (CONCORDAT_LISTEN="tcp://0\.0\.0\.0:\d+")$', ran.stdout)[1]
        self.start()
        browser = Browser(self.stage.path("gateway.socket"))
        self.assertEqual(browser.get("/").status, 303)
        path = "/etc/default/concordat-intake-street-triage"
        self.write(path, re.sub("CONCORDAT_LISTEN=.*", everywhere, self.read(path)))
        self.stage.stop("concordat-intake@street-triage.service")
        units.Unit(UNITS, "concordat-intake@street-triage.service", self.root).start(self.stage, "listening")
        number = json.loads(self.run_as("street-triage", "refer", "--drill", "--source", "street-triage", "--callback", "07700 900123"))[
            "answer"]["status"]["number"]
        self.assertIn(number, self.run_as("street-triage", "status", number))
        with socket.create_connection(("127.0.0.2", self.port + 1), timeout=SECONDS):  # another address of this machine
            pass
        self.assertNotIn("not open yet", self.partner("car-8", "--role", "referrer", "--of", "street-triage").stdout)
        self.assertIn(f"tcp://concordat.example:{self.port}.\n\nThat address is not open yet. In /etc/default/concordat-broker", self.partner(
            "tablet", "--role", "team", "--of", "line").stdout)

    def test_a_partner_is_let_in_where_its_key_is_asked_for(self):
        self.make()
        rows = (("car-7", "referrer", "street-triage", "devices-street-triage", "keys/street-triage.key"),
                ("tablet", "team", "north-crisis", "keys", "broker.key"), ("second", "coordinator", "duty", "keys", "broker.key"),
                ("council", "auditor", "ZZC01", "keys", "broker.key"))
        for name, role, of, folder, server in rows:
            with self.subTest(name):
                ran = self.partner(name, "--role", role, "--of", of)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertIn(f"/etc/concordat/private/partners/{name}.key_secret, their secret key", ran.stdout)
                self.assertIn(f"/etc/concordat/{server}, the public key of this end", ran.stdout)
                public = self.read(f"/etc/concordat/{folder}/{name}.key")
                self.assertIn(f'role = "{role}"\n    of = "{of}"', public)
                self.assertIn(re.search("public-key.*", public)[0], self.read(f"/etc/concordat/private/partners/{name}.key_secret"))
        before = self.everything()
        slips = ((("x", "--role", "king", "--of", "duty"), "--role is referrer"),
                 (("x", "--role", "team", "--of", "no-team"), 'there is no team "no-team"'),
                 (("x", "--role", "referrer", "--of", "liaison-and-diversion"), "is no source of this site"),
                 (("a/b", "--role", "team", "--of", "line"), "write a name and an id"),
                 (("audit", "--role", "inspector", "--of", "council"), "/keys/audit.key: the name is taken"),
                 (("car-7", "--role", "team", "--of", "line"), "car-7.key_secret: the name is taken by a key of another"),
                 (("x", "--role", "team"), "partner needs a NAME"),
                (("Car", "7", "--role", "team", "--of", "line"), '"7" is too much: the name of a partner\'s key is one word of letters, digits'))
        for words, says in slips:
            with self.subTest(says):
                ran = self.partner(*words)
                self.assertEqual(ran.returncode, 100, ran.stdout)
                self.assertIn(says, ran.stderr)
        self.assertEqual(self.everything(), before)
        shutil.rmtree(self.root)
        self.assertEqual(self.partner("x", "--role", "team", "--of", "line").returncode, 100)

    # ---- What is wrong ----

    def refuses(self, says, *words, code=100, **changed):
        """Nothing is made, and it is said why."""
        before = self.everything()
        ran = self.set_up(*words, **changed)
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        self.assertIn(says, ran.stderr)
        self.assertEqual(self.everything(), before)

    def test_a_slip_in_the_sheet_is_named_by_line_and_column(self):
        slips = ((("01632 960110", "x"), 'teams.csv:2: telephone: "x" is not a telephone number. Write the number'),
                 (("A20", "A99"), 'teams.csv:4: type: "A99" is not a team type'),
                 (("08:00-22:00", "08:00-27:00"), 'teams.csv:3: hours: "27:00" is not a time of day. Write always, or such as mon-fri'),
                 (("sat, sun 10", "sat, son 10"), 'teams.csv:3: hours: "son" is not a day. Write always'),
                 (("18+", "adults"), 'teams.csv:2: ages: "adults" is not a range of ages'),
                 (("beacon,", "The Beacon,"), 'teams.csv:4: id: "The Beacon" has characters that an id cannot have'),
                 (("01632 960110", "1632960110"), 'teams.csv:2: telephone: "1632960110" is not a telephone number: one of this length begins with '
                 '0 or +. Write the number that people ring, with its first 0: format the column as text'),
                (("telephone", "phone"), 'teams.csv:1: heading: "phone" is no column'),
                 ((",,,3", ",,,many"), 'teams.csv:4: places: "many" is not a number from 1 to 999'))
        for (before, after), says in slips:
            with self.subTest(says):
                self.write_sheet(lambda text, before=before, after=after: text.replace(before, after, 1))
                self.refuses(says)

    def test_all_slips_of_a_sheet_are_told_together_and_once(self):
        self.write_sheet(lambda text: text.replace("18+", "adults").replace("mon-fri 08:00-22:00; sat, sun 10:00-18:00", "nine to five").replace(
            "A20,01632 960170", "A99,").replace(",A19", "A19").replace("line,", "beacon,"))
        ran = self.set_up()
        self.assertEqual(ran.returncode, 100)
        self.assertEqual([line.removeprefix(self.stage.path("teams.csv")).split(". ")[0] for line in sorted(ran.stderr.splitlines())], [
            ':2: ages: "adults" is not a range of ages', ':3: hours: "nine to five" are not hours', ":4: telephone: the cell is empty",
            ':4: type: "A99" is not a team type that is asked in a crisis', ":5: file: the row has not as many cells as the heading"])
        self.assertFalse(os.path.exists(self.root))
        self.write_sheet(lambda text: text.replace(",", ";"))
        self.assertEqual(len(self.set_up().stderr.splitlines()), 1)

    def test_words_of_a_sheet_are_taken_in_any_case(self):
        self.write_sheet(lambda text: text.replace("mon-fri 08:00-22:00; sat, sun", "Mon-Fri 08:00-22:00; SAT, Sun").replace("01632 960180,,", "01632 960180,All,Always"))
        self.make()
        self.assertIn('{days: "mon-fri", from: "08:00", to: "22:00"}', self.read("/etc/concordat/region.yaml"))

    def test_a_person_without_a_desk_is_told(self):
        self.make()
        people = [stage.find_program("concordat", FOLDERS), "people", "add"]
        for person, role, of, says in (("p901", "referrer", "street-triag", 'no referrer desk of this gateway has the id "street-triag"'),
                                       ("p902", "team", "street-triage", "There are: "),
                                       ("p903", "referrer", "street-triage", ""), ("p904", "team", "line", ""), ("p905", "auditor", "ZZC01", "")):
            with self.subTest(person):
                ran = subprocess.run([*people, person, "--name", "A", "--role", role, "--of", of, "--file", self.at("/var/lib/concordat-gateway/people")],
                                     capture_output=True, text=True, timeout=SECONDS, check=False)
                self.assertEqual(ran.returncode, 0, ran.stderr)
                self.assertIn(says, ran.stderr)
                self.assertEqual(ran.stderr == "", says == "")

    def test_an_answer_that_is_missing_or_wrong_is_named_by_its_option(self):
        rows = ({"name": None, "says": "--name is needed"}, {"teams": None, "says": "--teams is needed"},
                {"host": None, "says": "--host is needed"}, {"person_name": None, "says": "--person-name is needed"},
                {"teams": "/nonexistent", "says": "--teams \"/nonexistent\": name a file"},
                {"organisation": "zz", "says": "--organisation \"zz\": write its ODS"},
                {"sources": "police", "says": "--sources \"police\": write some of street-triage"},
                {"sources": "street-triage,street-triage", "says": "each once"},
                {"host": "Concordat Example", "says": "--host \"Concordat Example\": write a name"},
                {"person": "robin", "says": "--person \"robin\": write an id that names nobody, 1 to 4 small letters and then 2 to 8 digits"},
                {"duty_telephone": "1632960100", "says": "--duty-telephone \"1632960100\": begin a number of this length with 0 or +"},
                {"postcodes": "zx1", "says": "--postcodes \"zx1\": write the first parts of its postcodes in capitals, such as"},
                {"postcodes": "1ZX", "says": "--postcodes: \"1ZX\" is not a postcode district. Write the first parts of its postcodes in capitals, such as"},
                {"certificate": "cert.pem", "says": "--certificate \"cert.pem\": write the whole path"},
                {"certificate": "/c.pem", "says": "--certificate-key is needed"},
                {"region": "/x", "says": "give one of the two"})
        for row in rows:
            with self.subTest(row):
                self.refuses(row["says"], **{name: value for name, value in row.items() if name != "says"})

    def sign(self, name, host):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", self.at(f"/{name}.key"),
                        "-out", self.at(f"/{name}.pem")], check=True, capture_output=True)
        os.chmod(self.at(f"/{name}.key"), 0o600)

    def test_a_certificate_that_would_not_work_is_named(self):
        os.mkdir(self.root)
        self.sign("one", "concordat.example")
        self.sign("two", "concordat.example")
        self.sign("other", "elsewhere.example")
        with open(self.at("/no.pem"), "w", encoding="ascii") as file:
            file.write("no certificate\n")
        rows = (("one.pem", "two.key", "/two.key: the key does not belong to the certificate"),
                ("other.pem", "other.key", "/other.pem: the certificate is not for the name concordat.example. Give --host"),
                ("no.pem", "one.key", "/no.pem: this is no certificate in PEM"),
                ("one.pem", "no.pem", "/no.pem: this is no key in PEM"),
                ("one.pem", "none.key", "/none.key: it is not there"))
        for certificate, key, says in rows:
            with self.subTest(says):
                self.refuses(says, certificate=f"/{certificate}", certificate_key=f"/{key}")
        os.chmod(self.at("/one.key"), 0o644)
        self.refuses("anybody may read this key", certificate="/one.pem", certificate_key="/one.key")
        os.chmod(self.at("/one.key"), 0o600)
        self.make(certificate="/one.pem", certificate_key="/one.key")
        shutil.rmtree(self.root)
        self.make()
        self.refuses("/etc/ssl/certs/concordat-self-signed.pem: the certificate is not for the name new.example. Give --host the name that it is "
                     "for; or if this machine has a new name, name that name's certificate with --certificate, or move this file away and say "
                     "self-signed", host="new.example")
        os.remove(self.at("/etc/ssl/certs/concordat-self-signed.pem"))
        os.remove(self.at("/etc/ssl/private/concordat-self-signed.key"))
        self.make(host="new.example")
        shutil.rmtree(self.root)
        os.mkdir(self.root)
        self.sign("one", "concordat.example")
        self.make(certificate="/one.pem", certificate_key="/one.key")
        self.assertIn("ssl_certificate /one.pem;\n    ssl_certificate_key /one.key;", self.read("/etc/nginx/sites-available/concordat"))

    def test_without_a_certificate_there_is_no_proxy_and_it_says_what_to_do(self):
        self.assertIn("run this again with --certificate FILE", self.make(certificate=None))
        self.assertFalse(os.path.exists(self.at("/etc/nginx")))

    def test_names_that_are_taken_and_wrong_rights_stop_it(self):
        self.write_sheet(lambda text: text.replace("beacon,", "street-triage,"))
        self.refuses('the id "street-triage" of the team "The Beacon" is the name of another key too')
        self.write_sheet(lambda text: text)
        self.make()
        private = self.at("/etc/concordat/private")
        os.chmod(private, 0o750)
        self.refuses("/etc/concordat/private: others may look into it")
        os.chmod(private, 0o700)
        os.chmod(f"{private}/audit.key_secret", 0o640)
        self.refuses("audit.key_secret: others may read this secret key")
        os.chmod(f"{private}/audit.key_secret", 0o600)
        os.chmod(f"{private}/master-key", 0o644)
        self.refuses("master-key")
        os.chmod(f"{private}/master-key", 0o600)
        os.rename(f"{private}/desks/line.key_secret", self.stage.path("line.key_secret"))
        self.refuses("/etc/concordat/keys/line.key: the name is taken: there is such a public key")
        shutil.copy(f"{private}/desks/beacon.key_secret", f"{private}/desks/line.key_secret")
        self.refuses("line.key_secret: the name is taken by a key of another")


if __name__ == "__main__":
    unittest.main()
