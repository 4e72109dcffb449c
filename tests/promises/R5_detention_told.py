"""R2 and R5: everybody concerned is told by what authority a person is held, until when, and what is outside the law as
recorded: a source through its intake, a team, a coordinator, and on the screens of the real programs.

Usage: R5_detention_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

HOUR_MS = 3600 * 1000
DETENTION_OPEN, DETENTION_STEP = 26, 27


class DetentionTold(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("suite-1", "place-of-safety")

    def submitted(self, place=None, hours=1, age=34):
        """Somebody who was detained under section 136, and brought to a place so many hours ago."""
        from concordat.v1 import referral_pb2
        submit = self.stage.submission()
        submit.referral.person.age_years = age
        submit.referral.legal.status = referral_pb2.LEGAL_STATUS_SECTION_136
        now = self.duty.request(get_board=self.wire.GetBoard()).board.now_ms
        submit.referral.legal.power_used_at.unix_ms = now - (hours + 1) * HOUR_MS
        if place is not None:
            submit.referral.legal.place_of_safety = place
            submit.referral.legal.arrived_at_place_of_safety_at.unix_ms = now - hours * HOUR_MS
        answer = self.source.request(submit=submit).answer
        self.assertTrue(answer.done, answer)
        return submit, answer.status

    def record(self, client, case, step, **fields):
        from concordat.v1 import codes_pb2
        step = codes_pb2.DetentionStep.Value(f"DETENTION_STEP_{step}")
        return client.request(record_detention=self.wire.RecordDetention(referral=case, step=step, **fields)).answer

    def await_from(self, seq, case):
        """News of a case to the coordinator, from this event on."""
        return self.await_status(self.duty, lambda status: status.referral == case and status.seq >= seq)

    def test_R2_an_update_and_a_transfer_leave_the_hours(self):
        submit, status = self.submitted(place=2, hours=5)
        started, until = status.detention.started_ms, status.detention.until_ms
        self.assertEqual(until - started, 24 * HOUR_MS)
        submit.referral.legal.arrived_at_place_of_safety_at.unix_ms += 4 * HOUR_MS
        answer = self.source.request(update=self.wire.Update(referral=submit.referral)).answer
        self.assertEqual((answer.status.detention.started_ms, answer.status.detention.until_ms), (started, until))
        answer = self.record(self.source, submit.referral.id, "ARRIVED", place=1)
        self.assertEqual((answer.status.detention.started_ms, answer.status.detention.until_ms), (started, until))
        self.stage.stop("broker")
        self.stage.start_broker()
        status = self.duty.request(get_status=self.wire.GetStatus(number=status.number)).answer.status
        self.assertEqual((status.detention.started_ms, status.detention.until_ms), (started, until))

    def test_R2_a_case_does_not_end_while_somebody_is_detained_and_says_what_to_record(self):
        submit, status = self.submitted(place=1)
        case = submit.referral.id
        answer = self.source.request(withdraw=self.wire.Withdraw(referral=case, reason="a mistake")).answer
        self.assertEqual(answer.refusal, DETENTION_OPEN)
        self.assertIn("say how the detention ended", answer.text)
        accept = self.wire.Accept(referral=case, attempt=status.attempt, expected_minutes=5)
        self.assertTrue(self.team.request(accept=accept).answer.done)
        self.assertEqual(self.team.request(close=self.wire.Close(referral=case, outcome=7)).answer.refusal, DETENTION_OPEN)
        self.assertTrue(self.record(self.team, case, "INTERVIEWED", by="p302").done)
        self.assertTrue(self.record(self.team, case, "ENDED", end=1).done)
        self.assertTrue(self.team.request(check_in=self.wire.CheckIn(referral=case, step=3)).answer.done)
        self.assertTrue(self.team.request(close=self.wire.Close(referral=case, outcome=7)).answer.done)

    def test_R5_a_child_at_a_police_station_is_told_to_the_coordinator_at_once(self):
        submit, status = self.submitted(age=15)
        answer = self.record(self.source, submit.referral.id, "ARRIVED", place=4)
        self.assertTrue(answer.done)
        news = self.await_from(answer.seq, submit.referral.id)
        from concordat.v1 import codes_pb2
        self.assertIn(codes_pb2.FLAG_UNDER_18_AT_POLICE_STATION, news.detention.found)
        said = self.typed("duty", "status", status.number)
        self.assertIn("As recorded this is outside section 136A. If it is so, move the person now and ring 01632 960100; "
                      "if not, correct it.", said)
        self.assertIn("Record the grounds and the inspector of a police station", said)

    def test_R5_the_screens_say_the_authority_and_when_it_has_gone(self):
        submit, status = self.submitted()
        said = self.typed("duty", "status", status.number)
        self.assertIn("not yet at a place of safety", said)
        said = self.typed("duty", "detention", status.number, "arrived", "health-based")
        self.assertIn("Authority section 136, used at", said)
        self.assertIn("place of safety: health based, since", said)
        self.assertIn("Record the examination by a doctor, by", said)
        said = self.typed("duty", "board")
        self.assertIn("136 23h59", said)
        _, old = self.submitted(place=1, hours=25)
        said = self.typed("duty", "status", old.number)
        self.assertIn("NONE: the hours of section 136 ended at", said)
        said = self.typed("duty", "board")
        self.assertIn("NONE", said)

    def test_R5_what_an_entry_lacks_is_said(self):
        submit, status = self.submitted(place=1)
        case = submit.referral.id
        self.assertIn("why no AMHP came", self.record(self.duty, case, "ENDED", end=1).text)
        self.assertIn("two different people", self.record(self.duty, case, "CORRECTED", by="p301").text)
        later = {"unix_ms": status.received_ms + HOUR_MS}
        self.assertIn("still to come", self.record(self.duty, case, "EXAMINED", occurred=later).text)
        self.assertEqual(self.record(self.duty, case, "TRANSFER_REFUSED").refusal, 0)
        other = self.stage.submission()
        self.assertTrue(self.source.request(submit=other).answer.done)
        self.assertEqual(self.record(self.duty, other.referral.id, "EXAMINED").refusal, DETENTION_STEP)

    def test_R5_the_passing_of_the_hours_is_news_to_all_and_an_event(self):
        submit, status = self.submitted(place=1, hours=24)
        breached = []
        auditor = self.stage.client("council", "inspector", "council")
        from concordat.v1 import event_pb2
        while not breached:
            feed = auditor.request(follow=self.wire.Follow(after=0, credit=1000)).feed
            events = [event_pb2.Event.FromString(item.event) for item in feed.events]
            breached = [event for event in events if event.WhichOneof("what") == "clock_breached"
                        and event.clock_breached.standard == "section-136"]
        news = self.await_from(breached[0].seq, submit.referral.id)
        self.assertTrue(news.detention.warned)
        self.assertEqual(news.detention.until_ms, status.detention.until_ms)

    def test_R5_a_note_is_sealed_and_shown_to_those_who_read_the_record(self):
        submit, _ = self.submitted(place=1)
        case = submit.referral.id
        answer = self.record(self.duty, case, "CORRECTED", by="p301", second="p302", note="the porter's book, Invented")
        self.assertTrue(answer.done, answer)
        self.assertIn("the porter's book, Invented", [text for _, text in self.words_on_record(case)])
        self.assert_in_no_file("the porter")

    def test_R5_a_device_records_through_its_intake(self):
        self.stage.start_intake()
        car = self.stage.device("car-1")
        from concordat.v1 import referral_pb2
        submit = self.stage.submission()
        submit.referral.legal.status = referral_pb2.LEGAL_STATUS_SECTION_136
        self.assertTrue(car.request(submit=submit).answer.done)
        self.assertTrue(self.record(car, submit.referral.id, "ARRIVED", place=1, note="by the side door").done)
        while True:
            status = car.request(get_status=self.wire.GetStatus(referral=submit.referral.id)).answer.status
            if status.detention.started_ms:
                break
        self.assertEqual(status.detention.until_ms - status.detention.started_ms, 24 * HOUR_MS)


if __name__ == "__main__":
    unittest.main()
