"""Admitted peers that mean harm: the broker's memory stays bounded, and others get their answers meanwhile.

The limit is the memory that the broker needs itself, plus two and a half times the backlog that it allows (see
proto/server/backlog.h), which is what a backlog of the shortest frames takes.

Usage: test_hostile.py SOURCE BUILD
"""

import os
import signal
import subprocess
import sys
import time
import unittest

import stage

OWN_MIB, BACKLOG_MIB = 96, 64
BOUND_MIB = OWN_MIB + BACKLOG_MIB * 5 // 2
HOSTILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile.py")
ANSWERS = 300


def memory_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))


def start_hostile(s, kind, *before):
    if not os.path.exists(s.path("keys", "hostile.key")):
        s.make_key("hostile", "team", "northmoor-crisis")
    return subprocess.Popen(
        [*before, sys.executable, HOSTILE, kind, s.endpoint, s.public_key("broker"),
         s.path("secret", "hostile.key_secret")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stop_hostile(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


class Hostile(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("hostile")
        self.stage.use_region(stage.without_quotas)
        self.addCleanup(self.stage.close)
        # Otherwise we would measure the memory in which the sanitizer keeps freed blocks.
        self.broker = self.stage.start_broker(env={"ASAN_OPTIONS": "quarantine_size_mb=1"})
        self.street = self.stage.client("street", "source", "street-triage")

    def expect_answers(self, kind, until=lambda: True, seconds=20):
        process = start_hostile(self.stage, kind)
        self.addCleanup(stop_hostile, process)
        answers, most, end = 0, 0, time.monotonic() + seconds
        while answers < ANSWERS or not until():
            self.assertTrue(self.street.request(submit=self.stage.submission()).answer.done)
            answers += 1
            most = max(most, memory_mib(self.broker.pid))
            self.assertLess(most, BOUND_MIB)
            if time.monotonic() > end:
                break
        self.assertIsNone(process.poll(), "the hostile peer gave up")
        return most

    def is_cut(self):
        return "cut off" in self.stage.said("broker")

    def test_a_message_without_end_is_cut_off(self):
        self.expect_answers("endless", until=self.is_cut, seconds=60)
        self.assertTrue(self.is_cut())

    def test_a_message_of_empty_frames_without_end_stays_bounded(self):
        self.expect_answers("endless_empty")

    def is_kept_out(self):
        return "hostile is kept out" in self.stage.said("broker")

    def test_who_floods_with_unreadable_requests_is_kept_out(self):
        self.expect_answers("flood", until=self.is_kept_out)
        self.assertTrue(self.is_kept_out())

    def test_who_floods_with_requests_for_nothing_is_kept_out(self):
        self.expect_answers("flood_small", until=self.is_kept_out)
        self.assertTrue(self.is_kept_out())

    def test_who_asks_without_end_and_reads_nothing_is_kept_out(self):
        self.expect_answers("flood_ping", until=self.is_kept_out)
        self.assertTrue(self.is_kept_out())

    def test_who_asks_without_end_and_reads_the_answers(self):
        self.expect_answers("flood_read")
        self.assertFalse(self.is_kept_out())

    def test_a_peer_that_reads_nothing(self):
        self.expect_answers("deaf")

    def test_a_thousand_connections_that_say_nothing(self):
        self.expect_answers("connections")

    def test_handshakes_that_stop_half_way(self):
        self.expect_answers("half")


if __name__ == "__main__":
    unittest.main(verbosity=2)
