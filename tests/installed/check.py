"""Installs the Debian packages in a bare Debian 12 where systemd is process 1, has a referral go through, upgrades with its case
open, and purges: `tests/run package-check`."""

import argparse
import glob
import json
import os
import shutil
import sys
import tempfile
import time

from room import Room, run

UNITS = ("concordat-broker", "concordat-intake@street-triage", "concordat-audit", "concordat-gateway")
EXPOSURE_MOST = 20  # tenths, as systemd-analyze security says it
SECONDS = 30
SETTINGS = {
    "broker": {"CONCORDAT_LISTEN": "tcp://127.0.0.1:5170"},
    "audit": {"CONCORDAT_BROKER": "tcp://127.0.0.1:5170"},
    "intake-street-triage": {"CONCORDAT_ORGANISATION": "ZZP01", "CONCORDAT_SITE": "northmoor-car", "CONCORDAT_RING": "Duty coordinator 01632 960100",
                             "CONCORDAT_LISTEN": "tcp://127.0.0.1:5181", "CONCORDAT_BROKER": "tcp://127.0.0.1:5170"},
    "gateway": {"CONCORDAT_ORIGIN": "https://concordat.example", "CONCORDAT_BROKER": "tcp://127.0.0.1:5170",
                "CONCORDAT_RING": "Duty coordinator 01632 960100",
                "CONCORDAT_MORE": "--trail=/var/lib/concordat-audit/trail.db"},
}
# name, role, whose it is, the folder of its secret half, the folder that admits it.
KEYS = (("broker", "server", "broker", "private", None),
        ("audit", "inspector", "council", "private", "keys"),
        ("street-triage", "source", "street-triage", "private", "keys"),
        ("northmoor-crisis-device", "team", "northmoor-crisis", "private", "keys"),
        ("northmoor-crisis-desk", "team", "northmoor-crisis", "private/desks", "keys"),
        ("northmoor-duty-desk", "coordinator", "northmoor-duty", "private/desks", "keys"),
        ("street-triage-desk", "referrer", "street-triage", "private/desks", "devices-street-triage"))
DESKS = """northmoor-crisis-desk
northmoor-duty-desk
street-triage-desk tcp://127.0.0.1:5181 /etc/concordat/street-triage.key
"""
CREDENTIALS = "/run/credentials/concordat-gateway.service/desks_"


def say(text):
    print(text, flush=True)


def waited(what, holds):
    """Waits until something holds that has no way to notify us."""
    until = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError(f"{what}: not within {SECONDS} s")
        time.sleep(0.5)


class Site:
    """One site on one machine."""

    def __init__(self, room):
        self.room = room

    def write(self, path, text):
        with open(self.room.path(path), "w", encoding="utf-8") as file:
            file.write(text)

    def set_up(self):
        """What `deploy/INSTALL.md` has a person do."""
        do = self.room.do
        do("mkdir", "-p", "/etc/concordat/keys", "/etc/concordat/devices-street-triage")
        do("install", "-d", "-m", "0700", "/etc/concordat/private", "/etc/concordat/private/desks")
        do("cp", "/usr/share/doc/concordat/examples/region.yaml", "/etc/concordat/region.yaml")
        do("concordat-broker", "--check", "/etc/concordat/region.yaml")
        for name, role, of, secret, admitted in KEYS:
            do("concordat", "keys", "make", name, "--role", role, "--of", of, "--folder", f"/etc/concordat/{secret}")
            do("cp", f"/etc/concordat/{secret}/{name}.key", "/etc/concordat/")
            if admitted:
                do("cp", f"/etc/concordat/{secret}/{name}.key", f"/etc/concordat/{admitted}/")
        do("concordat", "keys", "master", "/etc/concordat/private/master-key")
        rows = [row.split(" ", 1) for row in DESKS.splitlines()]
        self.write("/etc/concordat/desks",
                   "".join(f"{CREDENTIALS}{row[0]}.key_secret {' '.join(row[1:])}".rstrip() + "\n" for row in rows))
        for name, values in SETTINGS.items():
            self.write(f"/etc/default/concordat-{name}", "".join(f'{key}="{value}"\n' for key, value in values.items()))
        do("install", "-d", "-o", "concordat-gateway", "-g", "concordat-gateway", "-m", "0700", "/var/lib/concordat-gateway")
        self.person = json.loads(do("concordat", "people", "add", "p101", "--name", "Robin Example", "--role", "team", "--of",
                                    "northmoor-crisis", "--file", "/var/lib/concordat-gateway/people", "--json"))
        do("chown", "-R", "concordat-gateway:concordat-gateway", "/var/lib/concordat-gateway")
        do("systemctl", "enable", "--now", *UNITS)

    def begin_shift(self):
        """The team's own device says that the team is there."""
        self.room.do("systemd-run", "--unit=team", "sh", "-c", "(echo present; exec sleep infinity) | exec concordat-team --server "
                     "tcp://127.0.0.1:5170 --server-key /etc/concordat/broker.key --key "
                     "/etc/concordat/private/northmoor-crisis-device.key_secret")

    def runs(self):
        """Every unit says that it is ready, and stays so."""
        for unit in UNITS:
            waited(f"{unit} is active", lambda unit=unit: self.room.here("systemctl", "is-active", unit).stdout.strip() == "active")

    def command(self, key, server, *words):
        key = f"/etc/concordat/private/desks/{key}-desk.key_secret"
        ends = {"router": ("tcp://127.0.0.1:5170", "/etc/concordat/broker.key"),
                "intake": ("tcp://127.0.0.1:5181", "/etc/concordat/street-triage.key")}[server]
        return self.room.do("concordat", *words, "--key", key, "--server", ends[0], "--server-key", ends[1], "--timeout", "30",
                            "--json")

    def refer(self):
        """Returns the number of a case that a team has."""
        said = json.loads(self.command("street-triage", "intake", "refer", "--source", "street-triage", "--callback",
                                       "07700 900123", "--postcode", "ZX1", "--age", "34"))
        number = said["answer"]["status"]["number"]
        waited("an offer", lambda: number in self.command("northmoor-crisis", "router", "offers"))
        self.command("northmoor-crisis", "router", "accept", number, "20")
        return number

    def state_of(self, number):
        return json.loads(self.command("northmoor-crisis", "router", "status", number))["answer"]["status"]["state"]


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
        shutil.copy(path, room.path(to))


