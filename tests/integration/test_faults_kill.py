"""kill -9 of an intake, of a team, of an auditor, and of the broker while it writes a snapshot: everything that was
acknowledged is kept, and everything that was in flight is done once.

Usage: test_faults_kill.py SOURCE BUILD
"""

import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import faults
import stage

SEED = int(os.environ.get("SEED", time.time_ns() % 2**32))
KILLS = 6


def count_events(trail):
    """0 as long as the auditor was killed each time before it had made its table."""
    if not os.path.exists(trail):
        return 0
    with sqlite3.connect(f"file:{trail}?mode=ro", uri=True) as reader:
        has_table = reader.execute("SELECT 1 FROM sqlite_master WHERE name = 'event'").fetchone()
        return reader.execute("SELECT count(*) FROM event").fetchone()[0] if has_table else 0


class Killed(unittest.TestCase):
    def setUp(self):
        print(f"SEED={SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.stage = stage.Stage("kill")
        self.addCleanup(self.stage.close)

    def check(self, found):
        self.assertEqual((found.lost, found.doubled), (0, 0))

    def test_an_intake_killed_under_load_delivers_all_that_it_said_was_saved_once(self):
        s = self.stage
        s.start_broker()
        s.start_intake()
        device = s.device("device")
        saved = set()
        for _ in range(KILLS):
            until = time.monotonic() + self.chance.uniform(0.05, 0.3)
            while time.monotonic() < until:
                submit = s.submission()
                answer = device.request(timeout=60, submit=submit).answer
                self.assertTrue(answer.done, answer.text)
                saved.add(submit.referral.id)
            device.send(submit=s.submission())  # a command in flight
            s.kill("intake")
            s.start_intake()
        received = []
        while not saved <= set(received):
            received = [event.referral for event in faults.events_of(s, f"auditor-{len(s.clients)}")
                        if event.WhichOneof("what") == "received"]
        self.assertEqual(len(received), len(set(received)), "delivered twice")

    def test_a_team_killed_under_load_leaves_nobody_without_an_owner(self):
        s = self.stage
        s.start_broker()
        # The hook answers by itself. Offers from before a kill are sent again after it.
        hook = (f"{stage.find_program('concordat')} accept $CONCORDAT_REFERRAL 20 --attempt $CONCORDAT_ATTEMPT"
                f" --server {s.endpoint} --server-key {s.public_key('broker')}"
                f" --key {s.path('secret', 'north.key_secret')}")
        s.start_team("north", "northmoor-crisis", "--hook", hook, "--capacity", "900")
        load = faults.Submitting(s, window=1)
        load.start()
        for _ in range(KILLS):
            time.sleep(self.chance.uniform(0.05, 0.4))  # until the random instant
            s.kill("north")
            s.start_team("north", "northmoor-crisis", "--hook", hook)
        faults.stop_all([load])
        self.check(faults.hold_against_ledger(s, [load]))
        duty = s.client("duty", "coordinator", "northmoor-duty")
        for case in duty.request(get_board=s.wire.GetBoard()).board.cases:
            self.assertTrue(case.owner and case.ring and case.act_by_ms, "without an owner")
        self.assertIn("accepted", {event.WhichOneof("what") for event in faults.events_of(s, "auditor-2")})

    def test_an_auditor_killed_at_random_has_every_event_once(self):
        s = self.stage
        s.start_broker()
        load = faults.Submitting(s)
        load.start()
        for _ in range(KILLS):
            s.start_audit()
            time.sleep(self.chance.uniform(0.02, 0.3))  # until the random instant
            s.kill("audit")
        faults.stop_all([load])
        self.check(faults.hold_against_ledger(s, [load]))
        head = max(load.told.acknowledged.values())
        s.start_audit()
        trail = s.path("audit-state", "trail.db")
        seen = 0
        while seen < head:
            time.sleep(0.05)  # the auditor tells nobody how far it has got
            seen = count_events(trail)
        self.assertEqual(s.stop("audit"), 0)
        verified = subprocess.run([stage.find_program("concordat"), "verify", "--trail", trail], capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_a_broker_killed_while_it_writes_a_snapshot_loses_nothing(self):
        s = self.stage
        machine = faults.Machine(s, "broker")
        loads = []
        for number in range(KILLS):
            broker = s.start_broker(env=machine.env())
            load = faults.Submitting(s, f"street-{number}")
            load.start()
            loads.append(load)
            while len(load.told.acknowledged) < 20:
                time.sleep(0.01)
            faults.stop_all([load])
            # Slow syncs keep the snapshot half written long enough to hit it.
            machine.set(sync_ms=200)
            broker.send_signal(signal.SIGTERM)
            while not os.path.exists(s.path("state", "snapshot.new")) and broker.poll() is None:
                time.sleep(0.001)
            time.sleep(self.chance.uniform(0, 0.3))  # until the random instant
            s.kill("broker")
            machine.set(sync_ms=0)
        s.start_broker()
        self.check(faults.hold_against_ledger(s, loads))


if __name__ == "__main__":
    unittest.main(verbosity=2)
