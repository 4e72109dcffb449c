"""A nurse of street triage at a terminal: the command `concordat` at an intake, beside a router whose machine may go
away."""

import subprocess
import unittest

import stage

RING = "Desk in the corridor 01632 960190"


class Nurse(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("nurse")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.stage.start_intake("intake", "--ring", RING)
        self.device = self.stage.device("car-1")
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty")

    def concordat(self, *words, stdin=None, ring=True):
        """Returns the exit code, and what was said in one line."""
        s = self.stage
        done = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", s.intakes["intake"], "--server-key",
             s.public_key("intake"), "--key", s.path("secret", "car-1.key_secret"), *(["--ring", RING] if ring else [])],
            input=stdin, capture_output=True, text=stdin is None or isinstance(stdin, str), timeout=60)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def refer(self, *options, stdin=None):
        return self.concordat("refer", "--callback", "07700 900123", *options, stdin=stdin)

    def record(self, said):
        """The stored content of the case whose number was said."""
        number = next(word for word in said.replace(".", " ").replace(",", " ").split() if word.startswith("R-"))
        case = self.duty.request(get_status=self.wire.GetStatus(number=number)).answer.status.referral
        return self.duty.request(get_record=self.wire.GetRecord(referral=case, reason="to see what was kept")).record
