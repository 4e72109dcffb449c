"""A router that comes back on another machine, or on an older copy of its folder: who knows both addresses goes on, and what was
acknowledged in the last hour is there.

Usage: test_router_moves.py SOURCE BUILD
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import time
import unittest

import ledger_home
import stage

SECONDS = 60
MISTAKE, STATE_WITHDRAWN = 3, 9


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
        return [row[0] for row in ledger_home.ask(
            self.stage.path(state), "SELECT referral FROM event WHERE kind = 20 ORDER BY seq")]

    def figure(self, name):
        """A figure of the intake, once it has been written anew."""
        path = self.stage.path("intake.prom")
        os.remove(path)
        until = time.monotonic() + SECONDS
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), until, "no figures")
            time.sleep(0.05)
        with open(path, encoding="utf-8") as file:
            return float(re.search(rf"^concordat_intake_{name}(?:{{.*}})? (\S+)$", file.read(), re.M).group(1))

    # ---- A router on an older copy ----

    def copy_state(self):
        """A copy of the folder of a router that has been stopped: a backup."""
        ledger_home.copy(self.stage.path("state"), self.stage.path("older"))

    def sent_again(self, since):
        """What the intake says when all is sent again: how many commands, and how many had been lost."""
        self.stage.await_said("intake", "sent again what the router had acknowledged", since)
        with open(self.stage.path("intake.log"), encoding="utf-8") as log:
            log.seek(since)
            found = re.search(r"had acknowledged: (\d+) commands, of which it had lost (\d+)", log.read())
        return int(found.group(1)), int(found.group(2))

    def test_what_an_older_copy_lacks_is_sent_again_and_said(self):
        s = self.stage
        s.start_broker()
        s.start_intake("intake", "--metrics", s.path("intake.prom"))
        device = s.device("car")
        kept = [self.submit(device) for _ in range(2)]
        since = os.path.getsize(s.path("intake.log"))
        s.stop("broker")
        self.copy_state()
        s.start_broker()
        self.assertEqual(self.sent_again(since), (2, 0))
        self.assertEqual(self.figure("acknowledged_lost_total"), 0)
        lost = [self.submit(device) for _ in range(3)]
        withdrawn = lost[1]
        since = os.path.getsize(s.path("intake.log"))
        self.assertTrue(device.request(withdraw=s.wire.Withdraw(referral=withdrawn, reason="An invented reason")).answer.done)
        s.await_said("intake", f"received {uuid_of(withdrawn)}", since)
        s.stop("broker")
        since = os.path.getsize(s.path("intake.log"))
        update = s.wire.Update(referral={"id": lost[0], "postcode_district": "ZX2"})
        self.assertTrue(device.request(update=update).answer.done)  # saved, while nobody has lost anything yet
        s.start_broker(state=s.path("older"))
        sent, gone = self.sent_again(since)
        self.assertEqual((sent, gone), (6, 4))  # of the two that the copy has, none is lost
        s.await_said("intake", f"received {uuid_of(lost[0])}", since)  # the update, once its case is there again
        self.assertEqual(sorted(self.received("older")), sorted(kept + lost))
        said = s.said("intake")[since:]
        for referral in lost:
            self.assertIn(f"LOST BY THE ROUTER AND SENT AGAIN: it had acknowledged this and had it no more; it has it now: "
                          f"{uuid_of(referral)}", said)
        self.assertNotIn("invented", s.said("intake"))
        self.assertEqual(self.figure("acknowledged_lost_total"), 4)
        self.assertGreater(self.figure("acknowledged_lost_seconds"), time.time() - 600)
        answer = device.request(get_status=s.wire.GetStatus(referral=withdrawn)).answer
        self.assertEqual(answer.status.state, STATE_WITHDRAWN)
        record = device.request(get_record=s.wire.GetRecord(referral=lost[2], reason="Invented"))
        self.assertEqual(record.record.confidential.narrative, "An invented person.", record)
        since = os.path.getsize(s.path("intake.log"))
        s.stop("broker")
        s.start_broker(state=s.path("older"))
        self.assertEqual(self.sent_again(since)[1], 0)
        self.assertEqual(self.figure("acknowledged_lost_total"), 4)

    def test_repeats_about_cases_that_have_ended_or_were_erased_are_harmless(self):
        s = self.stage
        s.start_broker()
        s.start_intake()
        device, records = s.device("car"), s.client("records", "inspector", "council")
        duty = s.client("duty", "coordinator", "northmoor-duty")
        closed, withdrawn, erased = [self.submit(device) for _ in range(3)]
        since = os.path.getsize(s.path("intake.log"))
        device.request(update=s.wire.Update(referral={"id": closed, "postcode_district": "ZX2"},
                                            confidential={"address": "1 Invented Road"}))
        s.await_said("intake", f"received {uuid_of(closed)}", since)
        for command in ({"take": s.wire.Take(referral=closed, reason="Invented")},
                        {"check_in": s.wire.CheckIn(referral=closed, step=3)},
                        {"close": s.wire.Close(referral=closed, outcome=1)}):
            answer = duty.request(**command).answer
            self.assertTrue(answer.done, answer.text)
        for case in (withdrawn, erased):
            since = os.path.getsize(s.path("intake.log"))
            device.request(withdraw=s.wire.Withdraw(referral=case))
            s.await_said("intake", f"received {uuid_of(case)}", since)
        erase = s.wire.Erase(referral=erased, reason=MISTAKE, second_person="p204")
        answer = records.request(erase=erase, person={"id": "p117"}).answer
        self.assertTrue(answer.done, answer.text)
        events = self.head("state")
        since = os.path.getsize(s.path("intake.log"))
        s.stop("broker")
        s.start_broker()
        self.assertEqual(self.sent_again(since)[1], 0)
        about = ledger_home.ask(s.path("state"), "SELECT count(*) FROM event WHERE seq > ? AND referral IS NOT NULL", events)
        self.assertEqual(about, [(0,)])
        self.assertEqual(len(self.received()), 3)

    def head(self, state):
        return ledger_home.ask(self.stage.path(state), "SELECT max(seq) FROM event")[0][0]

    def test_nobody_who_refers_waits_for_a_thousand_repeats(self):
        """The region's quotas stand as they are at first; the thousand came before they did."""
        s = self.stage
        s.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        s.start_broker()
        s.start_intake()
        devices = [s.device(f"car-{number}") for number in range(100)]
        for device in devices:  # a device may send ten at once
            for _ in range(10):
                device.send(submit=s.submission())
        for device in devices:
            while device.outstanding:
                device.next_message()
        until = time.monotonic() + SECONDS
        while s.said("intake").count("received ") < 1000:
            self.assertLess(time.monotonic(), until, "the router did not take all")
            time.sleep(0.1)
        since = os.path.getsize(s.path("intake.log"))
        s.stop("broker")
        s.use_region(lambda text: stage.with_room(text))
        s.start_broker()
        s.await_said("intake", r"sent again, in case that it has lost some \(1000 commands\)", since)
        device = s.device("new-car")
        for _ in range(10):
            self.submit(device)
        self.assertNotIn("sent again what the router had acknowledged", s.said("intake"))
        s.stop("intake")
        with contextlib.closing(sqlite3.connect(s.path("intake-state", "outbox.db"))) as outbox:
            waiting, = outbox.execute("SELECT count(*) FROM command WHERE router <> (SELECT router FROM command"
                                      " ORDER BY row DESC LIMIT 1)").fetchone()
        self.assertGreater(waiting, 0)  # they wait, and not the people
        self.assertNotIn("More than the quota", s.said("broker"))

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
        def heads():
            yield self.head("state")
            with contextlib.closing(sqlite3.connect(f"file:{self.stage.path('audit-state', 'trail.db')}?mode=ro", uri=True)) as reader:
                yield reader.execute("SELECT max(seq) FROM event").fetchone()[0]
        until = time.monotonic() + SECONDS
        while len(set(heads())) > 1:
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
