"""The demo's region as processes: folder, keys and policy, and programs that are started, killed and stopped."""

import asyncio
import ctypes
import datetime
import json
import os
import re
import signal
import socket

SOURCES = ("street-triage", "liaison-and-diversion", "emergency-department")
SHUT = ("older-people-crisis", "paediatric-liaison")
RING = "Duty coordinator 01632 960100"
DEVICES = 12  # of each source: an intake takes one referral each ten seconds of a device, after the first ten
# No time limit gets shorter than this: the day is a thousand times as fast, but programs do not start faster.
SHORTEST_MS = 2000
# A routine offer stands long enough for somebody to type a command about it.
OWN_MS = {"arrival_grace": 6000, "capacity_good": 4000, "routine": 12000}
STOP_SECONDS = 20
LINE_BYTES = 1 << 24  # a board on one line
FOLDERS = {"concordat-broker": "broker", "concordat-intake": "services/intake", "concordat-team": "services/team",
           "concordat-audit": "services/audit", "concordat-gateway": "services/gateway", "concordat": "services/cli",
           "concordat-ledger": "broker/tools"}


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent():
    """Runs in a child before its program: if the demo itself is killed, none of its programs stays behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Failure(Exception):
    """A reason, in one sentence for a person, why the demo cannot go on."""


# ---- The policy ----

def milliseconds(text):
    units = {"h": 3600000, "m": 60000, "s": 1000, "ms": 1}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+)(ms|h|m|s)", text))


def open_hours(text):
    """The example region with every team open at every hour, except two that are shut now."""
    shut_day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)).strftime("%a").lower()
    lines, team, skipping = [], None, False
    for line in text.splitlines():
        named = re.match(r"  - id: (\S+)", line)
        team = named.group(1) if named else team
        if skipping and re.match(r"      - ", line):
            continue
        skipping = line.startswith("    hours:")
        if skipping and team in SHUT:
            line = f'    hours: [{{days: {shut_day}, from: "10:00", to: "11:00"}}]'
        elif skipping:
            line = "    hours: always"
        lines.append(line)
    return "\n".join(lines) + "\n"


def sped_up(text, speed):
    """The policy with times and standards that pass `speed` times as fast."""
    def faster(match):
        indent, field, duration = match.groups()
        shorter = milliseconds(duration) // speed
        if field != "expected_arrival":  # by which teams are ranked
            shorter = OWN_MS.get(field, max(SHORTEST_MS, shorter))
        return f"{indent}{field}: {shorter}ms"

    begin, end = text.index("\ntimes:"), text.index("\nladders:")
    section = re.sub(r"(?m)^( +)([a-z_]+): ((?:\d+(?:ms|h|m|s))+)$", faster, text[begin:end])
    return text[:begin] + section + text[end:]


# id, name, clock, sources, urgencies, within
OWN_STANDARDS = (
    ("routine-told", "Referrer told in the demo", "referrer-told", "all", "[routine]", "10h"),
    ("routine-ed", "Liaison in the ED in the demo", "response", "[emergency-department]", "[routine]", "10h"),
    ("health-check", "Health check every 30 minutes (statutory)", "health-check", "all", "all", "30m"),
    ("custody-review", "Review every hour (statutory)", "custody-review", "all", "all", "1h"),
)
NIGHT = "southfell-night"   # until the day begins
NIGHT_COORDINATOR = f"""
coordinators:
  - id: {NIGHT}
    name: Southfell night coordinator
    telephone: 01632 960201
"""


def with_own_standards(text):
    """What the law itself sets for police stations would not pass faster; and a routine offer stands longer (OWN_MS)."""
    fields = ("id", "name", "clock", "sources", "urgencies", "within")
    own = "".join("  - " + "    ".join(f"{field}: {value}\n" for field, value in zip(fields, row)) for row in OWN_STANDARDS)
    text = text.replace("\nstandards:\n", f"\nstandards:\n{own}", 1)
    return re.sub(r"(clock: (?:referrer-told|response)\n +sources: .*\n +urgencies: )all", r"\g<1>[emergency, very-urgent, urgent]",
                  text)


def of_the_night(text):
    """The policy before the day begins: Southfell has another coordinator."""
    text = text.replace("\ncoordinators:\n", NIGHT_COORDINATOR, 1)
    return re.sub(r"(?s)(  - id: southfell\n.*?    coordinator: )southfell-duty", rf"\g<1>{NIGHT}", text, count=1)


def ids(text, section):
    """The ids that one section of a policy lists."""
    entries = re.search(rf"(?ms)^{section}:\n(.*?)(?=^\S+:|\Z)", text).group(1)
    return re.findall(r"(?m)^  - id: (\S+)", entries)


def handles(pid, wanted):
    """Whether a process blocks or catches a signal by now."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        masks = re.findall(r"(?m)^Sig(?:Blk|Cgt):\s*([0-9a-f]+)$", status.read())
    return any(int(mask, 16) >> (wanted - 1) & 1 for mask in masks)


