"""`concordat doctor` on a site that `concordat setup` made and whose real programs run: all is well; then one thing is broken at a
time, and the one finding says which. Nothing is changed by looking.

Usage: test_doctor.py SOURCE BUILD
"""

import contextlib
import datetime
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import time
import unittest

import faults
import ledger_home
import stage
import test_setup
import units
from browser import FOLDERS, SECONDS

SHEET = """id,name,type,telephone,ages,hours,places
north-crisis,Northmoor Crisis Team,A02,01632 960110,,,20
beacon,The Beacon,A20,01632 960170,,,3
line,Crisis Line,A19,01632 960180,,,
"""
GATEWAY = "concordat-gateway.service"
READY = {"concordat-broker.service": "ready", "concordat-intake@street-triage.service": "listening",
         "concordat-intake@emergency-department.service": "listening", "concordat-audit.service": ""}
SECRET = "/etc/concordat/private/audit.key_secret"
SITE = "/etc/nginx/sites-available/concordat"
CERTIFICATE, CERTIFICATE_KEY = "/etc/ssl/certs/concordat-self-signed.pem", "/etc/ssl/private/concordat-self-signed.key"
needs_nginx = unittest.skipUnless(os.path.exists("/usr/sbin/nginx"), "nginx is not installed (nginx-light)")


