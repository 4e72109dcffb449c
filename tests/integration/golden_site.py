"""A site as a released version left it, in tests/golden: made by its programs, and opened again by today's.

Its clock stands at the day on which it was made, so that what was open then is not eight months late.
"""

import contextlib
import datetime
import io
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import tarfile
import time

import faults
import relay
import stage
import units
from browser import FOLDERS, SECONDS

UNITS = os.path.join(stage.SOURCE, "deploy", "units")
GOLDEN = os.path.join(stage.SOURCE, "tests", "golden")
# The ports that the files of a golden site name: the broker's, and the intake's.
BROKER_PORT, INTAKE_PORT = 5170, 5171
# A Tuesday at ten.
BEGAN = datetime.datetime(2026, 3, 10, 10, 0, tzinfo=datetime.timezone.utc).timestamp()
BROKER, AUDIT, INTAKE = "concordat-broker.service", "concordat-audit.service", "concordat-intake@street-triage.service"
STATE = "var/lib/concordat-broker"
LEDGER = f"{STATE}/ledger.db"
TRAIL = "var/lib/concordat-audit/trail.db"
OUTBOX = "var/lib/concordat-intake-street-triage/outbox.db"
PEOPLE = "var/lib/concordat-gateway/people"
# The ballast holds room on the disk and nothing else.
LEFT_OUT = re.compile(r"ballast|.*\.db-(wal|shm)|.*\.lock|run")


def versions():
    return sorted(name for name in os.listdir(GOLDEN) if re.fullmatch(r"\d+\.\d+\.\d+", name))


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


