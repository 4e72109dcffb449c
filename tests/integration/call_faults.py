"""Each call of a program to the C library fails once, in a short day of its life, and then: no permission is kept, no honest
key is lost, nothing that was acknowledged is lost, and nothing crashes.

A first run counts the calls of one family by the place that they come from (calls.py). Then there is a run for each: the
program goes on, or it ends with an exit code of its page and says why, and a service manager starts it again.

Usage: call_faults.py SOURCE BUILD [OPTION...]; --help lists the options.
"""

import argparse
import multiprocessing.connection
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import calls
import faults
import stage

python_client = stage.python_client
python_client.RESEND_FIRST_S = 0.2  # the answers that a fault swallows are asked for again soon

DEADLINE_S = 20
COUNTING_RUNS, RUNS = 3, 3
SILENCE_S = 0.3  # a withdrawn key that hears nothing for so long is not served
GOOD, BUG, ENVIRONMENT = 0, 101, 111
# Families of which each call fails, up to OFTEN of one place: a place that calls more often is a loop, and how often it
# turns depends on the time. Of the other families it is the first call of each place.
OFTEN = 12
CALL_BY_CALL = ("open", "accept", "socket", "read", "sync", "start")
QUICK_FAMILIES = ("open", "accept", "socket", "start")
# How libzmq and the C++ library say that they end the process themselves.
ABORTS = re.compile(r"\(src/[a-z_0-9]+\.[ch]pp:\d+\)|terminate called after throwing")


class Broken(Exception):
    """A promise does not hold."""


@dataclass
class Outcome:
    broken: str = ""
    failed: int = 0
    again: int = 0  # how often it was played before
    endings: list = field(default_factory=list)  # pairs of an exit code and what was said
    by_library: bool = False  # a library ended the program
    slowest_s: float = 0.0  # how long a key was served after it was withdrawn
    found: dict = field(default_factory=dict)
    log: str = ""

    def kind(self):
        if self.broken:
            return "broken"
        if self.by_library:
            return "aborts"
        return "ends" if self.endings else "goes on"


