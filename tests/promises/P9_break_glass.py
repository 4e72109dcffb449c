"""P9 Private, in an emergency: a coordinator reads one record beyond their areas only on purpose, with a coded reason; it is
recorded as that, the coordinators whose case it is hear of it, and so does the reader. A few an hour, no more.

Usage: P9_break_glass.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402
import two_areas  # noqa: E402

BAD_VALUE, NOT_ALLOWED, NOT_YOURS, WRONG_STATE = 5, 8, 9, 17
LIFE_AT_RISK, ASKED, INVESTIGATION = 1, 2, 3
AN_HOUR = 3
HOUR_S = 3600


class BreakGlass(two_areas.TwoAreas):
    def submit(self):
        submit = self.stage.submission(postcode_district="ZX1")
        return submit.referral.id, self.source.request(submit=submit).answer.status.number

    def read(self, client, case=b"", why=LIFE_AT_RISK, reason="to help", number="", command_id=None):
        asked = self.wire.GetRecord(referral=case, number=number, reason=reason, break_glass=why)
        return client.request(command_id=command_id, get_record=asked)

    def told(self, client):
        """The readings that were news, and those of the board: what was sent before the board comes before it."""
        board = client.request(get_board=self.wire.GetBoard()).board
        news, client.kept = [m.read_beyond for m in client.kept if m.HasField("read_beyond")], []
        return news, list(board.read_beyond)

    def test_both_coordinators_hear_of_it_and_the_event_says_it(self):
        case, number = self.submit()
        tablet = self.coordinator("south-tablet", "southfell-duty")
        for client in (self.north, self.south, tablet):
            self.assertEqual(self.told(client), ([], []))
        refused = self.read(self.south, case, why=0).answer
        self.assertEqual((refused.refusal, refused.status.number), (NOT_YOURS, ""))
        record = self.read(self.south, number=number).record
        self.assertEqual(record.confidential.callback_number, "07700 900123")
        said = record.read_beyond
        self.assertEqual((said.number, said.by, said.reason, said.coordinator, said.area),
                         (number, "southfell-duty", LIFE_AT_RISK, "northmoor-duty", "northmoor"))
        self.assertEqual((said.by_ring, said.coordinator_ring), ("01632 960200", "01632 960100"))
        for client, news in ((self.north, [said]), (tablet, [said]), (self.south, [])):
            self.assertEqual(self.told(client), (news, [said]))
        late = self.coordinator("north-tablet", "northmoor-duty")
        self.assertEqual(self.told(late), ([said], [said]))
        answer = self.south.request(get_status=self.wire.GetStatus(referral=case)).answer
        self.assertEqual(answer.refusal, NOT_YOURS, "a reading shows no more than the record")
        event, = self.events("record_read")
        self.assertEqual((event.actor, event.record_read.of, event.record_read.break_glass),
                         ("south-desk", "southfell-duty", LIFE_AT_RISK))
        self.assertEqual((event.referral, event.at_ms), (case, said.read_ms))

    def test_a_few_an_hour_and_no_more(self):
        cases = [self.submit()[0] for _ in range(AN_HOUR + 2)]
        for case in cases[:AN_HOUR]:
            self.assertTrue(self.read(self.south, case, why=INVESTIGATION).HasField("record"))
        for _ in range(2):
            answer = self.read(self.south, cases[AN_HOUR]).answer
            self.assertEqual((answer.refusal, answer.status.number), (WRONG_STATE, ""))
            self.assertIn("three records beyond your areas within the hour", answer.text)
        nothing = self.read(self.south, stage.python_client.new_id()).answer
        self.assertEqual(nothing.refusal, WRONG_STATE, "what is not there is told apart")
        self.stage.stop("broker")
        self.stage.start_broker(env=self.machine.env())
        self.assertEqual(self.read(self.south, cases[AN_HOUR]).answer.refusal, WRONG_STATE)
        self.assertTrue(self.read(self.north, cases[AN_HOUR], why=0).HasField("record"))
        self.machine.set(slept_s=HOUR_S + 60)
        # A session that was silent for so long may have ended.
        said = self.read(self.coordinator("south-later", "southfell-duty"), cases[AN_HOUR])
        self.assertTrue(said.HasField("record"), said)
        self.assertEqual(len(self.events("record_read")), AN_HOUR + 2)

    def test_the_same_reading_twice_is_one_and_one_beyond_is_not_the_next(self):
        case, _ = self.submit()
        command = stage.python_client.new_id()
        first = self.read(self.south, case, command_id=command).record
        self.told(self.north)
        again = self.read(self.south, case, command_id=command).record
        self.assertEqual(first, again)
        self.assertEqual(self.told(self.north)[0], [], "one reading was told twice")
        self.assertEqual(self.read(self.south, case, why=0).answer.refusal, NOT_YOURS)
        self.assertEqual(len(self.events("record_read")), 1)

    def test_what_is_theirs_needs_no_glass_and_only_coordinators_have_one(self):
        case, number = self.submit()
        record = self.read(self.north, case).record
        self.assertFalse(record.HasField("read_beyond"))
        self.assertEqual(self.told(self.north)[1], [])
        team = self.stage.client("team", "team", "southfell-crisis")
        answer = self.read(team, case).answer
        self.assertEqual((answer.refusal, answer.status.number), (NOT_ALLOWED, ""))
        for number in ("R-9999", "nothing", ""):
            self.assertEqual(self.read(self.south, number=number).answer.refusal, NOT_YOURS)
        self.assertEqual([event.record_read.break_glass for event in self.events("record_read")], [0])

    def test_a_reason_is_a_word_at_least(self):
        case, _ = self.submit()
        for reason in ("", "x", "12 34", "ok", ". . ."):
            for client in (self.north, self.south):
                answer = self.read(client, case, reason=reason).answer
                self.assertEqual((answer.refusal, answer.status.number), (BAD_VALUE, ""), reason)
                self.assertIn("at least three letters", answer.text)
        for reason in ("MHA", "\u0628\u0647 \u0627\u0648"):
            self.assertTrue(self.read(self.north, case, reason=reason).HasField("record"), reason)

    def test_the_command_says_who_is_told_and_the_board_who_read(self):
        _, number = self.submit()
        said = self.typed("south-desk", "show", number, "to", "help", code=1)
        self.assertNotIn("07700", said)
        said = self.typed("south-desk", "show", number, "--break-glass", "asked", "to", "help")
        self.assertIn("07700 900123", said)
        self.assertIn("This reading beyond your areas has been recorded, and Northmoor duty coordinator (01632 960100) is "
                      "told of it.", said)
        for key in ("north-desk", "south-desk"):
            said = self.typed(key, "board")
            self.assertIn(f"Southfell duty coordinator (01632 960200) read the record of {number} (Northmoor) at ", said)
            self.assertIn("beyond their areas. Reason: the case's own coordinator asked.", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
