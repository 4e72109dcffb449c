"""Installs the Debian packages in a bare Debian 12 where systemd is process 1, types what `deploy/INSTALL.md` says, has an exercise
go through in a browser, upgrades with its case open, and purges: `tests/run package-check`."""

import argparse
import glob
import json
import os
import re
import shutil
import sys
import tempfile
import time

from room import Room, run

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from fingerprint import fingerprint  # noqa: E402

UNITS = ("concordat-broker", "concordat-intake@street-triage", "concordat-intake@emergency-department", "concordat-audit",
         "concordat-gateway")
FIGURES = ("broker/broker", "audit/audit", "gateway/gateway", "intake-street-triage/intake-street-triage",
           "intake-emergency-department/intake-emergency-department")
EXPOSURE_MOST = 20  # tenths, as systemd-analyze security says it
SECONDS = 30
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(SOURCE, "deploy", "INSTALL.md")
LAST_STEP = ("concordat verify", "systemctl enable --now concordat-backup")
DOCTOR = "concordat doctor"
# The example's teams have a gap, and nobody keeps this machine's clock.
KNOWN = ("/etc/concordat/region.yaml: 1 gap", "the clock of this machine: not synchronised")
TAKE_AWAY = "apt purge"
PEOPLE = {"p101": "coordinator", "p201": "referrer", "p301": "team"}


def say(text):
    print(text, flush=True)


def waited(what, holds):
    """Waits until something holds that has no way to notify us."""
    until = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {SECONDS} s")
        time.sleep(0.5)


def commands_of_the_page():
    """What the page has a person type, in its order."""
    with open(PAGE, encoding="utf-8") as file:
        return re.findall(r"^```sh\n(.*?)^```$", file.read(), re.DOTALL | re.MULTILINE)


class Site:
    """One site on one machine, as the page makes it."""

    def __init__(self, room):
        self.room, self.said = room, ""

    def type(self, text, folder):
        print(f"--- {text.splitlines()[0][:100]}", flush=True)
        said = self.room.do("sh", "-ec", f"cd {folder}\n{text}")
        self.said += said
        return said

    def set_up(self, packages):
        """Types all that the page says, until people use it."""
        for text in commands_of_the_page():
            if not text.startswith((*LAST_STEP, DOCTOR, TAKE_AWAY)):
                self.type(text, packages)
        if "RECEIVED by the router as" not in self.said:
            raise RuntimeError(f"no drill was received:\n{self.said}")
        self.people = {}
        found = re.findall(r"\((p\d+)\) can sign in.*?Password\s+(\S+).*?secret=([A-Z2-7]+)", self.said, re.DOTALL)
        for person, password, secret in found:
            self.people[PEOPLE[person]] = {"id": person, "password": password, "secret": secret}
        if sorted(self.people) != sorted(PEOPLE.values()):
            raise RuntimeError(f"the page lets in {sorted(self.people)}")

    def see_that_all_is_well(self):
        """Types the last step of the page."""
        self.type_those(LAST_STEP)
        said = self.room.here(*DOCTOR.split()).stdout
        found = [line for line in said.splitlines() if line.startswith("needs somebody") and not any(known in line for known in KNOWN)]
        if found or "were looked at" not in said:
            raise RuntimeError(f"the doctor finds more than the page says:\n{said}")

    def type_those(self, beginnings):
        for text in commands_of_the_page():
            if text.startswith(beginnings):
                self.type(text, "/root")

    def browse(self, node, *words):
        """People use it in a browser, which stands beside the machine and shares its network alone."""
        what = {"origin": "https://concordat.example", "port": 443, "people": self.people,
                "certificate": fingerprint(self.room.path("/etc/ssl/certs/concordat-self-signed.pem"))}
        script = os.path.join(SOURCE, "tests", "installed", "site.mjs")
        return run("nsenter", f"--net=/proc/{self.room.first}/ns/net", node, script, *words, input=json.dumps(what)).split()[-1]

    def runs(self):
        """Every unit says that it is ready, and stays so."""
        for unit in UNITS:
            waited(f"{unit} is active", lambda unit=unit: self.room.here("systemctl", "is-active", unit).stdout.strip() == "active")
        for name in FIGURES:
            waited(f"{name} has its figures", lambda name=name: self.room.here("test", "-e", f"/run/concordat-{name}.prom").returncode == 0)

    def state_of(self, number):
        said = self.room.do("concordat", "status", number, "--key", "/etc/concordat/private/desks/northmoor-crisis.key_secret",
                            "--server", "tcp://127.0.0.1:5170", "--server-key", "/etc/concordat/broker.key", "--timeout", "30",
                            "--json")
        return json.loads(said)["answer"]["status"]["state"]


def is_sandboxed(room):
    for unit in UNITS:
        room.do("systemd-analyze", "security", f"--threshold={EXPOSURE_MOST}", f"{unit}.service")


