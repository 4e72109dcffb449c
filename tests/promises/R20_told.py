"""R20 and R10, as people are told it: a yes that comes late is said to be late, with what holds now; if nobody has the
case it counts; and a team that is there now is expected now.

Usage: R20_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402

LATE_ANSWER = 10


class Late(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("late")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.source = self.stage.client("street", "source", "street-triage")
        self.stage.make_key("duty", "coordinator", "northmoor-duty")
        self.teams = [self.present(f"{area}-1", f"{area}-crisis") for area in ("northmoor", "southfell")]

    def present(self, name, of):
        team = self.stage.client(name, "team", of, wants_news=True)
        presence = self.wire.SetPresence(present=True, lease_seconds=600)
        self.assertTrue(team.request(set_presence=presence).answer.done)
        return team

    def declined_by_northmoor(self):
        submit = self.stage.submission()
        number = self.source.request(submit=submit).answer.status.number
        code, said = self.stage.concordat("northmoor-1", "decline", number, "no-capacity")
        self.assertEqual(code, 0, said)
        return number

    def await_over(self, team, number):
        while True:
            news = team.next_message()
            if news.HasField("offer_over") and news.offer_over.number == number:
                return news.offer_over

    def test_R20_a_late_yes_counts_while_the_next_team_is_only_asked(self):
        number = self.declined_by_northmoor()
        code, said = self.stage.concordat("northmoor-1", "status", number)
        self.assertEqual(code, 0, said)
        self.assertIn("Southfell Crisis Resolution and Home Treatment has been asked", said)
        code, said = self.stage.concordat("northmoor-1", "accept", number, "0")
        self.assertEqual(code, 0, said)
        self.assertIn("The time to answer had ended, but nobody had the case: it is yours.", said)
        self.assertIn("Held by   Northmoor Crisis Resolution and Home Treatment", said)
        status = self.source.request(get_status=self.wire.GetStatus(number=number)).answer.status
        self.assertEqual(status.expected_arrival_ms, status.since_ms)  # R10: 0 minutes is now
        self.assertEqual(self.await_over(self.teams[1], number).end, LATE_ANSWER)

    def test_R20_a_late_yes_is_told_who_has_the_case_and_whom_to_ask(self):
        number = self.declined_by_northmoor()
        code, said = self.stage.concordat("southfell-1", "accept", number, "20")
        self.assertEqual(code, 0, said)
        code, said = self.stage.concordat("northmoor-1", "accept", number, "20")
        self.assertEqual(code, 1, said)
        said = " ".join(said.split())
        self.assertIn("This comes late", said)
        self.assertIn("It is with Southfell Crisis Resolution and Home Treatment now.", said)
        self.assertIn("Still wanted? Ring 01632 960100 (Northmoor duty coordinator).", said)

    def test_R20_a_late_yes_to_a_case_that_a_coordinator_has_in_hand_is_told_so(self):
        number = self.declined_by_northmoor()
        code, said = self.stage.concordat("duty", "take", number)
        self.assertEqual(code, 0, said)
        code, said = self.stage.concordat("northmoor-1", "accept", number, "20")
        self.assertEqual(code, 1, said)
        self.assertIn("The duty coordinator has it in hand now.", said)

    def test_R20_a_team_that_was_never_asked_is_told_nothing(self):
        number = self.declined_by_northmoor()
        self.stage.make_key("suite-1", "team", "place-of-safety")
        code, said = self.stage.concordat("suite-1", "accept", number, "20")
        self.assertEqual(code, 1, said)
        self.assertIn("There is no such case here for you.", said)

    def test_R20_a_line_of_the_teams_device_says_it_too(self):
        number = self.declined_by_northmoor()
        self.stage.start_team("device", "northmoor-crisis")
        device = self.stage.processes["device"]
        device.stdin.write(f"accept {number} 10\n".encode())
        device.stdin.flush()
        while "nobody had the case: it is yours" not in self.stage.said("device"):
            self.assertIsNone(device.poll())


if __name__ == "__main__":
    unittest.main()