class Scene:
    """A stage, and on it one program whose calls fail."""

    def __init__(self, s, family, program, start):
        self.stage, self.program, self.start_program = s, program, start
        self.calls = calls.Calls(s.path("calls"), family)
        self.told = faults.Told()
        self.outcome = Outcome()
        self.stopping = False

    def start(self):
        """Starts the program as a service manager does: again, if it ends."""
        for _ in range(4):
            at = self.log_size()
            try:
                return self.start_program(self.stage, self.calls.env())
            except RuntimeError:
                self.note_ending(at)
        raise Broken("it does not start")

    def log_size(self):
        path = self.stage.path(f"{self.program}.log")
        return os.path.getsize(path) if os.path.exists(path) else 0

    def note_ending(self, at=0):
        process = self.stage.processes.pop(self.program)
        process.stdin.close()
        code = process.wait()
        with open(self.stage.path(f"{self.program}.log"), errors="replace") as log:
            log.seek(at)
            said = [line for line in log.read().splitlines() if line and line != "stopped" and "ready on" not in line]
        by_library = [line for line in said if ABORTS.search(line)] if code == BUG else []
        if code != ENVIRONMENT and self.calls.failed_within("libpgm"):
            by_library = ["OpenPGM or the C library below it, while libzmq starts"]
        self.outcome.by_library |= bool(by_library)
        self.outcome.endings.append((code, (by_library or said or [""])[-1]))
        if by_library:
            return
        if code != ENVIRONMENT or not said:
            raise Broken(f"it ended with {code}: {' | '.join(said[-3:])}")

    def tend(self):
        """Starts the program again if it has ended."""
        process = self.stage.processes.get(self.program)
        if process is None or process.poll() is None:
            return
        self.note_ending()
        self.start()
        for client in self.stage.clients:
            client._connect()

    def stop(self):
        process = self.stage.processes[self.program]
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired as late:
            raise Broken("it does not stop") from late
        if code != GOOD:
            self.note_ending()
        else:
            self.stage.processes.pop(self.program).stdin.close()

    def ask(self, client, acts=False, **command):
        """Asks until the answer is there. If the request acts, the ledger has to have what was acknowledged."""
        command_id = python_client.new_id()
        if acts:
            self.told.ask(command_id)
        until = time.monotonic() + DEADLINE_S
        try:
            client.send(command_id=command_id, **command)
            while time.monotonic() < until:
                message = client._turn(time.monotonic() + 0.02)
                self.tend()
                if message and message.command_id == command_id:
                    self.told.take(message)
                    return message
                if message:
                    client.kept.append(message)
        except python_client.Refused as refused:
            raise Broken(f"an honest key is refused: {refused}") from refused
        raise Broken(f"no answer to {next(iter(command))}")

    def state_of(self, client, referral):
        return self.ask(client, get_status=self.stage.wire.GetStatus(referral=referral)).answer.status

    def await_log(self, at, *words):
        """Waits until the program says one of these, or ends and is started again."""
        until = time.monotonic() + DEADLINE_S
        while time.monotonic() < until:
            process = self.stage.processes[self.program]
            with open(self.stage.path(f"{self.program}.log"), errors="replace") as log:
                log.seek(at)
                said = log.read()
            if any(word in said for word in words):
                return
            self.tend()
            if self.stage.processes[self.program] is not process:
                return
            time.sleep(0.001)  # a log cannot notify us
        raise Broken(f"it does not say: {' or '.join(words)}")

    def withdraw(self, client, path):
        """Takes a key out of the folder, and waits until it is served no more."""
        os.remove(path)
        began = time.monotonic()
        while self.is_served(client):
            if time.monotonic() - began > DEADLINE_S:
                raise Broken("a withdrawn key is still served")
        self.outcome.slowest_s = time.monotonic() - began
        client.kept.clear()

    def is_served(self, client):
        until = time.monotonic() + SILENCE_S
        try:
            asked = client.send(get_board=self.stage.wire.GetBoard())
            while time.monotonic() < until:
                message = client._turn(time.monotonic() + 0.02)
                self.tend()
                if message and message.command_id == asked:
                    return message.WhichOneof("body") == "board"
        except python_client.Refused:
            return False
        return False

    def expect_silence(self, client):
        """A withdrawn key hears nothing of anybody."""
        try:
            while message := client.next_message(timeout=0.01):
                if message.WhichOneof("body") not in ("answer", "pong"):
                    raise Broken(f"a withdrawn key is told: {message.WhichOneof('body')}")
        except python_client.Refused:
            pass
        if self.is_served(client):
            raise Broken("a withdrawn key is served again")


# ---- The broker's day ----


def start_broker(s, env=None):
    return s.start_broker(env=env)


def close_case(scene, people, referral):
    """Brings a case to its end, whoever holds it by now."""
    wire = scene.stage.wire
    from concordat.v1 import codes_pb2

    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        status = scene.state_of(people["street"], referral)
        if status.attempt and status.asked_team == "northmoor-crisis":
            scene.ask(people["north"], seen=wire.Seen(referral=referral, attempt=status.attempt), acts=True)
            scene.ask(people["north"], accept=wire.Accept(
                referral=referral, attempt=status.attempt, expected_minutes=20), acts=True)
        elif status.attempt or status.owner_kind == codes_pb2.OWNER_KIND_COORDINATOR:
            scene.ask(people["duty"], take=wire.Take(referral=referral), acts=True)
            scene.ask(people["duty"], close=wire.Close(
                referral=referral, outcome=codes_pb2.OUTCOME_ADVICE, note="an invented note",
                without_contact=codes_pb2.WITHOUT_CONTACT_ELSEWHERE), acts=True)
        elif status.owner_kind == codes_pb2.OWNER_KIND_TEAM:
            scene.ask(people["north"], get_record=wire.GetRecord(referral=referral, reason="to attend"), acts=True)
            scene.ask(people["north"], check_in=wire.CheckIn(
                referral=referral, step=codes_pb2.STEP_CONTACT, attend_status=codes_pb2.ATTEND_STATUS_ON_TIME,
                mechanism=codes_pb2.CONTACT_MECHANISM_FACE_TO_FACE), acts=True)
            scene.ask(people["north"], close=wire.Close(referral=referral, outcome=codes_pb2.OUTCOME_ADVICE), acts=True)
        else:
            return
    raise Broken("a case cannot be closed")