# ---- The folder ----

class Region:
    """A folder of its own with the keys, the policy and the state of everything."""

    def __init__(self, build, source, folder, speed, routers=1):
        self.build, self.source, self.folder = build, source, folder
        for name in ("keys", "secret", "logs", "bin", "as", *(f"devices/{source}" for source in SOURCES)):
            os.makedirs(self.path(name), mode=0o700)
        with open(os.open(self.path("master-key"), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"1 {os.urandom(32).hex()}\n")
        for name, where in FOLDERS.items():
            program = os.path.join(build, where, name)
            if not os.access(program, os.X_OK):
                raise Failure(f"{program} is not there: build first, or use deploy/demo")
            os.symlink(program, self.path("bin", name))
        with open(os.path.join(source, "deploy", "examples", "region.yaml"), encoding="utf-8") as file:
            self.policy_text = open_hours(file.read())
        self.day_policy = sped_up(with_own_standards(self.policy_text), speed)
        self.write_policy(self.day_policy)
        self.teams = ids(self.policy_text, "teams")
        self.coordinators = ids(self.policy_text, "coordinators")
        self.pages_port, *ports = free_ports(1 + routers + len(SOURCES))
        brokers, intakes = ports[:routers], ports[routers:]
        self.brokers = [f"tcp://127.0.0.1:{port}" for port in brokers]
        self.broker = ",".join(self.brokers)
        self.intakes = {source: f"tcp://127.0.0.1:{port}" for source, port in zip(SOURCES, intakes)}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def program(self, name):
        return self.path("bin", name)

    def write_policy(self, text):
        with open(self.path("region.yaml.new"), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path("region.yaml.new"), self.path("region.yaml"))

    async def make_keys(self):
        await self._make_key("broker", "server", "region", None)
        for source in SOURCES:
            await self._make_key(source, "source", source, "keys")
            for i in range(1, DEVICES + 1):
                await self._make_key(f"{source}-{i}", "referrer", source, f"devices/{source}")
                self._write_environment(f"{source}-{i}", f"{source}-{i}", self.intakes[source], source)
            await self._make_key(desk(source), "referrer", source, f"devices/{source}")
            self._write_environment(source, f"{source}-1", self.intakes[source], source)
        for role, names in (("team", self.teams), ("coordinator", [*self.coordinators, NIGHT]), ("auditor", ["auditor"]),
                            ("inspector", ["inspector"])):
            for name in names:
                await self._make_key(name, role, name if role in ("team", "coordinator") else "audit", "keys")
                self._write_environment(name, name, self.broker, "broker")
        for role, names in (("team", self.teams), ("coordinator", self.coordinators)):
            for name in names:
                await self._make_key(desk(name), role, name, "keys")

    async def _make_key(self, name, role, of, admitted_in):
        await run_alone(self, "keys", "make", name, "--role", role, "--of", of, "--folder", self.path("secret"))
        if admitted_in:
            with open(self.path("secret", f"{name}.key"), "rb") as file:
                public = file.read()
            with open(self.path(admitted_in, f"{name}.key"), "wb") as file:
                file.write(public)

    def device(self, person):
        """The device that refers a person."""
        return f"{person.source}-{int(person.id[-4:], 16) % DEVICES + 1}"

    def environment(self, who):
        """The environment in which `concordat` speaks as somebody; a person can read the same file into a shell."""
        with open(self.path("as", who), encoding="utf-8") as file:
            return dict(line.removeprefix("export ").split("=", 1) for line in file.read().splitlines())

    def _write_environment(self, who, key, server, server_key):
        values = {"CONCORDAT_SERVER": server, "CONCORDAT_SERVER_KEY": self.path("secret", f"{server_key}.key"),
                  "CONCORDAT_KEY": self.path("secret", f"{key}.key_secret"),
                  "CONCORDAT_TRAIL": self.path("inspection" if who == "inspector" else "audit", "trail.db")}
        with open(self.path("as", who), "w", encoding="utf-8") as file:
            file.writelines(f"export {name}={value}\n" for name, value in values.items())


def desk(name):
    """The key with which the gateway speaks for somebody: another than that of their device."""
    return f"{name}-desk"


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


# ---- Programs ----

class Program:
    """One process that runs until it is told to stop. It writes into a log."""

    talks = False  # the demo reads JSON lines from its standard output
    clean_codes = (0,)

    def __init__(self, region, name, program, *options, environment=None):
        self.region, self.name = region, name
        self.command = [region.program(program), *options]
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.running = asyncio.Event()
        self.faults = []
        self.tasks = set()
        self._watch = None
        self._told_to_end = False

    def log(self):
        return self.region.path("logs", f"{self.name}.log")

    async def start(self):
        self._told_to_end = False
        with open(self.log(), "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, env=self.environment, stderr=log, limit=LINE_BYTES, start_new_session=True,
                preexec_fn=end_with_parent, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE if self.talks else log)
        self.running.set()
        self._watch = asyncio.create_task(self._follow(self.process))
        self.on_start()

    async def await_word(self, word):
        """Waits until its log has a word. A file does not say when it grows, so this polls."""
        while self.process.returncode is None:
            with open(self.log(), encoding="utf-8", errors="replace") as log:
                if word in log.read():
                    return
            await asyncio.sleep(0.02)
        raise Failure(f"{self.name} ended with {self.process.returncode} before it was ready")

    async def _follow(self, process):
        if self.talks:
            with open(self.region.path("logs", f"{self.name}.said"), "ab") as said:
                async for line in process.stdout:
                    said.write(line)
                    try:
                        document = json.loads(line)
                    except ValueError:
                        continue  # cut off by a kill
                    self.on_line(document)
        code = await process.wait()
        self.running.clear()
        if not self._told_to_end:
            await self.on_own_end(code)

    def begin(self, work):
        """Starts a task of the person at this program; it ends with the program."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.ended)
        return task

    def ended(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.faults.append(f"{self.name}: {task.exception()!r}")

    def on_start(self):
        pass

    def on_line(self, document):
        pass

    async def on_own_end(self, code):
        self.faults.append(f"{self.name} ended by itself with {code}")

    def type(self, line):
        if self.running.is_set() and not self.process.stdin.is_closing():
            self.process.stdin.write(line.encode() + b"\n")

    async def kill(self):
        """As a power cut would."""
        if self.process and self.process.returncode is None:
            self._told_to_end = True
            self.process.kill()
        await self._ended()

    async def stop(self):
        """As a service manager would."""
        if self.process is None or self.process.returncode is not None:
            return
        self._told_to_end = True
        # A program that is still being loaded has no answer to the signal yet, and ends by it: with nothing begun.
        clean_codes = self.clean_codes if handles(self.process.pid, signal.SIGTERM) else (*self.clean_codes, -signal.SIGTERM)
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._ended()), STOP_SECONDS)
        except asyncio.TimeoutError:
            self.faults.append(f"{self.name} did not stop within {STOP_SECONDS} s")
            await self.kill()
        if self.process.returncode not in clean_codes:
            self.faults.append(f"{self.name} stopped with {self.process.returncode}")

    async def _ended(self):
        if self._watch:
            await self._watch

    def last_words(self, count=8):
        """None: all of them."""
        try:
            with open(self.log(), encoding="utf-8", errors="replace") as log:
                return log.read().splitlines()[-count if count else None:]
        except OSError:
            return []


def router(region, name, listen, *more):
    """What a Program is made with that is a router; its state is in a folder with its name."""
    return (region, name, "concordat-broker", "--policy", region.path("region.yaml"), "--state", region.path(name),
            "--listen", listen, "--key", region.path("secret", "broker.key_secret"), "--keys", region.path("keys"),
            "--master-key", region.path("master-key"), *more)


async def run_alone(region, *words, program="concordat"):
    """Runs a program that speaks to no server: `concordat WORDS`, or another. Returns its output."""
    process = await asyncio.create_subprocess_exec(
        region.program(program), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said, complaint = await process.communicate()
    if process.returncode != 0:
        raise Failure(f"{program} {' '.join(words[:3])}: {complaint.decode().strip()}")
    return said.decode()


async def run(region, who, *words, given=None):
    """Runs `concordat WORDS` as somebody. Returns its exit code, its output and its errors."""
    process = await asyncio.create_subprocess_exec(
        region.program("concordat"), *words, env={**os.environ, **region.environment(who)}, start_new_session=True,
        preexec_fn=end_with_parent, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE)
    try:
        said, complaint = await process.communicate(json.dumps(given).encode() if given else None)
    except asyncio.CancelledError:
        if process.returncode is None:
            process.kill()
        await process.wait()
        raise
    return process.returncode, said.decode(), complaint.decode()