class Doctor(unittest.TestCase):
    """One site for all tests; each puts back what it broke."""

    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("doctor", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.root = cls.stage.path("root")
        cls.port = test_setup.free_ports()
        with open(cls.stage.path("teams.csv"), "w", encoding="utf-8") as file:
            file.write(SHEET)
        options = {**test_setup.ANSWERS, "teams": cls.stage.path("teams.csv"), "root": cls.root, "port": str(cls.port)}
        subprocess.run([stage.find_program("concordat", FOLDERS), "setup",
                        *(word for name, value in options.items() for word in (f"--{name}", value))],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=SECONDS)
        cls.name_users()
        cls.machine = faults.Machine(cls.stage, "doctor")  # whose clock is kept, whatever that of this one is
        cls.machine.set(vouched=1)
        for name, says in READY.items():
            units.Unit(test_setup.UNITS, name, cls.root).start(cls.stage, says)
        cls.start_gateway()
        if os.path.exists("/usr/sbin/nginx"):
            cls.start_proxy()

    @classmethod
    def name_users(cls):
        """The site's machine has users with the names of ours, who are all whoever runs this test."""
        with open(cls.at("/etc/passwd"), "w", encoding="ascii") as file:
            for name in ("broker", "intake", "audit", "gateway"):
                file.write(f"concordat-{name}:x:{os.geteuid()}:{os.getegid()}::/:/bin/false\n")

    @classmethod
    def start_gateway(cls):
        gateway = units.Unit(test_setup.UNITS, GATEWAY, cls.root)
        with open(cls.at("/etc/concordat/desks"), "r+", encoding="utf-8") as file:
            desks = gateway.rooted(file.read())
            file.seek(0)
            file.write(desks)
            file.truncate()
        os.makedirs(cls.at("/run"), exist_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        cls.addClassCleanup(listening.close)
        listening.bind(cls.at("/run/concordat-gateway.sock"))
        listening.listen()
        os.chmod(cls.at("/run/concordat-gateway.sock"), 0o666)
        os.chmod(cls.stage.folder, 0o755)
        units.start_with_socket(cls.stage, gateway, listening, stage.find_program("concordat-gateway", FOLDERS), "listening")

    @classmethod
    def start_proxy(cls):
        """nginx with the site that was set up, on a port of this stage."""
        cls.proxy_port = stage.free_port()
        with open(cls.at(SITE), encoding="utf-8") as file:
            text = file.read()
        for before, after in (("listen 443", f"listen 127.0.0.1:{cls.proxy_port}"), ("/etc/ssl", cls.at("/etc/ssl")),
                              ("/run/concordat-gateway.sock", cls.at("/run/concordat-gateway.sock"))):
            assert before in text, before
            text = text.replace(before, after)
        with open(cls.at(SITE), "w", encoding="utf-8") as file:
            file.write(text)
        temporary = "".join(f"{kind}_temp_path {cls.stage.path('nginx-' + kind)};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        stage.write(cls.stage.path("nginx.conf"), [
            f"daemon off; pid {cls.stage.path('nginx.pid')}; error_log stderr notice; {'user root;' if os.geteuid() == 0 else ''}",
            f"events {{}} http {{ {temporary} include {cls.at(SITE)}; }}"], 0o600)
        cls.run_nginx()

    @classmethod
    def run_nginx(cls):
        cls.stage.start("nginx", "nginx", "-c", cls.stage.path("nginx.conf"), "-e", "stderr", ready="start worker process")

    # ---- Looking ----

    @classmethod
    def at(cls, path):
        return cls.root + path

    def look(self, *words, env=None):
        """The exit code, what needs somebody, what was not looked at, and the last line."""
        ran = subprocess.run([stage.find_program("concordat", FOLDERS), "doctor", "--root", self.root, *words],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
                             env={**os.environ, **self.machine.env(), **(env or {})})
        self.assertEqual(ran.stderr, "")
        *lines, last = ran.stdout.splitlines()
        found = {kind: [line[16:].replace(self.root, "") for line in lines if line.startswith(kind)]
                 for kind in ("needs somebody", "not looked at", "well")}
        self.assertEqual(sum(map(len, found.values())), len(lines), ran.stdout)
        return ran.returncode, found, last

    def finds(self, says, *words, code=1, env=None):
        """There is one finding, and it says so."""
        returned, found, last = self.look(*words, env=env)
        wrong = found["needs somebody"]
        self.assertEqual(len(wrong), 1, "\n".join(wrong) or last)
        self.assertRegex(wrong[0], says)
        self.assertEqual(returned, code)
        self.assertRegex(last, rf"need(s)? somebody")

    @contextlib.contextmanager
    def changed(self, path, change):
        """A file with other text, for a while; the file keeps its rights and its times."""
        with open(self.at(path), encoding="utf-8") as file:
            before = file.read()
        self.assertNotEqual(change(before), before)
        self.write(path, change(before))
        try:
            yield
        finally:
            self.write(path, before)

    def write(self, path, text):
        with open(self.at(path), "r+", encoding="utf-8") as file:
            file.write(text)
            file.truncate()

    @contextlib.contextmanager
    def moved(self, path):
        os.rename(self.at(path), self.stage.path("moved"))
        try:
            yield
        finally:
            os.replace(self.stage.path("moved"), self.at(path))

    @contextlib.contextmanager
    def mode(self, path, mode):
        before = stat.S_IMODE(os.stat(self.at(path)).st_mode)
        os.chmod(self.at(path), mode)
        try:
            yield
        finally:
            os.chmod(self.at(path), before)

    def everything(self):
        """Each file's bytes and rights, but for what programs write while they run."""
        found = {}
        for folder, _, files in os.walk(self.at("/etc")):
            for path in (os.path.join(folder, name) for name in files):
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        found[path] = (os.stat(path).st_mode, os.stat(path).st_mtime_ns, file.read())
        return found

    def test_all_is_well_and_nothing_is_changed(self):
        before = self.everything()
        code, found, last = self.look("--all")
        self.assertEqual(self.everything(), before)
        self.assertEqual((code, found["needs somebody"]), (0, []))
        unseen = [line for line in found["not looked at"] if "trail.db: its format" not in line]
        self.assertEqual([re.match(r"the units|the proxy", line) is not None for line in unseen], [True] * len(unseen), unseen)
        said = "\n".join(found["well"])
        for says in ("region.yaml: the router takes it, and it has no gap", "audit.key_secret: both halves belong together",
                     "master-key: it can be read", 'the team "north-crisis" has a key',
                     "outbox.db: format " if ledger_home.SERVED else "ledger.db: format 1",
                     "concordat-broker.service: process", "the router at tcp://127.0.0.1", "emergency-department.service: it answers at",
                     "sock: the gateway answers", "the certificate is good for 36"):
            self.assertIn(says, said)
        self.assertRegex(last, r"^\d+ were looked at: nothing needs somebody; [12] were not looked at\.$")
        self.assertNotRegex(said, "Robin|p101")

    # ---- Rights and keys ----

    def test_rights(self):
        rows = ((SECRET, 0o640, "audit.key_secret: others may read it, and it is secret; `chmod 600`"),
                ("/etc/concordat/private", 0o755, "private: others may look into it"),
                ("/etc/concordat/keys", 0o777, "keys: others may write here, and so admit anybody"),
                ("/etc/concordat/region.yaml", 0o666, "region.yaml: others may write here"),
                ("/etc/default/concordat-gateway", 0o666, "concordat-gateway: others may write here"),
                ("/var/lib/concordat-broker", 0o750, "/var/lib/concordat-broker: others may look into it"),
                ("/var/lib/concordat-gateway/people", 0o644, "people: others may read it"),
                ("/var/lib/concordat-audit", 0o775, "concordat-audit: everybody on this machine may look into it"))
        for path, mode, says in rows:
            with self.subTest(path), self.mode(path, mode):
                self.finds(says, "--only", "rights")
        with self.mode(SECRET, 0o640):
            self.finds("others may read it")  # and the check of keys does not say it again

    def test_an_owner(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a file to another user")
        os.chown(self.at(SECRET), 4711, -1)
        self.addCleanup(os.chown, self.at(SECRET), 0, -1)
        self.finds("audit.key_secret: it belongs to user 4711, and must be root's; `chown root` it")

    def test_a_key_is_missing(self):
        with self.moved(SECRET):
            self.finds(r"audit.key_secret: it is missing .* concordat-audit.service does not start", "--only", "keys")
        with self.moved("/etc/concordat/keys/north-crisis.key"):
            _, found, _ = self.look("--only", "keys")
            self.assertRegex("\n".join(found["needs somebody"]), "north-crisis.key_secret: its public half, .* is not there")
            self.assertRegex("\n".join(found["needs somebody"]), 'no key is for the team "north-crisis" of the policy')
        with self.moved("/etc/concordat/private/master-key"):
            self.finds("master-key.* Records do not open", "--only", "keys")

    def test_the_halves_of_a_pair_do_not_match(self):
        with open(self.at("/etc/concordat/keys/line.key"), encoding="utf-8") as file:
            other = re.search(r'public-key = "(.*)"', file.read())[1]
        with self.changed("/etc/concordat/keys/audit.key", lambda text: re.sub(r'(public-key = ").*"', lambda at: f'{at[1]}{other}"', text)):
            self.finds("audit.key: it is not the other half of .*audit.key_secret", "--only", "keys")

    def test_a_key_belongs_to_nobody(self):
        self.stage.make_key("gone", "team", "disbanded")
        shutil.copy(self.stage.public_key("gone"), self.at("/etc/concordat/keys/gone.key"))
        self.addCleanup(os.remove, self.at("/etc/concordat/keys/gone.key"))
        self.finds('gone.key: it speaks for the team "disbanded", whom the policy does not name', "--only", "keys")

    # ---- The policy ----

    def test_a_policy_that_is_wrong_or_has_a_gap(self):
        with self.changed("/etc/concordat/region.yaml", lambda text: text.replace("01632 960110", "x")):
            self.finds(r'region.yaml:\d+: .*"x" is not a telephone number.* The router does not start with it', "--only", "policy")
        with self.changed("/etc/concordat/region.yaml", lambda text: re.sub(
                r"(?s)(- id: .north-crisis.*?hours:) always", r"\1 [{days: [mon], from: 09:00, to: 17:00}]", text, count=1)):
            self.finds(r"region.yaml: \d+ gaps?: at some times nobody would come", "--only", "policy")

    def test_bank_holidays_run_out(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for days, says in ((30, "the last is in 30 days"), (-3, "none is to come")):
            with self.subTest(days), self.changed("/etc/concordat/region.yaml", lambda text, days=days: re.sub(
                    r"(?m)^bank_holidays:(\n  - .*)+", f"bank_holidays:\n  - {today + datetime.timedelta(days)}", text)):
                self.finds(rf"region.yaml:\d+: bank_holidays: {says}", "--only", "policy")

    def test_the_policy_on_the_disk_is_not_the_one_in_force(self):
        with self.changed("/etc/concordat/region.yaml", lambda text: text + "# A line that the running router has not read.\n"):
            self.finds("the router at .*: The policy on the disk is not the one in force")

    # ---- The machine ----

    def test_a_disk_that_is_nearly_full(self):
        small = self.at("/var/lib/concordat-intake-custody")
        os.mkdir(small)
        self.addCleanup(os.rmdir, small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", small], capture_output=True, check=False).returncode:
            self.skipTest("no permission here to mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        settings = self.at("/etc/default/concordat-intake-custody")
        shutil.copy(self.at("/etc/default/concordat-intake-street-triage"), settings)
        self.addCleanup(os.remove, settings)
        with open(f"{small}/filler", "wb") as file:
            file.write(bytes(7 * 1024 * 1024))
        self.finds(r"concordat-intake-custody: its disk has \d MiB free, and with less than 1 referrals are refused", "--only", "disk")

    def test_the_clock(self):
        self.machine.set(vouched=0)
        try:
            self.finds("the clock of this machine: not synchronised")
        finally:
            self.machine.set(vouched=1)
        self.machine.set(clock_s=600)
        try:
            self.finds("the clock of this machine: 10 minutes from that of the router", "--only", "router")
        finally:
            self.machine.set(clock_s=0)

    def test_the_routers_clock_has_leapt(self):
        name = "concordat-broker.service"
        machine = faults.Machine(self.stage, "broker")
        with self.away(name):
            units.Unit(test_setup.UNITS, name, self.root).start(self.stage, "ready", machine.env())
            machine.set(clock_s=15 * 3600)
            self.stage.await_said(name, "the wall clock has leapt")
            self.finds("the router at .*: The clock of the router's machine has leapt")
            self.stage.stop(name)

    # ---- Programs ----

    def install(self, folder, *names):
        """Copies programs into a folder of their own."""
        os.makedirs(self.stage.path(folder))
        self.addCleanup(shutil.rmtree, self.stage.path(folder))
        for name in names:
            shutil.copy(stage.find_program(name, (*FOLDERS, "broker/tools")), self.stage.path(folder, name))

    def test_a_program_of_another_version(self):
        self.install("bin", "concordat", "concordat-broker", "concordat-intake", "concordat-audit", "concordat-replay")
        with open(self.stage.path("bin", "concordat-gateway"), "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho concordat-gateway 99.1\n")  # no build here has another version
        os.chmod(self.stage.path("bin", "concordat-gateway"), 0o755)
        line = [self.stage.path("bin", "concordat"), "doctor", "--root", self.root, "--only", "programs"]
        said = subprocess.run(line, capture_output=True, text=True, check=False).stdout
        self.assertRegex(said, r"^needs somebody +\S+/concordat-gateway: it is of version 99.1, and this program of \S+; install all")
        self.assertIn(": 1 needs somebody", said)
        os.remove(self.stage.path("bin", "concordat-gateway"))
        said = subprocess.run(line, capture_output=True, text=True, check=False).stdout
        self.assertRegex(said, r"^needs somebody +concordat-gateway: it is not installed")

    def restart(self, name, program=None):
        """The same unit again, after something was changed."""
        unit = units.Unit(test_setup.UNITS, name, self.root)
        if not program:
            unit.start(self.stage, READY[name])
            return
        unit.prepare()
        options = unit.command()[1]
        folders, self.stage.program_folders = self.stage.program_folders, (os.path.dirname(program),)
        try:
            self.stage.start(name, os.path.basename(program), *options, ready=READY[name], env={"CREDENTIALS_DIRECTORY": unit.credentials})
        finally:
            self.stage.program_folders = folders

    def test_a_program_that_was_replaced_while_it_ran(self):
        name = "concordat-intake@emergency-department.service"
        self.install("old", "concordat-intake")
        self.stage.stop(name)
        self.restart(name, self.stage.path("old", "concordat-intake"))
        os.remove(self.stage.path("old", "concordat-intake"))
        try:
            self.finds("emergency-department.service: process .* runs a program that was replaced since")
        finally:
            self.stage.stop(name)
            self.restart(name)

    @ledger_home.in_a_file
    def test_what_is_stored_is_of_another_version(self):
        with self.away("concordat-broker.service"):
            self.number_ledger(9)
            try:
                self.finds("ledger.db: it is of format 9, and this version knows 1; .*newer than this one", "--only", "formats")
            finally:
                self.number_ledger(1)

    def number_ledger(self, version):
        with contextlib.closing(sqlite3.connect(self.at("/var/lib/concordat-broker/ledger.db"))) as ledger:
            ledger.execute(f"PRAGMA user_version={version}")

    @contextlib.contextmanager
    def away(self, name):
        self.stage.stop(name)
        try:
            yield
        finally:
            self.restart(name)
            self.await_well()

    def await_well(self):
        """Services that had lost the router have it again."""
        until = time.monotonic() + SECONDS
        while self.look()[1]["needs somebody"]:
            self.assertLess(time.monotonic(), until, self.look())
            time.sleep(0.1)  # these programs cannot notify us

    def test_a_program_that_is_stopped(self):
        with self.away("concordat-audit.service"):
            self.finds("concordat-audit.service: it does not run. `journalctl -u concordat-audit.service`")
        with self.away("concordat-broker.service"):
            self.finds("concordat-broker.service: it does not run")

    def test_a_port_that_is_taken(self):
        with self.away("concordat-broker.service"):
            with socket.socket() as thief:
                thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                thief.bind(("127.0.0.1", self.port))
                thief.listen()
                self.finds(rf"concordat-broker.service: it does not run. tcp://127.0.0.1:{self.port} is taken by python3 "
                           rf"\(process {os.getpid()}\)")

    def test_a_port_that_is_open_further_than_the_settings_say(self):
        name = "concordat-intake@street-triage.service"
        settings = "/etc/default/concordat-intake-street-triage"
        self.stage.stop(name)
        with self.changed(settings, lambda text: text.replace(f"127.0.0.1:{self.port + 1}", f"0.0.0.0:{self.port + 1}")):
            self.restart(name)
        try:
            self.finds(rf"street-triage.service: it listens on 0.0.0.0:{self.port + 1}, and its settings say tcp://127.0.0.1")
        finally:
            self.stage.stop(name)
            self.restart(name)

    def test_units(self):
        """systemd does not run where tests do: a program in its place says what systemctl(1) says of a unit."""
        os.makedirs(self.at("/run/systemd/system"))
        self.addCleanup(shutil.rmtree, self.at("/run/systemd"))
        os.makedirs(self.stage.path("path"))
        self.addCleanup(shutil.rmtree, self.stage.path("path"))
        env = {"PATH": f"{self.stage.path('path')}:{os.environ['PATH']}"}
        rows = ((("failed", "enabled", 0), "it is failed; `journalctl"), (("active", "disabled", 0), "it would not start with the machine"),
                (("active", "enabled", 17), "systemd has started it again 17 times"))
        for (active, enabled, restarts), says in rows:
            with open(self.stage.path("path", "systemctl"), "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\ncase $3 in concordat-audit*) a={active} e={enabled} n={restarts};; *) a=active e=enabled n=0;; esac\n"
                           'echo "ActiveState=$a"; echo "UnitFileState=$e"; echo "NRestarts=$n"\n')
            os.chmod(self.stage.path("path", "systemctl"), 0o755)
            with self.subTest(says):
                self.finds(f"concordat-audit.service: {says}", "--only", "units", env=env)

    # ---- The router, the intakes, the pages ----

    def test_a_key_that_is_not_admitted(self):
        device = "/etc/concordat/devices-street-triage/street-triage.key"
        with self.moved(device):
            _, found, _ = self.look("--only", "intakes")
            until = time.monotonic() + SECONDS
            while not found["needs somebody"]:  # the intake looks into the folder by itself
                self.assertLess(time.monotonic(), until)
                _, found, _ = self.look("--only", "intakes")
            self.assertRegex(found["needs somebody"][0], "street-triage.service: no answer at tcp://.* with the key")

    def test_the_gateways_socket(self):
        with self.moved("/run/concordat-gateway.sock"):
            self.finds("sock: nothing answers: No such file", "--only", "gateway")

    def sign(self, days):
        subprocess.run(["openssl", "req", "-x509", "-key", self.at(CERTIFICATE_KEY), "-days", str(days), "-subj", "/CN=concordat.example",
                        "-addext", "subjectAltName=DNS:concordat.example", "-out", self.stage.path("other.pem")],
                       check=True, capture_output=True)
        with open(self.stage.path("other.pem"), encoding="ascii") as file:
            return file.read()

    def test_the_certificate(self):
        for days, says in ((20, "concordat-self-signed.pem: the certificate ends in (19|20) days"),):
            with self.changed(CERTIFICATE, lambda _, days=days: self.sign(days)):
                self.finds(says, "--only", "certificate")
        with self.changed(CERTIFICATE_KEY, lambda _: subprocess.run(
                ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], check=True,
                capture_output=True, text=True).stdout):
            self.finds("concordat-self-signed.key: the key does not belong to the certificate", "--only", "certificate")
        with self.mode(CERTIFICATE_KEY, 0o644):
            self.finds("concordat-self-signed.key: anybody may read this key", "--only", "certificate")
        with self.moved(CERTIFICATE):
            self.finds("concordat-self-signed.pem: it is not there", "--only", "certificate")
        with self.changed("/etc/default/concordat-gateway", lambda text: text.replace("concordat.example", "elsewhere.example")):
            _, found, _ = self.look("--only", "certificate")
            self.assertEqual([re.search("the certificate is not for the name|server_name is concordat.example", line)[0]
                              for line in found["needs somebody"]],
                             ["the certificate is not for the name", "server_name is concordat.example"])

    def test_a_certificate_that_has_ended(self):
        code = ("import subprocess, sys; subprocess.run(['openssl', 'req', '-new', '-key', sys.argv[1], '-subj', '/CN=concordat.example',"
                " '-out', sys.argv[2] + '.csr'], check=True)")
        subprocess.run(["/usr/bin/python3", "-c", code, self.at(CERTIFICATE_KEY), self.stage.path("ended")], check=True, capture_output=True)
        with open(self.stage.path("ca.conf"), "w", encoding="ascii") as file:
            file.write("[ca]\ndefault_ca=x\n[x]\ndatabase=" + self.stage.path("index.txt") + "\nnew_certs_dir=" + self.stage.folder +
                       "\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n"
                       "[e]\nsubjectAltName=DNS:concordat.example\n")
        with open(self.stage.path("index.txt"), "w", encoding="ascii"):
            pass
        subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", self.stage.path("ca.conf"), "-keyfile", self.at(CERTIFICATE_KEY),
                        "-in", self.stage.path("ended.csr"), "-startdate", "200101000000Z", "-enddate", "210101000000Z", "-notext", "-out",
                        self.stage.path("ended.pem")], check=True, capture_output=True)
        with open(self.stage.path("ended.pem"), encoding="ascii") as file:
            ended = file.read()
        with self.changed(CERTIFICATE, lambda _: ended):
            self.finds("concordat-self-signed.pem: the certificate has ended", "--only", "certificate")

    # ---- The proxy ----

    @contextlib.contextmanager
    def nginx_changed(self, change):
        """nginx with another site file, which it has read."""
        with self.changed(SITE, change):
            self.stage.stop("nginx")
            self.run_nginx()
            yield
        self.stage.stop("nginx")
        self.run_nginx()

    @needs_nginx
    def test_a_proxy_that_lets_a_forged_header_through(self):
        with self.nginx_changed(lambda text: text.replace("proxy_pass_request_headers off;", "")):
            code, found, _ = self.look("--only", "proxy")
            self.assertEqual(code, 1)
            self.assertEqual({(re.search(r"at (\S+) the proxy", line)[1], re.search(r"header (\S+) through", line)[1])
                              for line in found["needs somebody"]},
                             {(path, header) for path in ("/sign-in", "/refer", "/events", "/api/v1/board")
                              for header in ("X-Concordat-Subject", "X-Concordat-Issuer")})

    @needs_nginx
    def test_a_proxy_that_lets_one_header_through_on_one_path(self):
        with self.nginx_changed(lambda text: text.replace("location = /refer {", "location = /refer { proxy_set_header Host $host; "
                                                          "proxy_set_header X-Concordat-Subject $http_x_concordat_subject;")):
            self.finds("at /refer the proxy lets a browser's header X-Concordat-Subject through", "--only", "proxy")

    @needs_nginx
    def test_a_proxy_that_is_stopped_or_shows_an_older_certificate(self):
        with self.changed(CERTIFICATE, lambda _: self.sign(300)):
            self.finds("concordat-self-signed.pem: nginx shows another certificate than this; `systemctl reload nginx`", "--only", "proxy")
        self.stage.stop("nginx")
        try:
            self.finds(f"concordat: nothing answers at 127.0.0.1:{self.proxy_port}", "--only", "proxy")
        finally:
            self.run_nginx()

    # ---- How it is called ----

    def test_a_slip_is_a_usage_error(self):
        program = stage.find_program("concordat", FOLDERS)
        os.makedirs(self.stage.path("nothing"))
        for words, says in ((("--only", "teeth"), 'there is no check "teeth"'), (("--root", self.stage.path("nothing")), "no settings of Concordat"),
                            (("--root", "/nonexistent"), "No such file"), (("now",), '"now" is too much')):
            with self.subTest(words):
                ran = subprocess.run([program, "doctor", *words], capture_output=True, text=True, check=False)
                self.assertEqual(ran.returncode, 100)
                self.assertIn(says, ran.stderr)


if __name__ == "__main__":
    unittest.main()