def submit(scene, client):
    command = scene.stage.submission()
    answer = scene.ask(client, submit=command, acts=True).answer
    if not answer.done:
        raise Broken(f"a referral is refused: {answer.text}")
    return command.referral.id


def play_broker(scene):
    s, wire = scene.stage, scene.stage.wire
    owners = {"street": ("source", "street-triage"), "north": ("team", "northmoor-crisis"),
              "leaver": ("team", "northmoor-crisis"), "duty": ("coordinator", "northmoor-duty"),
              "council": ("inspector", "council")}
    people = {name: s.client(name, *owner, wants_news=True) for name, owner in owners.items()}
    scene.start()
    for name in people:
        scene.ask(people[name], **({"get_board": wire.GetBoard()}))
    scene.ask(people["north"], set_presence=wire.SetPresence(present=True, lease_seconds=600))
    first = submit(scene, people["street"])
    close_case(scene, people, first)
    scene.ask(people["council"], follow=wire.Follow(after=0, credit=100))
    people["newcomer"] = s.client("newcomer", "team", "northmoor-crisis")
    scene.ask(people["newcomer"], get_board=wire.GetBoard())
    scene.withdraw(people["leaver"], s.path("keys", "leaver.key"))
    reload_policy(scene, people)
    second = submit(scene, people["street"])
    scene.stop()
    scene.start()
    for name in ("street", "north"):
        people[name]._connect()
    scene.ask(people["north"], set_presence=wire.SetPresence(present=True, lease_seconds=600))
    close_case(scene, people, second)
    scene.stop()
    s.start_broker()
    for client in s.clients:
        client._connect()
    for name in people:
        if name != "leaver":
            scene.ask(people[name], get_board=wire.GetBoard())
    scene.expect_silence(people["leaver"])
    expect_told(scene, {first, second})


def reload_policy(scene, people):
    s, ring = scene.stage, "01632 960199"
    s.use_region(lambda text: text.replace("01632 960100", ring))
    for _ in range(2):  # the fault is over when it is asked for the second time
        at = scene.log_size()
        s.processes["broker"].send_signal(signal.SIGHUP)
        scene.await_log(at, "policy loaded again", "the policy before stays in force")
        answer = scene.ask(people["street"], get_status=s.wire.GetStatus(number="R-0001")).answer
        if answer.status.coordinator_ring == ring:
            return
    raise Broken("the policy is not loaded again")


def expect_told(scene, referrals):
    found = faults.hold_against_ledger(scene.stage, [scene], "reader")
    if found.lost or found.doubled or found.invented:
        raise Broken(f"{found.lost} acknowledged and lost, {found.doubled} doubled, {found.invented} invented")
    received = {event.referral for event in faults.events_of(scene.stage, "reader-2")
                if event.WhichOneof("what") == "received"}
    if received != referrals:
        raise Broken("the ledger does not have each referral once")


# ---- The intake's day ----


def start_intake(s, env=None):
    return s.start_intake(env=env)


