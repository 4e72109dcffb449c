"""P9 Private, through kill -9 at every call that changes a file, of a submission, an erasure and a rotation of the master
key: never a case without its key, never an erased one with it.

Each run begins with the same state folder. The broker is killed before one call, and started again. Then whoever holds a
case reads it whole, and what was asked is asked again and answered; and a reader that shares no code with the broker opens
a copy of the folder, with the master key: every case of the ledger, and none that was erased.

Usage: P9_kills.py SOURCE BUILD [--all] [--seed N] [--story NAME]. Without --all it plays a sample, drawn by a seed that it prints.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import calls  # noqa: E402
import faults  # noqa: E402
import ledger_home  # noqa: E402
import sealed_folder  # noqa: E402
import stage  # noqa: E402

MISTAKE = 3
DEADLINE_S = 60
NEVER = 1 << 31
SAMPLE = {"submission": 9, "erasure": 5, "rotation": 5}
NUMBER, STORY = "07700 900", "An invented person, told as"


class Broken(Exception):
    """The promise does not hold."""


def expect(held, what):
    if not held:
        raise Broken(what)


class Scene:
    """A broker with cases that are open, ended and erased; and the people who ask about them."""

    def __init__(self, s):
        self.s, self.wire = s, s.wire
        self.calls = calls.Calls(s.path("calls"), "start")
        self.told = {}  # of each case that was acknowledged, and not erased: what was told
        self.erased = set()
        self.start()
        self.source = s.client("street", "source", "street-triage")
        self.team = s.client("north", "team", "northmoor-crisis", wants_news=True)
        self.records = s.client("records", "inspector", "council")
        self.duty = s.client("northmoor-duty-1", "coordinator", "northmoor-duty")
        self.people = (self.source, self.team, self.records, self.duty)
        present = self.wire.SetPresence(present=True, lease_seconds=600)
        self.done(self.team, set_presence=present)
        _, self.closed, kept, gone = (self.submit() for _ in range(4))
        self.ended = {self.closed, kept, gone}
        for case in self.ended:
            self.done(self.source, withdraw=self.wire.Withdraw(referral=case))
        self.done(self.records, **self.erasure(gone))
        self.note_erased(gone)
        s.stop("broker")
        ledger_home.copy(s.path("state"), s.path("state.kept"))
        shutil.copy(s.path("master-key"), s.path("master-key.kept"))
        self.kept = dict(self.told), set(self.erased)

    # ---- The broker ----

    def start(self, kill_in=0):
        self.calls.kill_in(kill_in)
        self.s.start_broker(env=self.calls.env())

    def start_again(self):
        try:
            self.start()
        except RuntimeError as refused:
            raise Broken(f"the router does not start again: {refused}") from None

    def broker_is_dead(self):
        return self.s.processes["broker"].poll() is not None

    def begin(self):
        """Puts the folder back as it was at first."""
        ledger_home.copy(self.s.path("state.kept"), self.s.path("state"))
        shutil.copy(self.s.path("master-key.kept"), self.s.path("master-key"))
        self.told, self.erased, self.asked = dict(self.kept[0]), set(self.kept[1]), None

    def connect(self):
        self.offered = set()
        for client in self.people:
            client.outstanding.clear()
            client.kept.clear()
            client._connect()

    def new_generation(self):
        with open(self.s.path("master-key"), "a", encoding="ascii") as file:
            file.write(f"2 {os.urandom(32).hex()}\n")

    # ---- Questions ----

    def ask(self, client, **command):
        """Returns the answer; None if the broker ended first."""
        command_id = client.send(**command)
        until = time.monotonic() + DEADLINE_S
        while time.monotonic() < until:
            message = client._turn(time.monotonic() + 0.02)
            if message is None and self.broker_is_dead():
                return None
            if message is not None and message.command_id == command_id:
                return message
        raise Broken(f"no answer to {next(iter(command))}")

    def done(self, client, **command):
        message = self.ask(client, **command)
        expect(message is None or message.answer.done, message and message.answer.text)
        return message

    def submission(self):
        submit = self.s.submission()
        number = len(self.told) + len(self.erased)
        submit.confidential.callback_number = f"{NUMBER}{number:03}"
        submit.confidential.narrative = f"{STORY} {number}."
        return submit

    def submit(self):
        submit = self.submission()
        self.done(self.source, submit=submit)
        self.told[submit.referral.id] = submit.confidential
        return submit.referral.id

    def erasure(self, case):
        return {"erase": self.wire.Erase(referral=case, reason=MISTAKE, second_person="p204"), "person": {"id": "p117"}}

    def note_erased(self, case):
        self.told.pop(case, None)
        self.erased.add(case)

    # ---- What must hold, whenever the broker was killed ----

    def check(self):
        for case in (*self.told, *self.erased):
            message = self.ask(self.duty, get_record=self.wire.GetRecord(referral=case, reason="asked about it"))
            expect(message is not None, "the router ended by itself")
            expect(message.HasField("record"), message.answer.text)
            record = message.record
            # An erasure that nobody was told of may have been done.
            if case in self.erased or (case == self.asked and record.status.erased_ms):
                expect(record.status.erased_ms and not record.HasField("confidential"), "an erased case can be read")
            else:
                expect(record.confidential == self.told[case], "an acknowledged case cannot be read whole")
        self.check_offers(set(self.told) - self.ended)
        self.check_copy()

    def check_offers(self, waiting):
        until = time.monotonic() + DEADLINE_S
        while not waiting <= self.offered:
            message = self.team.next_message(timeout=0.05)
            expect(time.monotonic() < until, "an open case was not offered")
            if message is not None and message.WhichOneof("body") == "offer":
                offer = message.offer
                expect(offer.callback_number == self.told[offer.referral].callback_number,
                       "an offer came without its number to call back")
                self.offered.add(offer.referral)

    def folder(self):
        copy = self.s.path("copy")
        ledger_home.copy(self.s.path("state"), copy)
        return sealed_folder.Folder(copy, self.s.path("master-key"))

    def check_copy(self):
        from concordat.v1 import event_pb2
        folder = self.folder()
        cases = {case.referral: case for case in folder.cases(event_pb2.Event)}
        expect(set(self.told) | self.erased <= set(cases), "an acknowledged case is not in the ledger")
        for case in cases.values():
            if case.erased:
                expect(folder.is_erased(case.number) and not case.texts, "an erased case still has its key")
                continue
            expect(case.sealed and len(case.texts) == case.sealed, "a case is without its key")
            told = self.told.get(case.referral)
            expect(not told or told.callback_number.encode() in case.texts[sealed_folder.CALLBACK], "another text opened")
        for referral in self.erased:
            expect(cases[referral].erased, "an acknowledged erasure is not in the ledger")


# ---- The stories: each returns what finishes it after a kill ----

def submission(scene, kill_in):
    """The router starts with a new generation of the master key, so it draws keys; then a referral comes."""
    submit, command = scene.submission(), stage.python_client.new_id()
    case = submit.referral.id

    def send():
        if scene.done(scene.source, command_id=command, submit=submit):
            scene.told[case] = submit.confidential

    scene.new_generation()
    try:
        scene.start(kill_in)
    except RuntimeError:
        return send
    scene.connect()
    send()
    scene.ask(scene.duty, get_board=scene.wire.GetBoard())
    return send


def erasure(scene, kill_in):
    """Two people erase a case that has ended."""
    command = stage.python_client.new_id()

    def send():
        if scene.done(scene.records, command_id=command, **scene.erasure(scene.closed)):
            scene.note_erased(scene.closed)

    scene.start()
    scene.connect()
    scene.ask(scene.duty, get_board=scene.wire.GetBoard())
    scene.ask(scene.records, get_board=scene.wire.GetBoard())
    scene.asked = scene.closed
    scene.calls.kill_in(kill_in)
    send()
    scene.ask(scene.duty, get_board=scene.wire.GetBoard())
    return send


def rotation(scene, kill_in):
    """A second generation is written into the master key's file, and the router wraps every key anew."""
    def await_rotation():
        until = time.monotonic() + DEADLINE_S
        while not scene.broker_is_dead() and not all(
                scene.folder().slot(number)[6] in (2, 0) for number in range(1, len(scene.kept[0]) + 2)):
            expect(time.monotonic() < until, "the rotation did not end")
            scene.ask(scene.duty, get_board=scene.wire.GetBoard())

    scene.start()
    scene.connect()
    scene.ask(scene.duty, get_board=scene.wire.GetBoard())
    scene.new_generation()
    scene.calls.kill_in(kill_in)
    scene.s.processes["broker"].send_signal(signal.SIGHUP)
    await_rotation()
    scene.ask(scene.duty, get_board=scene.wire.GetBoard())
    return await_rotation


