"""Two coordinators of neighbouring areas, on a broker whose machine a test may let sleep."""

import re

import faults
import told


class TwoAreas(told.Router):
    def setUp(self):
        super().setUp()
        self.source = self.stage.client("street", "source", "street-triage")
        self.north = self.coordinator("north-desk", "northmoor-duty")
        self.south = self.coordinator("south-desk", "southfell-duty")

    def region(self, text):
        """Without the list of those who are told if nobody answers: neighbours hear of a case by covering alone."""
        return re.sub(r"    escalate: .*\n", "", text)

    def env(self):
        self.machine = faults.Machine(self.stage, "broker")
        return self.machine.env()
