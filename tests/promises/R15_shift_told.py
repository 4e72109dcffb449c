"""R15: the board and `who` say who is on shift at a team and since when; a handover is signed by both, and the record has
both people, the cases and both times. No name is anywhere.

Usage: R15_shift_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402


class Shifts(told.Told):
    def setUp(self):
        super().setUp()
        self.team = self.present("northmoor-1", "northmoor-crisis")
        _, self.number = self.accepted()

    def test_both_sign_and_everybody_sees_who_is_there(self):
        self.typed("northmoor-1", "on-shift", "--as", "p117")
        self.assertRegex(self.typed("duty", "board"),
                         r"On shift at Northmoor Crisis Resolution and Home Treatment: p117, since \S+\.")
        said = self.typed("northmoor-1", "on-shift", "--end", "--as", "p117", code=1)
        self.assertIn("you are on shift still. Hand your shift over first", said)
        self.assertIn("How it is typed: concordat on-shift --help", said)
        self.typed("northmoor-1", "shift-handover", "--as", "p117")
        self.assertIn("hands over since", self.typed("northmoor-1", "board"))
        self.assertIn("holds until somebody signs", self.typed("duty", "who", self.number, "the family asks"))
        said = self.typed("northmoor-1", "shift-handover", "--sign", "p117", "--as", "p117", code=1)
        self.assertIn("Two people sign a handover", said)
        self.typed("northmoor-1", "shift-handover", "--sign", "p117", "--as", "p204")
        board = self.typed("duty", "board")
        self.assertIn("On shift at Northmoor Crisis Resolution and Home Treatment: p204", board)
        self.assertNotIn("p117", board)
        shifts = self.events("shift_noted")
        self.assertEqual([(event.shift_noted.step, event.person.id, event.shift_noted.with_person,
                           [case.number for case in event.shift_noted.cases]) for event in shifts],
                         [(1, "p117", "", []), (3, "p117", "", [1]), (5, "p204", "p117", [1])])

    def test_nobody_is_on_shift_without_saying_who_they_are(self):
        self.assertIn("say who you are", self.typed("northmoor-1", "on-shift", code=100))
        answer = self.team.request(on_shift=self.wire.OnShift()).answer
        self.assertFalse(answer.done)
        self.assertNotIn("On shift", self.typed("duty", "board"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
