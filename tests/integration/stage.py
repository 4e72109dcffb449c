"""A stage for tests of the whole: a folder with keys and a region, and the real programs started in it.

Nothing is mocked. When the stage closes it stops every program that it started. A test waits for what a program says or
answers, never for a length of time.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import zmq

import ledger_home
import python_client

SOURCE, BUILD = sys.argv[1], sys.argv[2]
sys.argv[1:] = sys.argv[3:]
PROGRAM_FOLDERS = ("broker", "broker/tools", "services/intake", "services/team", "services/audit", "services/cli")
# The date before a time of another day, as people read it, and such a time: for a regular expression.
DATE = r"(?:\w+ \d+ \w+ )?"
CLOCK = DATE + r"\d\d:\d\d"


class Stage:
    def __init__(self, name, program_folders=PROGRAM_FOLDERS):
        self.program_folders = program_folders
        self.folder = tempfile.mkdtemp(prefix=f"concordat-{name}-")
        os.mkdir(self.path("keys"), 0o755)
        os.mkdir(self.path("secret"))
        self.wire = python_client.generate(os.path.join(SOURCE, "proto"), self.folder)
        self.processes = {}
        self.clients = []
        self.intakes = {}
        self.endpoint = f"tcp://127.0.0.1:{free_port()}"
        self.make_key("broker", "server", "region", admitted=False)
        write(self.path("master-key"), [f"1 {os.urandom(32).hex()}"], 0o600)
        self.use_region(lambda text: text)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def close(self):
        for client in self.clients:
            client.close()
        for name in list(self.processes):
            self.stop(name)
        ledger_home.forget(self.folder)
        shutil.rmtree(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- Keys and region ----

    def make_key(self, name, role, of, admitted=True):
        """Makes a key pair, and puts its public half where the broker admits it."""
        public, secret = (text.decode() for text in zmq.curve_keypair())
        lines = ["metadata", f'    name = "{name}"', f'    role = "{role}"', f'    of = "{of}"', "curve"]
        lines.append(f'    public-key = "{public}"')
        folder = "keys" if admitted else "secret"
        write(self.path(folder, f"{name}.key"), lines, 0o644)
        write(self.path("secret", f"{name}.key_secret"), lines + [f'    secret-key = "{secret}"'], 0o600)
        return self.path("secret", f"{name}.key_secret")

    def public_key(self, name):
        for folder in ("keys", "secret"):
            if os.path.exists(self.path(folder, f"{name}.key")):
                return self.path(folder, f"{name}.key")
        raise KeyError(name)

    def use_region(self, change):
        """Writes the example region, after `change` has changed its text."""
        with open(os.path.join(SOURCE, "deploy", "examples", "region.yaml"), encoding="utf-8") as file:
            text = change(file.read())
        with open(self.path("region.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    # ---- Programs ----

    def start(self, name, program, *options, ready="ready", typed="", env=None):
        """Starts a program, types something, and waits until it says that it is ready. A router has its ledger where
        ledger_home says, if the options do not."""
        log = open(self.path(f"{name}.log"), "ab+")
        at = log.tell()
        options = ledger_home.with_ledger(program, options)
        process = subprocess.Popen(
            [find_program(program, self.program_folders), *options], stdin=subprocess.PIPE, stdout=log, stderr=log,
            env={**os.environ, **(env or {})})
        log.close()
        self.processes[name] = process
        if typed:
            self.type(name, typed)
        self.await_said(name, ready, since=at)
        return process

    def type(self, name, line):
        """Types a line into a program that was started."""
        self.processes[name].stdin.write(f"{line}\n".encode())
        self.processes[name].stdin.flush()

    def await_said(self, name, pattern, since=0):
        """Waits until a program says what matches, from this byte of its log on. Raises RuntimeError if it ends first."""
        process, said = self.processes[name], b""
        with open(self.path(f"{name}.log"), "rb") as log:
            log.seek(since)
            while not re.search(pattern.encode(), said):
                more = log.readline()
                said += more
                if not more and process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}: {said.decode()}")
                if not more:
                    time.sleep(0.001)  # a log cannot notify us

    def start_broker(self, *options, state=None, env=None, ready="ready", program="concordat-broker"):
        return self.start(
            "broker", program, "--policy", self.path("region.yaml"),
            "--state", state or self.path("state"), "--listen", self.endpoint,
            "--key", self.path("secret", "broker.key_secret"), "--keys", self.path("keys"),
            "--master-key", self.path("master-key"), *options, ready=ready, env=env)

    def start_intake(self, name="intake", *options, source="street-triage", key=None, state=None, broker=None, env=None):
        """Starts an intake of a source, with a key of its own unless another is named; devices() connect to it."""
        if name not in self.intakes:
            self.intakes[name] = f"tcp://127.0.0.1:{free_port()}"
            os.mkdir(self.path(f"{name}-devices"), 0o755)
            self.make_key(name, "source", source)
        return self.start(
            name, "concordat-intake", "--source", source, "--organisation", "ZZP01", "--site", "northmoor-car",
            "--state", state or self.path(f"{name}-state"), "--listen", self.intakes[name],
            "--key", self.path("secret", f"{key or name}.key_secret"), "--keys", self.path(f"{name}-devices"),
            "--broker", broker or self.endpoint, "--broker-key", self.public_key("broker"), *options, ready="listening", env=env)

    def device(self, name, intake="intake", source="street-triage", key=None):
        """Connects a device to an intake that has been started, with a key of its own unless another is named."""
        self.make_key(name, "referrer", source, admitted=False)
        shutil.copy(self.path("secret", f"{name}.key"), self.path(f"{intake}-devices", f"{name}.key.new"))
        os.rename(self.path(f"{intake}-devices", f"{name}.key.new"), self.path(f"{intake}-devices", f"{name}.key"))
        client = python_client.Client(
            self.wire, self.intakes[intake], self.public_key(key or intake), self.path("secret", f"{name}.key_secret"))
        self.clients.append(client)
        return client

    def start_team(self, name, of, *options, env=None):
        """Starts concordat-team, which writes to its log. Returns when the broker knows that the team is present."""
        if not os.path.exists(self.path("secret", f"{name}.key")) and not os.path.exists(self.path("keys", f"{name}.key")):
            self.make_key(name, "team", of)
        return self.start(
            name, "concordat-team", "--server", self.endpoint, "--server-key", self.public_key("broker"),
            "--key", self.path("secret", f"{name}.key_secret"), *options, ready="present: done", typed="present",
            env=env)

    def start_audit(self, name="audit", *options, env=None):
        if not os.path.exists(self.path("keys", f"{name}.key")):
            self.make_key(name, "inspector", "council")
        return self.start(
            name, "concordat-audit", "--broker", self.endpoint, "--broker-key", self.public_key("broker"),
            "--key", self.path("secret", f"{name}.key_secret"), "--state", self.path(f"{name}-state"), *options, ready="", env=env)

    def command(self, key, *words):
        """A command line of `concordat` with a key that has been made."""
        return [find_program("concordat", self.program_folders), *words, "--server", self.endpoint, "--server-key",
                self.public_key("broker"), "--key", self.path("secret", f"{key}.key_secret"), "--timeout", "30"]

    def concordat(self, key, *words):
        """Types a command of `concordat`. Returns its exit code and what it said."""
        ran = subprocess.run(
            self.command(key, *words), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    def kill(self, name):
        """Kills a program at once, as a power cut would."""
        process = self.processes.pop(name)
        process.kill()
        process.stdin.close()
        process.wait()

    def stop(self, name):
        """Stops a program as a service manager would. Returns its exit code."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.stdin.close()
        return process.wait()

    def said(self, name):
        with open(self.path(f"{name}.log"), encoding="utf-8") as log:
            return log.read()

    # ---- People and services ----

    def client(self, name, role=None, of=None, wants_news=False):
        """Makes a connection with a key; makes the key too if a role is given."""
        if role:
            self.make_key(name, role, of)
        client = python_client.Client(
            self.wire, self.endpoint, self.public_key("broker"), self.path("secret", f"{name}.key_secret"),
            wants_news=wants_news)
        self.clients.append(client)
        return client

    def submission(self, **facts):
        return submission(self.wire, **facts)