@contextlib.contextmanager
def socket_at(path):
    """A socket that listens, as systemd makes it for a unit."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        yield listening


class Site:
    """A site under a root of its own on a stage, with a relay before its broker."""

    def __init__(self, scene):
        self.stage, self.root = scene, scene.path("root")
        self.machine = faults.Machine(scene, "golden")
        self.ports = {BROKER_PORT: stage.free_port(), INTAKE_PORT: stage.free_port()}
        self.router = f"tcp://127.0.0.1:{stage.free_port()}"
        self.relay = None
        self.fixed, self.behind_s = {}, 0

    def at(self, *path):
        return os.path.join(self.root, *path)

    def close(self):
        if self.relay:
            self.relay.close()

    def set_clock(self, seconds):
        """The wall clock of the programs stands at this time from now on, and goes on."""
        self.behind_s = seconds - time.time()
        self.machine.set(clock_s=self.behind_s, vouched=True)

    def clock(self):
        return time.time() + self.behind_s

    # ---- Its files ----

    def set_up(self, *words):
        """Makes it with `concordat setup`. Returns what was said."""
        said = self.run("setup", *words, "--root", self.root, "--port", str(BROKER_PORT))
        self.use_ports()
        return said

    def unpack(self, archive):
        with tarfile.open(archive) as packed:
            packed.extractall(self.root)
        self.use_ports()

    def use_ports(self):
        """Puts free ports into the files: the relay has the broker's."""
        for folder in ("etc/default", "etc/concordat"):
            for name in os.listdir(self.at(folder)):
                path = os.path.join(folder, name)
                if os.path.isfile(self.at(path)) and "127.0.0.1:" in read(self.at(path)):
                    self.fixed[path] = text = read(self.at(path))
                    for fixed, free in self.ports.items():
                        text = text.replace(f"127.0.0.1:{fixed}", f"127.0.0.1:{free}")
                    if name == "concordat-broker":
                        text = re.sub(r'(CONCORDAT_LISTEN=").*"', rf'\1{self.router}"', text)
                    with open(self.at(path), "w", encoding="utf-8") as file:
                        file.write(text)

    def pack(self, archive):
        """Packs everything, with the ports that were fixed, in a fixed order and as of a fixed time."""
        with tarfile.open(archive, "w:xz", preset=9) as packed:
            for path in sorted(self.paths()):
                entry = packed.gettarinfo(self.at(path), path)
                entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime = 0, 0, "root", "root", int(BEGAN)
                data = b""
                if entry.isreg():
                    with open(self.at(path), "rb") as file:
                        data = self.fixed[path].encode() if path in self.fixed else file.read()
                entry.size = len(data)
                packed.addfile(entry, io.BytesIO(data))

    def paths(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if not LEFT_OUT.fullmatch(name)]
            for name in [*folders, *names]:
                if not LEFT_OUT.fullmatch(name):
                    yield os.path.relpath(os.path.join(folder, name), self.root)

    def ask(self, path, question):
        """The rows that a file of SQLite answers."""
        with contextlib.closing(sqlite3.connect(f"file:{self.at(path)}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()

    def events(self):
        return [body for body, in self.ask(LEDGER, "SELECT body FROM event ORDER BY seq")]

    def head(self):
        """The newest event, and its chain value."""
        seq, chain = self.ask(LEDGER, "SELECT seq, hex(chain) FROM event ORDER BY seq DESC LIMIT 1")[0]
        return {"event": seq, "chain": chain.lower()}

    def numbers(self, wire):
        """The number of each format."""
        welcomes = [wire.Message.FromString(item.data).welcome for item in self.relay.said if item.kind == "Message"]
        numbers = {name: self.ask(path, "PRAGMA user_version")[0][0] for name, path in
                   (("ledger", LEDGER), ("trail", TRAIL), ("outbox", OUTBOX))}
        with open(self.at(STATE, "seals"), "rb") as file:
            seals = struct.unpack(">8sI", file.read(12))[1]
        return {"protocol": max(welcome.protocol for welcome in welcomes), "seals": seals, **numbers}

    # ---- Its programs ----

    def open_relay(self):
        keys = self.at("etc/concordat/private")
        self.relay = relay.Relay(f"tcp://127.0.0.1:{self.ports[BROKER_PORT]}", self.router, os.path.join(keys, "broker.key_secret"), keys)

    def start(self, name, ready):
        return units.Unit(UNITS, name, self.root).start(self.stage, ready, env=self.machine.env())

    def start_broker(self):
        return self.start(BROKER, "ready")

    def start_audit(self):
        return self.start(AUDIT, "")

    def trail_is_whole(self):
        """The trail has all that the ledger has."""
        if not os.path.exists(self.at(TRAIL)):
            return False
        try:
            return self.ask(TRAIL, "SELECT max(seq) FROM event") == self.ask(LEDGER, "SELECT max(seq) FROM event")
        except sqlite3.OperationalError:  # its tables are still being made
            return False

    def start_intake(self):
        return self.start(INTAKE, "listening")

    def start_team(self, name):
        return self.stage.start(
            name, "concordat-team", "--server", f"tcp://127.0.0.1:{self.ports[BROKER_PORT]}", "--server-key",
            self.at("etc/concordat/broker.key"), "--key", self.key(name), ready="present: done", typed="present", env=self.machine.env())

    def key(self, name):
        return self.at("etc/concordat/private/desks", f"{name}.key_secret")

    def try_to(self, *words):
        """Runs `concordat`, by the site's clock."""
        return subprocess.run(
            [stage.find_program("concordat", FOLDERS), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
            check=False, env={**os.environ, **self.machine.env()})

    def run(self, *words):
        ran = self.try_to(*words)
        assert ran.returncode == 0, f"concordat {' '.join(words)}: {ran.returncode}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def line(self, desk, *words):
        port, server = (INTAKE_PORT, "keys/street-triage") if desk == "street-triage" else (BROKER_PORT, "broker")
        return [*words, "--key", self.key(desk), "--server", f"tcp://127.0.0.1:{self.ports[port]}", "--server-key",
                self.at("etc/concordat", f"{server}.key"), "--timeout", "30"]

    def do(self, desk, *words):
        """A command at a desk."""
        return self.run(*self.line(desk, *words))

    def asked(self, desk, *words):
        """The messages that came back."""
        return [json.loads(line) for line in self.run(*self.line(desk, *words), "--json").splitlines()]

    def status(self, desk, number):
        return self.asked(desk, "status", number)[0]["answer"]["status"]

    def until(self, what, holds):
        until = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < until, f"not in time: {what}"
            time.sleep(0.05)  # these programs cannot notify us
