"""The real routers on the database of a trial, with intakes, devices and a team around them, each in a place of its own.

What was acknowledged is read where it counts: an intake's outbox notes each answer in the transaction that stores it, by a
trigger that is put there before the trial, and people.py notes what a team is told. Two programs ask the routers all the
time, so that it is seen if two answer.
"""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid

import room as rooms
from judge import Witness, judge_cases
from load import Load, Told, lines_of

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration"))
import stage  # noqa: E402

PORT, INTAKE_PORT = 5170, 5181
REFER_PAUSE_S, WATCH_PAUSE_S = 0.4, 0.1
DEVICES = 20  # at each intake: a device may refer ten people at once, and one more each ten seconds
FIRST_CASES, START_S = 2, 90
DELIVERY_S = 90  # what intakes have saved must be delivered so soon after the last referral: a lease, and their patience
LEADS_S = 2  # a router that answered a question so recently leads
HISTORY = "SELECT seq, chain, kind, referral, reduced, body FROM event ORDER BY seq"
# As a manager of services does it (deploy/units): started again a second after its end, whatever ended it; each line that
# it says has the time.
KEEP = """while :; do "$@"; echo "ended with $?"; sleep 1; done 2>&1 |
mawk -W interactive '{ print strftime("%H:%M:%S"), $0; fflush() }'"""
GOOD_ENDS = {0, 111, 112, 128 + signal.SIGKILL}
RECEIVED = re.compile(r"^\S+ (?:received|LOST BY THE ROUTER AND SENT AGAIN.*now:) ([0-9a-f-]{36})", re.M)
# STRICT tables and triggers of the intake know nothing of these.
NOTES = """
CREATE TABLE trial_sent (command INTEGER PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE trial_told (row INTEGER PRIMARY KEY, command INTEGER NOT NULL, seq INTEGER NOT NULL, router BLOB, at REAL NOT NULL);
CREATE TRIGGER trial_sent AFTER UPDATE OF attempts ON command BEGIN
    INSERT INTO trial_sent VALUES (new.row, (julianday('now') - 2440587.5) * 86400)
        ON CONFLICT (command) DO UPDATE SET at = excluded.at;
END;
CREATE TRIGGER trial_told AFTER UPDATE OF seq ON command WHEN new.state = 2 BEGIN
    INSERT INTO trial_told (command, seq, router, at)
        VALUES (new.row, new.seq, new.router, (julianday('now') - 2440587.5) * 86400);
END;
"""
TOLD = """
SELECT t.seq, r.id, t.router, ifnull(s.at, t.at), t.at FROM trial_told t JOIN command c ON c.row = t.command
    JOIN referral r ON r.row = c.referral LEFT JOIN trial_sent s ON s.command = t.command ORDER BY t.row
"""


