"""R8, as people are told it: a case was passed on to another provider. The team says which, the coordinator later when it
received it; the status and the board show both waits, and the report counts the case as passed on.

Usage: R8_passed_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

CLOSED = 8
NOTE_ON_PASSING_ON = 20


class Passed(told.Told):
    def setUp(self):
        super().setUp()
        self.present("northmoor-1", "northmoor-crisis")
        self.case, self.number = self.accepted()

    def close(self):
        self.typed("northmoor-1", "checkin", self.number, "contact", "telephone")
        said = self.typed("northmoor-1", "close", self.number, "referred-on")
        self.assertIn("If another provider has it now, say who has it and when they received it", said)

    def passed(self, *words, key="northmoor-1", code=0):
        return self.typed(key, "passed-on", self.number, *words, code=code)

    def test_R8_passed_on_both_waits_are_shown_and_the_others_are_told(self):
        self.close()
        said = self.passed("--to", "rx4")
        self.assertIn("Passed on to RX4", said)
        self.assertIn("When that provider first sees them is not known to us.", said)
        self.assertIn("from when that provider received it, which is not known to us yet.", said)
        said = self.passed("--received", told.minute(0), key="duty")  # the coordinator says later that they have it
        self.assertIn("Wait from when it was received here, ", said)
        self.assertIn("National from when that provider received it, ", said)
        self.assertIn("It is that provider's to report.", said)
        for client in (self.source, self.duty):
            status = self.await_status(client, lambda status: status.HasField("passed"))
            self.assertEqual((status.state, status.passed.provider), (CLOSED, "RX4"))
        status = self.status(self.number)
        self.assertGreater(status.passed.received_ms, 0)
        self.assertEqual(status.passed.seen_ms, 0)
        self.assertIn("passed on", self.typed("duty", "board", "--closed"))
        self.assertIn("recorded that another provider has it: RX4", self.typed("duty", "who", self.number, "a check"))

    def test_R8_passed_on_after_the_person_was_seen_says_when(self):
        self.typed("northmoor-1", "checkin", self.number, "contact", "face-to-face")
        self.close()
        self.assertIn(", until they were first seen, ", self.passed("--to", "RX4"))

    def test_R8_passed_on_a_provider_without_a_code_is_named_in_a_sealed_note(self):
        self.close()
        said = self.passed("--note", "The Invented Charity, in the old mill")
        self.assertIn("a provider that has no code", said)
        self.assertIn((NOTE_ON_PASSING_ON, "The Invented Charity, in the old mill"), self.words_on_record(self.case))

    def test_R8_passed_on_a_refusal_says_what_to_type(self):
        self.assertIn("close it first, as referred on.", self.passed("--to", "RX4", code=1))
        self.close()
        self.assertIn("Give their code.", self.passed(code=1))
        self.assertIn("That time is still to come, and nothing was changed. Type the time at which it was",
                      self.passed("--to", "RX4", "--received", told.minute(60), code=1))
        self.assertIn("That is before the referral was received here, and nothing was changed. Type the time",
                      self.passed("--to", "RX4", "--received", told.minute(-60), code=1))
        self.assertIn("2 to 10 letters and digits", self.passed("--to", "The Mill", code=100))
        self.assertFalse(self.status(self.number).HasField("passed"))


if __name__ == "__main__":
    unittest.main()
