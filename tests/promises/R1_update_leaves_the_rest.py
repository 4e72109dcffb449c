"""R1: an update says what is new and leaves the rest; taking away is said, shown and recorded; a referrer can read its own
referral through its intake.

Usage: R1_update_leaves_the_rest.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402
import told  # noqa: E402

BAD_VALUE, NOT_YOURS, CONFLICT = 5, 9, 13
SECTION_136, AMHP, AUTISM, EMERGENCY = 2, 1, 6, 1


class UpdateLeavesTheRest(told.Told):
    def setUp(self):
        super().setUp()
        from concordat.v1 import referral_pb2

        self.messages = referral_pb2

    def detained(self, source=None):
        """Submits a person detained under section 136, with much that is known of them."""
        submit = self.stage.submission()
        submit.referral.legal.status = SECTION_136
        submit.referral.legal.power_used_at.unix_ms = 1_700_000_000_000
        submit.referral.needs.append(AUTISM)
        submit.referral.street_triage.scene_safety = 1
        submit.confidential.person_name = "Invented Person"
        submit.confidential.address = "1 Invented Street"
        (source or self.source).request(submit=submit)
        return submit.referral.id

    def update(self, case, clear=(), confidential=None, command_id=None, **facts):
        referral = self.messages.Referral(id=case, **facts)
        update = self.wire.Update(referral=referral, clear=clear)
        if confidential:
            update.confidential.CopyFrom(self.messages.Confidential(**confidential))
        return self.source.request(update=update, command_id=command_id).answer

    def updated(self, case, **what):
        answer = self.update(case, **what)
        self.assertTrue(answer.done, answer)
        return answer

    def record(self, case, client=None):
        return (client or self.duty).request(get_record=self.wire.GetRecord(referral=case, reason="to check")).record

    def changes(self, status):
        return {change.field: (change.before, change.after, change.cleared) for change in status.changed}

    def person(self, **facts):
        return self.messages.Demographics(**facts)

    def test_an_age_leaves_the_detention_and_all_else(self):
        case = self.detained()
        before = self.record(case)
        answer = self.update(case, person=self.person(age_known=True, age_years=15))
        self.assertTrue(answer.done)
        self.assertEqual(self.changes(answer.status), {"person.age_years": ("34", "15", False)})
        after = self.record(case)
        self.assertEqual(after.referral.person.age_years, 15)
        after.referral.person.age_years = 34
        after.referral.ClearField("flags")  # they follow from the rest
        self.assertEqual(after.referral, before.referral)
        self.assertEqual(after.confidential, before.confidential)

    def test_each_kind_of_field_stays_and_a_list_that_is_given_replaces(self):
        case = self.detained()
        self.update(case, needs=[AMHP], intoxicated=1)
        record = self.record(case)
        self.assertEqual(list(record.referral.needs), [AMHP])
        self.assertEqual((record.referral.intoxicated, record.referral.legal.status), (1, SECTION_136))
        self.update(case, intoxicated=2)
        self.assertEqual(self.record(case).referral.intoxicated, 2)
        self.assertEqual(list(self.record(case).referral.needs), [AMHP])

    def test_an_exact_age_after_an_estimate_is_no_estimate(self):
        case = self.detained()
        self.update(case, person=self.person(age_known=True, age_years=30, age_estimated=True))
        self.update(case, person=self.person(age_known=True, age_years=31))
        person = self.record(case).referral.person
        self.assertEqual((person.age_years, person.age_estimated, person.gender), (31, False, "X"))

    def test_a_confidential_part_is_laid_over_likewise(self):
        case = self.detained()
        answer = self.update(case, confidential={"narrative": "More is known."})
        self.assertTrue(answer.done)
        self.assertEqual(self.changes(answer.status), {"confidential.narrative": ("", "", False)})
        record = self.record(case).confidential
        self.assertEqual((record.narrative, record.person_name), ("More is known.", "Invented Person"))
        self.assertEqual((record.callback_number, record.address), ("07700 900123", "1 Invented Street"))

    def test_taking_away_is_said_shown_and_recorded(self):
        case = self.detained()
        answer = self.update(case, clear=["referral.legal", "confidential.address", "referral.needs"])
        self.assertTrue(answer.done, answer)
        changes = self.changes(answer.status)
        self.assertEqual(changes["legal.status"], ("2", "", True))
        self.assertEqual(changes["needs"], ("6", "", True))
        self.assertEqual(changes["confidential.address"], ("", "", True))
        record = self.record(case)
        self.assertEqual((record.referral.legal.status, record.confidential.address), (0, ""))
        self.assertEqual(record.confidential.person_name, "Invented Person")
        updated = self.events("updated")[-1].updated
        self.assertIn("legal.status", [change.field for change in updated.changed if change.cleared])
        self.assertEqual(updated.referral.person.age_years, 34)
        self.assertNotIn(b"Invented", updated.SerializeToString())

    def test_what_must_stay_cannot_be_taken_away(self):
        case = self.detained()
        for path in ("referral.id", "referral.source", "confidential.callback_number", "referral.nonsense",
                     "confidential", "nothing"):
            with self.subTest(path):
                answer = self.update(case, clear=[path])
                self.assertEqual((answer.done, answer.refusal), (False, BAD_VALUE))
                self.assertIn(path, answer.text)
        self.assertEqual(self.record(case).referral.legal.status, SECTION_136)

    def test_a_repeat_is_one_update_and_other_texts_are_a_conflict(self):
        case = self.detained()
        command = stage.python_client.new_id()
        first = self.update(case, confidential={"narrative": "First."}, command_id=command)
        self.update(case, confidential={"narrative": "Second."})
        again = self.update(case, confidential={"narrative": "First."}, command_id=command)
        self.assertEqual((again.done, again.repeated, again.seq), (True, True, first.seq))
        other = self.update(case, confidential={"narrative": "Another."}, command_id=command)
        self.assertEqual(other.refusal, CONFLICT)
        self.assertEqual(self.record(case).confidential.narrative, "Second.")

    def test_a_new_date_of_birth_and_postcode_tell_age_and_district_anew(self):
        submit = self.stage.submission()
        submit.referral.ClearField("person")
        submit.referral.postcode_district = ""
        submit.confidential.date_of_birth, submit.confidential.postcode = "1980-01-01", "ZX1 1AA"
        self.source.request(submit=submit)
        case = submit.referral.id
        self.updated(case, confidential={"date_of_birth": "1980-01-01", "postcode": "ZX1 1AA"})
        self.updated(case, confidential={"date_of_birth": "2015-01-01", "postcode": "ZX5 1AA"})
        record = self.record(case, self.source)
        self.assertTrue(record.referral.person.age_known)
        self.assertLess(record.referral.person.age_years, 18)
        self.assertEqual(record.referral.postcode_district, "ZX5")
        self.updated(case, postcode_district="ZX2")
        self.assertEqual(self.record(case).confidential.postcode, "")

    # ---- Through an intake ----

    def through_an_intake(self):
        self.stage.start_intake()
        device = self.stage.device("van")
        case = self.detained(device)
        while device.request(get_status=self.wire.GetStatus(referral=case)).answer.receipt != 2:
            pass
        return device, case

    def concordat(self, *words):
        s = self.stage
        done = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", s.intakes["intake"], "--server-key",
             s.public_key("intake"), "--key", s.path("secret", "van.key_secret")],
            capture_output=True, text=True, timeout=60)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def test_a_referrer_reads_its_own_referral_and_the_reading_is_recorded(self):
        device, case = self.through_an_intake()
        record = self.record(case, device)
        self.assertEqual(record.confidential.address, "1 Invented Street")
        self.assertEqual(record.referral.legal.status, SECTION_136)
        number = record.status.number
        code, said = self.concordat("show", number, "to", "repeat", "it")
        self.assertEqual(code, 0, said)
        self.assertIn("1 Invented Street", said)
        reads = self.events("record_read")
        self.assertEqual([(read.actor, read.actor_device) for read in reads], [("intake", "van")] * 2)
        code, said = self.concordat("show", number, "x")
        self.assertEqual(code, 1, said)

    def test_another_sources_case_is_not_there(self):
        device, _ = self.through_an_intake()
        other = self.detained()
        answer = device.request(get_record=self.wire.GetRecord(referral=other, reason="to look")).answer
        self.assertEqual(answer.refusal, NOT_YOURS)

    def test_the_command_says_what_it_changed_and_took_away(self):
        device, case = self.through_an_intake()
        number = device.request(get_status=self.wire.GetStatus(referral=case)).answer.status.number
        code, said = self.concordat("update", number, "--age", "15", "--urgency", "emergency")
        self.assertEqual(code, 0, said)
        self.assertIn("age is 15 (was: 34)", said)
        self.assertIn("urgency is emergency (was: very urgent)", said)
        code, said = self.concordat("update", number, "--clear", "section-136", "--clear", "age")
        self.assertIn("legal status taken away (was: section 136)", said)
        self.assertIn("age taken away (was: 15)", said)
        record = self.record(case, device)
        self.assertEqual(record.confidential.person_name, "Invented Person")
        self.assertEqual(list(record.referral.needs), [AUTISM])
        self.assertEqual(self.concordat("update", number, "--intoxicated", "--interpreter")[0], 0)
        record = self.record(case, device).referral
        self.assertEqual((record.intoxicated, record.person.interpreter_needed), (1, 1))
        code, said = self.concordat("update", number, "--clear", "callback")
        self.assertEqual(code, 100, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
