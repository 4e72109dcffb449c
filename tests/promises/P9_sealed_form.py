"""P9 Private, P1 Durable: a form that was sealed on its device is delivered once and only once, whoever brings it and however
often, also after the key has changed; under a key that is not here it is kept, and its sender is told to ring.

The forms are sealed here by another implementation (form_sealer.py).

Usage: P9_sealed_form.py SOURCE BUILD
"""

import os
import sqlite3
import sys
import unittest
import uuid

sys.path[:0] = [os.path.join(sys.argv[1], "tests", folder) for folder in ("integration", "day")]
import form_sealer  # noqa: E402
import marks  # noqa: E402
import python_client  # noqa: E402
import stage  # noqa: E402

SAVED, RECEIVED, UNOPENED = 1, 2, 3
BAD_VALUE, NO_CALLBACK, CONFLICT = 5, 12, 13
DAY_MS = 86_400_000


class SealedForm(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("forms")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.state = self.stage.path("intake-state")
        self.stage.start_intake()
        self.device = self.stage.device("device")

    def key(self):
        return self.device.request(get_form_key=self.wire.GetFormKey()).form_key

    def form(self, **confidential):
        return {"referral": {"urgency": "very urgent", "person": {"ageYears": "about 30"}, "postcodeDistrict": "zx1 2ab"},
                "confidential": {"callbackNumber": "07700 900123", "narrative": f"{marks.MARK} was told.", **confidential}}

    def sealed(self, key=None, form=None):
        return form_sealer.seal(self.wire, key or self.key(), python_client.new_id(), form or self.form())

    def submit(self, sealed, device=None):
        return (device or self.device).request(submit_sealed=sealed).answer

    def await_receipt(self, referral, receipt):
        while True:
            answer = self.device.request(get_status=self.wire.GetStatus(referral=referral)).answer
            if answer.receipt == receipt:
                return answer

    def alter(self, sql):
        self.stage.stop("intake")
        db = sqlite3.connect(os.path.join(self.state, "outbox.db"))
        with db:
            db.execute(sql)
        db.close()

    def assert_one_case(self, referral):
        self.await_receipt(referral, RECEIVED)
        source = self.stage.client("auditor", "inspector", "council")
        from concordat.v1 import event_pb2

        follower = python_client.Follower(source)
        feed = source.request(follow=self.wire.Follow(after=0, credit=500)).feed
        events = follower.check(feed, event_pb2.Event)
        self.assertEqual(len([event for event in events if event.WhichOneof("what") == "received"]), 1)

    def test_it_is_delivered_once_whoever_brings_it_and_however_often(self):
        sealed = self.sealed()
        answer = self.submit(sealed)
        self.assertEqual((answer.done, answer.receipt, answer.repeated), (True, SAVED, False), answer.text)
        other = self.stage.device("other")
        for device in (self.device, other, other):
            answer = self.submit(sealed, device)
            self.assertEqual((answer.done, answer.receipt, answer.repeated), (True, SAVED, True), answer.text)
        self.stage.kill("intake")
        self.stage.start_intake()
        self.assertTrue(self.submit(sealed, other).repeated)
        self.stage.start_broker()
        self.await_receipt(sealed.referral, RECEIVED)
        self.assertTrue(self.submit(sealed, other).repeated)
        self.assert_one_case(sealed.referral)
        again = self.sealed()
        again.referral = sealed.referral  # another form under its id
        self.assertEqual(self.submit(again).refusal, BAD_VALUE)
        again = form_sealer.seal(self.wire, self.key(), sealed.referral, self.form(personName="Robin Example"))
        self.assertEqual(self.submit(again).refusal, CONFLICT)

    def test_what_is_inside_is_treated_as_a_submit(self):
        self.stage.start_broker()
        nurse = self.stage.client("nurse", "team", "northmoor-crisis")
        nurse.request(set_presence=self.wire.SetPresence(present=True, lease_seconds=600))
        sealed = self.sealed(form=self.form(personName=f"{marks.MARK} Example"))
        self.assertTrue(self.submit(sealed).done)
        status = self.await_receipt(sealed.referral, RECEIVED).status
        self.assertEqual(status.owner, "northmoor-crisis")
        record = nurse.request(get_record=self.wire.GetRecord(referral=sealed.referral, reason="to respond")).record
        self.assertEqual(record.confidential.person_name, f"{marks.MARK} Example")
        self.assertEqual(record.referral.person.age_years, 30)
        self.assertEqual(record.referral.postcode_district, "ZX1")
        self.assertEqual(record.referral.organisation, "ZZP01")
        self.assertEqual(self.submit(self.sealed(form=self.form(callbackNumber=""))).refusal, NO_CALLBACK)
        self.assertNotIn(marks.MARK, self.stage.said("intake"))
        self.assertEqual([path for path in marks.files_of(self.state) if marks.in_file(path)], [])

    def test_what_was_altered_is_refused_with_whom_to_ring_and_nothing_is_saved(self):
        for change in ("sealed", "sender_key", "sealed_ms", "referral"):
            sealed = self.sealed()
            if change == "sealed_ms":
                sealed.sealed_ms += 1
            else:
                altered = bytearray(getattr(sealed, change))
                altered[-1] ^= 1
                setattr(sealed, change, bytes(altered))
            with self.subTest(change=change):
                answer = self.submit(sealed)
                self.assertEqual((answer.done, answer.refusal), (False, BAD_VALUE))
                self.assertIn("Fill it in again", answer.text)
                self.assertIn("ring ", answer.text)
        self.assertEqual(list(self.device.request(get_board=self.wire.GetBoard()).board.cases), [])

    def test_it_opens_after_the_key_has_changed(self):
        before = self.key()
        sealed = self.sealed(before)
        self.alter(f"UPDATE form_key SET made_ms = made_ms - {8 * DAY_MS}")
        self.stage.start_intake()
        self.assertNotEqual(self.key().key, before.key)
        self.assertEqual(self.submit(sealed).receipt, SAVED)
        self.stage.stop("intake")  # and with a new key of the intake itself
        self.stage.make_key("new", "source", "street-triage")
        self.stage.start_intake("intake", "--old-key", self.stage.path("secret", "intake.key_secret"), key="new")
        self.device = self.stage.device("phone", key="new")
        self.assertEqual(self.submit(self.sealed(before)).receipt, SAVED)

    def test_after_its_time_the_key_is_destroyed_and_the_sender_told_to_ring(self):
        sealed = self.sealed()
        self.alter(f"UPDATE form_key SET made_ms = made_ms - {38 * DAY_MS}")
        self.stage.start_intake()
        at = len(self.stage.said("intake"))
        self.stage.start_broker()
        self.stage.await_said("intake", "destroyed 1 form keys", since=at)
        self.assert_is_kept_unopened(sealed)

    def assert_is_kept_unopened(self, sealed):
        for repeated in (False, True):
            answer = self.submit(sealed)
            self.assertEqual((answer.done, answer.receipt, answer.repeated), (True, UNOPENED, repeated), answer.text)
            self.assertIn("nobody is coming. Ring the duty coordinator", answer.text)
        answer = self.device.request(get_status=self.wire.GetStatus(referral=sealed.referral)).answer
        self.assertEqual(answer.receipt, UNOPENED)
        self.assertIn("nobody is coming", answer.text)
        self.assertIn(f"kept {uuid.UUID(bytes=sealed.referral)} from device, sealed to a form key that is not here",
                      self.stage.said("intake"))

    def test_under_an_unknown_key_it_is_kept_and_delivered_when_the_key_comes_back(self):
        sealed, still = self.sealed(), self.sealed()
        still.key = python_client.new_id()
        self.stage.stop("intake")
        self.stage.start_broker()
        self.stage.start_intake(state=self.stage.path("new-disk"))
        self.assert_is_kept_unopened(sealed)
        self.assertEqual(self.submit(still).receipt, UNOPENED)
        self.stage.stop("intake")
        self.stage.start_intake("intake", "--form-keys", os.path.join(self.state, "outbox.db"),
                                state=self.stage.path("new-disk"))
        self.assertIn("opened 1 sealed forms whose keys have come back", self.stage.said("intake"))
        self.assertIn("1 sealed forms are kept that nobody can read", self.stage.said("intake"))
        self.assert_one_case(sealed.referral)
        self.assertEqual(self.submit(still).receipt, UNOPENED)
        self.assertTrue(self.submit(sealed).repeated)


if __name__ == "__main__":
    unittest.main()
