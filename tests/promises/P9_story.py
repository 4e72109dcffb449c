"""P9 Private: the story of a case has nothing in it by which a person at work or the referred person could be found, unless a
profile says so; it says who had the case at every moment; and a folder of it that was altered by one byte is found out. With
the real broker and its trails.

Usage: P9_story.py SOURCE BUILD
"""

import hashlib
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import stage  # noqa: E402
import trails  # noqa: E402

DIFFERS, USAGE, ALTERED = 8, 100, 6
FILES = ("story.txt", "events.json", "about.json", "check.txt")
ADULT = 18
# What the keys and people of this test are called, and how old the person is: none of it is a word of a story.
SOURCE, DEVICE, TEAM, DUTY = "plum-intake", "plum-car-7", "plum-desk", "plum-duty"
PEOPLE = {"nurse": "ab2077", "clinician": "p11734", "coordinator": "p90018"}
AGE, LATER_AGE = 61, 62


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("story")
        cls.addClassCleanup(cls.stage.close)
        cls.stage.start_broker()
        cls.trail = {}
        for name in ("auditor", "inspector"):
            cls.stage.make_key(name, name, "council")
            cls.stage.start_audit(name)
            cls.trail[name] = cls.stage.path(f"{name}-state", "trail.db")
        cls.case = cls.a_case_that_went_from_hand_to_hand()
        trails.await_answer(cls.trail, "SELECT count(*) = 1 FROM event WHERE kind = 'closed'")
        for name in ("auditor", "inspector", "broker"):
            cls.stage.stop(name)

    @classmethod
    def a_case_that_went_from_hand_to_hand(cls):
        wire = cls.stage.wire
        source = cls.stage.client(SOURCE, "source", "street-triage")
        team = cls.stage.client(TEAM, "team", "northmoor-crisis")
        duty = cls.stage.client(DUTY, "coordinator", "northmoor-duty")

        def done(client, person, role, **command):
            answer = client.request(**command, person={"id": PEOPLE[person], "role": role}).answer
            assert answer.done, answer
            return answer.status

        assert team.request(set_presence=wire.SetPresence(present=True, lease_seconds=600)).answer.done
        submit = cls.stage.submission()
        submit.referral.person.age_years = AGE
        case = submit.referral.id
        status = done(source, "nurse", 3, submit=submit, device=DEVICE)
        done(team, "clinician", 17, decline=wire.Decline(referral=case, attempt=status.attempt, reason=99, note="the lift is broken"))
        assert duty.request(get_record=wire.GetRecord(referral=case, reason="a daughter rang"),
                            person={"id": PEOPLE["coordinator"], "role": 16}).HasField("record")
        done(duty, "coordinator", 16, take=wire.Take(referral=case))
        submit.referral.person.age_years = LATER_AGE
        done(source, "nurse", 3, update=wire.Update(referral=submit.referral, confidential=submit.confidential), device=DEVICE)
        done(duty, "coordinator", 16, close=wire.Close(referral=case, outcome=1, without_contact=3, note="elsewhere"))
        return case

    def run_story(self, *words, trail="inspector", code=0):
        ran = subprocess.run([stage.find_program("concordat"), "story", *words, "--trail", self.trail.get(trail, trail)],
                             capture_output=True, timeout=trails.SECONDS, check=False, encoding="utf-8")
        self.assertEqual(ran.returncode, code, ran.stdout + ran.stderr)
        return ran.stdout if code in (0, DIFFERS) else ran.stderr

    def folder_of(self, name, *options, trail="inspector"):
        folder = self.stage.path(name)
        self.run_story("R-0001", "--out", folder, *options, trail=trail)
        self.assertEqual(sorted(os.listdir(folder)), sorted(FILES))
        return folder

    def read(self, folder, name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return json.load(file) if name.endswith(".json") else file.read()

    def ask(self, sql, trail="inspector"):
        with sqlite3.connect(f"file:{self.trail[trail]}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def bodies(self, folder):
        from concordat.v1 import event_pb2
        return [event_pb2.Event.FromString(bytes.fromhex(event["body"])) for event in self.read(folder, "events.json")]

    # ---- what is left out ----

    def identifiers(self):
        """All that the inspector's trail knows people at work, their devices and the person by."""
        found = {value for row in self.ask("SELECT actor, actor_device, person FROM event WHERE referral IS NOT NULL") for value in row}
        found |= {value for row in self.ask("SELECT site, postcode_district, language, referral FROM referral") for value in row}
        found |= {value for row in self.ask("SELECT done_by, second_person FROM detention") for value in row}
        found -= {None, ""}
        self.assertLessEqual({SOURCE, DEVICE, TEAM, DUTY, *PEOPLE.values(), "ZX1"}, found)
        return found

    def test_without_identifiers_there_is_nobody_in_it(self):
        for trail in ("inspector", "auditor"):
            folder = self.folder_of(f"nobody-{trail}", trail=trail)
            texts = {name: self.read(folder, name) if name.endswith(".txt") else json.dumps(self.read(folder, name)) for name in FILES}
            raw = b"".join(event.SerializeToString() for event in self.bodies(folder))
            for secret in self.identifiers() | {self.case.hex()}:
                for name, text in texts.items():
                    self.assertIsNone(re.search(rf"\b{re.escape(secret)}\b", text), (name, secret))
                self.assertNotIn(secret.encode(), raw)
            self.assertNotIn(self.case, raw)
            for event in self.bodies(folder):
                facts = getattr(event, event.WhichOneof("what"))
                if "referral" in facts.DESCRIPTOR.fields_by_name:
                    self.assertIn(facts.referral.person.age_years, (0, ADULT))
                    self.assertIn(facts.routed_age, (0, ADULT))
            self.assertNotRegex(texts["story.txt"], rf"\b({AGE}|{LATER_AGE})\b")
            self.assertIn("Age: 18 or over.", texts["story.txt"].replace("\n", " "))
            self.assertNotIn("read the record", texts["story.txt"])
            self.assertIn("Changed: age\n", texts["story.txt"])

    def test_the_standard_profile_has_who_did_it_and_who_looked(self):
        told = " ".join(self.run_story("R-0001", "--profile", "standard").split())
        for line in (f"A street triage nurse ({PEOPLE['nurse']}) sent the referral.",
                     f"A team clinician ({PEOPLE['clinician']}) declined it for Northmoor Crisis Resolution and Home Treatment: other.",
                     f"A duty coordinator ({PEOPLE['coordinator']}) read the record for the duty coordinator (northmoor-duty).",
                     "The words that were written with it are sealed, and not told here.",
                     f"Changed: age is {LATER_AGE} (was: {AGE})"):
            self.assertIn(line, told)
        self.assertNotIn("the lift is broken", told)
        self.assertNotIn("a daughter rang", told)

    def test_an_auditors_trail_gives_minutes_and_no_time_of_day(self):
        told = self.run_story("R-0001", trail="auditor")
        happened = told[told.index("What happened"):]
        self.assertIsNone(re.search(r"\d\d:\d\d", happened))
        self.assertIn("+0 min", happened)
        self.assertIn("in the hour from", told.replace("\n", " "))

    def test_the_full_profile_is_refused_with_what_to_do_instead(self):
        self.assertIn("add what `concordat show` prints", " ".join(self.run_story("R-0001", "--profile", "full", code=USAGE).split()))

    # ---- who had it ----

    def test_the_stretches_are_the_whole_time_from_the_receipt_to_the_end(self):
        for trail in ("inspector", "auditor"):
            about = self.read(self.folder_of(f"custody-{trail}", trail=trail), "about.json")
            ((received, ended),) = self.ask("SELECT received_at_ms, ended_at_ms FROM referral", trail)
            at = 0
            for stretch in about["custody"]:
                self.assertEqual(stretch["fromMsAfterReceipt"], at)
                self.assertFalse(stretch["nobody"])
                at = stretch["toMsAfterReceipt"]
            self.assertEqual(at, ended - received)
            self.assertGreater(len(about["custody"]), 1)
            self.assertEqual(self.ask("SELECT count(*) FROM custody_fault", trail), [(0,)])

    # ---- whether it is what the trail gives ----

    def test_each_event_proves_itself_to_the_chain(self):
        for profile in ("no-identifiers", "standard"):
            for event in self.read(self.folder_of(f"chain-{profile}", "--profile", profile), "events.json"):
                digest, other, before = (bytes.fromhex(event[key]) for key in ("digest", "digestOfOtherForm", "chainBefore"))
                self.assertEqual(hashlib.blake2b(bytes.fromhex(event["body"]), digest_size=32).digest(), digest)
                reduced, full = (digest, other) if event["form"] == "reduced" else (other, digest)
                self.assertEqual(hashlib.blake2b(before + reduced + full, digest_size=32).hexdigest(), event["chain"])
                self.assertEqual(self.ask(f"SELECT lower(hex(chain)) FROM event WHERE seq = {event['event']}"), [(event["chain"],)])

    def test_one_altered_byte_is_found_in_each_file(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        dice, folder = random.Random(seed), self.folder_of("altered")
        self.assertIn("Nothing differs", self.run_story("--check", folder))
        for name in FILES:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                whole = file.read()
            for at in (0, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(5))):
                with open(path, "wb") as file:
                    file.write(whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(7)]) + whole[at + 1:])
                self.assertIn(name, self.run_story("--check", folder, code=DIFFERS), (name, at))
            with open(path, "wb") as file:
                file.write(whole)
        self.run_story("--check", folder)

    def test_what_is_altered_together_with_its_digest_is_named_by_the_trail(self):
        folder = self.folder_of("together")
        for name, before, after in (("story.txt", "declined it", "accepted it"), ("events.json", '"kind": "taken"', '"kind": "taker"')):
            path = os.path.join(folder, name)
            text, check = self.read(folder, "check.txt"), open(path, encoding="utf-8").read()
            self.assertIn(before, check)
            altered = check.replace(before, after)
            with open(path, "w", encoding="utf-8") as file:
                file.write(altered)
            with open(os.path.join(folder, "check.txt"), "w", encoding="utf-8") as file:
                file.write(text.replace(hashlib.sha256(check.encode()).hexdigest(), hashlib.sha256(altered.encode()).hexdigest()))
            said = self.run_story("--check", folder, code=DIFFERS)
            self.assertIn("the trail gives:" if name == "story.txt" else "is not the event of the trail", said)
            self.assertIn("check.txt, line", said)

    def test_a_missing_file_a_strange_one_and_another_kind_of_trail_are_named(self):
        folder = self.folder_of("strange")
        self.assertIn("was made from an inspector's trail", self.run_story("--check", folder, trail="auditor", code=USAGE))
        open(os.path.join(folder, "note.txt"), "w", encoding="utf-8").close()
        self.assertIn("a file that no story has: note.txt", self.run_story("--check", folder, code=DIFFERS))
        os.remove(os.path.join(folder, "story.txt"))
        self.assertIn("story.txt is not there", self.run_story("--check", folder, code=DIFFERS))
        self.assertIn("is no folder that can be read", self.run_story("--check", self.stage.path("none"), code=USAGE))

    def test_a_story_of_an_earlier_event_is_checked_as_of_that_event(self):
        ((taken,),) = self.ask("SELECT seq FROM event WHERE kind = 'taken'")
        folder = self.folder_of("earlier", "--as-at", str(taken))
        self.assertNotIn("closed it", self.read(folder, "story.txt"))
        self.assertIn("it has the case still", " ".join(self.read(folder, "story.txt").split()))
        self.assertIn(f"as of event {taken}", self.run_story("--check", folder))

    def test_a_folder_that_is_not_empty_stays_as_it_is(self):
        folder = self.stage.path("full")
        os.mkdir(folder)
        self.run_story("R-0001", "--out", folder + "/")  # an empty one is filled
        with open(os.path.join(folder, "story.txt"), "w", encoding="utf-8") as file:
            file.write("mine")
        self.assertIn("is not an empty folder", self.run_story("R-0001", "--out", folder, code=USAGE))
        self.assertEqual(self.read(folder, "story.txt"), "mine")
        self.assertIn("cannot be made", self.run_story("R-0001", "--out", "/nowhere/at/all", code=111))
        self.assertEqual([name for name in os.listdir(self.stage.path()) if name.startswith("full.")], [])

    def test_a_trail_that_was_altered_is_told_with_a_code_of_its_own(self):
        altered = self.stage.path("altered.db")
        shutil.copy(self.trail["inspector"], altered)
        for ending in ("-wal", "-shm"):
            if os.path.exists(self.trail["inspector"] + ending):
                shutil.copy(self.trail["inspector"] + ending, altered + ending)
        with sqlite3.connect(altered) as database:
            database.execute("UPDATE event SET at_ms = at_ms + 1 WHERE kind = 'taken'")
        subprocess.run([stage.find_program("concordat"), "verify", "--trail", altered], capture_output=True,
                       timeout=trails.SECONDS, check=False)
        self.assertIn("the trail was altered", self.run_story("R-0001", trail=altered, code=ALTERED))
        self.assertIn("the trail has no case R-0099", self.run_story("R-0099", code=USAGE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