def play_intake(scene):
    s, wire = scene.stage, scene.stage.wire
    s.start_broker()
    people = {"duty": s.client("duty", "coordinator", "northmoor-duty")}
    scene.start()
    for name in ("device", "leaver"):
        people[name] = s.device(name)
        people[name].wants_news = True
        scene.ask(people[name], get_board=wire.GetBoard())
    saved = {submit(scene, people["device"])}
    await_delivery(scene, people, saved)
    people["newcomer"] = s.device("newcomer")
    scene.ask(people["newcomer"], get_board=wire.GetBoard())
    scene.withdraw(people["leaver"], s.path("intake-devices", "leaver.key"))
    saved.add(submit(scene, people["newcomer"]))
    scene.stop()
    scene.start()
    for name in ("device", "newcomer"):
        people[name]._connect()
    saved.add(submit(scene, people["device"]))
    scene.stop()
    s.start_intake()
    for name in ("device", "newcomer", "leaver"):
        people[name]._connect()
    for name in ("device", "newcomer"):
        scene.ask(people[name], get_board=wire.GetBoard())
    scene.expect_silence(people["leaver"])
    await_delivery(scene, people, saved)
    received = Counter(event.referral for event in faults.events_of(s, "reader") if event.WhichOneof("what") == "received")
    if received != Counter(saved):
        raise Broken("the ledger does not have each saved referral once")


def await_delivery(scene, people, saved):
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        cases = scene.ask(people["duty"], get_board=scene.stage.wire.GetBoard()).board.cases
        if saved <= {case.referral for case in cases}:
            return
    raise Broken("a saved referral is not delivered")


PROGRAMS = {"broker": (start_broker, play_broker), "intake": (start_intake, play_intake)}


# ---- Runs ----


@dataclass(frozen=True)
class Unit:
    """A call to fail: which of the calls at which place. Place 0: the run only counts."""

    program: str
    family: str
    place: int = 0
    occurrence: int = 0

    def __str__(self):
        return f"{self.program} {self.family} {self.place:x}:{self.occurrence}"


def play(unit):
    start, story = PROGRAMS[unit.program]
    with stage.Stage("calls") as s:
        scene = Scene(s, unit.family, unit.program, start)
        scene.calls.fail(unit.place, unit.occurrence)
        try:
            story(scene)
        except (Broken, OSError, RuntimeError) as broken:
            scene.outcome.broken = str(broken) or repr(broken)
            scene.outcome.log = s.said(unit.program)
            for name in list(s.processes):
                s.kill(name)
        scene.outcome.failed = scene.calls.failed()
        if unit.place == 0:
            scene.outcome.found = scene.calls.found()
        return scene.outcome


def play_again(unit):
    """Plays a unit; again if its call did not come, which can depend on the time, or if a promise did not hold."""
    for again in range(RUNS):
        outcome = play(unit)
        outcome.again = again
        if unit.place == 0 or outcome.failed and not outcome.broken:
            break
    return outcome


def play_into(pipe, unit):
    pipe.send(play_again(unit))
    pipe.close()


def play_all(units, jobs):
    """Plays each unit in a process of its own. Yields each with its outcome, as they come."""
    waiting, playing = list(reversed(units)), {}
    while waiting or playing:
        while waiting and len(playing) < jobs:
            unit = waiting.pop()
            pipe, far_end = multiprocessing.Pipe(duplex=False)
            process = multiprocessing.Process(target=play_into, args=(far_end, unit))
            process.start()
            far_end.close()
            playing[pipe] = unit, process
        for pipe in multiprocessing.connection.wait(list(playing)):
            unit, process = playing.pop(pipe)
            try:
                yield unit, pipe.recv()
            except EOFError:
                process.join()
                yield unit, Outcome(broken=f"the run itself ended with {process.exitcode}")
            process.join()


def count(programs, families, jobs, runs):
    """Returns how often each place of each program and family calls: the least that it did in so many runs."""
    wanted = [Unit(program, family) for program in programs for family in families] * runs
    found = defaultdict(list)
    for unit, outcome in play_all(wanted, jobs):
        if outcome.broken:
            raise SystemExit(f"{unit.program} without a fault: {outcome.broken}\n{outcome.log}")
        found[unit].append(outcome.found)
    return {unit: {place: min(run.get(place, 0) for run in counts) for place in set().union(*counts)}
            for unit, counts in found.items()}