STORIES = {"submission": submission, "erasure": erasure, "rotation": rotation}


def play(scene, story, kill_in):
    """Plays a story. Returns how many calls it made, or None if it was killed."""
    scene.begin()
    finish = story(scene, kill_in)
    killed = scene.calls.left() == 0
    made = kill_in - scene.calls.left()
    scene.calls.kill_in(0)
    if killed:
        scene.s.processes["broker"].wait(timeout=DEADLINE_S)
        scene.s.kill("broker")
        scene.start_again()
        scene.connect()
        scene.check()
        finish()
    scene.check()
    scene.s.kill("broker")
    return None if killed else made


def play_or_exit(scene, name, kill_in):
    try:
        return play(scene, STORIES[name], kill_in)
    except Broken as broken:
        at = "with no kill" if kill_in == NEVER else f"killed at call {kill_in}"
        sys.exit(f"{name}, {at}: {broken}\n{scene.s.said('broker')[-3000:]}")


def kills_of(scene, name, options, chance):
    """Kills the story at each call, or at a sample of them. Returns how many kills there were."""
    made, kills = play_or_exit(scene, name, NEVER), 0
    if not made:
        sys.exit(f"{name}: no call was counted, so call_shim is missing in this build or the router has other calls now")
    numbers = range(1, made + 1) if options.all else sorted(chance.sample(range(1, made + 1), min(made, SAMPLE[name])))
    for number in numbers:
        kills += play_or_exit(scene, name, number) is None
    while options.all and play_or_exit(scene, name, number := number + 1) is None:
        kills += 1  # a run may make more calls than the one that was counted
    print(f"{name}: {made} calls", flush=True)
    return kills


def main():
    parser = argparse.ArgumentParser(prog="kills", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--all", action="store_true", help="at every call, not at a sample of them")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32, help="draws the sample")
    parser.add_argument("--story", choices=STORIES, action="append", help="only this one")
    options = parser.parse_args()
    began = time.monotonic()
    with stage.Stage("p9-kills") as s:
        scene, chance = Scene(s), random.Random(options.seed)
        kills = {name: kills_of(scene, name, options, chance) for name in options.story or STORIES}
    said = ", ".join(f"{count} kills in {'an' if name == 'erasure' else 'a'} {name}" for name, count in kills.items())
    print(f"{said}; seed {options.seed}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
