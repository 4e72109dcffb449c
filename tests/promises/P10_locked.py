"""P10 Locked: every connection is authenticated by key; a role may do only its own commands; a stranger learns
nothing; who tries what is not theirs is written down, within bounds.

Usage: P10_locked.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

NOT_ALLOWED, NOT_YOURS, REVOKED, TOO_MANY = 8, 9, 10, 20


class Locked(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("p10")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire

    def team(self, name, of):
        client = self.stage.client(name, "team", of)
        self.assertTrue(client.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600)).answer.done)
        return client

    def refusals(self):
        from concordat.v1 import event_pb2
        if not hasattr(self, "inspector"):
            self.inspector = self.stage.client("inspector", "inspector", "council")
        follower = stage.python_client.Follower(self.inspector)
        feed = self.inspector.request(follow=self.wire.Follow(after=0, credit=500)).feed
        events = follower.check(feed, event_pb2.Event)
        return [event for event in events if event.WhichOneof("what") == "command_refused"]

    def test_a_stranger_gets_no_answer_at_all(self):
        stranger = self.stage.client("stranger") if self.make_stranger() else None
        with self.assertRaises(TimeoutError):
            stranger.request(timeout=2, get_board=self.wire.GetBoard())
        self.assertEqual(self.refusals(), [])

    def make_stranger(self):
        return self.stage.make_key("stranger", "team", "northmoor-crisis", admitted=False)

    def test_each_role_is_refused_every_command_that_is_not_its_own(self):
        wire, some = self.wire, stage.python_client.new_id()
        commands = {
            "submit": self.stage.submission(), "update": wire.Update(referral=self.stage.submission().referral),
            "get_form_key": wire.GetFormKey(),
            "submit_sealed": wire.SubmitSealed(referral=some, key=some, sender_key=bytes(65), sealed=bytes(17)),
            "withdraw": wire.Withdraw(referral=some), "told": wire.Told(referral=some, state=4),
            "set_presence": wire.SetPresence(present=True, lease_seconds=60),
            "set_capacity": wire.SetCapacity(free_places=1), "seen": wire.Seen(referral=some, attempt=1),
            "accept": wire.Accept(referral=some, attempt=1),
            "decline": wire.Decline(referral=some, attempt=1, reason=1),
            "check_in": wire.CheckIn(referral=some, step=1), "close": wire.Close(referral=some, outcome=1),
            "saw_closing": wire.SawClosing(referral=some),
            "record_detention": wire.RecordDetention(referral=some, step=1),
            "tried_to_reach": wire.TriedToReach(referral=some, next=2),
            "report_missing": wire.ReportMissing(referral=some),
            "report_found": wire.ReportFound(referral=some, by=1),
            "ask_beside": wire.AskBeside(referral=some, what=1),
            "answer_beside": wire.AnswerBeside(referral=some, what=1, state=3),
            "handover": wire.Handover(referral=some), "take": wire.Take(referral=some),
            "assign": wire.Assign(referral=some, to_team="northmoor-crisis"),
            "acknowledge": wire.Acknowledge(referral=some), "mute": wire.Mute(referral=some, minutes=15),
            "get_record": wire.GetRecord(referral=some, reason="to respond"),
            "who": wire.GetRecord(referral=some, reason="a complaint", who=True),
            "saw_changes": wire.SawChanges(referral=some), "send_message": wire.SendMessage(referral=some, to=1, text="a word"),
            "on_shift": wire.OnShift(), "get_handover": wire.GetHandover(), "shift_handover": wire.ShiftHandover(step=3),
            "cover": wire.Cover(area="southfell", minutes=5, reason=1),
            "follow": wire.Follow(after=0, credit=1), "get_status": wire.GetStatus(number="R-0001"),
            "get_board": wire.GetBoard(), "get_standing": wire.GetStanding(),
            "erase": wire.Erase(referral=some, reason=1, second_person="p204"),
            "set_hold": wire.SetHold(referral=some, on=True, reason=1),
        }
        beside = ("ask_beside", "answer_beside", "report_missing", "report_found")
        own = {
            "source": {"submit", "update", "withdraw", "told", "saw_changes", "send_message", "record_detention", *beside, "get_status", "get_board", "get_record", "get_standing"},
            "team": {"set_presence", "set_capacity", "seen", "accept", "decline", "check_in", "close", "handover", "saw_changes",
                     "send_message", "on_shift", "shift_handover", "get_handover", "record_detention", *beside, "tried_to_reach", "get_record", "get_status", "get_board"},
            "coordinator": {"set_presence", "take", "assign", "acknowledge", "mute", "check_in", "close", "saw_closing",
                            "submit", "saw_changes", "send_message", "on_shift", "shift_handover", "get_handover", "record_detention", *beside, "tried_to_reach", "get_record", "who", "cover",
                            "get_status", "get_board", "get_standing"},
            "auditor": {"follow", "get_standing"},
            "inspector": {"follow", "who", "get_status", "get_board", "get_standing", "erase", "set_hold"},
            "referrer": set(),
        }
        of = {"source": "street-triage", "team": "northmoor-crisis", "coordinator": "northmoor-duty",
              "auditor": "council", "inspector": "council", "referrer": "street-triage"}
        for role, allowed in own.items():
            if role == "referrer":
                with self.assertRaises(stage.python_client.Refused):
                    self.stage.client(f"a-{role}", role, of[role]).request(get_board=wire.GetBoard())
                continue
            client = self.stage.client(f"a-{role}", role, of[role])
            for name, command in commands.items():
                message = client.request(**{"get_record" if name == "who" else name: command})
                with self.subTest(role=role, command=name):
                    if name in allowed:
                        self.assertNotEqual(message.answer.refusal, NOT_ALLOWED)
                    else:
                        self.assertEqual(message.answer.refusal, NOT_ALLOWED)

    def test_a_team_cannot_answer_read_or_see_anothers_offer(self):
        wire = self.wire
        asked = self.team("asked", "northmoor-crisis")
        other = self.team("other", "southfell-crisis")
        source = self.stage.client("street", "source", "street-triage")
        submit = self.stage.submission()
        status = source.request(submit=submit).answer.status
        self.assertEqual(status.owner, "northmoor-crisis")
        case = {"referral": submit.referral.id, "attempt": status.attempt}
        for attempt in (
            {"accept": wire.Accept(**case, expected_minutes=5)},
            {"decline": wire.Decline(**case, reason=1)},
            {"close": wire.Close(referral=submit.referral.id, outcome=1)},
            {"get_record": wire.GetRecord(referral=submit.referral.id, reason="curious")},
            {"get_status": wire.GetStatus(number=status.number)},
        ):
            answer = other.request(**attempt).answer
            self.assertEqual(answer.refusal, NOT_YOURS)
            self.assertEqual(answer.status.number, "", "something about the case was told")
        self.assertEqual(list(other.request(get_board=wire.GetBoard()).board.cases), [])
        self.assertTrue(asked.request(accept=wire.Accept(**case, expected_minutes=5)).answer.done)
        names = [(event.actor, event.command_refused.command) for event in self.refusals()]
        self.assertIn(("other", "accept"), names)

    def test_another_sources_referral_is_not_there(self):
        source = self.stage.client("street", "source", "street-triage")
        neighbour = self.stage.client("neighbour", "source", "street-triage")
        submit = self.stage.submission()
        self.assertTrue(source.request(submit=submit).answer.done)
        answer = neighbour.request(withdraw=self.wire.Withdraw(referral=submit.referral.id)).answer
        self.assertEqual(answer.refusal, NOT_YOURS)
        for changed in (self.stage.submission(source=3),):
            self.assertEqual(source.request(submit=changed).answer.refusal, NOT_ALLOWED)

    def test_a_revoked_key_is_refused_on_its_next_message(self):
        team = self.team("leaver", "northmoor-crisis")
        os.remove(self.stage.path("keys", "leaver.key"))
        refusal = 0
        for _ in range(200):  # until the broker has noticed that the file is gone
            refusal = team.request(get_board=self.wire.GetBoard()).answer.refusal
            if refusal:
                break
        self.assertEqual(refusal, REVOKED)
        self.assertEqual(self.refusals()[0].actor, "leaver")

    def test_a_key_given_to_another_team_no_longer_sees_the_cases_of_the_first(self):
        mover = self.team("mover", "northmoor-crisis")
        source = self.stage.client("street", "source", "street-triage")
        self.assertTrue(source.request(submit=self.stage.submission()).answer.done)
        self.assertEqual(len(mover.request(get_board=self.wire.GetBoard()).board.cases), 1)
        path = self.stage.path("keys", "mover.key")
        with open(path) as before, open(path + ".new", "w") as after:
            after.write(before.read().replace("northmoor-crisis", "southfell-crisis"))
        os.rename(path + ".new", path)
        for _ in range(200):  # until the broker has noticed; the client says hello again by itself
            cases = mover.request(get_board=self.wire.GetBoard()).board.cases
            if not cases:
                break
        self.assertEqual((list(cases), mover.welcome.of), ([], "southfell-crisis"))

    def test_a_key_is_added_while_the_broker_runs(self):
        self.team("joiner", "northmoor-crisis")

    def test_nobody_can_fill_the_ledger_with_refusals(self):
        auditor = self.stage.client("pushy", "inspector", "council")
        for _ in range(60):
            answer = auditor.request(take=self.wire.Take(referral=stage.python_client.new_id())).answer
            self.assertEqual(answer.refusal, NOT_ALLOWED)
        self.assertLessEqual(len(self.refusals()), 6)

    def test_new_work_beyond_its_quota_waits_and_answers_do_not(self):
        """Raw connections: the client would wait and send again by itself."""
        northmoor = self.team("northmoor", "northmoor-crisis")
        flooder = self.stage.client("flooder", "source", "street-triage")
        first = self.stage.submission()
        self.assertTrue(flooder.request(submit=first).answer.done)
        refused = self.refused_of_a_flood(flooder, lambda: {"submit": self.stage.submission()})
        self.assertEqual({answer.refusal for answer in refused}, {TOO_MANY})
        self.assertTrue(all(0 < answer.retry_after_ms <= 30000 for answer in refused))
        self.assertRegex(refused[0].text, "^Too much at once. Nothing was changed; try again in [0-9]+ seconds?[.]$")
        self.assertTrue(all(answer.status.coordinator_ring for answer in refused), "somebody to ring")
        self.assertTrue(flooder.request(withdraw=self.wire.Withdraw(referral=first.referral.id)).answer.done)
        other = self.stage.client("other", "source", "street-triage")
        self.assertTrue(other.request(submit=self.stage.submission()).answer.done)
        self.assertTrue(northmoor.request(get_board=self.wire.GetBoard()).board.cases)
        told = [event for event in self.refusals() if event.command_refused.refusal == TOO_MANY]
        self.assertEqual([(event.actor, event.command_refused.command) for event in told], [("flooder", "submit")])
        lines = [line for line in self.stage.said("broker").splitlines() if "flooder" in line]
        self.assertEqual(len(lines), 1)
        self.assertIn("submit from flooder: More than the quota of new_work.", lines[0])

    def refused_of_a_flood(self, client, command, size=200):
        """The answers with a refusal, of so many commands at once."""
        for _ in range(size):
            request = self.wire.Request(command_id=stage.python_client.new_id(), **command())
            client.socket.send(self.wire.Requests(requests=[request]).SerializeToString())
        refused, came = [], 0
        while came < size:
            for message in self.wire.Messages.FromString(client.socket.recv()).messages:
                if message.WhichOneof("body") == "answer":
                    came += 1
                    refused += [message.answer] if not message.answer.done else []
        return refused

    def test_what_cannot_be_read_is_refused_with_a_code_and_harms_nobody(self):
        source = self.stage.client("street", "source", "street-triage")
        self.assertTrue(source.request(submit=self.stage.submission()).answer.done)
        head = b"\x0a\x10" + stage.python_client.new_id()
        for name, data in {
            "not protobuf": b"\xff" * 40,
            "a request without a frame": head + b"\x52\x02\x08\x01",
            "bad UTF-8": head + b"\xb2\x01\x0a\x0a\x04\xff\xfe\xfd\xfc\x12\x00",
            "unknown command": head + b"\xfa\x3f\x00",
            "thousands of empty messages in one": head + b"\x62\x80\x80\x04" + b"\x0a\x00" * 32760,
            "too long": head + b"\x00" * 80000,
        }.items():
            with self.subTest(name):
                source.socket.send(data)
                size = len(data)
                varint = bytes((size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14))
                source.socket.send(b"\x0a" + varint + data)
        self.assertTrue(source.request(submit=self.stage.submission()).answer.done)
        self.assertEqual(self.stage.stop("broker"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
