"""P8 Tamper-evident: the broker replays its whole ledger in the background, and records what does not hold.

Usage: test_replay_watch.py SOURCE BUILD
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import time
import unittest

import ledger_home
import stage

COPY, STATE, HISTORY = 3, 5, 6  # of Alteration
QUIET_NICE = 19
DEPOSED = 112


def digest_of(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def copies_wrong(*_):
    yield ("UPDATE event SET at_ms = at_ms + 3600000 WHERE seq = 1",)


def body_wrong(rows, _):
    yield "UPDATE event SET body = ? WHERE seq = 2", bytes(len(rows[1][1]))


def state_wrong(rows, events):
    """Lets the start say another digest, and makes the chain right again."""
    chain = bytes(32)
    for seq, body, reduced in rows:
        event = events.Event.FromString(body)
        if event.HasField("broker_started"):
            event.broker_started.state_digest = bytes(32)
            body = event.SerializeToString()
            event.at_ms -= event.at_ms % 3_600_000
            event.ClearField("salt")
            reduced = digest_of(event.SerializeToString())
        chain = digest_of(chain + reduced + digest_of(body))
        yield "UPDATE event SET body = ?, reduced = ?, chain = ? WHERE seq = ?", body, reduced, chain, seq


def reduced_wrong(rows, _):
    """Binds another reduced form to an event, and makes the chain right again."""
    chain = bytes(32)
    for seq, body, reduced in rows:
        reduced = digest_of(b"another") if seq == 2 else reduced
        chain = digest_of(chain + reduced + digest_of(body))
        yield "UPDATE event SET reduced = ?, chain = ? WHERE seq = ?", reduced, chain, seq


# A change of a ledger; the alteration that is recorded, and of which event; and the words of the log.
ALTERED = {
    "copies": (copies_wrong, COPY, 1, "event 1: the time, kind or referral beside it"),
    "body": (body_wrong, HISTORY, 2, "event 2: event 2 is not what was written"),
    "reduced": (reduced_wrong, HISTORY, 2, "event 2: the digest beside it, by which the chain binds what auditors get"),
    "state": (state_wrong, STATE, 2, "event 2: the router began from a state that its ledger does not give"),
}
REWRITTEN = ("reduced", "state")  # up to the last chain value


class ReplayWatch(unittest.TestCase):
    def start(self, name):
        """Starts a broker on a stage of its own. A replay of its ledger follows soon."""
        s = stage.Stage(f"replay-{name}")
        self.addCleanup(s.close)
        s.start_broker()
        return s

    def await_log(self, s, words, times=1):
        with open(s.path("broker.log"), encoding="utf-8") as log:
            said = ""
            while said.count(words) < times:
                more = log.readline()
                said += more
                if not more:
                    time.sleep(0.001)  # a log cannot notify us, and the replay gets only what others leave
                self.assertIsNone(s.processes["broker"].poll(), said)

    def found_in(self, s):
        """Waits until the ledger has recorded an alteration. Returns all that it has."""
        from concordat.v1 import event_pb2
        while True:
            bodies = ledger_home.ask(s.path("state"), "SELECT body FROM event WHERE seq > 2")
            events = [event_pb2.Event.FromString(body) for body, in bodies]
            found = [event for event in events if event.HasField("alteration_found")]
            if found:
                return found
            time.sleep(0.001)

    def await_replay(self, broker):
        """Waits until a replay runs, and halts it after it has taken the least priority. Returns its number."""
        while True:
            with open(f"/proc/{broker.pid}/task/{broker.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            for child in map(int, children):
                with contextlib.suppress(OSError):
                    with open(f"/proc/{child}/stat", encoding="ascii") as file:
                        name, rest = file.read().rsplit(")", 1)
                    os.kill(child, signal.SIGSTOP)
                    if name.endswith("(concordat-repla") and int(rest.split()[16]) == QUIET_NICE:
                        return child
                    os.kill(child, signal.SIGCONT)
            self.assertIsNone(broker.poll())

    def assert_ends(self, child):
        while True:
            try:
                with open(f"/proc/{child}/stat", encoding="ascii") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                        return  # it is nobody's but init's
            except OSError:
                return
            time.sleep(0.001)  # an end cannot notify a stranger

    def test_what_was_altered_is_recorded_once_and_an_ordinary_ledger_follows(self):
        ordinary = self.start("ordinary")
        from concordat.v1 import event_pb2
        stages = {}
        for name, (alter, *_) in ALTERED.items():
            stages[name] = self.start(name)
            state = stages[name].path("state")
            rows = ledger_home.ask(state, "SELECT seq, body, reduced FROM event ORDER BY seq")
            ledger_home.meddle(state, *alter(rows, event_pb2))
        for name, (_, what, of, said) in ALTERED.items():
            with self.subTest(name):
                stages[name].await_said("broker", f"the ledger was replayed: {re.escape(said)}")
                if ledger_home.SERVED and name in REWRITTEN:
                    # It does not add to a history whose last event is not the one that it wrote.
                    self.assertEqual(stages[name].processes["broker"].wait(), DEPOSED)
                    continue
                found = self.found_in(stages[name])
                self.assertEqual([(e.referral, e.alteration_found.what, e.alteration_found.of) for e in found],
                                 [(b"", what, of)])
                self.assertNotIn("events follow", stages[name].said("broker"))
        again = stages["copies"]
        self.assertEqual(again.stop("broker"), 0)
        again.start_broker()
        self.await_log(again, "the ledger was replayed: event 1", times=2)
        self.assertEqual(len(self.found_in(again)), 1)
        self.await_log(ordinary, "the ledger was replayed: all 2 events follow")
        self.assertEqual(ordinary.stop("broker"), 0)
        self.assertNotIn("event 1", ordinary.said("broker"))

    def test_a_replay_that_runs_ends_with_the_broker_and_does_not_delay_its_stop(self):
        for how, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(how.name):
                s = self.start(how.name)
                broker = s.processes["broker"]
                child = self.await_replay(broker)  # halted: it would never end by itself
                broker.send_signal(how)
                self.assertEqual(broker.wait(timeout=20), code)
                self.assert_ends(child)

    def test_a_broker_without_the_program_says_so_and_routes(self):
        s = stage.Stage("replay-alone")
        self.addCleanup(s.close)
        alone = shutil.copy(stage.find_program("concordat-broker"), s.folder)
        s.start_broker(program=alone)
        self.await_log(s, "concordat-replay is not installed beside this program")
        source = s.client("street", "source", "street-triage")
        self.assertTrue(source.request(submit=s.submission()).answer.done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