class BrokerLoad(Load):
    role = "concordat_broker"

    def __init__(self, room, cluster):
        self.room, self.cluster = room, cluster
        self.places = [room.add("b1", 11), room.add("b2", 12)]
        self.intakes = [room.add("i1", 21), room.add("i2", 22)]
        self.team = room.add("t1", 31)
        for place in (*self.places, *self.intakes, self.team):
            place.power_on()
        self.stage = stage.Stage("ha-trial")
        self.stage.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        os.chmod(self.stage.folder, 0o711)
        self.brokers = ",".join(f"tcp://{place.address}:{PORT}" for place in self.places)
        self.watches = []

    def close(self):
        self.stage.close()

    # ---- Programs ----

    def prepare(self):
        schema = rooms.do(stage.find_program("concordat-ledger"), "schema")
        self.cluster.make_tables(schema, "event", "concordat")

    def start(self):
        s = self.stage
        for place in self.places:
            self.start_at(place)
        for intake in self.intakes:
            s.make_key(intake.name, "source", "street-triage")
            self._make_devices(intake)
            self._prepare_outbox(intake)
            self._start_intake(intake)
        s.make_key("team", "team", "northmoor-crisis")
        self._start_people(self.team, "team", stage.find_program("concordat-team"), "--json", "--server", self.brokers,
                           "--server-key", s.public_key("broker"), "--key", s.path("secret", "team.key_secret"))
        s.make_key("watch", "coordinator", "northmoor-duty")
        for place in self.places:
            self._watch(place)
        for intake in self.intakes:
            self._start_people(intake, "refer", f"tcp://127.0.0.1:{INTAKE_PORT}", s.public_key(intake.name),
                               str(REFER_PAUSE_S), *(s.path("secret", f"{name}.key_secret") for name in self._devices(intake)))
        rooms.await_true("the first cases", lambda: min(self.counts()) >= FIRST_CASES, START_S)

    def start_at(self, place):
        s = self.stage
        servers = ",".join(node.place.address for node in self.cluster.nodes)
        place.start(f"{place.name}-broker", "sh", "-c", KEEP, "keep", stage.find_program("concordat-broker"),
                    "--policy", s.path("region.yaml"), "--state", self.room.path("run", f"{place.name}-state"),
                    "--ledger", f"postgresql://{self.role}@{servers}/concordat?sslmode=disable",
                    "--listen", f"tcp://{place.address}:{PORT}", "--key", s.path("secret", "broker.key_secret"),
                    "--keys", s.path("keys"), "--master-key", s.path("master-key"))

    @staticmethod
    def _devices(intake):
        return [f"{intake.name}-device-{number}" for number in range(DEVICES)]

    def _make_devices(self, intake):
        s = self.stage
        os.mkdir(s.path(f"{intake.name}-devices"))
        for name in self._devices(intake):
            s.make_key(name, "referrer", "street-triage", admitted=False)
            os.link(s.path("secret", f"{name}.key"), s.path(f"{intake.name}-devices", f"{name}.key"))

    def _start_intake(self, intake):
        s = self.stage
        intake.start(f"{intake.name}-intake", "sh", "-c", KEEP, "keep", stage.find_program("concordat-intake"),
                     "--source", "street-triage", "--organisation", "ZZP01", "--site", "northmoor-car",
                     "--state", self._outbox(intake), "--listen", f"tcp://127.0.0.1:{INTAKE_PORT}",
                     "--key", s.path("secret", f"{intake.name}.key_secret"), "--keys", s.path(f"{intake.name}-devices"),
                     "--broker", self.brokers, "--broker-key", s.public_key("broker"))
        rooms.await_true(f"the intake {intake.name}", lambda: "listening" in self._said(f"{intake.name}-intake"), START_S)

    def _prepare_outbox(self, intake):
        """Lets the intake make its outbox, and has that note what happens to each command."""
        self._start_intake(intake)
        self._end(intake, "concordat-intake")
        with contextlib.closing(sqlite3.connect(os.path.join(self._outbox(intake), "outbox.db"))) as outbox:
            outbox.executescript(NOTES)
        os.truncate(self.room.path("logs", f"{intake.name}-intake.log"), 0)

    def _people(self, name, what, *words):
        return ["/usr/bin/python3", os.path.join(os.path.dirname(__file__), "people.py"), stage.SOURCE, stage.BUILD,
                self.stage.folder, self.room.path("logs", f"{name}.notes"), what, *words]

    def _start_people(self, place, what, *words):
        place.start(f"{place.name}-{what}", *self._people(f"{place.name}-{what}", what, *words))

    def _watch(self, place):
        """Asks from the bridge, which no fault cuts off."""
        s, name = self.stage, f"watch-{place.name}"
        with open(self.room.path("logs", f"{name}.log"), "ab") as log:
            self.watches.append(subprocess.Popen(
                self._people(name, "watch", f"tcp://{place.address}:{PORT}", s.public_key("broker"),
                             str(WATCH_PAUSE_S), s.path("secret", "watch.key_secret")), stdout=log, stderr=log))

    def kill(self, place):
        place.signal(signal.SIGKILL, self.pattern())

    def pattern(self):
        return "concordat-broker"

    def _end(self, place, pattern):
        """Ends a program whose end is good, and first what keeps it."""
        place.signal(signal.SIGKILL, f"^sh .*{pattern}")
        place.signal(signal.SIGTERM, pattern)
        rooms.await_true(f"the end of {pattern} at {place.name}", lambda: not place.pids(pattern), START_S)

    def stop(self):
        wrong = [f"who works at {place.name} has ended; see the logs" for place in (*self.intakes, self.team)
                 if not place.pids("people[.]py")]
        wrong += ["who asks the routers has ended; see the logs" for watch in self.watches if watch.poll() is not None]
        for intake in self.intakes:
            intake.signal(signal.SIGKILL, "people[.]py")
        try:
            rooms.await_true("all that was saved", self._is_delivered, DELIVERY_S)
        except TimeoutError:
            wrong.append(f"of {len(self._promised())} saved, {len(self._promised() - self._received())} are not delivered "
                         f"{DELIVERY_S} s after the last was saved")
        self.team.signal(signal.SIGKILL)
        for watch in self.watches:
            watch.kill()
            watch.wait()
        for intake in self.intakes:
            self._end(intake, "concordat-intake")
        for place in self.places:
            place.go_on()
            self._end(place, self.pattern())
        return wrong + self._bad_ends()

    def _bad_ends(self):
        """Programs that ended as none should."""
        return [f"{log} ended with {code}" for log in [f"{place.name}-broker" for place in self.places] +
                [f"{place.name}-intake" for place in self.intakes]
                for code in re.findall(r"^\S+ ended with (\d+)", self._said(log), re.M) if int(code) not in GOOD_ENDS]

    # ---- What was told ----

    def _said(self, log):
        with open(self.room.path("logs", f"{log}.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def _notes(self, name, what):
        return [words[1:] for words in lines_of(self.room.path("logs", f"{name}.notes")) if words[0] == what]

    def _outbox(self, intake):
        return self.room.path("run", f"{intake.name}-outbox")

    def _promised(self):
        return {words[0] for intake in self.intakes for words in self._notes(f"{intake.name}-refer", "saved")}

    def _received_by(self, intake):
        return {uuid.UUID(case).hex for case in RECEIVED.findall(self._said(f"{intake.name}-intake"))}

    def _received(self):
        return set().union(*map(self._received_by, self.intakes))

    def _is_delivered(self):
        return self._promised() <= self._received()

    def counts(self):
        return [len(self._received_by(intake)) for intake in self.intakes] + [len(self._of_teams())]

    def leader(self):
        last = {place: heard[-1].at for place in self.places for heard in [self._heard(place)] if heard}
        latest = max(last, key=last.get, default=None)
        return latest if latest and time.monotonic() - last[latest] < LEADS_S else None

    def _heard(self, place):
        return [Told(0, "", session, 0, float(sent), float(at))
                for session, sent, at in self._notes(f"watch-{place.name}", "heard")]

    def _of_teams(self):
        return [Told(int(seq), case, None, 0, float(sent), float(at))
                for seq, case, _, sent, at in self._notes(f"{self.team.name}-team", "told")]

    def _of_intake(self, intake):
        ahead = time.time() - time.monotonic()  # the outbox has instants of the wall's clock
        with contextlib.closing(sqlite3.connect(os.path.join(self._outbox(intake), "outbox.db"))) as outbox:
            return [Told(seq, case.hex(), router and router.hex(), 0, sent - ahead, at - ahead)
                    for seq, case, router, sent, at in outbox.execute(TOLD)]

    def found(self, node, since):
        witness = Witness(self._promised(), [t for intake in self.intakes for t in self._of_intake(intake)], self._of_teams(),
                          [t for place in self.places for t in self._heard(place)])
        found = judge_cases(witness, node.history(HISTORY, "concordat"), since)
        return found._replace(chain_breaks=found.chain_breaks + self._contradictions(node))

    def _contradictions(self, node):
        """Whether every event of the history follows from those before it by the router's own rules: 0, or 1."""
        ran = subprocess.run([stage.find_program("concordat-replay"),
                              f"postgresql://postgres@{node.place.address}/concordat?sslmode=disable"],
                             capture_output=True, text=True, check=False)
        if ran.returncode == 0 and json.loads(ran.stdout)["follows"]:
            return 0
        print(f"concordat-replay ended with {ran.returncode}: {ran.stdout}{ran.stderr}", flush=True)
        return 1
