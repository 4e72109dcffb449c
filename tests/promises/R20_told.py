"""R20 and R10, as people are told it: a yes that comes late is said to be late, with what holds now; if nobody has the
case it counts; and a team that is there now is expected now.

Usage: R20_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

LATE_ANSWER = 10


class Late(told.Told):
    def setUp(self):
        super().setUp()
        self.teams = [self.present(f"{area}-1", f"{area}-crisis") for area in ("northmoor", "southfell")]

    def declined_by_northmoor(self):
        number = self.referred().number
        self.typed("northmoor-1", "decline", number, "no-capacity")
        return number

    def test_R20_a_late_yes_counts_while_the_next_team_is_only_asked(self):
        number = self.declined_by_northmoor()
        said = self.typed("northmoor-1", "status", number)
        self.assertIn("Southfell Crisis Resolution and Home Treatment has been asked", said)
        said = self.typed("northmoor-1", "accept", number, "0")
        self.assertIn("The time to answer had ended, but nobody had the case: it is yours.", said)
        self.assertIn("Held by Northmoor Crisis Resolution and Home Treatment", said)
        status = self.status(number)
        self.assertEqual(status.expected_arrival_ms, status.since_ms)  # R10: 0 minutes is now
        over = self.await_news(self.teams[1], "offer_over", lambda over: over.number == number)
        self.assertEqual(over.end, LATE_ANSWER)

    def test_R20_a_late_yes_is_told_who_has_the_case_and_whom_to_ask(self):
        number = self.declined_by_northmoor()
        self.typed("southfell-1", "accept", number, "20")
        said = self.typed("northmoor-1", "accept", number, "20", code=1)
        self.assertIn("This comes late", said)
        self.assertIn("It is with Southfell Crisis Resolution and Home Treatment now.", said)
        self.assertIn("Still wanted? Ring 01632 960100 (Northmoor duty coordinator).", said)

    def test_R20_a_late_yes_to_a_case_that_a_coordinator_has_in_hand_is_told_so(self):
        number = self.declined_by_northmoor()
        self.typed("duty", "take", number)
        said = self.typed("northmoor-1", "accept", number, "20", code=1)
        self.assertIn("The duty coordinator has it in hand now.", said)

    def test_R20_a_team_that_was_never_asked_is_told_nothing(self):
        number = self.declined_by_northmoor()
        self.stage.make_key("suite-1", "team", "place-of-safety")
        said = self.typed("suite-1", "accept", number, "20", code=1)
        self.assertIn("There is no such case here for you.", said)

    def test_R20_a_line_of_the_teams_device_says_it_too(self):
        number = self.declined_by_northmoor()
        self.stage.start_team("device", "northmoor-crisis")
        self.stage.type("device", f"accept {number} 10")
        self.stage.await_said("device", "nobody had the case: it is yours")


if __name__ == "__main__":
    unittest.main()
