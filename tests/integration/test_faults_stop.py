"""SIGSTOP and SIGCONT: a program that hangs counts as absent, and when it continues it learns what holds now.

Usage: test_faults_stop.py SOURCE BUILD
"""

import signal
import time
import unittest

import faults
import stage

LEASE_S = 5  # the shortest that the broker grants


class Stopped(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("stop")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()

    def test_a_team_that_hangs_is_absent_and_its_late_accept_is_told_what_holds(self):
        s = self.stage
        from concordat.v1 import codes_pb2 as codes
        team = s.start_team("north", "northmoor-crisis", "--lease", str(LEASE_S), "--capacity", "9")
        south = s.client("south", "team", "southfell-crisis", wants_news=True)
        south.request(set_presence=s.wire.SetPresence(present=True, lease_seconds=600))
        street = s.client("street", "source", "street-triage")
        self.assertEqual(street.request(submit=s.submission()).answer.status.asked_team, "northmoor-crisis")
        s.await_said("north", "R-0001")
        team.send_signal(signal.SIGSTOP)
        s.type("north", "accept R-0001 20")
        offer = south.next_message(timeout=LEASE_S * 4)
        while offer and offer.WhichOneof("body") != "offer":
            offer = south.next_message(timeout=LEASE_S * 4)
        self.assertIsNotNone(offer, "the offer did not go on to the next team")
        accept = s.wire.Accept(referral=offer.offer.referral, attempt=offer.offer.attempt, expected_minutes=20)
        answer = south.request(accept=accept).answer
        self.assertTrue(answer.done, answer.text)
        team.send_signal(signal.SIGCONT)
        s.await_said("north", "NOT DONE")  # a late yes counts only if nobody has the case
        self.assertEqual((answer.status.owner, answer.status.state), ("southfell-crisis", codes.STATE_ACCEPTED))

    def test_a_broker_that_hangs_answers_all_when_it_goes_on_and_counts_no_team_as_gone(self):
        s = self.stage
        s.start_team("north", "northmoor-crisis", "--lease", str(LEASE_S), "--capacity", "900")
        load = faults.Submitting(s)
        load.start()
        for _ in range(2):
            before = len(load.told.acknowledged)
            while len(load.told.acknowledged) < before + 20:
                time.sleep(0.001)
                self.assertIsNone(load.trouble)
            s.processes["broker"].send_signal(signal.SIGSTOP)
            self.assertFalse(load.stopping.wait(LEASE_S + 1))  # longer than the team's lease
            s.processes["broker"].send_signal(signal.SIGCONT)
        faults.stop_all([load])
        found = faults.hold_against_ledger(s, [load])
        self.assertEqual((found.lost, found.doubled), (0, 0))
        gone = [event for event in faults.events_of(s, "auditor-2")
                if event.WhichOneof("what") == "presence_changed" and event.presence_changed.lapsed]
        self.assertEqual(len(gone), 0, "a team that went on speaking was counted as gone")


if __name__ == "__main__":
    unittest.main(verbosity=2)
