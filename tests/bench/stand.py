"""The place of a measurement: a folder with a region and keys, and a broker started in it."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

import zmq

TEAM = "northmoor-crisis"  # the first team to be asked for an adult in ZX1 whom street triage refers
IDLE = ("southfell-crisis", "young-people-crisis", "place-of-safety", "crisis-line", "custody-liaison")


class Stand:
    """A region with its keys. Its folder is made beside the broker under test, so that both are on the same disk."""

    def __init__(self, source, build, folder, intakes=1, idle=0, ledger=None):
        self.source, self.build = source, build
        self.folder = tempfile.mkdtemp(prefix="concordat-bench-", dir=folder)
        self.endpoint = f"tcp://127.0.0.1:{free_port()}"
        self.broker, self.ledger = None, ledger
        for name in ("keys", "secret"):
            os.mkdir(self.path(name))
        self.key("broker", "server", "region", "secret")
        with open(os.open(self.path("master-key"), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"1 {os.urandom(32).hex()}\n")
        self.key("team-1", "team", TEAM)
        self.key("auditor", "auditor", "ZZA01")
        for i in range(intakes):
            self.key(f"intake-{i + 1}", "source", "street-triage")
        for i in range(idle):
            self.key(f"idle-{i + 1}", "team", IDLE[i % len(IDLE)])
        with open(os.path.join(source, "deploy", "examples", "region.yaml"), encoding="utf-8") as file:
            region = file.read()
        # Otherwise the team would be full after twenty cases, and we would measure the duty coordinator.
        region = region.replace("    places: 20\n", "", 1)
        # Otherwise we would measure how its peers wait.
        region = re.sub(r"(per_second|burst): \d+", r"\1: 999999", region)
        with open(self.path("region.yaml"), "w", encoding="utf-8") as file:
            file.write(region)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def key(self, name, role, of, folder="keys"):
        public, secret = (text.decode() for text in zmq.curve_keypair())
        lines = ["metadata", f'    name = "{name}"', f'    role = "{role}"', f'    of = "{of}"', "curve"]
        lines.append(f'    public-key = "{public}"')
        for path, text, mode in (
                (self.path(folder, f"{name}.key"), lines, 0o644),
                (self.path("secret", f"{name}.key_secret"), [*lines, f'    secret-key = "{secret}"'], 0o600)):
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, mode), "w", encoding="ascii") as file:
                file.write("\n".join(text) + "\n")

    def program(self, *parts):
        return os.path.join(self.build, *parts)

    def broker_command(self):
        return [self.program("broker", "concordat-broker"), "--policy", self.path("region.yaml"), "--state",
                self.path("state"), "--listen", self.endpoint, "--key", self.path("secret", "broker.key_secret"),
                "--keys", self.path("keys"), *self.master_key(), *(("--ledger", self.ledger) if self.ledger else ())]

    def master_key(self):
        """The option by which the broker finds its master key. A broker of before has none."""
        about = subprocess.run([self.program("broker", "concordat-broker"), "--help"], capture_output=True, text=True)
        return ["--master-key", self.path("master-key")] if "--master-key" in about.stdout else []

    def start(self, *before):
        """Starts the broker, and returns when the broker says that it is ready."""
        with open(self.path("broker.log"), "ab") as log:
            self.broker = subprocess.Popen([*before, *self.broker_command()], stderr=log, stdout=log)
        while "ready on" not in self.log():
            if self.broker.poll() is not None:
                raise RuntimeError(f"the broker ended: {self.log()}")
            time.sleep(0.01)

    def log(self):
        with open(self.path("broker.log"), encoding="utf-8") as file:
            return file.read()

    def stop(self):
        if self.broker:
            self.broker.send_signal(signal.SIGTERM)
            code = self.broker.wait()
            self.broker = None
            os.unlink(self.path("broker.log"))
            if code != 0:
                raise RuntimeError(f"the broker ended with {code}")

    def close(self):
        if self.broker:
            self.broker.kill()
            self.broker.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def load_command(self, *options):
        return [self.program("tests", "bench", "bench-load"), "--endpoint", self.endpoint, "--server-key",
                self.path("secret", "broker.key"), "--secrets", self.path("secret"), *map(str, options)]

    def load(self, *options):
        return run_json(*self.load_command("--broker", self.broker.pid, *options))

    def sizes(self):
        """Returns the sizes of one referral's events (received, offered, accepted), and of what is sealed beside one."""
        ledger = sqlite3.connect(f"file:{self.path('state', 'ledger.db')}?mode=ro", uri=True)
        rows = dict(ledger.execute("SELECT kind, CAST(avg(length(body)) AS INTEGER) FROM event GROUP BY kind"))
        sealed, = ledger.execute("SELECT CAST(avg(length(body)) AS INTEGER) FROM sealed").fetchone()
        ledger.close()
        return [rows[20], rows[21], rows[27], sealed]


def run_json(*command, env=None):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def not_installed(*programs):
    """Returns which of the programs are not there; nginx is outside of many people's PATH."""
    return [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
