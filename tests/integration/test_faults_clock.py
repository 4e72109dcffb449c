"""Somebody sets the wall clock while programs run, forwards and back: the ledger's time never goes back and never leaps,
offers still end, and a clock that leaps has to be confirmed.

Usage: test_faults_clock.py SOURCE BUILD
"""

import os
import re
import signal
import sqlite3
import time
import unittest

import faults
import ledger_home
import stage

HOUR_S = 3600
ANSWER_S = 2


def quick_answers(text):
    """Makes the example region with answer times so short that a test can wait for them."""
    return re.sub(r"(?m)^(    (?:emergency|very_urgent|urgent|routine)): \d+m$", rf"\1: {ANSWER_S}s", text)


class Clock(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("clock")
        self.addCleanup(self.stage.close)
        self.stage.use_region(quick_answers)
        self.machine = faults.Machine(self.stage, "broker")
        self.broker = self.stage.start_broker(env=self.machine.env())
        self.street = self.stage.client("street", "source", "street-triage")
        self.team = self.stage.client("north", "team", "northmoor-crisis", wants_news=True)
        self.team.request(set_presence=self.stage.wire.SetPresence(present=True, lease_seconds=600))

    def submit(self):
        submit = self.stage.submission()
        answer = self.street.request(submit=submit).answer
        self.assertTrue(answer.done, answer.text)
        return submit.referral.id

    def await_over(self, referral):
        from concordat.v1 import codes_pb2 as codes
        while True:
            message = self.team.next_message(timeout=20)
            self.assertIsNotNone(message, "the offer never ended")
            if message.WhichOneof("body") == "offer_over" and message.offer_over.referral == referral:
                self.assertEqual(message.offer_over.end, codes.OFFER_END_EXPIRED)
                return

    def times(self):
        return [event.at_ms for event in faults.events_of(self.stage)]

    def await_log(self, text):
        while text not in self.stage.said("broker"):
            self.street.next_message(timeout=0.05)
            self.assertIsNone(self.broker.poll())

    def test_a_leap_is_not_believed_and_said_until_an_operator_confirms_it(self):
        self.machine.set(clock_s=15 * HOUR_S)
        self.await_log("has leapt")
        self.await_over(self.submit())
        self.assertLess(self.times()[-1] / 1000, time.time() + HOUR_S)
        self.broker.send_signal(signal.SIGUSR1)
        self.await_log("an operator confirmed it")
        self.await_over(self.submit())
        events = list(faults.events_of(self.stage, "reader"))
        corrected, = (event.clock_corrected for event in events if event.WhichOneof("what") == "clock_corrected")
        self.assertAlmostEqual(corrected.behind_ms / 1000, 15 * HOUR_S, delta=120)
        self.assertEqual((corrected.ahead_ms, corrected.confirmed), (0, True))
        times = [event.at_ms for event in events]
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1] / 1000, time.time() + HOUR_S)

    def test_an_intake_whose_clock_is_wrong_says_so_and_goes_by_the_routers_time(self):
        machine = faults.Machine(self.stage, "intake")
        machine.set(clock_s=15 * HOUR_S)
        self.stage.start_intake(env=machine.env())
        while "minutes ahead of the router" not in self.stage.said("intake"):
            self.street.next_message(timeout=0.05)
        answer = self.stage.device("car").request(submit=self.stage.submission()).answer
        self.assertTrue(answer.done, answer.text)
        received = []
        while not received:
            events = list(faults.events_of(self.stage, f"reader-{len(self.stage.clients)}"))
            received = [event.received for event in events if event.WhichOneof("what") == "received"]
        self.assertLess(received[0].referral.decided_at.unix_ms / 1000, time.time() + HOUR_S)

    def test_a_machine_that_was_suspended_is_not_doubted_and_what_is_due_is_done_at_once(self):
        first = self.submit()
        self.machine.set(slept_s=9 * HOUR_S)
        self.await_over(first)
        self.await_over(self.submit())
        self.assertGreater(self.times()[-1] / 1000, time.time() + 8 * HOUR_S)
        self.assertNotIn("has leapt", self.stage.said("broker"))

    def start_with_a_wrong_clock(self):
        if not ledger_home.SERVED:
            self.broker = self.stage.start_broker(env=self.machine.env())
            self.await_log("has leapt")
            return
        # A router whose ledger is on servers says once that its clock is not theirs, and waits until it is.
        log, figures = self.stage.path("broker.log"), self.stage.path("broker.prom")
        said = os.path.getsize(log)
        self.broker = self.stage.start_broker("--metrics", figures, env=self.machine.env(), ready="look after both clocks")
        for _ in range(2):  # between two figures it tries again some times
            while not os.path.exists(figures):
                time.sleep(0.01)  # a file cannot notify us
            os.remove(figures)
        self.assertEqual(self.stage.said("broker")[said:].count("look after both clocks"), 1)
        said = os.path.getsize(log)
        self.machine.set(clock_s=0)
        self.stage.await_said("broker", "ready on", said)

    def test_a_machine_that_starts_in_2038_or_1970_goes_on_where_its_ledger_ends(self):
        self.await_over(self.submit())
        for clock_s in (2 ** 31 - time.time() + HOUR_S, HOUR_S - time.time()):
            self.machine.set(clock_s=clock_s)
            self.stage.stop("broker")
            self.start_with_a_wrong_clock()
            self.assertTrue(self.street.request(submit=self.stage.submission()).answer.done)
        times = self.times()
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1] / 1000, time.time() + HOUR_S)

    def test_set_back_the_ledgers_time_goes_on_and_offers_still_end(self):
        self.await_over(self.submit())
        self.machine.set(clock_s=-3 * HOUR_S)
        later = self.submit()
        self.await_over(later)
        times = self.times()
        self.assertEqual(times, sorted(times))

    def test_set_to_and_fro_every_referral_is_still_owned(self):
        for hours in (5, -5, 0, 48, -48, 0):
            self.machine.set(clock_s=hours * HOUR_S)
            self.submit()
        duty = self.stage.client("duty", "coordinator", "northmoor-duty")
        for case in duty.request(get_board=self.stage.wire.GetBoard()).board.cases:
            self.assertTrue(case.owner and case.ring)
        times = self.times()
        self.assertEqual(times, sorted(times))

    def test_an_auditor_whose_clock_is_set_back_goes_on_following(self):
        machine = faults.Machine(self.stage, "audit")
        audit = self.stage.start_audit(env=machine.env())
        trail = self.stage.path("audit-state", "trail.db")
        for clock_s in (0, -HOUR_S):
            machine.set(clock_s=clock_s)
            self.submit()
            head = max(1, len(self.times_of_all()))
            kept, tries = 0, 0
            while kept < head and tries < 200:
                tries += 1
                self.assertIsNone(audit.poll())
                self.team.next_message(timeout=0.05)
                try:
                    reader = sqlite3.connect(f"file:{trail}?mode=ro", uri=True)
                    kept, = reader.execute("SELECT count(*) FROM event").fetchone()
                    reader.close()
                except sqlite3.OperationalError:
                    continue  # not made yet
            self.assertGreaterEqual(kept, head, "the auditor waits for the clock to come round again")

    def times_of_all(self):
        self.auditors = getattr(self, "auditors", 0) + 1
        return [event.at_ms for event in faults.events_of(self.stage, f"reader-{self.auditors}")]


if __name__ == "__main__":
    unittest.main(verbosity=2)
