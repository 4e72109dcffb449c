"""R3: the team that is asked about a case, or has it, is told at once what was changed, and screens say so until a person
says that they saw it.

Usage: R3_told_of_changes.py SOURCE BUILD
"""

import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

ROUTINE, EMERGENCY, SECTION_136, AMHP = 4, 1, 2, 1
CHANGED, NOT_YOURS = 13, 9


def at_every_hour(text):
    """A region whose teams are open at whatever hour the test runs."""
    return re.sub(r"hours:(\n      - \{.*\})+", "hours: always", text)


class ToldOfChanges(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("r3")
        self.addCleanup(self.stage.close)
        self.stage.use_region(at_every_hour)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.duty = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        from concordat.v1 import referral_pb2

        self.messages = referral_pb2

    def team(self, name, of):
        client = self.stage.client(name, "team", of, wants_news=True)
        client.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600))
        return client

    def submit(self, **facts):
        submit = self.stage.submission(**facts)
        self.assertTrue(self.source.request(submit=submit).answer.done)
        return submit.referral.id

    def update(self, case, **facts):
        update = self.wire.Update(referral=self.messages.Referral(id=case, **facts))
        answer = self.source.request(update=update).answer
        self.assertTrue(answer.done, answer)
        return answer.status

    def age(self, years):
        return self.messages.Demographics(age_known=True, age_years=years)

    def unsafe(self):
        return self.messages.StreetTriage(scene_safety=2)

    def news(self, client, is_it):
        while True:
            message = client.next_message(timeout=20)
            self.assertIsNotNone(message, "the news never came")
            if is_it(message):
                return message

    def changes(self, status):
        return {change.field: (change.before, change.after) for change in status.changed}

    def test_a_child_is_not_accepted_on_an_offer_to_adults(self):
        adults, children = self.team("adults", "northmoor-crisis"), self.team("children", "young-people-crisis")
        case = self.submit()
        offer = self.news(adults, lambda m: m.HasField("offer")).offer
        self.update(case, person=self.age(15))
        over = self.news(adults, lambda m: m.HasField("offer_over")).offer_over
        self.assertEqual((over.referral, over.end), (case, CHANGED))
        asked = self.news(children, lambda m: m.HasField("offer")).offer
        self.assertEqual(asked.facts.person.age_years, 15)
        self.assertEqual(self.changes(asked.status), {"person.age_years": ("34", "15")})
        late = adults.request(accept=self.wire.Accept(referral=case, attempt=offer.attempt)).answer
        self.assertFalse(late.done)

    def test_an_emergency_leaves_three_minutes_from_the_change(self):
        adults = self.team("adults", "northmoor-crisis")
        case = self.submit(urgency=ROUTINE)
        first = self.news(adults, lambda m: m.HasField("offer")).offer
        self.update(case, urgency=EMERGENCY)
        again = self.news(adults, lambda m: m.HasField("offer")).offer
        self.assertEqual((again.attempt, again.status.urgency), (first.attempt, EMERGENCY))
        at_ms = again.status.changed[0].at_ms
        self.assertEqual(again.expires_ms - at_ms, 3 * 60 * 1000)
        self.assertEqual(self.changes(again.status), {"urgency": ("4", "1")})

    def test_the_holder_gets_the_list_until_somebody_says_they_saw_it(self):
        adults, other = self.team("adults", "northmoor-crisis"), self.team("other", "southfell-crisis")
        case = self.submit()
        offer = self.news(adults, lambda m: m.HasField("offer")).offer
        self.assertTrue(adults.request(accept=self.wire.Accept(referral=case, attempt=offer.attempt, expected_minutes=9)).answer.done)
        legal = self.messages.Legal(status=SECTION_136)
        for what in ({"street_triage": self.unsafe()}, {"legal": legal}, {"needs": [AMHP]}):
            self.update(case, **what)
        status = self.news(adults, lambda m: m.status.referral == case and len(m.status.changed) == 3).status
        self.assertEqual(self.changes(status), {
            "street_triage.scene_safety": ("", "2"), "legal.status": ("", "2"), "needs": ("", "1")})
        told = self.news(self.duty, lambda m: m.status.referral == case and len(m.status.changed) == 3).status
        self.assertEqual(told.changed_seq, status.changed_seq)
        saw = self.wire.SawChanges(referral=case, seq=status.changed_seq)
        self.assertEqual(other.request(saw_changes=saw).answer.refusal, NOT_YOURS)
        seen = adults.request(saw_changes=saw).answer.status
        self.assertEqual((seen.changed_seq, len(seen.changed)), (0, 0))
        self.news(self.duty, lambda m: m.status.referral == case and m.status.changed_seq == 0)

    def test_the_coordinator_who_holds_the_case_gets_the_list_until_they_say_that_they_saw_it(self):
        case = self.submit()  # no team is there
        self.assertEqual(self.news(self.duty, lambda m: m.status.referral == case).status.owner, "northmoor-duty")
        self.update(case, street_triage=self.unsafe())
        self.update(case, person=self.age(35))
        told = self.news(self.duty, lambda m: m.status.referral == case and len(m.status.changed) == 2).status
        adults = self.team("adults", "northmoor-crisis")
        offer = self.news(adults, lambda m: m.HasField("offer")).offer
        self.assertEqual(offer.status.changed_seq, told.changed_seq)
        adults.request(decline=self.wire.Decline(referral=case, attempt=offer.attempt, reason=2))
        board = self.duty.request(get_board=self.wire.GetBoard()).board
        self.assertEqual([one.changed_seq for one in board.cases], [told.changed_seq])
        saw = self.wire.SawChanges(referral=case, seq=told.changed_seq)
        seen = self.duty.request(saw_changes=saw).answer.status
        self.assertEqual((seen.changed_seq, len(seen.changed)), (0, 0))

    def test_the_list_is_there_again_after_a_restart(self):
        adults = self.team("adults", "northmoor-crisis")
        case = self.submit()
        self.news(adults, lambda m: m.HasField("offer"))
        before = self.update(case, street_triage=self.unsafe())
        self.stage.kill("broker")
        self.stage.start_broker()
        status = self.source.request(get_status=self.wire.GetStatus(referral=case)).answer.status
        self.assertEqual(list(status.changed), list(before.changed))
        self.assertEqual(status.changed_seq, before.changed_seq)

    def test_a_device_of_the_team_says_it_in_words(self):
        self.stage.start_team("device", "northmoor-crisis")
        case = self.submit()
        device = self.stage.processes["device"]
        while " R-0001" not in self.stage.said("device"):
            time.sleep(0.01)  # a log cannot notify us
        self.update(case, street_triage=self.unsafe())
        self.said("device", "R-0001 changed: scene is not safe (was: not said)")
        device.stdin.write(b"accept R-0001 9\n")
        device.stdin.flush()
        self.said("device", "accept R-0001: done")
        self.update(case, person=self.age(35), urgency=EMERGENCY)
        self.said("device", "age is 35 (was: 34)")
        self.said("device", "urgency is emergency (was: very urgent)")
        device.stdin.write(b"saw R-0001\n")
        device.stdin.flush()
        self.said("device", "saw R-0001: done")
        self.assertEqual(self.source.request(get_status=self.wire.GetStatus(referral=case)).answer.status.changed_seq, 0)

    def said(self, name, words):
        until = time.monotonic() + 20
        while words not in self.stage.said(name):
            self.assertLess(time.monotonic(), until, self.stage.said(name))
            time.sleep(0.01)  # a log cannot notify us


if __name__ == "__main__":
    unittest.main(verbosity=2)
