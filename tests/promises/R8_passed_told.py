"""R8, as people are told it: a case was passed on to another provider. The team says which, the coordinator later when it
received it; the status and the board show both waits, and the report counts the case as passed on.

Usage: R8_passed_told.py SOURCE BUILD
"""

import datetime
import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

CLOSED = 8
NOTE_ON_PASSING_ON = 20


class Passed(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("passed")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage", wants_news=True)
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        self.duty.request(get_board=self.wire.GetBoard())  # from its hello on it is told
        self.team = self.stage.client("northmoor-1", "team", "northmoor-crisis")
        presence = self.wire.SetPresence(present=True, lease_seconds=600)
        self.assertTrue(self.team.request(set_presence=presence).answer.done)
        status = self.source.request(submit=self.stage.submission()).answer.status
        self.case, self.number = status.referral, status.number
        self.typed("northmoor-1", "accept", self.number, "20")

    def typed(self, key, *words, code=0):
        ran, said = self.stage.concordat(key, *words)
        self.assertEqual(ran, code, said)
        return " ".join(said.split())

    def minutes(self, after):
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=after)
        return at.strftime("%Y-%m-%dT%H:%M:00Z")

    def close(self):
        self.typed("northmoor-1", "checkin", self.number, "contact", "telephone")
        said = self.typed("northmoor-1", "close", self.number, "referred-on")
        self.assertIn("If another provider has it now, say which: passed-on CASE --to CODE", said)

    def passed(self, *words, key="northmoor-1", code=0):
        return self.typed(key, "passed-on", self.number, *words, code=code)

    def test_R8_passed_on_both_waits_are_shown_and_the_others_are_told(self):
        self.close()
        said = self.passed("--to", "rx4")
        self.assertIn("Passed on to RX4", said)
        self.assertIn("When that provider first sees them is not known to us.", said)
        self.assertIn("from when that provider received it, which is not known to us yet.", said)
        said = self.passed("--received", self.minutes(0), key="duty")  # the coordinator says later that they have it
        self.assertIn("Wait from when it was received here, ", said)
        self.assertIn("National from when that provider received it, ", said)
        self.assertIn("It is that provider's to report.", said)
        for client in (self.source, self.duty):
            while True:
                news = client.next_message()
                if news.HasField("status") and news.status.HasField("passed"):
                    break
            self.assertEqual((news.status.state, news.status.passed.provider), (CLOSED, "RX4"))
        status = self.source.request(get_status=self.wire.GetStatus(number=self.number)).answer.status
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
        record = self.duty.request(get_record=self.wire.GetRecord(referral=self.case, reason="a check")).record
        self.assertIn((NOTE_ON_PASSING_ON, "The Invented Charity, in the old mill"),
                      [(typed.part, typed.text) for typed in record.typed])

    def test_R8_passed_on_a_refusal_says_what_to_type(self):
        self.assertIn("close it first: close CASE referred-on.", self.passed("--to", "RX4", code=1))
        self.close()
        self.assertIn("Give their code: passed-on CASE --to CODE.", self.passed(code=1))
        self.assertIn("That time is still to come, and nothing was changed. Type the time at which it was",
                      self.passed("--to", "RX4", "--received", self.minutes(60), code=1))
        self.assertIn("That is before the referral was received here, and nothing was changed. Type the time",
                      self.passed("--to", "RX4", "--received", self.minutes(-60), code=1))
        self.assertIn("2 to 10 letters and digits", self.passed("--to", "The Mill", code=100))
        status = self.source.request(get_status=self.wire.GetStatus(number=self.number)).answer.status
        self.assertFalse(status.HasField("passed"))


if __name__ == "__main__":
    unittest.main()
