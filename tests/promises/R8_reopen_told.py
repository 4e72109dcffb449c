"""R8, as people are told it: a closing and a withdrawal that were mistakes are undone, and the referrer, the team and the
coordinator hear how the case stands; everybody else hears why it is not done, and what to do instead.

Usage: R8_reopen_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

OFFERED, HELD, ACCEPTED, IN_CONTACT, CLOSED, WITHDRAWN = 1, 2, 4, 7, 8, 9
RECEIVED = 2
REOPENING_IT = 9
BECAUSE = ("--because", "the", "next", "number", "was", "meant")
NORTH, SOUTH = "Northmoor Crisis Resolution and Home Treatment", "Southfell Crisis Resolution and Home Treatment"


class Ended(told.Told):
    def close(self, number, key="northmoor-1"):
        """A closing that needs no contact with the person before it."""
        return self.typed(key, "close", number, "died", "--yes")


class Reopened(Ended):
    def setUp(self):
        super().setUp()
        self.north, self.south = (self.present(f"{area}-1", f"{area}-crisis") for area in ("northmoor", "southfell"))

    def await_states(self, client, *states):
        """The last of the statuses that the client is told, in this order, whatever it is told between them."""
        for state in states:
            status = self.await_status(client, lambda status: status.state == state)
        return status

    def reopen(self, client, case, reason="the next number was meant"):
        return client.request(reopen=self.wire.Reopen(referral=case, reason=reason)).answer

    def test_R8_the_team_that_closed_it_has_it_again_and_all_are_told(self):
        case, number = self.accepted()
        said = self.close(number)
        self.assertIn("If that was a mistake, it can be reopened until", said)
        self.assertIn("because", self.typed("northmoor-1", "reopen", number, code=100))
        said = self.typed("northmoor-1", "reopen", number, *BECAUSE)
        self.assertIn(f"{NORTH} will come", said)
        for client in (self.source, self.duty):
            status = self.await_states(client, CLOSED, ACCEPTED)
            self.assertEqual((status.number, status.owner_name, status.reopen_until_ms), (number, NORTH, 0))
        self.assertIn((REOPENING_IT, "the next number was meant"), self.words_on_record(case))
        self.assertIn("reopened it, because its end was a mistake: it was closed",
                      self.typed("duty", "who", number, "a check"))

    def test_R8_the_teams_device_reopens_too(self):
        _, number = self.accepted()
        self.close(number)
        self.stage.start_team("device", "northmoor-crisis")
        self.stage.type("device", f"reopen {number} --because it was the next one")
        self.stage.await_said("device", f"reopen {number}: done")

    def test_R8_from_the_coordinator_it_goes_on_and_the_former_team_is_told(self):
        case, number = self.accepted()
        self.close(number)
        self.assertIn("has been asked", self.typed("duty", "reopen", number, *BECAUSE))
        for client in (self.north, self.source):
            self.assertEqual(self.await_states(client, CLOSED, OFFERED).number, number)
        contact = self.wire.CheckIn(referral=case, step=3, mechanism=1, attend_status=1)
        asked = self.duty.request(get_status=self.wire.GetStatus(referral=case)).answer.status.asked_team
        team = self.north if asked == "northmoor-crisis" else self.south
        key = "northmoor-1" if asked == "northmoor-crisis" else "southfell-1"
        self.typed(key, "accept", number, "5")
        self.assertTrue(team.request(check_in=contact).answer.done)
        self.close(number, key)
        said = self.typed("duty", "reopen", number, *BECAUSE)
        self.assertIn("It had been ended by mistake and was reopened. The duty coordinator holds it", said)

    def test_R8_a_referrer_undoes_a_withdrawal_through_the_intake(self):
        self.stage.start_intake()
        car = self.stage.device("car-1")
        submit = self.stage.submission()
        case = submit.referral.id
        self.assertTrue(car.request(submit=submit).answer.done)
        self.await_states(self.duty, OFFERED)
        withdraw = self.wire.Withdraw(referral=case, reason="a slip")
        self.assertTrue(car.request(withdraw=withdraw).answer.done)
        before = self.await_states(self.duty, WITHDRAWN)
        self.assertTrue(self.reopen(car, case).done)
        after = self.await_states(self.duty, OFFERED)
        self.assertEqual((after.number, after.received_ms), (before.number, before.received_ms))
        while True:
            answer = car.request(get_status=self.wire.GetStatus(referral=case)).answer
            if answer.status.state == OFFERED:
                break

    def test_R8_a_referrer_is_told_through_the_intake_that_somebody_else_ended_it(self):
        self.stage.start_intake()
        car = self.stage.device("car-1")
        submit = self.stage.submission()
        case = submit.referral.id
        self.assertTrue(car.request(submit=submit).answer.done)
        offered = self.await_states(self.duty, OFFERED)
        accept = self.wire.Accept(referral=case, attempt=offered.attempt, expected_minutes=20)
        self.assertTrue(self.north.request(accept=accept).answer.done)
        contact = self.wire.CheckIn(referral=case, step=3, mechanism=1, attend_status=1)
        self.assertTrue(self.north.request(check_in=contact).answer.done)
        self.assertTrue(self.north.request(close=self.wire.Close(referral=case, outcome=1)).answer.done)
        command = bytes(range(16))
        reopen = self.wire.Reopen(referral=case, reason="the next number was meant")
        while True:  # saved by the intake first; the router's answer is what is said of it from then on
            answer = car.request(command_id=command, reopen=reopen).answer
            if not answer.done:
                break
        self.assertEqual(answer.refusal, 37)
        self.assertIn("was ended by somebody else, and stays so.", answer.text)

    def test_R8_a_refusal_says_what_to_do_instead(self):
        case, number = self.accepted()
        again = f"If help is asked for now, refer again, and say that it follows {number}."
        self.assertIn(f"{number} has not ended, so there is nothing to reopen.",
                      self.typed("northmoor-1", "reopen", number, *BECAUSE, code=1))
        self.close(number)
        answer = self.reopen(self.source, case)
        self.assertIn(f"{number} was ended by somebody else, and stays so.", answer.text)
        self.assertIn(again, answer.text)
        self.assertIn("Say in a few words why its end was wrong", self.reopen(self.north, case, reason="").text)
        self.assertFalse(self.reopen(self.south, case).status.number)
        records = self.stage.client("records", "inspector", "council")
        erase = self.wire.Erase(referral=case, reason=3, second_person="p204")
        self.assertTrue(records.request(erase=erase, person={"id": "p117"}).answer.done)
        answer = self.reopen(self.north, case)
        self.assertIn(f"{number} stays as it is, because its texts were erased. {again}", answer.text)


class TooLate(Ended):
    def setUp(self):
        super().setUp()
        self.present("northmoor-1", "northmoor-crisis")

    def region(self, text):
        return text.replace("undo_within: 24h", "undo_within: 0")

    def test_R8_when_its_time_is_over_the_answer_says_how_to_refer_again(self):
        _, number = self.accepted()
        said = self.close(number)
        self.assertNotIn("mistake", said)
        said = self.typed("northmoor-1", "reopen", number, *BECAUSE, code=1)
        self.assertIn(f"the time to reopen it is over. If help is asked for now, refer again, and say that it follows {number}.",
                      said)


if __name__ == "__main__":
    unittest.main()
