"""P9 Private, at the end: two people erase the texts about a person with `concordat erase`, and nobody is shown them any more.
A hold, and the time for which such records are kept, stand against it; every figure stays as it was.

Usage: P9_erasing.py SOURCE BUILD
"""

import json
import os
import pty
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import ledger_home  # noqa: E402
import stage  # noqa: E402
import two_areas  # noqa: E402

BAD_VALUE, NOT_YOURS, WRONG_STATE, ON_HOLD, TOO_EARLY = 5, 9, 17, 24, 25
RETENTION, PERSON_ASKED, MISTAKE = 1, 2, 3
COMPLAINT, INQUEST = 1, 2
DAY_S = 24 * 3600
TOLD, TYPED = "An invented person.", "an invented reason"
REPORTS = ("times", "national", "declines", "custody", "open", "breaches", "volume", "section136", "referrals")


def at_the_keyboard(person):
    return {"person": {"id": person}} if person else {}


class Erasing(two_areas.TwoAreas):
    def setUp(self):
        super().setUp()
        self.records = self.stage.client("records", "inspector", "council")

    def ended(self, **facts):
        """A case that its referrer has withdrawn: its id and its number."""
        submit = self.stage.submission(**facts)
        case = submit.referral.id
        number = self.source.request(submit=submit).answer.status.number
        self.assertTrue(self.source.request(withdraw=self.wire.Withdraw(referral=case, reason=TYPED)).answer.done)
        return case, number

    def erase(self, case=b"", reason=MISTAKE, person="p117", second="p204", **also):
        request = self.wire.Erase(referral=case, reason=reason, second_person=second, **also)
        return self.records.request(erase=request, **at_the_keyboard(person)).answer

    def hold(self, case, on=True, reason=INQUEST, person="p117"):
        request = self.wire.SetHold(referral=case, on=on, reason=reason)
        return self.records.request(set_hold=request, **at_the_keyboard(person)).answer

    def read(self, case):
        return self.north.request(get_record=self.wire.GetRecord(referral=case, reason="asked about it")).record

    def sleep(self, days):
        """The machine has been suspended so long since the start. A session that was silent meanwhile may have ended."""
        self.machine.set(slept_s=days * DAY_S)
        self.records = self.stage.client(f"records-after-{days}-days", "inspector", "council")

    def test_what_two_people_have_erased_nobody_is_shown_any_more(self):
        case, number = self.ended()
        kept, _ = self.ended()
        self.assertEqual(self.read(case).confidential.narrative, TOLD)
        said = self.typed("records", "erase", number, "--as", "p117", "--second", "p204", "--reason", "mistake", "--yes")
        self.assertIn("the texts about the person cannot be opened any more", said)
        for _ in range(2):
            record = self.read(case)
            self.assertFalse(record.HasField("confidential"))
            self.assertEqual(record.referral.id, case)
            self.assertGreater(record.status.erased_ms, 0)
            self.assertEqual(self.read(kept).confidential.narrative, TOLD)
            self.stage.stop("broker")
            self.stage.start_broker(env=self.machine.env())
        erased, *readings = self.events("erased", "record_read")[1:]
        self.assertEqual((erased.referral, erased.erased.by, erased.erased.second, erased.erased.reason),
                         (case, "p117", "p204", MISTAKE))
        self.assertEqual([event.referral for event in readings].count(case), 2, "a reading is an event, also of nothing")

    def key_slots(self):
        """The file of keys, in pieces of a slot."""
        data = ledger_home.keys(self.stage.path("state"))
        return [data[at:at + 256] for at in range(0, len(data), 256)]

    def test_the_key_is_gone_and_an_old_copy_of_the_file_of_keys_brings_it_back_to_nobody(self):
        case, _ = self.ended()
        self.stage.stop("broker")
        before = self.key_slots()
        self.stage.start_broker(env=self.machine.env())
        self.records = self.stage.client("records")
        self.assertTrue(self.erase(case).done)
        key, = set(before) - set(self.key_slots())  # gone before anybody is told
        self.stage.stop("broker")
        ledger_home.put_keys(self.stage.path("state"), b"".join(before))
        self.assertIn(key, self.key_slots())
        self.stage.start_broker(env=self.machine.env())
        self.assertNotIn(key, self.key_slots())

    def key_remains(self, case):
        """Erases a case. Returns whether its key is on the disk still, as the answer says and the file of keys shows."""
        before = self.key_slots()
        answer = self.erase(case)
        self.assertTrue(answer.done, answer.text)
        self.assertGreater(answer.status.erased_ms, 0)
        self.assertEqual(answer.key_remains, self.key_slots() == before)
        self.assertEqual("Make room on the disk" in answer.text, answer.key_remains)
        return answer.key_remains

    @ledger_home.in_a_file
    def test_a_disk_that_is_full_may_keep_the_key_and_the_answer_says_so(self):
        case, number = self.ended()
        again, _ = self.ended()
        self.stage.stop("broker")
        self.stage.start_broker(env=self.machine.env())
        self.records = self.stage.client("records")
        self.assertEqual([typed.text for typed in self.read(case).typed], [TYPED, "asked about it"])
        self.machine.set(keys_full=True)
        for _ in range(2):
            self.assertTrue(self.key_remains(case))
        said = self.typed("records", "erase", number, "--as", "p117", "--second", "p204", "--reason", "mistake", "--yes",
                          code=faults.ENVIRONMENT)
        self.assertIn("NOT GONE YET", said)
        self.assertTrue(self.key_remains(again))
        self.assertEqual(self.stage.said("broker").count("is still in the file of keys"), 1)
        record = self.read(case)
        self.assertFalse(record.HasField("confidential"))
        self.assertEqual(len(record.typed), 0, "nobody is shown anything by the key that remains")
        self.machine.set(keys_full=False)
        self.assertFalse(self.key_remains(case), "the same again erases it")
        before = self.key_slots()
        self.stage.stop("broker")
        self.stage.start_broker(env=self.machine.env())
        self.assertNotEqual(self.key_slots(), before, "and so does a start")
        self.assertEqual(len(self.events("erased")), 2)

    def test_it_waits_for_the_end_of_retention_and_says_until_when(self):
        self.stage.use_region(lambda text: text.replace("retention_days: 7305", "retention_days: 40"))
        self.stage.stop("broker")
        self.stage.start_broker(env=self.machine.env())
        case, number = self.ended()
        drill, _ = self.ended(drill=True)
        for reason in (RETENTION, PERSON_ASKED):
            answer = self.erase(case, reason)
            self.assertEqual((answer.done, answer.refusal, answer.status.number), (False, TOO_EARLY, number))
            self.assertRegex(answer.text, r"can be erased from \d\d [A-Z][a-z]+ 20\d\d \d\d:\d\d on\. Nothing was erased")
        self.sleep(30)
        answer = self.erase(drill, RETENTION)
        self.assertTrue(answer.done, f"a drill is kept for 30 days: {answer}")
        self.assertEqual(self.erase(case, RETENTION).refusal, TOO_EARLY)
        self.sleep(40)
        self.assertTrue(self.erase(case, RETENTION).done)

    def test_of_a_hold_and_an_erasure_at_once_the_first_counts(self):
        case, number = self.ended()
        said = self.typed("records", "hold", number, "--on", "--as", "p117", "--reason", "inquest")
        self.assertIn("On hold since", said)
        answer = self.erase(case)
        self.assertEqual((answer.refusal, answer.status.number), (ON_HOLD, number))
        self.assertGreater(answer.status.on_hold_ms, 0)
        self.assertTrue(self.hold(case, reason=COMPLAINT).done)
        said = self.typed("records", "hold", number, "--off", "--as", "p204", "--reason", "inquest")
        self.assertIn("On hold since", said, "the other hold stands")
        self.assertEqual(self.erase(case).refusal, ON_HOLD)
        self.assertEqual(self.hold(case, on=False, reason=COMPLAINT).status.on_hold_ms, 0)
        self.assertTrue(self.erase(case).done)
        answer = self.hold(case)
        self.assertEqual((answer.refusal, answer.status.on_hold_ms), (WRONG_STATE, 0))
        self.assertIn("has been erased", answer.text)
        said = [(event.WhichOneof("what"), event.actor) for event in self.events("hold_set", "hold_lifted", "erased")]
        self.assertEqual(said, [(what, "records") for what in ("hold_set", "hold_set", "hold_lifted", "hold_lifted", "erased")])

    def test_erasing_twice_is_answered_as_done_and_says_when_it_was(self):
        case, number = self.ended()
        first = self.erase(number=number)
        again = self.erase(case, RETENTION, person="p301")
        self.assertTrue(first.done and first.seq and not first.repeated)
        self.assertEqual((again.done, again.repeated, again.seq), (True, True, 0))
        self.assertEqual(again.status.erased_ms, first.status.erased_ms)
        self.assertEqual(len(self.events("erased")), 1)

    def test_what_cannot_be_erased_is_said_clearly(self):
        case, _ = self.ended()
        submit = self.stage.submission()
        self.source.request(submit=submit)
        for said, refusal, asked in (
            ("still open", WRONG_STATE, {"case": submit.referral.id}),
            ("two different people", BAD_VALUE, {"case": case, "second": "p117"}),
            ("two different people", BAD_VALUE, {"case": case, "reason": 0}),
            ("erase.second_person: a person's id", BAD_VALUE, {"case": case, "second": "Mary"}),
            ("say who you are", BAD_VALUE, {"case": case, "person": ""}),
            ("person.id: a person's id", BAD_VALUE, {"case": case, "person": "Mary"}),
            ("no such case", NOT_YOURS, {"number": "R-9999"}),
        ):
            with self.subTest(said):
                answer = self.erase(**asked)
                self.assertEqual((answer.done, answer.refusal), (False, refusal), answer.text)
                self.assertIn(said, answer.text)
        self.assertEqual(self.events("erased"), [])

    def erase_at_a_terminal(self, number, typed):
        """Types an answer at a terminal. Returns the exit code and what was said."""
        s = self.stage
        ours, theirs = pty.openpty()
        words = ["erase", number, "--as", "p117", "--second", "p204", "--reason", "mistake"]
        process = subprocess.Popen(
            [stage.find_program("concordat"), *words, "--server", s.endpoint, "--server-key", s.public_key("broker"),
             "--key", s.path("secret", "records.key_secret")],
            stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        os.write(ours, typed.encode() + b"\n")
        said, _ = process.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        return process.returncode, " ".join(said.split())

    def test_the_command_says_what_goes_and_asks_once_more(self):
        case, number = self.ended()
        words = ("erase", number, "--second", "p204", "--reason", "mistake")
        said = self.typed("records", *words, "--yes", code=100)
        self.assertIn("say who you are", said)
        words += ("--as", "p117")
        said = self.typed("records", *words, code=100)
        self.assertIn("nothing was erased: nobody can be asked here", said)
        for typed in ("no", "", "YES please"):
            code, said = self.erase_at_a_terminal(number, typed)
            self.assertEqual((code, "nothing was erased" in said), (1, True), said)
        self.assertEqual(self.read(case).confidential.narrative, TOLD)
        code, said = self.erase_at_a_terminal(number, "yes")
        self.assertEqual(code, 0, said)
        for words in (f"TO ERASE: {number}", "who the person is and how to reach them", "p117 and p204", "reason: mistake",
                      "DONE", "cannot be opened any more"):
            self.assertIn(words, said)
        said = self.typed("records", "erase", number, "--as", "Mary", "--second", "p204", "--reason", "mistake",
                          code=100)
        self.assertIn("never a name", said)

    def reports(self, auditor):
        """Every report of a trail that has the whole ledger, as JSON; and the verdict on the trail."""
        path, concordat = self.stage.path("audit-state", "trail.db"), stage.find_program("concordat")
        head = max(event.seq for event in faults.events_of(self.stage, auditor))
        self.stage.start_audit()
        while True:
            verdict = subprocess.run([concordat, "verify", "--trail", path, "--json"], capture_output=True, text=True)
            if verdict.returncode != 111 and json.loads(verdict.stdout)["events"] >= head:
                break
        said = {name: json.loads(subprocess.run([concordat, "report", name, "--unsuppressed", "--trail", path, "--format", "json"],
                                                capture_output=True, check=True).stdout) for name in REPORTS}
        for report in said.values():
            for key in ("asAt", "event", "chain", "verified"):  # all of the latest event
                del report[key]
        self.stage.stop("audit")
        return said, json.loads(verdict.stdout)

    def test_every_figure_stays_and_the_trail_verifies(self):
        cases = [self.ended()[0] for _ in range(3)]
        before, verdict = self.reports("auditor")
        self.assertEqual((verdict["verified"], verdict["erased"], verdict["on_hold"]), (True, 0, 0))
        self.assertTrue(self.erase(cases[0]).done)
        self.assertTrue(self.hold(cases[1]).done and self.hold(cases[1], reason=COMPLAINT).done)
        after, verdict = self.reports("another-auditor")
        self.assertEqual(after, before)
        self.assertEqual((verdict["verified"], verdict["erased"], verdict["on_hold"]), (True, 1, 1), verdict["findings"])


    def test_an_auditor_follows_past_an_erasure_and_is_not_told_by_whom(self):
        case, _ = self.ended()
        self.assertTrue(self.hold(case).done and self.hold(case, on=False).done and self.erase(case).done)
        self.stage.make_key("reduced", "auditor", "council")
        head = max(event.seq for event in faults.events_of(self.stage))
        self.stage.start_audit("reduced")
        words = [stage.find_program("concordat"), "verify", "--trail", self.stage.path("reduced-state", "trail.db"), "--json"]
        until, said = time.monotonic() + 30, {"events": 0}
        while said["events"] < head:
            self.assertLess(time.monotonic(), until, self.stage.said("reduced"))
            verdict = subprocess.run(words, capture_output=True, text=True)
            said = json.loads(verdict.stdout) if verdict.returncode != faults.ENVIRONMENT else said
        self.assertEqual((said["erased"], said["on_hold"], said["findings"]), (1, 0, []))


if __name__ == "__main__":
    unittest.main(verbosity=2)
