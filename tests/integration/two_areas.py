"""Two coordinators of neighbouring areas, on a broker whose machine a test may let sleep."""

import re
import subprocess
import unittest

import faults
import stage


class TwoAreas(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("areas")
        self.addCleanup(self.stage.close)
        self.machine = faults.Machine(self.stage, "broker")
        # Without the list of those who are told if nobody answers: neighbours hear of a case by covering alone.
        self.stage.use_region(lambda text: re.sub(r"    escalate: .*\n", "", text))
        self.stage.start_broker(env=self.machine.env())
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.north = self.coordinator("north-desk", "northmoor-duty")
        self.south = self.coordinator("south-desk", "southfell-duty")

    def coordinator(self, name, of):
        return self.stage.client(name, "coordinator", of, wants_news=True)

    def run_concordat(self, key, *words):
        """Runs a command as a coordinator. Returns its exit code and what it said, in one line."""
        s = self.stage
        done = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", s.endpoint, "--server-key", s.public_key("broker"),
             "--key", s.path("secret", f"{key}.key_secret")], capture_output=True, text=True, timeout=60)
        return done.returncode, " ".join((done.stdout + done.stderr).split())
