"""R9, R7, R19, R23 on running programs: what a team does is said as it is, a voice is a bridge, what a team is not there for
is said to everybody, a drill takes no person's place, and some declines are told at once.

Usage: R9_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402


class Said(told.Told):
    def refer(self, **facts):
        submit = self.stage.submission(**facts)
        answer = self.source.request(submit=submit).answer
        self.assertTrue(answer.done, answer.text)
        return submit.referral, answer.status

    def answer(self, team, referral, **how):
        offer = self.await_news(team, "offer", lambda offer: offer.referral == referral.id)
        kind, fields = next(iter(how.items()))
        done = team.request(**{kind: {"referral": referral.id, "attempt": offer.attempt, **fields}}).answer
        self.assertTrue(done.done, done.text)
        return offer

    def test_a_voice_is_a_bridge_and_is_said_to_ring(self):
        from concordat.v1 import codes_pb2 as codes

        line = self.present("crisis-line", "crisis-line")
        referral, status = self.refer(urgency=codes.URGENCY_EMERGENCY)
        offer = self.answer(line, referral, accept={"expected_minutes": 4})
        self.assertEqual(offer.offers, codes.TEAM_OFFERS_RINGS)
        said = self.typed("duty", "status", status.number)
        for words in ("will ring, expected", "If there is danger to life, ring 999 now as well.",
                      "Another team is sought that comes: none can be asked now. The duty coordinator is told."):
            self.assertIn(words, said)
        self.assertNotIn("will come", said)
        crisis = self.present("northmoor-crisis", "northmoor-crisis")
        offer = self.answer(crisis, referral, accept={"expected_minutes": 40})
        self.assertTrue(offer.sought)
        self.assertEqual(offer.status.owner, "crisis-line")
        said = self.typed("duty", "status", status.number)
        self.assertIn("Northmoor Crisis Resolution and Home Treatment will come, expected", said)
        self.assertNotIn("is sought", said)

    def test_a_person_who_wants_the_telephone_has_it(self):
        from concordat.v1 import codes_pb2 as codes

        line = self.present("crisis-line", "crisis-line")
        referral, status = self.refer()
        self.answer(line, referral, accept={"expected_minutes": 4})
        crisis = self.present("northmoor-crisis", "northmoor-crisis")
        self.await_news(crisis, "offer", lambda offer: offer.sought)
        self.assertIn("DONE", self.typed("duty", "wish", status.number, "telephone"))
        over = self.await_news(crisis, "offer_over")
        self.assertEqual(over.end, codes.OFFER_END_NOT_NEEDED)
        self.assertNotIn("is sought", self.typed("duty", "status", status.number))

    def test_the_coordinator_is_told_that_adults_are_asked_about_a_child_and_of_a_decline_for_drink(self):
        from concordat.v1 import codes_pb2 as codes
        from concordat.v1 import referral_pb2

        crisis = self.present("northmoor-crisis", "northmoor-crisis")
        child = referral_pb2.Demographics(age_known=True, age_years=12)
        submit = self.stage.submission()
        submit.referral.person.CopyFrom(child)
        status = self.source.request(submit=submit).answer.status
        self.assertEqual(list(status.differs), [codes.CONSIDERATION_AGE_NOT_SERVED])
        self.assertIn("this team is not there for people of this age", self.typed("duty", "status", status.number))
        offer = self.answer(crisis, submit.referral, decline={"reason": codes.DECLINE_REASON_INTOXICATION})
        self.assertEqual(list(offer.differs), [codes.CONSIDERATION_AGE_NOT_SERVED])
        shown = self.await_status(self.duty, lambda status: status.declined_as)
        self.assertEqual(list(shown.declined_as), [codes.DECLINE_REASON_INTOXICATION])
        self.assertIn("for intoxication; no person is turned away for that", self.typed("duty", "status", status.number))

    def test_a_drill_takes_no_persons_place_and_stays_a_drill(self):
        from concordat.v1 import codes_pb2 as codes

        crisis = self.present("northmoor-crisis", "northmoor-crisis")
        crisis.request(set_capacity=self.wire.SetCapacity(free_places=1))
        drill, status = self.refer(drill=True)
        self.assertEqual(status.asked_team, "northmoor-crisis")
        person, of_person = self.refer()
        self.assertEqual(of_person.asked_team, "northmoor-crisis")
        drill.drill = False  # which an update does not say
        self.assertTrue(self.source.request(update=self.wire.Update(referral=drill)).answer.status.drill)
        person.drill = True
        refused = self.source.request(update=self.wire.Update(referral=person)).answer
        self.assertEqual(refused.refusal, codes.REFUSAL_DRILL_STAYS)
        self.assertIn("Refer anew", refused.text)

    def test_the_team_whose_people_refer_is_not_asked(self):
        from concordat.v1 import codes_pb2 as codes

        custody = self.stage.client("custody", "source", "liaison-and-diversion")
        self.present("custody-liaison", "custody-liaison")
        submit = self.stage.submission(source=codes.SOURCE_LIAISON_AND_DIVERSION, organisation="ZZJ01")
        status = custody.request(submit=submit).answer.status
        self.assertEqual(status.state, codes.STATE_HELD)
        self.present("northmoor-crisis", "northmoor-crisis")
        status = custody.request(get_status={"referral": submit.referral.id}).answer.status
        self.assertEqual(status.asked_team, "northmoor-crisis")


if __name__ == "__main__":
    unittest.main(verbosity=2)
