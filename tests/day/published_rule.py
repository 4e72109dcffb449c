#!/usr/bin/python3
"""Counts the published national measures by the publication's own steps, and compares report `national` with them.

A second implementation, apart from the product's. It makes of a trail the records that a provider would submit to the Mental
Health Services Data Set, by the approximation that deploy/DEFINITIONS.md states in section 5, and then does with them what
the code of the monthly statistics does, step by step, each named by its file and lines:

  P, M, G  https://github.com/NHSDigital/mental-health-monthly-statistics, commit 7b4d7421838b4bcb85729fbc1b53843c35a36e29,
           below Mental_Health_Monthly_Statistics/menh_bbrb/notebooks: 02_Specific_Prepare/07_uec/uec_prep.py,
           measure_metadata.py, 01_Generic_Prepare/00_generic_prep.py

Usage: published_rule.py TRAIL --concordat PROGRAM
"""

import argparse
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# MHSDS ClinRespPriorityType, by the words of the trail.
PRIORITIES = {"emergency": "1", "urgent": "2", "routine": "3", "very urgent": "4"}
# An age in each band: the trail has the band alone.
AGES = {"under 18": 17, "18 and over": 18, None: None}
PUBLISHED_EXIT_CODES = (0, 4)  # whole, or of a month that has not ended


@dataclass(frozen=True)
class Rule:
    """What the publication asks for. A test changes one of these, and other figures must follow."""

    attended: tuple = ("5", "6")                # P 54
    mechanisms: tuple = ("01",)                 # P 55
    least_seconds: int = 0                      # P 53: not before the receipt; M, between(0, ...)
    in_month: bool = True                       # P 31, 33, 34: contacts of the month's submission
    first: bool = True                          # P 51, 96, 174: the first contact alone, and not any
    community: tuple = ("A02", "A18", "A19")    # P 102
    liaison: tuple = ("A11", "C05")             # P 180
    liaison_source: str = "H1"                  # P 181
    adult_from: int = 18                        # P 71-73, 149-151


RULE = Rule()


@dataclass(frozen=True)
class Measure:
    code: str
    table: str
    priority: str | None   # none: of any priority
    seen: bool = False     # only those with a first contact
    minutes: int | None = None


MEASURES = (
    Measure("CCR70", "community", "1"),                     # M 2268-2282
    Measure("CCR117", "community", "4"),                    # M 2313-2327
    Measure("CCR71", "community", "2"),                     # M 2358-2372
    Measure("CCR118", "community", "4", True),              # M 2403-2417
    Measure("CCR73", "community", "2", True),               # M 2448-2462
    Measure("CCR119", "community", "4", True, 240),         # M 2493-2507
    Measure("CCR120", "community", "2", True, 1440),        # M 2538-2552
    Measure("PLS121", "liaison", None),                     # M 2583-2597
    Measure("PLS122", "liaison", None, True),               # M 2628-2642
    Measure("PLS123", "liaison", None, True, 60),           # M 2673-2687
)
LETTERS = {"": None, "a": "18 and over", "b": "0-17"}  # of a code, and its age group
CODES = tuple(measure.code + letter for measure in MEASURES for letter in LETTERS)
# A measure of those seen in time is a share of those who had a contact.
CONTACTS = {"CCR119": "CCR118", "CCR120": "CCR73", "PLS123": "PLS122"}


@dataclass(frozen=True)
class ReferralRecord:
    """MHS101: a row of the referral table."""

    id: str
    person: str
    received_on: date
    received_second: int
    priority: str | None
    source: str
    age: int | None


@dataclass(frozen=True)
class TeamRecord:
    """MHS102, or the team of MHS101: both stand in one table (G 363-403)."""

    referral: str
    team_type: str | None


@dataclass(frozen=True)
class ContactRecord:
    """MHS201: a row of the contact table."""

    id: int
    referral: str
    on: date
    second: int
    attended: str | None
    mechanism: str | None


@dataclass(frozen=True)
class Records:
    people: frozenset
    referrals: tuple
    teams: tuple
    contacts: tuple


@dataclass(frozen=True)
class Row:
    """A row of the master table of either kind: a referral with a team of the kind, and its first contact, if any."""

    referral: str
    priority: str | None
    age_group: str | None
    contact: int | None
    minutes: float | None


# ---- The records, by the approximation of DEFINITIONS.md, section 5

def day_of(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).astimezone(LONDON).date()


