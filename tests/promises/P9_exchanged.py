"""P9 Private, from the ledger: if two people's confidential parts are exchanged in the ledger, neither team is shown the
other person's number or record. The asker is told so; the coordinator is told, the operator too, and it is recorded, once
for each referral.

Usage: P9_exchanged.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import ledger_home  # noqa: E402
import stage  # noqa: E402

ALTERED = 21
CONFIDENTIAL = 1  # of Alteration
SAID = "is not what the event commits to"
TEAMS = {"northmoor": "ZX1", "southfell": "ZX5"}
NUMBERS = {"northmoor": "07700 900111", "southfell": "07700 900222"}


class Exchanged(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("p9-exchanged")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.stage.start_broker()
        self.clients = {area: self.stage.client(area, "team", f"{area}-crisis", wants_news=True) for area in TEAMS}
        for client in self.clients.values():
            present = self.wire.SetPresence(present=True, lease_seconds=600)
            self.assertTrue(client.request(set_presence=present).answer.done)
        self.source = self.stage.client("street", "source", "street-triage")
        self.cases = {area: self.submit(area) for area in TEAMS}
        for area in TEAMS:
            self.assertEqual(self.offer(area).callback_number, NUMBERS[area])

    def submit(self, area):
        submit = self.stage.submission(postcode_district=TEAMS[area])
        submit.confidential.callback_number = NUMBERS[area]
        submit.confidential.narrative = f"An invented person of {area}."
        self.assertTrue(self.source.request(submit=submit).answer.done)
        return submit.referral.id

    def offer(self, area):
        """The offer of an area's case to its team, as the team's newest connection is sent it."""
        while True:
            message = self.clients[area].next_message(timeout=20)
            self.assertIsNotNone(message, "the offer never came")
            if message.WhichOneof("body") == "offer":
                self.assertEqual(message.offer.referral, self.cases[area])
                return message.offer

    def record(self, area):
        read = self.wire.GetRecord(referral=self.cases[area], reason="to prepare")
        return self.clients[area].request(get_record=read)

    def alter(self, change):
        """Stops the broker, lets change(parts) alter the sealed texts {event: row}, and starts again."""
        self.stage.stop("broker")
        state = self.stage.path("state")
        rows = dict(ledger_home.ask(state, "SELECT seq, body FROM sealed ORDER BY seq"))
        parts = {seq: rows[seq] for seq in sorted(rows)[:len(TEAMS)]}
        change(parts)
        ledger_home.meddle(state, *(("DELETE FROM sealed WHERE seq = ?", seq) for seq in sorted(rows)[:len(TEAMS)]),
                           *(("INSERT INTO sealed VALUES (?, ?)", *part) for part in parts.items()))
        self.stage.start_broker()
        for area in TEAMS:
            self.stage.clients.remove(self.clients[area])
            self.clients[area].close()
            self.clients[area] = self.stage.client(area, wants_news=True)

    def assert_recorded_once(self, auditor):
        found = [event for event in faults.events_of(self.stage, auditor) if event.WhichOneof("what") == "alteration_found"]
        self.assertEqual(sorted(event.referral for event in found), sorted(self.cases.values()))
        for event in found:
            self.assertEqual(event.alteration_found.what, CONFIDENTIAL)
            self.assertTrue(event.owner.id)  # the case goes on

    def coordinator(self, area):
        return self.stage.client(f"{area}-duty-1", "coordinator", f"{area}-duty", wants_news=True)

    def assert_is_told(self, client, area):
        """Waits until the coordinator is sent a status that says so."""
        while True:
            message = client.next_message(timeout=20)
            self.assertIsNotNone(message, "the coordinator was not told")
            if message.WhichOneof("body") == "status" and list(message.status.altered):
                self.assertEqual((message.status.referral, list(message.status.altered)),
                                 (self.cases[area], [CONFIDENTIAL]))
                return

    def assert_not_shown(self, area):
        offer = self.offer(area)
        self.assertEqual((offer.callback_number, offer.facts.id), ("", self.cases[area]))
        self.assert_record_not_shown(area)

    def assert_record_not_shown(self, area):
        for _ in range(2):
            message = self.record(area)
            self.assertFalse(message.HasField("record"), "a record was shown")
            self.assertEqual((message.answer.done, message.answer.refusal), (False, ALTERED))
            self.assertIn("Ring the duty coordinator", message.answer.text)
            self.assertEqual(message.answer.status.referral, self.cases[area])
            self.assertTrue(message.answer.status.coordinator_ring)
        said = self.stage.said("broker")
        for shown in (*NUMBERS.values(), "invented person"):
            self.assertNotIn(shown, said)

    def assert_shown(self, area):
        self.assertEqual(self.offer(area).callback_number, NUMBERS[area])
        record = self.record(area).record
        self.assertEqual((record.referral.id, record.confidential.callback_number), (self.cases[area], NUMBERS[area]))

    @staticmethod
    def exchange(parts):
        one, other = parts
        parts[one], parts[other] = parts[other], parts[one]

    def test_parts_that_were_exchanged_are_shown_to_nobody_until_they_are_back(self):
        self.alter(self.exchange)
        for area in TEAMS:
            self.assert_not_shown(area)
        for area in TEAMS:
            self.assert_is_told(self.coordinator(area), area)
        self.assertEqual(self.stage.said("broker").count(SAID), len(TEAMS))
        self.assert_recorded_once("auditor")
        self.alter(lambda parts: None)  # a restart repeats nothing
        for area in TEAMS:
            self.assert_not_shown(area)
        self.assertEqual(self.stage.said("broker").count(SAID), len(TEAMS))
        self.assert_recorded_once("another-auditor")
        self.alter(self.exchange)
        for area in TEAMS:
            self.assert_shown(area)
        self.assertEqual(self.stage.said("broker").count(SAID), len(TEAMS))

    def test_a_text_that_was_altered_is_not_shown_and_the_other_is(self):
        """At its part, its size, its nonce and within; in front of the row is the record, so the callback falls too
        if the record's size is another."""
        first, second = TEAMS
        for at in (0, 2, 5, 40):
            def flip_bit(parts, at=at):
                row = bytearray(parts[min(parts)])
                row[at] ^= 1
                parts[min(parts)] = bytes(row)

            with self.subTest(at):
                self.alter(flip_bit)
                self.assert_record_not_shown(first)
                self.assert_shown(second)
                self.alter(flip_bit)
                self.assert_shown(first)

    def test_texts_that_were_taken_away_are_missed(self):
        self.alter(self.erase_first)
        first, second = TEAMS
        self.assert_not_shown(first)
        self.assert_shown(second)
        self.assertEqual(self.stage.said("broker").count(SAID), 1)

    @staticmethod
    def erase_first(parts):
        del parts[min(parts)]


if __name__ == "__main__":
    unittest.main(verbosity=2)