def units_of(found, quick):
    """The calls that came in each counting run, and the first of each place that came in any."""
    for counted, places in found.items():
        for place, times in sorted(places.items(), key=lambda item: item[0].id):
            most = min(times, OFTEN if counted.family in CALL_BY_CALL and not quick else 1)
            for occurrence in range(1, max(most, 1) + 1):
                yield Unit(counted.program, counted.family, place.id, occurrence)


def tell(unit, outcome, place):
    print(f"{unit}: {outcome.broken}")
    print(f"    {place.call}, from" if place else "    a place that no counting run had")
    for frame in place.frames if place else ():
        print(f"        {calls.describe(frame)}")
    print("    " + outcome.log.replace("\n", "\n    "), flush=True)


# ---- The command ----

AWAY_MAX = 0.05  # with more, the day would not be the same each time
COLUMNS = ("found", "failed", "goes on", "ends", "aborts", "broken", "away")
HEADING = ("program", "family", "found", "failed", "went on", "ended", "library ended", "broken", "away")


def tally(units, options, places):
    """Plays the units. Returns the table's rows, and how often the program ended with which words of a library."""
    rows, aborts = defaultdict(Counter), Counter()
    for number, (unit, outcome) in enumerate(play_all(units, options.jobs), 1):
        row = rows[unit.program, unit.family]
        if outcome.failed or outcome.broken:
            row.update({"found": 1, "failed": outcome.failed})
        else:
            row["away"] += 1
        row[outcome.kind()] += bool(outcome.failed or outcome.broken)
        aborts.update((unit.program, said) for _, said in outcome.endings if outcome.by_library)
        if outcome.broken:
            tell(unit, outcome, places.get(unit.place))
        if number % 100 == 0:
            print(f"{number} of {len(units)} calls", flush=True)
    return rows, aborts


def print_table(rows, aborts):
    print("{:8}{:8}{:>7}{:>8}{:>9}{:>7}{:>15}{:>8}{:>8}".format(*HEADING))
    for (program, family), row in sorted(rows.items(), key=lambda item: (item[0][0], calls.FAMILIES.index(item[0][1]))):
        print("{:8}{:8}{:>7}{:>8}{:>9}{:>7}{:>15}{:>8}{:>8}".format(program, family, *(row[name] for name in COLUMNS)))
    if aborts:
        print("A library ended the program, with:")
    for (program, said), times in sorted(aborts.items()):
        print(f"    {program}: {said} ({times} times)")
    total = sum(rows.values(), Counter())
    print(f"{total['found']} calls found, {total['failed']} failed, after {total['broken']} of them a promise was broken; "
          f"{total['away']} calls depend on the time, and stayed away in {RUNS} runs")
    return total["found"] == total["failed"] and not total["broken"] and total["away"] <= AWAY_MAX * total["found"]


def main():
    parser = argparse.ArgumentParser(prog="call-faults", description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", choices=PROGRAMS, action="append", help="only this program")
    parser.add_argument("--family", choices=calls.FAMILIES, action="append", help="only this family of calls")
    parser.add_argument("--quick", action="store_true", help="of a place only the first call, of memory and the like none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many runs at a time")
    parser.add_argument("--part", metavar="N/M", default="1/1", help="every M-th call, beginning with the N-th")
    parser.add_argument("--only", metavar="PLACE:N", help="one call, as a finding names it; needs program and family")
    options = parser.parse_args()
    programs = options.program or list(PROGRAMS)
    families = options.family or (QUICK_FAMILIES if options.quick else calls.FAMILIES)
    if options.only:
        place, occurrence = options.only.split(":")
        units, places = [Unit(programs[0], families[0], int(place, 16), int(occurrence))], {}
    else:
        found = count(programs, families, options.jobs, 1 if options.quick else COUNTING_RUNS)
        places = {place.id: place for counts in found.values() for place in counts}
        first, of = map(int, options.part.split("/"))
        units = list(units_of(found, options.quick))[first - 1::of]
    sys.exit(not print_table(*tally(units, options, places)))


if __name__ == "__main__":
    main()