def submission(wire, **facts):
    """Makes a Submit of street triage, very urgent, with everything that routing needs."""
    from concordat.v1 import codes_pb2, referral_pb2

    referral = referral_pb2.Referral(
        id=python_client.new_id(), source=codes_pb2.SOURCE_STREET_TRIAGE, organisation="ZZP01",
        urgency=codes_pb2.URGENCY_VERY_URGENT, postcode_district="ZX1",
        person=referral_pb2.Demographics(age_known=True, age_years=34, gender="X", ethnic_category="Z"))
    for name, value in facts.items():
        setattr(referral, name, value)
    confidential = referral_pb2.Confidential(callback_number="07700 900123", narrative="An invented person.")
    return wire.Submit(referral=referral, confidential=confidential)


def without_quotas(text):
    """A region whose keys may send as much as they can: for tests that send much and are about something else."""
    return re.sub(r"(per_second|burst): \d+", r"\1: 999999", text)


def with_room(text):
    """A region whose teams have places for all whom a test refers, also for those whom they have not answered yet."""
    return re.sub(r"places: \d+", "places: 200", text)


def write(path, lines, mode):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def find_program(name, folders=PROGRAM_FOLDERS):
    for folder in folders:
        path = os.path.join(BUILD, folder, name)
        if os.access(path, os.X_OK):
            return path
    raise FileNotFoundError(name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
