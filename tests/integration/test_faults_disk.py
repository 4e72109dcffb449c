"""A sync fails or the disk is full: no acknowledgement, exit 111, and nothing that was acknowledged is lost.

Usage: test_faults_disk.py SOURCE BUILD
"""

import os
import shutil
import sqlite3
import time
import unittest

import faults
import ledger_home
import stage

NO_ROOM = 22


class Disk(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("disk")
        self.stage.use_region(stage.without_quotas)
        self.addCleanup(self.stage.close)

    def await_end(self, name):
        """Waits for a program that ends by itself, and returns its exit code."""
        process = self.stage.processes.pop(name)
        code = process.wait(timeout=30)
        process.stdin.close()
        return code

    def answer_or_end(self, client, submit):
        """The answer to a submission; None if a program has ended instead. A slow machine may take its time."""
        for _ in range(20):
            try:
                return client.request(timeout=3, submit=submit).answer
            except TimeoutError:
                if any(process.poll() is not None for process in self.stage.processes.values()):
                    return None
        self.fail("neither an answer nor an end")

    def submit_until_no_answer(self, client_for):
        """Returns the commands that were acknowledged, and the one that was not. client_for(number) sends it."""
        acknowledged = set()
        while len(acknowledged) < 50000:
            submit = self.stage.submission()
            answer = self.answer_or_end(client_for(len(acknowledged)), submit)
            if not answer:
                return acknowledged, submit
            if not answer.done:
                self.refusal = answer
                return acknowledged, submit
            acknowledged.add(submit.referral.id)
        self.fail("the disk never failed")

    def expect_received(self, acknowledged):
        received = [event.referral for event in faults.events_of(self.stage)
                    if event.WhichOneof("what") == "received"]
        self.assertEqual(len(received), len(set(received)))
        self.assertLessEqual(acknowledged, set(received), "acknowledged and lost")

    def broker_whose_sync_fails(self, fault):
        s = self.stage
        machine = faults.Machine(s, "broker")
        s.start_broker(env=machine.env())
        street = s.client("street", "source", "street-triage")
        acknowledged = set()
        for _ in range(5):
            submit = s.submission()
            self.assertTrue(street.request(submit=submit).answer.done)
            acknowledged.add(submit.referral.id)
        street.request(get_board=s.wire.GetBoard())  # the turn of the last one is over
        machine.set(sync=fault, sync_ms=100)  # so that an answer sent too early would arrive
        more, pending = self.submit_until_no_answer(lambda _: street)
        self.assertEqual(more, set(), "acknowledged although its sync failed")
        self.assertEqual(self.await_end("broker"), faults.ENVIRONMENT)
        self.assertIn("ledger", s.said("broker"))
        s.start_broker()
        # The sender repeats the command that was not acknowledged. It takes effect once, whichever way the sync went.
        self.assertTrue(street.request(submit=pending).answer.done)
        self.expect_received(acknowledged | {pending.referral.id})

    @ledger_home.in_a_file
    def test_a_sync_of_the_broker_that_fails_is_not_acknowledged(self):
        self.broker_whose_sync_fails(faults.Machine.SYNC_FAILS)

    @ledger_home.in_a_file
    def test_a_sync_of_the_broker_that_fails_and_yet_was_done_has_one_effect(self):
        self.broker_whose_sync_fails(faults.Machine.SYNC_FAILS_YET_IS_DONE)

    @ledger_home.in_a_file
    def test_a_broker_that_cannot_sync_at_its_start_does_not_serve(self):
        s = self.stage
        machine = faults.Machine(s, "broker")
        machine.set(sync=faults.Machine.SYNC_FAILS)
        with self.assertRaisesRegex(RuntimeError, f"ended with {faults.ENVIRONMENT}"):
            s.start_broker(env=machine.env())
        s.processes.pop("broker").stdin.close()

    def intake_whose_sync_fails(self, fault):
        s = self.stage
        machine = faults.Machine(s, "intake")
        s.start_broker()
        s.start_intake(env=machine.env())
        device = s.device("device")
        saved = set()
        for _ in range(5):
            submit = s.submission()
            self.assertTrue(device.request(submit=submit).answer.done)
            saved.add(submit.referral.id)
        machine.set(sync=fault, sync_ms=100)  # so that an answer sent too early would arrive
        more, pending = self.submit_until_no_answer(lambda _: device)
        self.assertEqual(more, set(), "said to be saved although its sync failed")
        self.assertEqual(self.await_end("intake"), faults.ENVIRONMENT)
        s.start_intake()
        self.assertTrue(device.request(submit=pending).answer.done)
        self.await_delivery(len(saved) + 1)
        self.expect_received(saved | {pending.referral.id})

    def await_delivery(self, count):
        """Waits until the broker has so many cases."""
        duty = self.stage.client("duty", "coordinator", "northmoor-duty")
        while len(duty.request(get_board=self.stage.wire.GetBoard()).board.cases) < count:
            pass

    def test_a_sync_of_the_intake_that_fails_is_not_said_to_be_saved(self):
        self.intake_whose_sync_fails(faults.Machine.SYNC_FAILS)

    def test_a_sync_of_the_intake_that_fails_and_yet_was_done_has_one_effect(self):
        self.intake_whose_sync_fails(faults.Machine.SYNC_FAILS_YET_IS_DONE)

    def test_a_full_disk_stops_the_intake_which_starts_again_and_delivers_what_was_saved(self):
        s = self.stage
        disk = faults.small_disk(self, s, 48)
        s.start_intake(state=disk)
        self.await_file(os.path.join(disk, "ballast"))
        faults.fill(os.path.join(disk, "other"), leaving=256 << 10)
        saved, pending = self.submit_until_no_answer(lambda number: s.device(f"device-{number}"))
        self.assertGreater(len(saved), 0)
        self.assertEqual(self.refusal.refusal, NO_ROOM)
        self.assertRegex(self.refusal.text, "^Not saved: the disk of this intake is full.*ring ")
        self.assertEqual(self.await_end("intake"), faults.ENVIRONMENT)
        # The disk is as full as before: the ballast makes room for what has to be delivered, and for more.
        s.start_broker()
        s.start_intake(state=disk)
        self.assertFalse(os.path.exists(os.path.join(disk, "ballast")))
        self.assertTrue(s.device("device").request(submit=pending).answer.done)
        self.await_delivery(len(saved) + 1)
        self.expect_received(saved | {pending.referral.id})

    def await_file(self, path):
        while not os.path.exists(path):
            time.sleep(0.01)  # a folder cannot notify us

    def test_a_full_disk_stops_the_auditor_which_goes_on_where_it_was(self):
        s = self.stage
        disk = faults.small_disk(self, s, 1)
        s.start_broker()
        street = s.client("street", "source", "street-triage")
        s.make_key("audit", "inspector", "council")
        options = ("--broker", s.endpoint, "--broker-key", s.public_key("broker"),
                   "--key", s.path("secret", "audit.key_secret"), "--state")
        audit = s.start("audit", "concordat-audit", *options, disk, ready="")
        while audit.poll() is None:
            self.assertTrue(street.request(submit=s.submission()).answer.done)
        self.assertEqual(self.await_end("audit"), faults.ENVIRONMENT)
        shutil.copytree(disk, s.path("audit-state"))
        head = street.request(submit=s.submission()).answer.seq
        s.start("audit", "concordat-audit", *options, s.path("audit-state"), ready="")
        kept = 0
        while kept < head:
            self.assertIsNone(s.processes["audit"].poll(), s.said("audit"))
            trail = sqlite3.connect(f"file:{s.path('audit-state', 'trail.db')}?mode=ro", uri=True)
            kept, = trail.execute("SELECT count(*) FROM event").fetchone()
            trail.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