def comes_back(room, unit, end):
    """A unit that ends in some way is started again by itself."""
    before = room.do("systemctl", "show", "-p", "MainPID", "--value", unit).strip()
    end(before)

    def is_another():
        now = room.do("systemctl", "show", "-p", "MainPID", "--value", unit).strip()
        return now not in ("0", before) and room.here("systemctl", "is-active", unit).stdout.strip() == "active"

    waited(f"{unit} is started again", is_another)


def packages_of(folder, room, to):
    os.makedirs(room.path(to), exist_ok=True)
    for path in glob.glob(os.path.join(folder, "*.deb")):
        if not os.path.basename(path).startswith("concordat-database_"):  # it is for other machines; test_database tries it
            shutil.copy(path, room.path(to))


def check(room, folder, node):
    room.prepare("apt-get", "update", "-qq")
    room.prepare("apt-get", "install", "-y", "-qq", "--no-install-recommends", "systemd-sysv", "dbus", "procps")
    for age in ("old", "new"):
        to = f"/root/{age}"
        packages_of(os.path.join(folder, age), room, to)
        room.prepare("sh", "-c", f"apt-get install -y -qq --download-only {to}/*.deb")
    room.boot()
    site = Site(room)
    site.set_up("/root/old")
    site.runs()
    is_sandboxed(room)
    site.see_that_all_is_well()
    said = room.do("journalctl", "--no-pager", "--output=cat", "--unit=concordat-*")
    if "not installed" in said or "with signal" in said:
        raise RuntimeError(f"a program misses another one, or may not do what it needs:\n{said}")
    say("install: ok")

    number = site.browse(node, "refer")
    for unit in UNITS:
        comes_back(room, unit, lambda pid: room.do("kill", "-9", pid))
    room.do("mkdir", "-p", "/etc/systemd/system/concordat-.service.d")
    room.write("/etc/systemd/system/concordat-.service.d/watchdog.conf", "[Service]\nWatchdogSec=3\n")
    room.do("systemctl", "daemon-reload")
    room.do("systemctl", "restart", *UNITS)
    site.runs()
    for unit in UNITS:
        comes_back(room, unit, lambda pid: room.do("kill", "-STOP", pid))
    room.do("rm", "-r", "/etc/systemd/system/concordat-.service.d")
    room.do("systemctl", "daemon-reload")
    room.do("systemctl", "restart", *UNITS)
    site.runs()
    room.do("test", "-e", "/var/lib/concordat-broker/snapshot")
    waited("the ledger was replayed", lambda: "all" in room.here(
        "journalctl", "--no-pager", "--output=cat", "--unit=concordat-broker", "--grep=the ledger was replayed: all").stdout)
    before = site.state_of(number)
    say("run: ok")

    site.type(commands_of_the_page()[0], "/root/new")
    site.runs()
    waited("the case as it was", lambda: site.state_of(number) == before)
    site.browse(node, "close", number)
    waited("the trail has its end", lambda: "closed" in room.here(
        "concordat", "report", "case", number, "--trail", "/var/lib/concordat-audit/trail.db").stdout)
    site.see_that_all_is_well()
    say("upgrade: ok")

    kept = {path for path in room.do("find", "/etc/concordat", "/var/lib", "-path", "*concordat*").split()}
    site.type_those(TAKE_AWAY)
    left = set(room.do("sh", "-c", "find / -xdev -path '*concordat*' -not -path '/proc/*' -not -path '/root/*'"
                       " -not -path '/sys/*' -not -path '/run/*'").split())
    gone = [path for path in kept - left if not path.startswith("/var/lib/dpkg/") and not path.endswith(("-wal", "-shm"))]
    more = sorted(path for path in left - kept if not path.startswith(("/var/lib/dpkg/", "/var/cache/apt")))
    if gone or more:
        raise RuntimeError(f"purged, and it was data: {gone}; left, and it is none: {more}")
    say("purge: ok")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True,
                        help="has the packages that are installed first (old) and then (new); a bare Debian is kept there too")
    parser.add_argument("--node", required=True, help="the Node that drives the browser")
    options = parser.parse_args()
    room = Room(tempfile.mkdtemp(prefix="concordat-room-", dir="/var/tmp"))
    try:
        room.build(os.path.join(options.folder, "debian-12"), os.environ["CONCORDAT_MIRROR"])
        for path in ("/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d"):
            if os.path.exists(path):
                run("cp", "-a", path, room.path("/etc/apt/"))
        check(room, options.folder, options.node)
    except RuntimeError:
        if room.first:
            say(room.here("journalctl", "--no-pager", "--output=cat", "--lines=60", "--unit=concordat-*").stdout)
        raise
    finally:
        room.end()
    say("install, run, upgrade, purge: ok")


if __name__ == "__main__":
    sys.exit(main())
