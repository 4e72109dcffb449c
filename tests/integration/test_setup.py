"""`concordat setup`: a site under a root, which is checked by the real broker and then started as its units say; what a second
run and a dry run change, which is nothing; and what is said of each thing that is wrong.

Usage: test_setup.py SOURCE BUILD
"""

import json
import os
import pty
import re
import shlex
import shutil
import socket
import subprocess
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
            "/etc/concordat/keys"), self.at("/etc/concordat/private/desks")}, {
                self.at("/etc/concordat/keys/crisis-line.key"), self.at("/etc/concordat/private/desks/crisis-line.key_secret")})

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

    def test_a_terminal_is_asked_for_what_no_option_gave(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.line(name=None, person_name=None, sources=None, duty_telephone=None), stdin=theirs,
                                   stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.addCleanup(os.close, ours)
        said = b""
        for question, answer in ((b"Name of your region: ", b"Northmoor"), (b"[Northmoor duty coordinator]: ", b""),
                                 (b"every hour: ", b"none"), (b"Please write the number", b"01632 960100"),
                                 (b"[street-triage]: ", b""), (b"[p101]: ", b"p202"), (b"Their name: ", b"Robin Example")):
            while question not in said:
                said += os.read(ours, 4096)
            said = said[said.index(question) + len(question):]
            os.write(ours, answer + b"\n")
        try:
            while more := os.read(ours, 4096):
                said += more
        except OSError:  # the other end is closed
            pass
        self.assertEqual(process.wait(SECONDS), 0, said)
        self.assertIn(b"Robin Example (p202) can sign in", said)
        self.assertEqual(os.listdir(self.at("/etc/default")).count("concordat-intake-street-triage"), 1)

    # ---- One more ----

    def partner(self, *words):
        return subprocess.run([stage.find_program("concordat", FOLDERS), "setup", "partner", *words, "--root", self.root],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)

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
                 (("x", "--role", "team"), "partner needs a NAME"))
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
                 (("telephone", "phone"), 'teams.csv:1: heading: "phone" is no column'),
                 ((",,,3", ",,,many"), 'teams.csv:4: places: "many" is not a number from 1 to 999'))
        for (before, after), says in slips:
            with self.subTest(says):
                self.write_sheet(lambda text, before=before, after=after: text.replace(before, after, 1))
                self.refuses(says)

    def test_an_answer_that_is_missing_or_wrong_is_named_by_its_option(self):
        rows = ({"name": None, "says": "--name is needed"}, {"teams": None, "says": "--teams is needed"},
                {"host": None, "says": "--host is needed"}, {"person_name": None, "says": "--person-name is needed"},
                {"teams": "/nonexistent", "says": "--teams \"/nonexistent\": name a file"},
                {"organisation": "zz", "says": "--organisation \"zz\": write its ODS"},
                {"sources": "police", "says": "--sources \"police\": write some of street-triage"},
                {"sources": "street-triage,street-triage", "says": "each once"},
                {"host": "Concordat Example", "says": "--host \"Concordat Example\": write a name"},
                {"person": "robin", "says": "--person \"robin\": write an id like p101"},
                {"postcodes": "zx1", "says": "--postcodes: \"zx1\" is not a postcode district. Write the first parts of its postcodes in capitals, such as"},
                {"certificate": "cert.pem", "says": "--certificate \"cert.pem\": write the whole path"},
                {"certificate": "/c.pem", "says": "--certificate-key is needed"},
                {"region": "/x", "says": "give one of the two"})
        for row in rows:
            with self.subTest(row):
                self.refuses(row["says"], **{name: value for name, value in row.items() if name != "says"})

    def test_a_certificate_that_would_not_work_is_named(self):
        def sign(name, host):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                            "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", self.at(f"/{name}.key"),
                            "-out", self.at(f"/{name}.pem")], check=True, capture_output=True)
            os.chmod(self.at(f"/{name}.key"), 0o600)

        os.mkdir(self.root)
        sign("one", "concordat.example")
        sign("two", "concordat.example")
        sign("other", "elsewhere.example")
        with open(self.at("/no.pem"), "w", encoding="ascii") as file:
            file.write("no certificate\n")
        rows = (("one.pem", "two.key", "/two.key: the key does not belong to the certificate"),
                ("other.pem", "other.key", "/other.pem: the certificate is for another name"),
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