def check(room, old, new):
    room.prepare("apt-get", "update", "-qq")
    room.prepare("apt-get", "install", "-y", "-qq", "--no-install-recommends", "systemd-sysv", "dbus", "procps")
    for folder, to in ((old, "/root/old"), (new, "/root/new")):
        packages_of(folder, room, to)
        room.prepare("sh", "-c", f"apt-get install -y -qq --no-install-recommends --download-only {to}/*.deb")
    room.boot()
    install = "apt-get install -y -qq --no-install-recommends"
    room.do("sh", "-c", f"{install} /root/old/*.deb")
    site = Site(room)
    site.set_up()
    site.runs()
    is_sandboxed(room)
    say("install: ok")

    site.begin_shift()
    number = site.refer()
    for unit in UNITS:
        comes_back(room, unit, lambda pid: room.do("kill", "-9", pid))
    room.do("mkdir", "-p", "/etc/systemd/system/concordat-.service.d")
    site.write("/etc/systemd/system/concordat-.service.d/watchdog.conf", "[Service]\nWatchdogSec=3\n")
    room.do("systemctl", "daemon-reload")
    room.do("systemctl", "restart", *UNITS)
    site.runs()
    for unit in UNITS:
        comes_back(room, unit, lambda pid: room.do("kill", "-STOP", pid))
    room.do("rm", "-r", "/etc/systemd/system/concordat-.service.d")
    room.do("systemctl", "daemon-reload")
    room.do("systemctl", "restart", *UNITS)
    site.runs()
    before = site.state_of(number)
    say("run: ok")

    room.do("sh", "-c", f"{install} /root/new/*.deb")
    site.runs()
    waited("the case as it was", lambda: site.state_of(number) == before)
    site.command("northmoor-crisis", "router", "checkin", number, "contact", "face-to-face")
    site.command("northmoor-crisis", "router", "close", number, "crisis-home-treatment")
    waited("the trail has its end", lambda: "closed" in room.here(
        "concordat", "report", "case", number, "--trail", "/var/lib/concordat-audit/trail.db").stdout)
    room.do("concordat", "verify", "--trail", "/var/lib/concordat-audit/trail.db")
    say("upgrade: ok")

    kept = {path for path in room.do("find", "/etc/concordat", "/var/lib", "-path", "*concordat*").split()}
    room.do("sh", "-c", "apt-get purge -y -qq 'concordat*' 'libconcordat*'")
    left = set(room.do("sh", "-c", "find / -xdev -path '*concordat*' -not -path '/proc/*' -not -path '/root/*'"
                       " -not -path '/sys/*' -not -path '/run/*'").split())
    gone = [path for path in kept - left if not path.startswith("/var/lib/dpkg/") and not path.endswith(("-wal", "-shm"))]
    more = sorted(path for path in left - kept if not path.startswith(("/etc/default/", "/var/lib/dpkg/", "/var/cache/apt")))
    if gone or more:
        raise RuntimeError(f"purged, and it was data: {gone}; left, and it is none: {more}")
    say("purge: ok")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", required=True, help="the folder of the packages that are installed first")
    parser.add_argument("--new", required=True, help="the folder of the packages that they are upgraded to")
    parser.add_argument("--base", required=True, help="a folder for the bare Debian, which is made once")
    parser.add_argument("--mirror", required=True, help="where Debian's packages come from")
    options = parser.parse_args()
    room = Room(tempfile.mkdtemp(prefix="concordat-room-", dir="/var/tmp"))
    try:
        room.build(options.base, options.mirror)
        for path in ("/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/apt/apt.conf.d"):
            if os.path.exists(path):
                run("cp", "-a", path, room.path("/etc/apt/"))
        check(room, options.old, options.new)
    except RuntimeError:
        if room.first:
            say(room.here("journalctl", "--no-pager", "--output=cat", "--lines=60", "--unit=concordat-*").stdout)
        raise
    finally:
        room.end()
    say("install, run, upgrade, purge: ok")


if __name__ == "__main__":
    sys.exit(main())
