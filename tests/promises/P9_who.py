"""P9 Private: what people typed about a case is shown to those who may read its record, with who typed it, and stands
nowhere else.

Usage: P9_who.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

NOTE, WITHDRAWAL, READING = 1, 2, 3
READINGS = 80
TYPED_MAX = 64


class Who(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("who-typed")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty")
        self.team = self.stage.client("north-1", "team", "northmoor-crisis")
        self.assertTrue(self.team.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600)).answer.done)

    def submitted(self):
        submit = self.stage.submission()
        answer = self.source.request(submit=submit).answer
        self.assertTrue(answer.done)
        return submit.referral.id, answer.status

    def record(self, client, case, reason, person=None):
        person = {"person": {"id": person}} if person else {}
        return client.request(get_record=self.wire.GetRecord(referral=case, reason=reason), **person).record

    def decline(self, case, status, note, person):
        decline = self.wire.Decline(referral=case, attempt=status.attempt, reason=99, note=note)
        self.assertTrue(self.team.request(decline=decline, person={"id": person, "role": 17}).answer.done)

    def said(self, record):
        return [(typed.part, typed.actor, typed.person.id, typed.text) for typed in record.typed]

    def test_notes_and_reasons_come_with_the_record_the_oldest_first(self):
        case, status = self.submitted()
        self.assertEqual(status.asked_team, "northmoor-crisis")
        self.decline(case, status, "the lift is broken", "p117")
        first = self.record(self.duty, case, "a daughter rang", "p9001")
        expected = [(NOTE, "north-1", "p117", "the lift is broken"), (READING, "duty", "p9001", "a daughter rang")]
        self.assertEqual(self.said(first), expected)
        self.assertEqual([typed.seq for typed in first.typed], sorted(typed.seq for typed in first.typed))
        withdraw = self.wire.Withdraw(referral=case, reason="went home with family")
        self.assertTrue(self.source.request(withdraw=withdraw, person={"id": "ab20"}).answer.done)
        for number in range(2):  # also after its end
            expected += [(READING, "duty", "", f"looked again {number}")]
            again = self.record(self.duty, case, f"looked again {number}")
            self.assertEqual(self.said(again), expected[:2] + [(WITHDRAWAL, "street", "ab20", "went home with family")]
                             + expected[2:])
        self.stage.stop("broker")
        self.stage.start_broker()
        expected = self.said(again) + [(READING, "duty", "", "after the restart")]
        self.assertEqual(self.said(self.record(self.duty, case, "after the restart")), expected)

    def test_only_the_cases_own_and_not_more_than_the_latest(self):
        case, other = (self.submitted()[0] for _ in range(2))
        duty = [self.stage.client(f"duty-{number}", "coordinator", "northmoor-duty") for number in range(3)]
        self.record(self.duty, other, "before")
        for number in range(READINGS):  # a key reads 30 at once
            record = self.record(duty[number % 3], case, f"reading {number}")
        self.assertEqual([typed.text for typed in record.typed],
                         [f"reading {number}" for number in range(READINGS - TYPED_MAX, READINGS)])
        self.assertEqual([typed.text for typed in self.record(self.duty, other, "after").typed], ["before", "after"])

    def test_many_who_ask_at_once_all_get_their_record(self):
        case, _ = self.submitted()
        ids = [self.duty.send(get_record=self.wire.GetRecord(referral=case, reason="to prepare")) for _ in range(30)]
        answered = {self.duty.next_message(timeout=60).command_id for _ in ids}
        self.assertEqual(answered, set(ids))

    def test_the_desk_shows_them_in_plain_words_with_the_names_of_its_own_file(self):
        case, status = self.submitted()
        self.decline(case, status, "the lift is broken", "p117")
        with open(self.stage.path("people.txt"), "w", encoding="utf-8") as file:
            file.write("p117 Sam Okafor\np9001 Ash Oneil\n")
        done = subprocess.run(
            [stage.find_program("concordat"), "show", status.number, "a daughter rang", "--server", self.stage.endpoint,
             "--server-key", self.stage.public_key("broker"), "--key", self.stage.path("secret", "duty.key_secret"),
             "--as", "p9001", "--people", self.stage.path("people.txt")], capture_output=True, text=True, timeout=60)
        said = " ".join(done.stdout.split())
        self.assertIn("note on a decline: the lift is broken (key north-1, person: Sam Okafor (p117))", said)
        self.assertIn("reason of a reading: a daughter rang (key duty, person: Ash Oneil (p9001))", said)
        self.stage.stop("broker")
        for folder, _, names in os.walk(self.stage.path("state")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    held = file.read()
                for mark in (b"lift is broken", b"daughter rang", b"Okafor"):
                    self.assertNotIn(mark, held, name)
        self.assertNotIn("lift is broken", self.stage.said("broker"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
