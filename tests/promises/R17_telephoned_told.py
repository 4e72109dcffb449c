"""R17: a duty coordinator enters a referral that was taken by telephone. The service that rang reads it as its own, on its
own intake; what is typed is read as a referrer's is, and every refusal names a number.

Usage: R17_telephoned_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402
from stage import CLOCK  # noqa: E402

RING = "01632 960100"
CALLBACK = ("--callback", "07700 900123", "--postcode", "ZX1")


class Telephoned(told.Router):
    def setUp(self):
        super().setUp()
        self.stage.make_key("north-desk", "coordinator", "northmoor-duty")

    def refer(self, *words, code=0):
        return self.typed("north-desk", "refer", *words, *CALLBACK, code=code)

    def received(self):
        return self.events("received")

    def test_the_source_reads_it_as_its_own(self):
        self.stage.start_intake("street")
        device = self.stage.device("nurse-1", "street")
        said = self.refer("--for", "street", "--rang-at", told.minute(-50), "--age", "about 30")
        self.assertIn("RECEIVED by the router as R-", said)
        self.assertRegex(said, f"By phone at {CLOCK}; entered by the duty coordinator at {CLOCK}, a late entry")
        number = next(word.strip(".,") for word in said.split() if word.startswith("R-"))
        event, = self.received()
        self.assertEqual((event.received.telephoned, event.received.on_behalf_of), (True, "street"))
        self.assertEqual((event.actor, event.received_ms), ("north-desk", event.received.rang_ms))
        self.assertGreaterEqual(event.at_ms - event.received_ms, 50 * 60 * 1000)
        self.assertEqual(event.received.referral.person.age_years, 30)
        self.assertEqual(event.received.referral.source, 1)
        while not any(case.number == number for case in device.request(get_board=self.wire.GetBoard()).board.cases):
            pass
        status = device.request(get_status=self.wire.GetStatus(number=number)).answer.status
        self.assertGreater(status.entered_ms, status.received_ms)
        record = device.request(get_record=self.wire.GetRecord(number=number, reason="read back")).record
        self.assertEqual(record.confidential.callback_number, "07700 900123")

    def test_a_name_that_is_no_source_holds_nothing_up(self):
        said = self.refer("--for", "streat-1", "--source", "street-triage", "--rang-at", "after lunch", "--age", "40s")
        self.assertIn("RECEIVED by the router as R-", said)
        self.assertIn("No source has that name here", said)
        self.assertIn("Age: about 45", said)
        self.assertIn("kept as you typed it for whoever comes: Rang at", said)
        event, = self.received()
        self.assertEqual((event.received.telephoned, event.received.on_behalf_of), (True, ""))
        self.assertEqual(event.received_ms, event.at_ms)

    def test_a_refusal_says_what_to_type_and_whom_to_ring(self):
        for words, says in ((["--for", "unknown", "--source", "street-triage", "--rang-at", told.minute(60)],
                             "Type when they rang, such as 14:05"),
                            (["--for", "unknown"], "Add the kind of service, such as street triage."),
                            (["--source", "street-triage"], "Add for which source, or that it is unknown.")):
            said = self.refer(*words, code=1)
            self.assertIn(says, said)
            self.assertIn(RING, said)
        self.assertEqual(self.received(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