def seconds_between(from_ms, to_ms):
    """Whole seconds, a part of one counted as one. Ours compares milliseconds, and counts a contact that is less than a
    second before the receipt: so the records have their seconds counted from the receipt."""
    return -((from_ms - to_ms) // 1000)


def team_type_of(trail, referral):
    """One team: the latest that accepted or, if none did, the first that declined."""
    row = trail.execute("SELECT team_type FROM team WHERE team = coalesce("
                        "(SELECT last_accepted_team FROM referral WHERE referral = ?1),"
                        "(SELECT team FROM offer WHERE referral = ?1 AND ended_as = 'declined' ORDER BY attempt LIMIT 1))",
                        (referral,)).fetchone()
    return row[0] if row else None


def records_of(path):
    """What would be submitted of a trail: of everybody but drills and those who were passed on."""
    trail = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    referrals, teams, contacts = [], [], []
    for id, received_ms, urgency, source, age in trail.execute(
            "SELECT referral, received_at_ms, urgency, source_code, age_used FROM referral"
            " WHERE drill = 0 AND passed_on_at_ms IS NULL"):
        second = received_ms // 1000
        referrals.append(ReferralRecord(id, id, day_of(received_ms), second, PRIORITIES.get(urgency), source, AGES[age]))
        teams.append(TeamRecord(id, team_type_of(trail, id)))
        for number, at_ms, attended, mechanism in trail.execute(
                "SELECT seq, occurred_at_ms, attend_code, mechanism_code FROM check_in"
                " WHERE referral = ? AND step = 'contact'", (id,)):
            contacts.append(ContactRecord(number, id, day_of(at_ms), second + seconds_between(received_ms, at_ms),
                                          attended, mechanism))
    trail.close()
    return Records(frozenset(record.person for record in referrals), tuple(referrals), tuple(teams), tuple(contacts))


# ---- The publication's steps

def month_of(day):
    return f"{day.year}-{day.month:02d}"


def contacts_prepared(records, month, rule):
    """P 10-34: the month's contacts, each beside its referral if that is in the month's submission too."""
    submitted = {record.id: record for record in records.referrals if month_of(record.received_on) == month}
    for contact in records.contacts:
        if contact.referral in submitted and (month_of(contact.on) == month or not rule.in_month):
            yield submitted[contact.referral], contact


def contacts_in_order(records, month, rule):
    """P 38-55: those that were attended and face to face, from the receipt on, of each referral in their order."""
    ordered = {}
    for referral, contact in contacts_prepared(records, month, rule):
        if (contact.second - referral.received_second >= rule.least_seconds
                and contact.attended in rule.attended and contact.mechanism in rule.mechanisms):
            ordered.setdefault(referral.id, []).append(contact)
    for contacts in ordered.values():
        contacts.sort(key=lambda contact: (contact.on, contact.second, contact.id))
    return ordered


def age_group(age, rule):
    """P 71-73, 149-151."""
    if age is None:
        return None
    return "18 and over" if age >= rule.adult_from else "0-17"


def master(records, month, rule, table):
    """P 57-127 for the community, P 134-206 for liaison: a row for each team of the kind."""
    of_kind = rule.community if table == "community" else rule.liaison
    types = {}
    for team in records.teams:
        types.setdefault(team.referral, []).append(team.team_type)
    ordered = contacts_in_order(records, month, rule)
    for record in records.referrals:
        if month_of(record.received_on) != month or record.person not in records.people:  # P 86-89, 101; G 205-206
            continue
        if table == "liaison" and record.source != rule.liaison_source:
            continue
        found = ordered.get(record.id, [])
        contact = found[0 if rule.first else -1] if found else None
        minutes = (contact.second - record.received_second) / 60 if contact else None  # P 126, 205
        for team_type in types.get(record.id, ()):
            if team_type in of_kind:
                yield Row(record.id, record.priority, age_group(record.age, rule), contact.id if contact else None, minutes)


def is_counted(measure, group, row):
    """The filter clause of a measure in M; its variants a and b ask for an age group too."""
    if measure.priority is not None and row.priority != measure.priority:
        return False
    if group is not None and row.age_group != group:
        return False
    if measure.seen and row.contact is None:
        return False
    return measure.minutes is None or 0 <= row.minutes <= measure.minutes


def figures_of(records, month, rule=RULE):
    """Code: how many different referrals."""
    tables = {name: list(master(records, month, rule, name)) for name in ("community", "liaison")}
    return {measure.code + letter: len({row.referral for row in tables[measure.table] if is_counted(measure, group, row)})
            for measure in MEASURES for letter, group in LETTERS.items()}


# ---- The comparison

def months_of(records):
    return sorted({month_of(record.received_on) for record in records.referrals})


def reported(path, concordat, month):
    """Code: what report `national` says, and of how many."""
    ran = subprocess.run([concordat, "report", "national", "--unsuppressed", "--json", "--period", month, "--trail", path],
                         capture_output=True, text=True, check=False)
    if ran.returncode not in PUBLISHED_EXIT_CODES:
        raise RuntimeError(f"concordat report national: {ran.returncode} {ran.stderr}")
    table = next(table for table in json.loads(ran.stdout)["tables"] if table["name"] == "published")
    return {row["measure"]: (row["count"], row["out_of"]) for row in table["rows"] if not row["measure"].startswith("in ")}


def differences(path, concordat, month, rule=RULE, records=None):
    """A sentence for each official figure of the month that the report has otherwise, or not, or alone."""
    mine = figures_of(records or records_of(path), month, rule)
    theirs = reported(path, concordat, month)
    found = [f"{month}: the report has {code}" for code in theirs if code not in mine]
    for code, count in mine.items():
        stem, letter = (code[:-1], code[-1]) if code[-1] in "ab" else (code, "")
        of = mine[CONTACTS[stem] + letter] if stem in CONTACTS else None
        if theirs.get(code) != (count, of):
            found.append(f"{month}: {code} is {count} of {of} by the publication's rule, and in the report {theirs.get(code)}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trail", help="trail.db of an inspector")
    parser.add_argument("--concordat", required=True, help="the program, for its report")
    options = parser.parse_args()
    records, found, sums = records_of(options.trail), [], Counter()
    for month in months_of(records):
        sums.update(figures_of(records, month))
        found += differences(options.trail, options.concordat, month, records=records)
    for sentence in found:
        print(sentence)
    print("; ".join(f"{code} {sums[code]}" for code in CODES if code[-1] not in "ab"))
    print(f"{len(CODES) * len(months_of(records))} published figures counted by the publication's rule, {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
