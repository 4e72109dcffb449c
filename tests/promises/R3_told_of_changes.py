"""R3: the team that is asked about a case, or has it, is told at once what was changed, and screens say so until a person
says that they saw it.

Usage: R3_told_of_changes.py SOURCE BUILD
"""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

ROUTINE, EMERGENCY, SECTION_136, AMHP = 4, 1, 2, 1
CHANGED, NOT_YOURS = 13, 9


class ToldOfChanges(told.Told):
    def setUp(self):
        super().setUp()
        from concordat.v1 import referral_pb2

        self.messages = referral_pb2

    def region(self, text):
        """Its teams are open at whatever hour the test runs."""
        return re.sub(r"hours:(\n      - \{.*\})+", "hours: always", text)

    def update(self, case, **facts):
        update = self.wire.Update(referral=self.messages.Referral(id=case, **facts))
        answer = self.source.request(update=update).answer
        self.assertTrue(answer.done, answer)
        return answer.status

    def age(self, years):
        return self.messages.Demographics(age_known=True, age_years=years)

    def unsafe(self):
        return self.messages.StreetTriage(scene_safety=2)

    def changes(self, status):
        return {change.field: (change.before, change.after) for change in status.changed}

    def test_a_child_is_not_accepted_on_an_offer_to_adults(self):
        adults, children = self.present("adults", "northmoor-crisis"), self.present("children", "young-people-crisis")
        case = self.referred().referral
        offer = self.await_news(adults, "offer")
        self.update(case, person=self.age(15))
        over = self.await_news(adults, "offer_over")
        self.assertEqual((over.referral, over.end), (case, CHANGED))
        asked = self.await_news(children, "offer")
        self.assertEqual(asked.facts.person.age_years, 15)
        self.assertEqual(self.changes(asked.status), {"person.age_years": ("34", "15")})
        late = adults.request(accept=self.wire.Accept(referral=case, attempt=offer.attempt)).answer
        self.assertFalse(late.done)

    def test_an_emergency_leaves_three_minutes_from_the_change(self):
        adults = self.present("adults", "northmoor-crisis")
        case = self.referred(urgency=ROUTINE).referral
        first = self.await_news(adults, "offer")
        self.update(case, urgency=EMERGENCY)
        again = self.await_news(adults, "offer")
        self.assertEqual((again.attempt, again.status.urgency), (first.attempt, EMERGENCY))
        at_ms = again.status.changed[0].at_ms
        self.assertEqual(again.expires_ms - at_ms, 3 * 60 * 1000)
        self.assertEqual(self.changes(again.status), {"urgency": ("4", "1")})

    def test_the_holder_gets_the_list_until_somebody_says_they_saw_it(self):
        adults, other = self.present("adults", "northmoor-crisis"), self.present("other", "southfell-crisis")
        case = self.referred().referral
        offer = self.await_news(adults, "offer")
        self.assertTrue(adults.request(accept=self.wire.Accept(referral=case, attempt=offer.attempt, expected_minutes=9)).answer.done)
        legal = self.messages.Legal(status=SECTION_136)
        for what in ({"street_triage": self.unsafe()}, {"legal": legal}, {"needs": [AMHP]}):
            self.update(case, **what)
        status = self.await_status(adults, lambda news: news.referral == case and len(news.changed) == 3)
        self.assertEqual(self.changes(status), {
            "street_triage.scene_safety": ("", "2"), "legal.status": ("", "2"), "needs": ("", "1")})
        shown = self.await_status(self.duty, lambda news: news.referral == case and len(news.changed) == 3)
        self.assertEqual(shown.changed_seq, status.changed_seq)
        saw = self.wire.SawChanges(referral=case, seq=status.changed_seq)
        self.assertEqual(other.request(saw_changes=saw).answer.refusal, NOT_YOURS)
        seen = adults.request(saw_changes=saw).answer.status
        self.assertEqual((seen.changed_seq, len(seen.changed)), (0, 0))
        self.await_status(self.duty, lambda news: news.referral == case and news.changed_seq == 0)

    def test_the_coordinator_who_holds_the_case_gets_the_list_until_they_say_that_they_saw_it(self):
        case = self.referred().referral  # no team is there
        self.assertEqual(self.await_status(self.duty, lambda news: news.referral == case).owner, "northmoor-duty")
        self.update(case, street_triage=self.unsafe())
        self.update(case, person=self.age(35))
        shown = self.await_status(self.duty, lambda news: news.referral == case and len(news.changed) == 2)
        adults = self.present("adults", "northmoor-crisis")
        offer = self.await_news(adults, "offer")
        self.assertEqual(offer.status.changed_seq, shown.changed_seq)
        adults.request(decline=self.wire.Decline(referral=case, attempt=offer.attempt, reason=2))
        board = self.duty.request(get_board=self.wire.GetBoard()).board
        self.assertEqual([one.changed_seq for one in board.cases], [shown.changed_seq])
        saw = self.wire.SawChanges(referral=case, seq=shown.changed_seq)
        seen = self.duty.request(saw_changes=saw).answer.status
        self.assertEqual((seen.changed_seq, len(seen.changed)), (0, 0))

    def test_the_list_is_there_again_after_a_restart(self):
        adults = self.present("adults", "northmoor-crisis")
        case = self.referred().referral
        self.await_news(adults, "offer")
        before = self.update(case, street_triage=self.unsafe())
        self.stage.kill("broker")
        self.stage.start_broker()
        status = self.source.request(get_status=self.wire.GetStatus(referral=case)).answer.status
        self.assertEqual(list(status.changed), list(before.changed))
        self.assertEqual(status.changed_seq, before.changed_seq)

    def test_a_device_of_the_team_says_it_in_words(self):
        self.stage.start_team("device", "northmoor-crisis")
        case = self.referred().referral
        self.stage.await_said("device", " R-0001")
        self.update(case, street_triage=self.unsafe())
        self.stage.await_said("device", r"R-0001 changed: scene is not safe \(was: not said\)")
        self.stage.type("device", "accept R-0001 9")
        self.stage.await_said("device", "accept R-0001: done")
        self.update(case, person=self.age(35), urgency=EMERGENCY)
        self.stage.await_said("device", r"age is 35 \(was: 34\)")
        self.stage.await_said("device", r"urgency is emergency \(was: very urgent\)")
        self.stage.type("device", "saw R-0001")
        self.stage.await_said("device", "saw R-0001: done")
        self.assertEqual(self.source.request(get_status=self.wire.GetStatus(referral=case)).answer.status.changed_seq, 0)

if __name__ == "__main__":
    unittest.main(verbosity=2)
