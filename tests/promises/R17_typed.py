"""R17: one wrong optional field never refuses a referral. What can be read is read, the rest stands as it was typed, and
whatever is refused names a number. R7: a date of birth counts as people in England write it.

Usage: R17_typed.py SOURCE BUILD
"""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import nurse  # noqa: E402

NUMBER = "01632 960190"


class Typed(nurse.Nurse):
    def test_what_means_something_is_understood(self):
        for options, understood in (
            (["--age", "40s"], "Age: about 45"),
            (["--age", "~40"], "Age: about 40"),
            (["--age", "fifteen"], "Age: 15"),
            (["--gender", "male"], "Gender: 1 (male)"),
            (["--language", "polish"], "Language: Polish"),
            (["--language", "bsl"], "Language: British Sign Language"),
            (["--urgency", "urgnt"], "Urgency: urgent"),
            (["--transport", "police car"], "Transport: police vehicle"),
            (["--needs", "amhp,interpreter"], "Needs: an interpreter"),
            (["--postcode", "St Mary's bridge, ZX5 4"], "Postcode: district ZX5"),
            (["--section-136", "--section-136-at", "00:00"], "Power used at: "),
            (["--arrived-at", "27/11/2025 22:15"], "Arrived at: 27 Nov 2025 22:15"),
        ):
            code, said = self.refer(*options)
            self.assertEqual(code, 0, said)
            self.assertIn("RECEIVED by the router as R-", said, options)
            self.assertIn(understood, said)
            self.assertNotIn("Not understood", said)

    def test_who_refers_without_a_place_is_told_which_area_was_assumed(self):
        code, said = self.refer("--postcode", "no idea")
        self.assertEqual(code, 0, said)
        number = re.search(r"R-\d+", said).group()
        self.assertIn("assumed, because the referral names no place of this region", said)
        self.assertIn(f"update {number} --postcode", said)
        code, said = self.concordat("update", number, "--postcode", "ZX1")
        self.assertEqual(code, 0, said)
        code, said = self.concordat("status", number)
        self.assertNotIn("assumed", said)

    def test_what_means_nothing_goes_along_as_it_was_typed(self):
        for options, name, kept in (
            (["--age", "quite young"], "Age", "Age as typed: quite young"),
            (["--section-136-at", "after lunch"], "Power used at", "Power used at as typed: after lunch"),
            (["--urgency", "soon"], "Urgency", "Urgency as typed: soon"),
            (["--language", "Klingonish"], "Language", "Language as typed: Klingonish"),
            (["--needs", "amhp,a hug"], "Needs", "Needs as typed: a hug"),
        ):
            code, said = self.refer(*options)
            self.assertEqual(code, 0, said)
            self.assertIn("RECEIVED by the router as R-", said)
            self.assertIn(f"kept as you typed it for whoever comes: {name}.", said)
            self.assertEqual(self.record(said).confidential.narrative, kept)

    def test_a_file_with_wrong_fields_is_sent_with_the_right_ones(self):
        code, said = self.concordat("refer", "-", stdin="""\ufeff{\r
            "referral": {"postcodeDistrict": "ZX1-1AA", "mood": "low", "person": {"ageYears": "40s"},
                         "streetTriage": {"sceneSafety": "unsafe"}, "emergencyDepartment": {"selfHarm": "yes"}},
            "confidential": {"callbackNumber": "07700 900123", "narrative": "Low."}}""")
        self.assertEqual(code, 0, said)
        record = self.record(said)
        self.assertEqual((record.referral.postcode_district, record.referral.person.age_years,
                          record.referral.street_triage.scene_safety), ("ZX1", 45, 2))
        self.assertEqual(record.confidential.narrative,
                         "Low.\nmood as typed: low\nEmergency department, selfHarm as typed: yes")

    def test_names_and_dates_of_birth_come_line_by_line(self):
        code, said = self.refer("--name", "-", "--date-of-birth", "-", "--age", "40", "--narrative", "-",
                                stdin="Robin Example\n31/12/2010\nMet on a bridge.\nCold.\n")
        self.assertEqual(code, 0, said)
        self.assertIn("age contradicts", said)
        told = self.record(said).confidential
        self.assertEqual((told.person_name, told.date_of_birth, told.narrative),
                         ("Robin Example", "2010-12-31", "Met on a bridge.\nCold."))
        received, = [event for event in faults.events_of(self.stage) if event.WhichOneof("what") == "received"]
        self.assertIn(received.received.routed_age, (15, 16, 17))

    def test_a_date_of_birth_that_is_none_is_flagged(self):
        code, said = self.refer("--date-of-birth", "-", stdin="29/02/2011\n")
        self.assertEqual(code, 0, said)
        self.assertIn("date of birth not read", said)

    def test_an_update_needs_no_source(self):
        _, said = self.refer("--age", "about 30")
        number = next(word.strip(".,") for word in said.split() if word.startswith("R-"))
        code, said = self.concordat("update", number, "--age", "16", "--callback", "07700 900123")
        self.assertEqual(code, 0, said)
        self.assertIn("RECEIVED", said)

    def test_every_refusal_names_a_number_and_what_to_do(self):
        for words in (["refer", "--agee", "15"], ["refer", "/nowhere/at-all.json"], ["refer", "--name", "Robin"],
                      ["refer"], ["refer", "--age", "15"], ["update", "R-0417", "--age", "15"]):
            os.environ["CONCORDAT_RING"] = nurse.RING
            self.addCleanup(os.environ.pop, "CONCORDAT_RING", None)
            code, said = self.concordat(*words)
            self.assertNotEqual(code, 0, said)
            self.assertIn(NUMBER, said, words)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
