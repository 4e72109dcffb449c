"""P9 Private, between neighbours: the coordinator of another area is told nothing of a case, until they cover its area.
That is a command with a reason and an end; it is recorded, and the neighbour hears of it.

Usage: P9_areas.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402
import two_areas  # noqa: E402

BAD_VALUE, NOT_YOURS = 5, 9
ASKED, ABSENT = 1, 2
HOUR_S = 3600


class Areas(two_areas.TwoAreas):
    def submit(self, district="ZX1"):
        """No team is there, so the area's coordinator holds the case at once."""
        submit = self.stage.submission(postcode_district=district)
        status = self.source.request(submit=submit).answer.status
        self.assertEqual(status.owner_kind, 2)
        return submit.referral.id, status

    def cover(self, client, area="northmoor", minutes=60, reason=ASKED, command_id=None):
        cover = self.wire.Cover(area=area, minutes=minutes, reason=reason)
        return client.request(command_id=command_id, cover=cover).answer

    def told(self, client):
        """The news that have come, and the board: what was sent before the board comes before it."""
        board = client.request(get_board=self.wire.GetBoard()).board
        news, client.kept = client.kept, []
        return news, board

    def assert_not_told(self, client, referral):
        news, board = self.told(client)
        self.assertNotIn(referral, [message.status.referral for message in news])
        self.assertNotIn(referral, [case.referral for case in board.cases])

    def attempts(self, case):
        wire = self.wire
        return {
            "get_status": wire.GetStatus(referral=case), "take": wire.Take(referral=case),
            "assign": wire.Assign(referral=case, to_team="southfell-crisis"),
            "check_in": wire.CheckIn(referral=case, step=1), "close": wire.Close(referral=case, outcome=1),
            "get_record": wire.GetRecord(referral=case, reason="to help"),
        }

    def test_a_coordinator_of_another_area_gets_nothing_of_a_case(self):
        case, status = self.submit()
        self.assertEqual(status.owner, "northmoor-duty")
        news, board = self.told(self.north)
        self.assertEqual([message.status.referral for message in news], [case])
        self.assertEqual([shown.referral for shown in board.cases], [case])
        self.assertEqual(list(board.areas), ["northmoor"])
        self.assert_not_told(self.south, case)
        self.assertEqual(list(self.told(self.south)[1].areas), ["southfell"])
        attempts = {**self.attempts(case), "by its number": None}
        for name, command in attempts.items():
            with self.subTest(command=name):
                asked = {name: command} if command else {"get_status": self.wire.GetStatus(number=status.number)}
                answer = self.south.request(**asked).answer
                self.assertEqual(answer.refusal, NOT_YOURS)
                self.assertEqual(answer.status.number, "", "something about the case was told")
        self.assertTrue(self.source.request(withdraw=self.wire.Withdraw(referral=case)).answer.done)
        for name, command in self.attempts(case).items():
            with self.subTest(ended=name):
                self.assertEqual(self.south.request(**{name: command}).answer.refusal, NOT_YOURS)
        self.assert_not_told(self.south, case)
        refused = {event.command_refused.command for event in self.events("command_refused")}
        self.assertLessEqual({"take", "assign", "get_record"}, refused)

    def test_covering_shows_the_area_at_once_and_both_hear_of_it(self):
        case, _ = self.submit()
        self.told(self.north), self.told(self.south)
        colleague = self.coordinator("south-tablet", "southfell-duty")
        self.told(colleague)
        answer = self.cover(self.south)
        self.assertTrue(answer.done and answer.seq, answer.text)
        covered = answer.covered
        self.assertEqual((covered.area, covered.by, covered.reason), ("northmoor", "southfell-duty", ASKED))
        self.assertEqual((covered.coordinator, covered.coordinator_ring), ("northmoor-duty", "01632 960100"))
        for client in (self.north, colleague):
            self.await_news(client, "covered", lambda news: news == covered)
        for client in (self.south, colleague):
            self.await_status(client, lambda status: status.referral == case)
        for client in (self.north, self.south, colleague):
            _, board = self.told(client)
            self.assertEqual(list(board.covers), [covered])
            self.assertEqual([shown.referral for shown in board.cases], [case])
        later, _ = self.submit()
        self.assertIn(later, [message.status.referral for message in self.told(self.south)[0]])
        record = self.south.request(get_record=self.wire.GetRecord(referral=case, reason="to help")).record
        self.assertEqual(record.confidential.callback_number, "07700 900123")
        self.assertTrue(self.south.request(take=self.wire.Take(referral=case)).answer.done)
        owners = [message.status.owner for message in self.told(self.north)[0] if message.status.referral == case]
        self.assertEqual(owners, ["southfell-duty"], "the area's own coordinator goes on hearing of it")
        event, = self.events("area_covered")
        self.assertEqual((event.actor, event.area_covered.coordinator, event.area_covered.until_ms),
                         ("south-desk", "southfell-duty", covered.until_ms))

    def test_a_cover_ends_when_asked_and_what_was_taken_stays(self):
        case, _ = self.submit()
        self.cover(self.south)
        self.assertTrue(self.south.request(take=self.wire.Take(referral=case)).answer.done)
        self.told(self.north)
        answer = self.cover(self.south, minutes=0, reason=0)
        self.assertTrue(answer.done and answer.seq, answer.text)
        self.assertEqual(answer.covered.until_ms, 0)
        self.assertEqual([message.covered.until_ms for message in self.told(self.north)[0]], [0])
        self.told(self.south)
        later, _ = self.submit()
        self.assert_not_told(self.south, later)
        self.assertEqual([shown.referral for shown in self.told(self.south)[1].cases], [case])
        self.assertEqual(len(self.events("area_covered")), 2)

    def test_a_cover_ends_by_its_time_without_an_event(self):
        case, _ = self.submit()
        self.cover(self.south)
        self.assertEqual([shown.referral for shown in self.told(self.south)[1].cases], [case])
        self.machine.set(slept_s=2 * HOUR_S)
        self.assertEqual(list(self.told(self.south)[1].cases), [])
        self.told(self.south)
        later, _ = self.submit()
        self.assert_not_told(self.south, later)
        self.assertEqual(self.south.request(**{"take": self.attempts(case)["take"]}).answer.refusal, NOT_YOURS)
        self.assertEqual(len(self.events("area_covered")), 1)

    def test_the_same_cover_twice_is_one_and_what_was_asked_under_it_is_not_told_again_after_it(self):
        case, _ = self.submit()
        ids = {name: stage.python_client.new_id() for name in ("cover", "assign", "get_record")}
        team = self.stage.client("team", "team", "southfell-crisis")
        self.assertTrue(team.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600)).answer.done)
        first = self.cover(self.south, command_id=ids["cover"])
        again = self.cover(self.south, command_id=ids["cover"])
        self.assertEqual((again.done, again.repeated, again.seq, again.covered), (True, True, first.seq, first.covered))
        asked = {name: self.attempts(case)[name] for name in ("get_record", "assign")}
        self.assertTrue(self.south.request(command_id=ids["get_record"], get_record=asked["get_record"]).HasField("record"))
        done = self.south.request(command_id=ids["assign"], assign=asked["assign"]).answer
        self.assertEqual((done.done, done.status.referral), (True, case))
        self.cover(self.south, minutes=0)
        record = self.south.request(command_id=ids["get_record"], get_record=asked["get_record"])
        self.assertEqual(record.answer.refusal, NOT_YOURS)
        again = self.south.request(command_id=ids["assign"], assign=asked["assign"]).answer
        self.assertEqual((again.done, again.repeated, again.seq), (True, True, done.seq))
        self.assertFalse(again.HasField("status"))

    def test_a_coordinator_who_connects_later_hears_who_covers(self):
        covered = self.cover(self.south).covered
        late = self.coordinator("north-tablet", "northmoor-duty")
        self.await_news(late, "covered", lambda news: news == covered)
        self.assertEqual(list(self.told(late)[1].covers), [covered])

    def test_a_coordinator_whose_case_it_was_is_told_that_it_is_not_any_more(self):
        case, _ = self.submit()
        self.told(self.north), self.told(self.south)
        moved = self.stage.submission(id=case, postcode_district="ZX5").referral
        self.assertTrue(self.source.request(update=self.wire.Update(referral=moved)).answer.done)
        news, board = self.told(self.north)
        self.assertEqual([(message.status.referral, message.status.area) for message in news], [(case, "southfell")])
        self.assertEqual(list(board.cases), [])
        self.assertIn(case, [message.status.referral for message in self.told(self.south)[0]])
        self.assertTrue(self.source.request(withdraw=self.wire.Withdraw(referral=case)).answer.done)
        self.assert_not_told(self.north, case)

    def test_the_command_says_what_holds_until_when_and_who_is_told(self):
        _, status = self.submit()
        said = self.typed("south-desk", "board")
        self.assertIn("0 cases Your area: Southfell.", said)
        said = self.typed("south-desk", "cover", "northmoor", "--for", "2h", "--reason", "absent")
        for words in ("You cover Northmoor until ", "nobody answers there", "Northmoor duty coordinator (01632 960100)"):
            self.assertIn(words, said)
        said = self.typed("south-desk", "board")
        self.assertIn("You cover Northmoor until ", said)
        self.assertIn(status.number, said)
        said = self.typed("south-desk", "cover", "northmoor", "--end")
        self.assertIn("You do not cover Northmoor", said)
        said = self.typed("south-desk", "cover", "nowhere", "--for", "5m", "--reason", "asked", code=1)
        self.assertIn("no area of this id", said)
        said = self.typed("south-desk", "status", status.number, code=1)
        self.assertNotIn("Held by", said)

    def test_what_cannot_be_covered_is_said_clearly(self):
        own = self.cover(self.south, area="southfell")
        self.assertEqual((own.done, own.seq, own.covered.by, own.covered.coordinator),
                         (True, 0, "southfell-duty", "southfell-duty"))
        longer = self.cover(self.south, minutes=120)
        shorter = self.cover(self.south, minutes=30)
        self.assertEqual((shorter.done, shorter.seq, shorter.covered), (True, 0, longer.covered))
        for said, asked in {
            "no area": {"area": "nowhere"}, "needs a reason": {"reason": 0, "minutes": 200},
            "cover.minutes": {"minutes": 721}, "cover.area": {"area": ""},
        }.items():
            with self.subTest(said):
                answer = self.cover(self.south, **asked)
                self.assertEqual(answer.refusal, BAD_VALUE)
                self.assertIn(said, answer.text)
        self.assertEqual(len(self.events("area_covered")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
