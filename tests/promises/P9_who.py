"""P9 Private: what people typed about a case is shown to those who may read its record, with who typed it, and stands
nowhere else. Its coordinator and an inspector see who was told of it, who looked and why, and who acted.

Usage: P9_who.py SOURCE BUILD
"""

import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import ledger_home  # noqa: E402
import stage  # noqa: E402

NOTE, WITHDRAWAL, READING = 1, 2, 3
NOT_ALLOWED, NOT_YOURS = 8, 9
EVENTS_MAX = 256
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

    def who(self, client, case, reason, person=None):
        person = {"person": {"id": person}} if person else {}
        message = client.request(get_record=self.wire.GetRecord(referral=case, reason=reason, who=True), **person)
        self.assertTrue(message.HasField("record"), message)
        self.assertEqual(message.record.status.referral, case)
        for field in ("referral", "confidential", "read_beyond"):
            self.assertFalse(message.record.HasField(field), field)
        self.assertEqual(list(message.record.typed), [])
        from concordat.v1 import event_pb2
        return [(event_pb2.Event.FromString(entry.event), entry.text) for entry in message.record.history]

    def told(self, history):
        return [(event.WhichOneof("what"), event.actor, event.actor_device, event.person.id, text) for event, text in history]

    def a_case_that_several_people_had_to_do_with(self):
        """Returns its id, its number, and what must be told of it."""
        submit = self.stage.submission()
        case = submit.referral.id
        answer = self.source.request(submit=submit, device="car-7", person={"id": "ab20", "role": 1}).answer
        self.decline(case, answer.status, "the lift is broken", "p117")
        told = self.wire.Told(referral=case, state=2)
        self.assertTrue(self.source.request(told=told, device="car-8").answer.done)
        self.record(self.duty, case, "a daughter rang", "p9001")
        take = self.wire.Take(referral=case)
        self.assertTrue(self.duty.request(take=take, person={"id": "p9002", "role": 16}).answer.done)
        return case, answer.status.number, [
            ("received", "street", "car-7", "ab20", ""), ("offered", "street", "car-7", "ab20", ""),
            ("offer_ended", "north-1", "", "p117", "the lift is broken"), ("held", "north-1", "", "p117", ""),
            ("referrer_told", "street", "car-8", "", ""), ("record_read", "duty", "", "p9001", "a daughter rang"),
            ("taken", "duty", "", "p9002", "")]

    def test_who_was_told_who_looked_and_why_and_who_acted(self):
        self.submitted()  # another case, of which nothing is told
        case, _, expected = self.a_case_that_several_people_had_to_do_with()
        self.submitted()
        expected.append(("record_read", "duty", "", "p9001", "the family asks"))
        history = self.who(self.duty, case, "the family asks", "p9001")
        self.assertEqual(self.told(history), expected)
        self.assertTrue(history[-1][0].record_read.who)
        self.assertEqual([event.previous for event, _ in history], [0] + [event.seq for event, _ in history][:-1])
        self.assertEqual({event.referral for event, _ in history}, {case})
        inspector = self.stage.client("records", "inspector", "council")
        expected.append(("record_read", "records", "", "", "a complaint"))
        self.assertEqual(self.told(self.who(inspector, case, "a complaint")), expected)
        self.stage.stop("broker")
        self.stage.start_broker()
        expected.append(("record_read", "records", "", "p204", "once more"))
        self.assertEqual(self.told(self.who(inspector, case, "once more", "p204")), expected)

    def test_nobody_else_is_told_who_had_to_do_with_a_case(self):
        case, _, _ = self.a_case_that_several_people_had_to_do_with()
        neighbour = self.stage.client("south", "coordinator", "southfell-duty")
        inspector = self.stage.client("records", "inspector", "council")
        auditor = self.stage.client("figures", "auditor", "council")
        who = self.wire.GetRecord(referral=case, reason="curious", who=True)
        beyond = self.wire.GetRecord(referral=case, reason="curious", who=True, break_glass=1)
        record = self.wire.GetRecord(referral=case, reason="curious")
        for client, asked, refusal, says in (
                (self.team, who, NOT_ALLOWED, "its coordinator and to inspectors"), (neighbour, who, NOT_YOURS, ""),
                (neighbour, beyond, NOT_ALLOWED, "not shown beyond your areas"),
                (self.duty, beyond, NOT_ALLOWED, "not shown beyond your areas"),
                (inspector, record, NOT_ALLOWED, "Ask who had to do with it."), (self.source, who, NOT_ALLOWED, ""),
                (auditor, who, NOT_ALLOWED, ""),
                (inspector, self.wire.GetRecord(referral=stage.python_client.new_id(), reason="curious", who=True), NOT_YOURS, "")):
            answer = client.request(get_record=asked).answer
            with self.subTest(says=says):
                self.assertEqual(answer.refusal, refusal)
                self.assertIn(says, answer.text)
        mute = self.wire.GetRecord(referral=case, reason="42", who=True)
        self.assertIn("reason", self.duty.request(get_record=mute).answer.text)

    def test_an_inspector_who_repeats_a_coordinators_reading_gets_no_record(self):
        case, _ = self.submitted()
        inspector = self.stage.client("records", "inspector", "council")
        command = stage.python_client.new_id()
        asked = self.wire.GetRecord(referral=case, reason="a daughter rang")
        self.assertTrue(self.duty.request(command_id=command, get_record=asked).HasField("record"))
        self.assertTrue(self.duty.request(command_id=command, get_record=asked).HasField("record"))
        self.assertEqual(inspector.request(command_id=command, get_record=asked).answer.refusal, NOT_ALLOWED)

    def test_it_is_bounded_and_says_that_there_is_more(self):
        case, status = self.submitted()
        inspectors = [self.stage.client(f"records-{number}", "inspector", "council") for number in range(3)]
        for number in range(EVENTS_MAX + 10):
            hold = self.wire.SetHold(referral=case, on=number % 2 == 0, reason=1)
            self.assertTrue(inspectors[number % 3].request(set_hold=hold, person={"id": "p117"}).answer.done)
        history = self.who(self.duty, case, "the family asks")
        self.assertEqual(len(history), EVENTS_MAX)
        self.assertNotEqual(history[0][0].previous, 0)
        self.assertEqual(history[-1][1], "the family asks")
        self.assertIn("These are the latest 256 events. There are earlier ones", self.cli(status.number, "the family asks"))

    def cli(self, number, reason, *options):
        done = subprocess.run(
            [stage.find_program("concordat"), "who", number, *reason.split(), "--server", self.stage.endpoint,
             "--server-key", self.stage.public_key("broker"), "--key", self.stage.path("secret", "duty.key_secret"), *options],
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return " ".join(done.stdout.split())

    def test_the_desk_says_who_in_plain_words_and_the_reason_stands_nowhere_else(self):
        _, number, expected = self.a_case_that_several_people_had_to_do_with()
        with open(self.stage.path("people.txt"), "w", encoding="utf-8") as file:
            file.write("p117 Sam Okafor\np9001 Ash Oneil\n")
        options = ("--as", "p9001", "--people", self.stage.path("people.txt"))
        said = self.cli(number, "quince marmalade", *options)
        at = 0
        for line in ("ab20, police officer, with the key street and the device car-7: sent the referral",
                     "the router: asked Northmoor Crisis Resolution and Home Treatment to take it, as attempt 1",
                     'Sam Okafor (p117), team clinician, with the key north-1: declined it for Northmoor Crisis Resolution and Home Treatment: '
                     'other: "the lift is broken"',
                     "the router: gave it to Northmoor duty coordinator to hold",
                     "a person who is not recorded, with the key street and the device car-8: was told that the duty coordinator holds it",
                     'Ash Oneil (p9001), with the key duty: read the record for Northmoor duty coordinator: "a daughter rang"',
                     "p9002, duty coordinator, with the key duty: took it in hand for Northmoor duty coordinator",
                     'Ash Oneil (p9001), with the key duty: asked for Northmoor duty coordinator who had to do with it: "quince marmalade"'):
            self.assertIn(line, said)
            self.assertGreater(said.index(line), at)
            at = said.index(line)
        self.assertNotIn("There are earlier ones", said)
        history = json.loads(self.cli(number, "damson jelly", "--json"))["record"]["history"]
        self.assertEqual(len(history), len(expected) + 2)
        self.assertEqual((history[-1]["text"], history[-1]["event"]["recordRead"]["who"]), ("damson jelly", True))
        self.stage.stop("broker")
        self.assert_nowhere("quince marmalade", "damson jelly", "Okafor")

    def assert_nowhere(self, *marks):
        self.assertFalse([mark for mark in marks if mark in self.stage.said("broker")])
        for name, path in ledger_home.files(self.stage.path("state")):
            with open(path, "rb") as file:
                held = file.read()
            self.assertFalse([mark for mark in marks if mark.encode() in held], name)

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
        self.assert_nowhere("lift is broken", "daughter rang", "Okafor")


if __name__ == "__main__":
    unittest.main(verbosity=2)
