"""R8 and R21, as people are told it: the coordinator takes a case from a team, a team gives one back, and a handover is
asked back, declined and cancelled; each time those concerned are told what holds now.

Usage: R8_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

DECLINED, CANCELLED = 2, 11
TAKEN, ACCEPTED, OFFERED = 3, 4, 1
TAKING_IT, GIVING_IT_BACK = 7, 8
NORTH, SOUTH = "Northmoor Crisis Resolution and Home Treatment", "Southfell Crisis Resolution and Home Treatment"


class Told(told.Told):
    def setUp(self):
        super().setUp()
        self.north, self.south = (self.present(f"{area}-1", f"{area}-crisis") for area in ("northmoor", "southfell"))

    def test_R8_a_team_is_told_whose_case_was_taken_and_the_referrer_too(self):
        case, number = self.accepted()
        self.assertIn("To take it from them say why. They are told.", self.typed("duty", "take", number, code=1))
        self.assertIn("Take it first", self.typed("duty", "assign", number, "southfell-crisis", code=1))
        said = self.typed("duty", "take", number, "the", "team", "rang,", "it", "cannot", "go")
        words = f"{NORTH} no longer has it and need not go. The duty coordinator"
        self.assertIn(words, said)
        for client in (self.north, self.source):
            status = self.await_status(client, lambda status: status.state == TAKEN)
            self.assertEqual((status.number, status.taken_from), (number, NORTH))
        self.assertIn(words, self.typed("northmoor-1", "status", number))
        self.typed("duty", "assign", number, "southfell-crisis")
        self.typed("southfell-1", "accept", number, "0")
        self.assertIn((TAKING_IT, "the team rang, it cannot go"), self.words_on_record(case))

    def test_R8_a_team_gives_back_what_it_took_by_mistake(self):
        case, number = self.accepted()
        said = self.typed("northmoor-1", "give-back", number, "it", "was", "the", "next", "number")
        self.assertIn(f"{SOUTH} has been asked", said)
        for state in (ACCEPTED, OFFERED):
            self.assertEqual(self.await_status(self.source, lambda status: status.state == state).number, number)
        self.assertIn("nothing to give back", self.typed("northmoor-1", "give-back", number, "again", code=1))
        self.assertIn((GIVING_IT_BACK, "it was the next number"), self.words_on_record(case))

    def test_R8_the_teams_device_gives_back_too(self):
        _, number = self.accepted()
        self.stage.start_team("device", "northmoor-crisis")
        self.stage.type("device", f"give-back {number} the car is broken")
        self.stage.await_said("device", f"give-back {number}: done.*Southfell")

    def test_R8_help_asked_for_again_is_a_new_case_that_is_linked_to_the_former(self):
        case, number = self.accepted()
        self.assertIn("say it once more with --yes", self.typed("northmoor-1", "close", number, "died", code=100))
        self.typed("northmoor-1", "checkin", number, "contact", "telephone")
        self.typed("northmoor-1", "close", number, "advice")
        for follows, linked in ((number, number), ("R-9999", ""), ("the one before", "")):
            submit = self.stage.submission()
            submit.follows = follows
            status = self.source.request(submit=submit).answer.status
            self.assertEqual(status.follows, linked)
            self.assertNotEqual(status.number, number)
        submit = self.stage.submission()
        submit.follows = number
        again = self.source.request(submit=submit).answer.status.number
        said = self.typed("northmoor-1", "accept", again, "5")
        self.assertIn(f"help is asked for again after {number}", said)
        self.typed("northmoor-1", "checkin", again, "contact", "telephone")
        self.typed("northmoor-1", "close", again, "advice")
        self.assertIn(f"help is asked for again after {number}", self.typed("duty", "status", again))

    def test_R21_a_handover_is_seen_declined_and_cancelled(self):
        _, number = self.accepted()
        said = self.typed("northmoor-1", "handover", number, "southfell-crisis")
        self.assertIn("Southfell Crisis Resolution and Home Treatment is asked to take it over and has until", said)
        self.typed("southfell-1", "decline", number, "too-far")
        over = self.await_news(self.north, "offer_over", lambda over: over.end == DECLINED)
        self.assertTrue(over.own_handover)
        self.assertEqual(over.status.state, ACCEPTED)
        self.typed("northmoor-1", "handover", number, "southfell-crisis")
        self.typed("northmoor-1", "cancel-handover", number)
        over = self.await_news(self.south, "offer_over", lambda over: over.end == CANCELLED)
        self.assertFalse(over.own_handover)
        self.assertIn("there is nothing to cancel", self.typed("northmoor-1", "cancel-handover", number, code=1))

    def test_R21_a_child_is_handed_to_an_older_peoples_team_only_if_it_is_said_twice(self):
        self.present("older-1", "older-people-crisis")
        _, number = self.accepted()
        said = self.typed("northmoor-1", "handover", number, "older-people-crisis", code=1)
        self.assertIn("It stays with you. If it is right, ask them again, although the rules say otherwise.", said)
        said = self.typed("northmoor-1", "handover", number, "older-people-crisis", "--although")
        self.assertIn("Older People's Crisis Response is asked to take it over", said)


if __name__ == "__main__":
    unittest.main()
