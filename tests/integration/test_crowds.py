"""Crowds (P10): neither strangers nor one key can take so many connections that nobody else gets in.

The servers have the least number of descriptors with which they start.

Usage: test_crowds.py SOURCE BUILD
"""

import os
import resource
import signal
import subprocess
import sys
import time
import unittest

import stage

DEADLINE_S = 60
DESCRIPTORS = 1024
NEWCOMERS = 3
HOSTILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile.py")


class Crowds(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("crowds")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.newcomers = 0
        self.stage.start_broker()
        self.limit_descriptors("broker")
        self.bystander = self.stage.client("bystander", "team", "northmoor-crisis")
        self.expect_service(self.bystander)

    def limit_descriptors(self, program):
        resource.prlimit(self.stage.processes[program].pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))

    def expect_service(self, client):
        answer = client.request(timeout=DEADLINE_S, get_board=self.wire.GetBoard()).answer
        self.assertEqual(answer.refusal, 0, answer.text)

    def await_log(self, words, program="broker"):
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.stage.said(program):
            self.assertLess(time.monotonic(), deadline, self.stage.said(program))
            time.sleep(0.01)  # a log cannot notify us

    def start_hostile(self, kind, key, endpoint=None, server="broker"):
        process = subprocess.Popen(
            [sys.executable, HOSTILE, kind, endpoint or self.stage.endpoint, self.stage.public_key(server),
             self.stage.path("secret", f"{key}.key_secret")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def expect_newcomers_to_be_served(self):
        for _ in range(NEWCOMERS):
            self.newcomers += 1
            self.expect_service(self.stage.client(f"newcomer-{self.newcomers}", "team", "northmoor-crisis"))
        self.expect_service(self.bystander)

    def test_1024_idle_connections_of_one_auditors_key_shut_nobody_out_and_end_with_it(self):
        self.stage.make_key("watcher", "inspector", "council")
        process = self.start_hostile("connections", "watcher")
        self.await_log("too many connections have said nothing")
        self.expect_newcomers_to_be_served()
        process.send_signal(signal.SIGSTOP)  # so that none of them connects again
        os.remove(self.stage.path("keys", "watcher.key"))
        self.await_log("because keys were withdrawn or changed")
        self.expect_newcomers_to_be_served()

    def test_1024_hellos_of_one_auditors_key_shut_nobody_out_and_end_with_it(self):
        self.stage.make_key("watcher", "inspector", "council")
        process = self.start_hostile("hellos", "watcher")
        self.await_log("watcher has 33 connections, which is too many")
        self.expect_newcomers_to_be_served()
        process.send_signal(signal.SIGSTOP)
        os.remove(self.stage.path("keys", "watcher.key"))
        self.await_log("connections of watcher, which is withdrawn")
        self.expect_newcomers_to_be_served()

    def test_strangers_connections_up_to_the_limit_shut_nobody_out(self):
        self.stage.make_key("stranger", "team", "northmoor-crisis", admitted=False)
        self.start_hostile("strangers", "stranger")
        self.await_log("too many connections have said nothing")
        self.expect_newcomers_to_be_served()
        self.assertNotIn("ended a connection that said nothing", self.stage.said("broker"))

    def test_200_follows_of_one_auditors_key_leave_others_their_answers(self):
        self.stage.make_key("watcher", "inspector", "council")
        self.start_hostile("follows", "watcher")
        self.await_log("watcher follows on more than one connection")
        self.expect_newcomers_to_be_served()

    def test_1024_hellos_of_one_device_leave_an_intake_to_the_others(self):
        self.stage.start_intake()
        self.limit_descriptors("intake")
        device = self.stage.device("device")
        self.expect_service(device)
        self.stage.device("greedy")
        process = self.start_hostile("hellos", "greedy", self.stage.intakes["intake"], "intake")
        self.await_log("greedy has more than 4 sessions", "intake")
        self.await_log("greedy has 33 connections, which is too many", "intake")
        for i in range(NEWCOMERS):
            self.expect_service(self.stage.device(f"newcomer-{i}"))
        self.expect_service(device)
        process.send_signal(signal.SIGSTOP)
        os.remove(self.stage.path("intake-devices", "greedy.key"))
        self.await_log("connections of greedy, which is withdrawn", "intake")

    def test_a_key_is_withdrawn_while_strangers_have_all_connections(self):
        self.stage.make_key("stranger", "team", "northmoor-crisis", admitted=False)
        self.start_hostile("strangers", "stranger")
        self.await_log("too many connections have said nothing")
        os.remove(self.stage.path("keys", "bystander.key"))
        deadline = time.monotonic() + DEADLINE_S
        while not self.bystander.request(timeout=DEADLINE_S, get_board=self.wire.GetBoard()).answer.refusal:
            self.assertLess(time.monotonic(), deadline, "the key is still served")


if __name__ == "__main__":
    unittest.main(verbosity=2)
