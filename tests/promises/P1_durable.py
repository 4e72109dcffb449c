"""P1 Durable: what was acknowledged is on disk first. A crash at any instant loses nothing acknowledged and
invents nothing.

The real broker is killed with SIGKILL at random instants under load, and started again on the same ledger. Then
its feed, chain checked, is held against what was acknowledged and what was ever asked. SEED is printed and can be
given in the environment; KILLS says how often.

Usage: P1_durable.py SOURCE BUILD
"""

import os
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

SEED = int(os.environ.get("SEED", time.time_ns() % 2**32))
KILLS = int(os.environ.get("KILLS", "12"))


class Load(threading.Thread):
    """An intake and a team that submit and accept until told to stop, noting what was acknowledged."""

    def __init__(self, s, number):
        super().__init__()
        self.s, self.number = s, number
        s.make_key(f"street-{number}", "source", "street-triage")
        self.asked, self.acknowledged = set(), {}
        self.stopping = threading.Event()
        self.trouble = None

    def run(self):
        try:
            client = stage.python_client.Client(
                self.s.wire, self.s.endpoint, self.s.public_key("broker"),
                self.s.path("secret", f"street-{self.number}.key_secret"))
            with client:
                while not self.stopping.is_set():
                    self.submit(client)
        except Exception as trouble:  # told to the test, which fails with it
            self.trouble = trouble

    def submit(self, client):
        submit = self.s.submission()
        self.asked.add(submit.referral.id)
        answer = client.request(timeout=60, submit=submit).answer
        if not answer.done:
            raise RuntimeError(answer.text)
        self.acknowledged[submit.referral.id] = (answer.seq, answer.status.number)


class Durable(unittest.TestCase):
    def test_kills_lose_nothing_acknowledged_and_invent_nothing(self):
        print(f"SEED={SEED} KILLS={KILLS}", flush=True)
        chance = random.Random(SEED)
        with stage.Stage("p1") as s:
            s.start_broker()
            loads = [Load(s, number) for number in range(3)]
            for load in loads:
                load.start()
            for _ in range(KILLS):
                threading.Event().wait(chance.uniform(0.05, 0.6))  # the random instant itself
                s.kill("broker")
                s.start_broker()
            for load in loads:
                load.stopping.set()
            for load in loads:
                load.join()
                self.assertIsNone(load.trouble)
            self.check(s, loads)

    def check(self, s, loads):
        asked = set().union(*(load.asked for load in loads))
        acknowledged = {key: value for load in loads for key, value in load.acknowledged.items()}
        received = {}
        for event in self.events(s):
            if event.WhichOneof("what") == "received":
                self.assertNotIn(event.referral, received, "received twice")
                received[event.referral] = (event.seq, f"R-{event.number:04}")
        lost = [key for key in acknowledged if received.get(key) != acknowledged[key]]
        self.assertEqual(lost, [], "acknowledged and lost, or kept under another number")
        self.assertLessEqual(set(received), asked, "invented")
        self.assertGreater(len(acknowledged), KILLS, "too little was acknowledged to prove anything")
        print(f"{KILLS} kills, {len(acknowledged)} acknowledged, 0 lost, 0 doubled")

    def events(self, s):
        from concordat.v1 import event_pb2
        follower = stage.python_client.Follower(s.client("auditor", "auditor", "council"))
        head = 1
        while follower.after < head:
            message = follower.client.request(follow=s.wire.Follow(after=follower.after, credit=500))
            head = message.feed.head
            yield from follower.check(message.feed, event_pb2.Event)


if __name__ == "__main__":
    unittest.main(verbosity=2)
