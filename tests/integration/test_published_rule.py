"""The official rows of report `national`, against the publication's own rule: tests/day/published_rule.py counts them a second
time, by the steps of NHS England's code.

On trails of an invented month and of two invented years, on copies of them in which what the rule asks about was changed by
chance (the seed is printed; SEED plays it again), and at each edge of the rule. What the demo's day adds is checked at its
end (tests/day/verdict.py).

Usage: test_published_rule.py SOURCE BUILD
"""

import dataclasses
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv.pop()
SOURCE = sys.argv.pop()
sys.path.insert(0, os.path.join(SOURCE, "tests", "day"))
import published_rule as published  # noqa: E402

CONCORDAT = os.path.join(BUILD, "services", "cli", "concordat")
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(10 ** 6)))
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
MONTH = "2027-03"
MONTH_ENDS_MS = 1_806_534_000_000  # 2027-03-31T23:00:00Z, midnight in London
# How long after the receipt a contact may be, so that each limit of the rule is met from both sides.
WAITS = [edge + step for edge in (0, 60 * MINUTE, 240 * MINUTE, 1440 * MINUTE) for step in (-SECOND, -1, 0, 1, SECOND)]
NOON = MONTH_ENDS_MS - 12 * HOUR
DEPARTMENT = {"source": "emergency department", "source_code": "H1"}
# Each condition of the rule: another one, and a person for whom it makes a difference (one_person).
CONDITIONS = (
    ("attended", ("5",), {"contacts": [(NOON + HOUR, "01", "6")]}),
    ("mechanisms", ("01", "02"), {"contacts": [(NOON + HOUR, "02", "5")]}),
    ("least_seconds", 1, {"contacts": [(NOON, "01", "5")]}),
    ("least_seconds", -1, {"contacts": [(NOON - SECOND, "01", "5")]}),
    ("in_month", False, {"contacts": [(MONTH_ENDS_MS, "01", "5")]}),
    ("first", False, {"contacts": [(NOON + HOUR, "01", "5"), (NOON + 5 * HOUR, "01", "5")]}),
    ("community", ("A02", "A18"), {"team_type": "A19"}),
    ("community", ("A02", "A19"), {"team_type": "A18"}),
    ("community", ("A18", "A19"), {"team_type": "A02"}),
    ("community", ("A02", "A18", "A19", "A11"), {"team_type": "A11"}),
    ("liaison", ("A11",), {"team_type": "C05", **DEPARTMENT}),
    ("liaison", ("C05",), {"team_type": "A11", **DEPARTMENT}),
    ("liaison_source", "E1", {"team_type": "A11", **DEPARTMENT}),
    ("liaison_source", "E1", {"team_type": "A11"}),
    ("adult_from", 17, {"age_used": "under 18"}),
    ("adult_from", 19, {"age_used": "18 and over"}),
)


def change_by_chance(path, seed):
    """Gives people of a trail other facts, contacts and teams, also such as no measure counts."""
    chance = random.Random(seed)
    trail = sqlite3.connect(path)
    seq = 10 ** 6
    for team, in trail.execute("SELECT team FROM team").fetchall():
        trail.execute("INSERT INTO team SELECT team || '-2', name, ?, organisation, telephone, in_force FROM team WHERE team = ?",
                      (chance.choice(["A18", "A19", "C05"]), team))
    teams = [row[0] for row in trail.execute("SELECT team FROM team")]
    types = ["A02", "A18", "A19", "A11", "C05", "D02"] + [chance.choice(["A02", "A11", None]) for _ in teams]
    for team, team_type in zip(teams, types):
        trail.execute("UPDATE team SET team_type = ? WHERE team = ?", (team_type, team))
    for referral, received_ms in trail.execute("SELECT referral, received_at_ms FROM referral").fetchall():
        source, code = chance.choice([("street triage", "E1"), ("emergency department", "H1"), ("liaison and diversion", "E5")])
        trail.execute("UPDATE referral SET source = ?, source_code = ?, urgency = ?, age_used = ?, drill = ?, passed_on_at_ms = ?,"
                      " last_accepted_team = ? WHERE referral = ?",
                      (source, code, chance.choice([*published.PRIORITIES, None]), chance.choice([*published.AGES]),
                       chance.random() < 0.05, received_ms if chance.random() < 0.05 else None,
                       chance.choice([*teams, None]), referral))
        trail.execute("UPDATE offer SET team = ? WHERE referral = ?", (chance.choice(teams), referral))
        for _ in range(chance.randrange(4)):
            seq += 1
            at_ms = chance.choice([received_ms + chance.choice(WAITS), MONTH_ENDS_MS + chance.choice([-1, 0])])
            mechanism, attended = chance.choice(["01", "01", "02"]), chance.choice(["5", "5", "6", "7"])
            put_contact(trail, seq, referral, at_ms, received_ms, mechanism, attended)
    trail.commit()
    trail.close()


