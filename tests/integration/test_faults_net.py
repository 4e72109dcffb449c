"""The network stalls, is slow or breaks: a peer behind it gets its answer when the network is back, others at once, and
each command has one effect.

Usage: test_faults_net.py SOURCE BUILD
"""

import os
import random
import time
import unittest

import faults
import stage

SEED = int(os.environ.get("SEED", time.time_ns() % 2**32))


class Network(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("net")
        self.addCleanup(self.stage.close)
        self.proxy = faults.Proxy(int(self.stage.endpoint.rsplit(":", 1)[1]))
        self.addCleanup(self.proxy.close)

    def test_connections_that_break_and_stall_at_random_lose_and_double_nothing(self):
        print(f"SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        s = self.stage
        s.start_broker()
        loads = [faults.Submitting(s, "far", endpoint=self.proxy.endpoint), faults.Submitting(s, "near", window=1)]
        for load in loads:
            load.start()
        for _ in range(8):
            time.sleep(chance.uniform(0.02, 0.3))  # until the random instant
            chance.choice((self.proxy.cut, self.proxy.stall))()
            near = len(loads[1].told.acknowledged)
            while len(loads[1].told.acknowledged) < near + 3:  # others get their answers meanwhile
                self.assertIsNone(loads[1].trouble)
                time.sleep(0.001)
            self.proxy.delay_s = chance.choice((0, 0.01))
            self.proxy.flow()
        self.proxy.delay_s = 0
        faults.stop_all(loads)
        found = faults.hold_against_ledger(s, loads)
        self.assertEqual((found.lost, found.doubled, found.invented), (0, 0, 0))
        self.assertGreater(len(loads[0].told.acknowledged), 8)

    def test_what_an_intake_saved_while_the_network_stalled_is_delivered_when_it_flows(self):
        s = self.stage
        s.start_broker()
        s.start_intake(broker=self.proxy.endpoint)
        device = s.device("device")
        duty = s.client("duty", "coordinator", "northmoor-duty")
        self.proxy.stall()
        for _ in range(5):
            answer = device.request(submit=s.submission()).answer
            self.assertTrue(answer.done, answer.text)
        self.assertEqual(len(duty.request(get_board=s.wire.GetBoard()).board.cases), 0)
        self.proxy.flow()
        while len(duty.request(get_board=s.wire.GetBoard()).board.cases) < 5:
            pass
        received = [event.referral for event in faults.events_of(s) if event.WhichOneof("what") == "received"]
        self.assertEqual((len(received), len(set(received))), (5, 5))


if __name__ == "__main__":
    unittest.main(verbosity=2)
