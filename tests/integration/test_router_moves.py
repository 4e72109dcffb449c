"""A router that comes back on another machine, or on an older copy of its folder: who knows both addresses goes on, and what was
acknowledged in the last hour is there.

Usage: test_router_moves.py SOURCE BUILD
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
import unittest

import stage

SECONDS = 60


class RouterMoves(unittest.TestCase):
    def setUp(self):
        self.stage = s = stage.Stage("moves")
        self.addCleanup(s.close)
        s.use_region(lambda text: stage.with_room(text))
        self.first, self.second = s.endpoint, f"tcp://127.0.0.1:{stage.free_port()}"
        self.both = f"{self.first},{self.second}"

    # ---- Machines ----

    def start_at(self, endpoint, **options):
        self.stage.endpoint = endpoint
        self.stage.start_broker(**options)

    def move_to(self, endpoint, **options):
        self.stage.stop("broker")
        self.start_at(endpoint, **options)

    def knowing_both(self, start, *words):
        """Starts a program of people who know both addresses."""
        here, self.stage.endpoint = self.stage.endpoint, self.both
        try:
            return start(*words)
        finally:
            self.stage.endpoint = here

    # ---- People ----

    def submit(self, device):
        """Refers somebody, and returns the referral's id once the router has it."""
        submit = self.stage.submission()
        since = os.path.getsize(self.stage.path("intake.log"))
        self.assertTrue(device.request(submit=submit).answer.done)
        self.stage.await_said("intake", f"received {uuid_of(submit.referral.id)}", since)
        return submit.referral.id

    def received(self, state="state"):
        """The referrals of which the ledger has the receipt, each as often as it is there."""
        with contextlib.closing(sqlite3.connect(f"file:{self.stage.path(state)}/ledger.db?mode=ro", uri=True)) as reader:
            return [bytes(row[0]) for row in reader.execute("SELECT referral FROM event WHERE kind = 20 ORDER BY seq")]

    # ---- Two addresses ----

    def test_whoever_knows_both_addresses_goes_on(self):
        s = self.stage
        self.start_at(self.first)
        self.knowing_both(s.start_intake)
        device = s.device("car")
        self.knowing_both(s.start_audit)
        self.knowing_both(s.start_team, "north", "northmoor-crisis")
        cases = [self.submit(device)]
        for endpoint in (self.second, self.first, self.second):
            since = os.path.getsize(s.path("north.log"))
            self.move_to(endpoint)
            cases.append(self.submit(device))
            s.type("north", "present")
            s.await_said("north", "present: done", since)
            code, said = self.knowing_both(s.concordat, "north", "board")
            self.assertEqual(code, 0, said)
        self.assertEqual(self.received(), cases)
        self.await_trail()

    def await_trail(self):
        """The auditor has come to the last event."""
        def head(path):
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
                return reader.execute("SELECT max(seq) FROM event").fetchone()[0]
        until = time.monotonic() + SECONDS
        while head(self.stage.path("audit-state", "trail.db")) != head(self.stage.path("state", "ledger.db")):
            self.assertLess(time.monotonic(), until, "the auditor did not follow")
            time.sleep(0.05)

    def test_a_new_key_at_the_other_address_is_found(self):
        """The router moves and gets another key at once; peers have the new public key's file before, or after."""
        s = self.stage
        self.start_at(self.first)
        self.knowing_both(s.start_intake)
        device = s.device("car")
        cases = [self.submit(device)]
        for endpoint, before in ((self.second, True), (self.first, False)):
            public, secret = self.new_router_key()
            s.stop("broker")
            os.replace(secret, s.path("secret", "broker.key_secret"))
            if before:
                os.replace(public, s.public_key("broker"))
            self.start_at(endpoint)
            if not before:
                os.replace(public, s.public_key("broker"))
            cases.append(self.submit(device))
        self.assertEqual(self.received(), cases)

    def new_router_key(self):
        folder = self.stage.path("new-key")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        subprocess.run([stage.find_program("concordat"), "keys", "make", "broker", "--role", "server", "--of", "region",
                        "--folder", folder], check=True, stdout=subprocess.DEVNULL)
        return os.path.join(folder, "broker.key"), os.path.join(folder, "broker.key_secret")

    def test_a_list_that_is_written_wrong_is_refused_at_the_start(self):
        s = self.stage
        s.start_broker()
        s.start_intake()
        s.make_key("north", "team", "northmoor-crisis")
        s.endpoint = f"{self.first},,{self.second}"
        code, said = s.concordat("north", "board")
        self.assertEqual(code, 100, said)
        self.assertIn("an address is empty", said)
        s.stop("intake")
        with self.assertRaisesRegex(RuntimeError, "ended with 100.*an address is there twice"):
            s.start_intake(broker=f"{self.first},{self.first}")


def uuid_of(bytes_of_id):
    text = bytes_of_id.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