def put_contact(trail, seq, referral, at_ms, received_ms, mechanism="01", attended="5"):
    """A contact as the trail would have it (services/audit/trail_schema.c)."""
    in_person = mechanism == "01" and attended in ("5", "6")
    before = at_ms // MINUTE < received_ms // MINUTE
    trail.execute("INSERT INTO check_in (seq, referral, at_ms, step, occurred_at_ms, occurred_basis, mechanism_code, attend_code,"
                  " counts_as_seen, before_receipt) VALUES (?, ?, ?, 'contact', ?, 'stated', ?, ?, ?, ?)",
                  (seq, referral, at_ms, at_ms, mechanism, attended, in_person and not before, in_person and before))


class PublishedRule(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}", flush=True)
        cls.folder = tempfile.mkdtemp(prefix="concordat-published-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in ("month", "year"):
            subprocess.run([os.path.join(BUILD, "tests", f"story-of-a-{name}"), cls.path(name), str(SEED)], check=True)
        shutil.copy(cls.path("month"), cls.path("changed"))
        change_by_chance(cls.path("changed"), SEED)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, f"{name}.db")

    def assert_same(self, name):
        """Every official figure of every month. Returns how many people they count."""
        records, people = published.records_of(self.path(name)), 0
        for month in published.months_of(records):
            self.assertEqual(published.differences(self.path(name), CONCORDAT, month, records=records), [])
            people += sum(published.figures_of(records, month).values())
        self.assertGreater(people, 0)
        return people

    def one_person(self, at_ms=NOON, contacts=((NOON + HOUR, "01", "5"),), team_type="A02", **facts):
        """A copy of the month in which one very urgent adult was referred then to such a team, and had these contacts: when,
        MHSDS ConsMechanismMH, AttendStatus. Nobody else is counted."""
        shutil.copy(self.path("month"), self.path("one"))
        trail = sqlite3.connect(self.path("one"))
        referral, = trail.execute("SELECT referral FROM referral LIMIT 1").fetchone()
        trail.execute("UPDATE referral SET drill = referral <> ?", (referral,))
        trail.execute("DELETE FROM check_in")
        trail.execute("UPDATE team SET team_type = ?", (team_type,))
        facts = {"received_at_ms": at_ms, "urgency": "very urgent", "source": "street triage", "source_code": "E1",
                 "age_used": "18 and over", "last_accepted_team": "north", **facts}
        trail.execute(f"UPDATE referral SET {', '.join(f'{name} = :{name}' for name in facts)} WHERE referral = :referral",
                      {**facts, "referral": referral})
        for seq, (contact_ms, mechanism, attended) in enumerate(contacts, 10 ** 6):
            put_contact(trail, seq, referral, contact_ms, at_ms, mechanism, attended)
        trail.commit()
        trail.close()

    def codes_of_one(self, **person):
        """The codes that count this person, as the report and the publication's rule both say."""
        self.one_person(**person)
        self.assertEqual(published.differences(self.path("one"), CONCORDAT, MONTH), [])
        said = published.reported(self.path("one"), CONCORDAT, MONTH)
        return {code for code, (count, _) in said.items() if count}

    def test_an_invented_month_and_two_invented_years(self):
        self.assert_same("month")
        self.assert_same("year")

    def test_people_changed_by_chance(self):
        self.assert_same("changed")

    def test_each_condition_counts(self):
        """Somebody at each condition is counted alike, and no longer if the condition is another."""
        self.assertEqual({name for name, _, _ in CONDITIONS}, {field.name for field in dataclasses.fields(published.Rule)})
        for name, another, person in CONDITIONS:
            with self.subTest(condition=name, another=another):
                self.codes_of_one(**person)
                rule = dataclasses.replace(published.RULE, **{name: another})
                self.assertNotEqual(published.differences(self.path("one"), CONCORDAT, MONTH, rule), [])

    def test_the_edges_of_time(self):
        """Within the limit to the millisecond; from less than a second before the receipt on; in its month of London."""
        new, seen = {"CCR117", "CCR117a"}, {"CCR117", "CCR117a", "CCR118", "CCR118a"}
        within = seen | {"CCR119", "CCR119a"}
        for at_ms, contact_ms, expected in (
                (NOON, NOON + 240 * MINUTE, within), (NOON, NOON + 240 * MINUTE + 1, seen), (NOON, NOON, within),
                (NOON + 500, NOON - 499, within), (NOON, NOON - SECOND, new),
                (MONTH_ENDS_MS - HOUR, MONTH_ENDS_MS - 1, within), (MONTH_ENDS_MS - HOUR, MONTH_ENDS_MS, new),
                (MONTH_ENDS_MS, MONTH_ENDS_MS + HOUR, set())):
            with self.subTest(received=at_ms, contact=contact_ms):
                self.assertEqual(self.codes_of_one(at_ms=at_ms, contacts=[(contact_ms, "01", "5")]), expected)
        for limit, codes, facts in ((1440, {"CCR71", "CCR73", "CCR120"}, {"urgency": "urgent"}),
                                    (60, {"PLS121", "PLS122", "PLS123"}, {"team_type": "A11", **DEPARTMENT})):
            with self.subTest(limit=limit):
                at_ms = NOON - 24 * HOUR
                expected = codes | {f"{code}a" for code in codes}
                in_time = self.codes_of_one(at_ms=at_ms, contacts=[(at_ms + limit * MINUTE, "01", "5")], **facts)
                later = self.codes_of_one(at_ms=at_ms, contacts=[(at_ms + limit * MINUTE + 1, "01", "5")], **facts)
                self.assertEqual(in_time, expected)
                self.assertEqual(len(in_time - later), 2)

    def test_who_has_a_code(self):
        """The priority recorded, the age band, and nobody who was passed on or is a drill."""
        for facts, expected in (
                ({"urgency": "emergency"}, {"CCR70", "CCR70a"}), ({"urgency": "routine"}, set()), ({"urgency": None}, set()),
                ({"urgency": "urgent", "age_used": "under 18"},
                 {"CCR71", "CCR71b", "CCR73", "CCR73b", "CCR120", "CCR120b"}),
                ({"age_used": None}, {"CCR117", "CCR118", "CCR119"}),
                (DEPARTMENT, {"CCR117", "CCR117a", "CCR118", "CCR118a", "CCR119", "CCR119a"}),
                ({"urgency": None, "team_type": "C05", **DEPARTMENT}, {"PLS121", "PLS121a", "PLS122", "PLS122a", "PLS123", "PLS123a"}),
                ({"passed_on_at_ms": NOON}, set()), ({"drill": 1}, set())):
            with self.subTest(facts=facts):
                self.assertEqual(self.codes_of_one(**facts), expected)


if __name__ == "__main__":
    unittest.main()
