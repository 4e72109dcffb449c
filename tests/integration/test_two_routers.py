"""Two routers on a ledger that two servers of PostgreSQL keep: one leads, the other follows and takes over, whatever becomes of
the first; nothing acknowledged is lost, and what people told can still be read.

Usage: test_two_routers.py SOURCE BUILD
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import unittest
import uuid

import stage

sys.path.insert(0, os.path.join(stage.SOURCE, "tests", "worlds"))
import postgres  # noqa: E402

DEPOSED = 112
PING_SECONDS = 2  # whoever waits for a router that hangs looks for the other after three of these
NOT_INSTALLED = 77


class TwoRouters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = s = stage.Stage("two-routers")
        cls.addClassCleanup(s.close)
        os.chmod(s.folder, 0o711)
        os.mkdir(s.path("servers"), 0o755)
        cls.servers = postgres.Servers(s.path("servers"), standby=True)
        cls.addClassCleanup(cls.servers.close)
        schema = subprocess.run([stage.find_program("concordat-ledger"), "schema"], stdout=subprocess.PIPE, text=True, check=True)
        cls.servers.a.sql("CREATE DATABASE concordat")
        cls.servers.a.sql(schema.stdout, "concordat")
        cls.endpoints = {name: f"tcp://127.0.0.1:{stage.free_port()}" for name in ("a", "b", "c", "d")}

    def start(self, name, ready, of="concordat"):
        """Starts a router with the common key and the common master key, and a folder and an endpoint of its own."""
        s = self.s
        with contextlib.suppress(FileNotFoundError):
            os.remove(s.path(f"{name}.prom"))  # of its last run
        self.addCleanup(lambda: name in s.processes and s.kill(name))
        return s.start(name, "concordat-broker", "--policy", s.path("region.yaml"), "--state", s.path(f"state-{name}"),
                       "--ledger", self.servers.address(of, order=("b", "a") if name == "b" else ("a", "b")),
                       "--listen", self.endpoints[name],
                       "--key", s.path("secret", "broker.key_secret"), "--keys", s.path("keys"),
                       "--master-key", s.path("master-key"), "--metrics", s.path(f"{name}.prom"), ready=ready)

    def ask_of(self, name):
        """The clients from now on connect to that router."""
        self.s.endpoint = self.endpoints[name]

    def leads(self, name):
        """What a router's figures say, once they are there."""
        until = time.monotonic() + 60
        while not os.path.exists(self.s.path(f"{name}.prom")):
            self.assertLess(time.monotonic(), until, "no figures")
            time.sleep(0.05)
        with open(self.s.path(f"{name}.prom"), encoding="utf-8") as file:
            return re.search(r"^concordat_broker_leads{.*} (\d)$", file.read(), re.M).group(1) == "1"

    def refer(self, client):
        answer = client.request(submit=self.s.submission()).answer
        self.assertTrue(answer.done, answer)
        return answer.status

    def is_there(self, client, case):
        """The texts of the case can be opened."""
        record = client.request(get_record=self.s.wire.GetRecord(referral=case.referral, reason="a test")).record
        self.assertEqual(record.referral.id, case.referral)
        self.assertIn("An invented person.", str(record))

    def submit(self, device):
        """Refers somebody through the intake, which knows both routers, until one of them has it."""
        submit, since = self.s.submission(), os.path.getsize(self.s.path("intake.log"))
        self.assertTrue(device.request(submit=submit).answer.done)
        self.s.await_said("intake", f"received {uuid.UUID(bytes=submit.referral.id)}", since)

    def is_sent_again(self, since):
        """The intake has sent the new leader all that the one before acknowledged, and nothing was lacking."""
        self.s.await_said("intake", "commands, of which it had lost 0", since)

    def test_p1_whoever_takes_over_has_all_that_was_acknowledged(self):
        s = self.s
        self.start("a", "ready on")
        self.start("b", "concordat-broker: ledger: another router leads: this router follows")  # it asks the standby first
        self.assertEqual((self.leads("a"), self.leads("b")), (True, False))
        self.ask_of("a")
        s.start_intake(broker=",".join(self.endpoints[name] for name in "ab"))
        device = s.device("car")
        self.submit(device)
        source, duty = s.client("source", "source", "street-triage"), s.client("duty", "coordinator", "northmoor-duty")
        self.refer(source)
        self.assertEqual(source.welcome.ping_seconds, PING_SECONDS)
        cases = [self.refer(source) for _ in range(5)]
        self.is_there(duty, cases[0])
        since = os.path.getsize(s.path("intake.log"))
        s.kill("a")
        s.await_said("b", "ready on")
        self.is_sent_again(since)
        self.submit(device)
        self.ask_of("b")
        source, duty = s.client("source"), s.client("duty")
        for case in cases:
            self.is_there(duty, case)
        cases.append(self.refer(source))
        self.assertEqual(len({case.number for case in cases}), 6)

        # A router that hangs keeps its connections; the other ends them, and it finds that it leads no longer.
        self.start("a", "another router leads")
        since = os.path.getsize(s.path("intake.log"))
        s.processes["b"].send_signal(signal.SIGSTOP)
        s.await_said("a", "ready on")
        self.is_sent_again(since)
        self.submit(device)
        self.ask_of("a")
        source, duty = s.client("source"), s.client("duty")
        cases.append(self.refer(source))
        s.processes["b"].send_signal(signal.SIGCONT)
        self.assertEqual(s.processes["b"].wait(), DEPOSED)
        for case in cases:
            self.is_there(duty, case)

        # One that is stopped leaves the ledger at once.
        self.start("b", "another router leads")
        self.assertEqual(s.stop("a"), 0)
        s.await_said("b", "ready on")
        self.assertEqual(s.stop("b"), 0)
        self.assertNotRegex(s.said("a") + s.said("b"), "invented|07700")

    def test_p1_a_router_does_not_lead_on_a_history_that_lacks_what_it_acknowledged(self):
        s, sql = self.s, self.servers.a.sql
        self.start("c", "ready on")
        s.endpoint = f"{self.endpoints['c']},{self.endpoints['d']}"
        s.start_team("crisis", "northmoor-crisis")
        self.addCleanup(lambda: "crisis" in s.processes and s.kill("crisis"))
        self.ask_of("c")
        case = self.refer(s.client("passer", "source", "street-triage"))
        s.await_said("crisis", f"offer {case.number}")
        self.assertEqual(s.stop("c"), 0)
        for name in ("older", "decided"):
            sql(f"CREATE DATABASE {name} TEMPLATE concordat")
        self.start("c", "ready on")
        self.refer(s.client("passer"))
        s.type("crisis", f"accept {case.number} 40")
        s.await_said("crisis", f"accept {case.number}.*: done")
        s.kill("c")

        # The servers have brought the older history back.
        self.start("c", "lacks event", of="older")
        note = s.path("state-c", "acknowledged")
        self.assertIn(f"remove {note}", s.said("c"))
        self.assertFalse(self.leads("c"))
        self.assertEqual(s.stop("c"), 0)

        # Another router goes on there. Whoever acknowledged what is lacking says so, and does not lead afterwards.
        # A team's answer that is lacking is sent again too.
        since = os.path.getsize(s.path("crisis.log"))
        self.start("d", "ready on", of="older")
        s.await_said("crisis", f"LOST BY THE ROUTER AND SENT AGAIN: .*: {case.number}", since)
        self.ask_of("d")
        question = s.wire.GetStatus(referral=case.referral)
        self.assertEqual(s.client("passer").request(get_status=question).answer.status.owner, "northmoor-crisis")
        for _ in range(2):
            self.refer(s.client("passer"))
        self.start("c", "LACKS event", of="older")
        since = os.path.getsize(s.path("c.log"))
        self.assertEqual(s.stop("d"), 0)
        s.await_said("c", "lacks event", since)
        self.assertFalse(self.leads("c"))

        # The servers have what it acknowledged again: it leads, and nobody has to start it.
        since = os.path.getsize(s.path("c.log"))
        sql("DROP DATABASE older WITH (FORCE)")
        sql("CREATE DATABASE older TEMPLATE concordat")
        s.await_said("c", "ready on", since)
        self.assertEqual(s.stop("c"), 0)

        # A person has decided that a history without it stands.
        os.remove(note)
        self.start("c", "ready on", of="decided")
        self.assertEqual(s.stop("c"), 0)


if __name__ == "__main__":
    if not postgres.is_installed():
        print("skipped: PostgreSQL 15 is not installed")
        sys.exit(NOT_INSTALLED)
    unittest.main()
