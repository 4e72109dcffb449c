#!/usr/bin/python3
"""Recomputes every clock of a ledger from its events alone, and compares each with what the router and the reports say.

It reads the exact bytes of the events in an inspector's trail (event.body: services/audit/trail_schema.c), with message
classes that protoc makes of the published .proto files, and shares no code with the product or the demo. The rules stand
in recomputed.py, each with its source, and what a policy allows in allowed.py. It prints a table (clock, how many were recomputed, how many are equal) and each
difference; any difference is a failure.

Usage: clocks.py TRAIL --proto FOLDER --concordat PROGRAM
"""

import argparse
import bisect
import glob
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

import yaml

sys.dont_write_bytecode = True  # the tree stays as it is
from allowed import DETENTION_HOURS, HOUR, MINUTE  # noqa: E402
from onecase import Said  # noqa: E402
from recomputed import TURN_MS, Region  # noqa: E402

SHOWN_MAX = 20  # differences that are printed


def message_classes(proto, into):
    files = glob.glob(os.path.join(proto, "concordat", "v1", "*.proto"))
    subprocess.run(["protoc", f"-I{proto}", f"--python_out={into}", *files], check=True)
    sys.path.insert(0, into)
    from concordat.v1 import event_pb2

    return event_pb2


def region_of(trail, event_pb2):
    region = Region(lambda file: yaml.safe_load(file.decode()))
    for seq, body in trail.execute("SELECT seq, body FROM event ORDER BY seq"):
        event = event_pb2.Event.FromString(body)
        assert event.seq == seq
        region.take(event)
    return region


# ---- Against the tables of the trail: each case by itself ----

def rows_of(trail, sql):
    return {tuple(row[:-1]): row[-1] for row in trail.execute(sql)}


def compare_rows(region, name, ours, theirs):
    """Each key has one figure on either side; what only one of them has is a difference."""
    for key in sorted(ours.keys() | theirs.keys(), key=str):
        region.said.append(Said(name(key), str(key[0]), 0, ours.get(key), theirs.get(key)))


def compare_clocks(region, trail):
    """A clock's start, limit and stop. Of those that started anew the last is there, as the table has it."""
    number = dict(trail.execute("SELECT referral, number FROM referral"))
    theirs = {(number[referral], clock): tuple(rest) for referral, clock, *rest in trail.execute(
        "SELECT referral, clock, standard, started_at_ms, due_at_ms, stopped_at_ms FROM clock")}
    ours = {(case.number, name): (clock.standard, clock.start, clock.due, clock.stop)
            for case in region.cases.values() for name, clock in case.clocks.items()}
    compare_rows(region, lambda key: key[1], ours, theirs)
    seen = rows_of(trail, "SELECT number, first_face_to_face_at_ms FROM referral")
    told = rows_of(trail, "SELECT number, referrer_told_at_ms FROM referral")
    cases = region.cases.values()
    compare_rows(region, lambda key: "national: first seen",
                 {(case.number,): case.seen and max(case.seen, case.received) for case in cases}, seen)
    compare_rows(region, lambda key: "referrer first told", {(case.number,): case.told for case in cases}, told)


def compare_owners(region, trail):
    number = dict(trail.execute("SELECT referral, number FROM referral"))
    theirs, ours = defaultdict(list), defaultdict(list)
    for referral, *rest in trail.execute("SELECT referral, from_ms, to_ms, owner_kind, coalesce(owner, ''),"
                                         " coalesce(act_by_ms, 0) FROM custody_interval ORDER BY from_seq"):
        theirs[number[referral],].append(tuple(rest))
    for case in region.cases.values():
        ours[case.number,] = [tuple(interval) for interval in case.intervals]
    compare_rows(region, lambda key: "owner intervals", ours, theirs)


def was_due(turns, since, until):
    """Whether the router acted at an instant from `since` on, and well before `until`: it has to act on all that is due then."""
    at = bisect.bisect_left(turns, since)
    return at < len(turns) and (until is None or turns[at] + TURN_MS < until)


def compare_passing(region, trail):
    """Each limit that passed unmet was said once, and never before; and so was each warning."""
    turns = sorted(set(region.turns))
    for name, events, of in (("breach", region.breaches, lambda run: run.due + 1),
                             ("warning", region.warnings, lambda run: run.warn)):
        told = {(case.number, clock, due): at for _, at, case, clock, due, _ in events}
        for case in region.cases.values():
            for run in case.runs:
                first = of(run)
                if first is None:
                    continue
                at = told.pop((case.number, run.clock, run.due), None)
                ends = [run.due + 1] if name == "warning" else []
                must = any(was_due(turns, max(first, since), min([*ends, *([over] if over else [])], default=None))
                           for since, over in run.spans)
                held = (at is not None and at >= first) if must else (at is None or at >= first)
                region.said.append(Said(f"{name}: {run.clock}", case.number, 0, (must, True), (must, held)))
        for (case, clock, due), at in told.items():
            region.said.append(Said(f"{name}: {clock}", case, 0, None, (due, at)))
    theirs = set(trail.execute("SELECT seq, times, unheard FROM reminder"))
    for row in theirs ^ set(region.reminders):
        region.said.append(Said("reminder", str(row), row[0], row in region.reminders, row in theirs))


# ---- Against the reports ----

ARRIVES = ("arrived", "kept", "entered")  # at a place of safety, or found there


def tenths(ms):
    """Seconds with one digit behind the point. A half goes up, as in SQLite: Python's round() sees that 0.35 is a bit less."""
    return None if ms is None else (ms + 50) // 100 / 10


def minutes(ms):
    """Minutes with one digit behind the point; as tenths()."""
    return (ms + 3000) // 6000 / 10


class Held:
    """A detention as the reports count it. A power that is used again after the end is another use; a use of which it turned
    out that nobody was detained is left out."""

    def __init__(self, case, now):
        self.case, self.free, self.escaped, self.section_136 = case, 0, False, False
        uses, power = [[]], 0
        for step, when, _, event in case.entries:
            if step == "used" and any(entry[0] == "ended" for entry in uses[-1]):
                uses.append([])
            power = event.detention_noted.power or power
            uses[-1].append((step, when, event, power))
        never = 9  # DETENTION_END_NEVER_DETAINED
        self.entries = [entry for use in uses if all(one[2].detention_noted.end != never for one in use) for entry in use]
        self.start = min((when for step, when, _, _ in self.entries if step in (*ARRIVES, "corrected") and when), default=None)
        self.end = self.walk() or now
        said = [when for step, when, event, _ in self.entries if step == "police left" and when and
                event.detention_noted.from_referral][-1:]  # an update corrects it
        self.left = said + [when for step, when, event, _ in self.entries if step == "police left" and when and
                            not event.detention_noted.from_referral]

    def walk(self):
        """Since when nobody is held, or None."""
        gone, over = None, False
        for step, when, event, power in self.entries:
            when = when or event.at_ms
            self.section_136 |= power == 2  # LEGAL_STATUS_SECTION_136
            self.escaped |= step == "escaped"
            over = step == "ended" or (over and step != "used")
            if step in ("escaped", "ended"):
                gone = when if gone is None else gone
            elif step in ARRIVES and gone is not None and not over:
                self.free += max(0, when - max(gone, self.start))
                gone = None
        return gone


class Reports:
    def __init__(self, region, program, trail_path):
        self.region, self.program, self.trail_path = region, program, trail_path
        self.now = max(region.turns)
        self.counted = [case for case in region.cases.values() if not case.drill]

    def ask(self, name):
        said = subprocess.run([self.program, "report", name, "--unsuppressed", "--json", "--trail", self.trail_path],
                              check=True, capture_output=True)
        return {table["name"]: table["rows"] for table in json.loads(said.stdout)["tables"]}

    def compare(self, report, line, ours, theirs):
        self.region.said.append(Said(f"report {report}", line, 0, ours, theirs))

    def all(self):
        self.custody()
        self.breaches()
        self.national()
        self.times()
        self.section136()

    def custody(self):
        row = self.ask("custody")["summary"][0]
        owned = unowned = twice = mistaken = overdue = count = 0
        for case in self.counted:
            at, gaps = case.entered, dict(case.gaps)
            mistaken += sum(until - since for since, until in case.gaps)
            for since, until, _, _, act_by in case.intervals:
                at = gaps.get(at, at)   # it had ended: nobody has to own it
                unowned += max(0, since - at)
                twice += max(0, at - since)
                at = self.now if until is None else until
                owned += at - since
                overdue += max(0, at - act_by)
                count += 1
            unowned += max(0, (case.ended or self.now) - at)
        ours = {"referrals": len(self.counted), "intervals": count, "owned_s": owned, "unowned_s": unowned,
                "owned_twice_s": twice, "ended_by_mistake_s": mistaken, "overdue_s": overdue}
        for name, value in ours.items():
            self.compare("custody", name, tenths(value) if name.endswith("_s") else value, row[name])
        self.compare("custody", "unowned seconds are 0", 0, unowned)

    def breaches(self):
        ours = Counter()
        for case in self.counted:
            for name, clock in case.clocks.items():
                ended = case.ended if name in ("response", "referrer told") else None  # the others run on
                late = "stopped_before_its_start" if clock.stop is not None and clock.stop < clock.start else \
                    "met" if clock.stop is not None and clock.stop <= clock.due else \
                    "stopped_late" if clock.stop is not None else \
                    "referral_ended_first" if ended is not None and ended <= clock.due else \
                    "past_due_not_stopped" if self.now > clock.due else "not_yet_due"
                ours[name, clock.standard, "started"] += 1
                ours[name, clock.standard, "passed_on" if name == "response" and case.passed_on else late] += 1
        theirs = Counter()
        for row in self.ask("breaches")["clocks"]:
            for column in ("started", "met", "stopped_late", "past_due_not_stopped", "not_yet_due", "referral_ended_first",
                           "stopped_before_its_start", "passed_on"):
                theirs[row["clock"], row["standard"], column] += row[column]
        for key in sorted(ours.keys() | theirs.keys()):
            self.compare("breaches", " ".join(key), ours[key], theirs.get(key, 0))

    def national(self):
        """The router's own measures: from receipt to the first attended face-to-face contact; the limits are inclusive."""
        ours = Counter()
        for case in self.counted:
            kind, allowed = ("emergency department", 60) if case.source == "emergency department" else \
                (f"community, {case.urgency}", {"emergency": 0, "very urgent": 240, "urgent": 1440}.get(case.urgency))
            band = "age not known" if case.age is None else "18 and over" if case.age >= 18 else "under 18"
            wait = None if case.seen is None else max(case.seen, case.received) - case.received
            for key in ((kind, "all"), (kind, band)) if allowed is not None else ():
                if case.passed_on:  # [PAGE]: neither met nor late
                    ours[*key, "passed on to another provider, which reports it: in no line above, of all received"] += 1
                    continue
                ours[*key, "new referrals"] += 1
                ours[*key, "had a face-to-face contact"] += wait is not None
                if allowed:
                    ours[*key, f"seen within {allowed} min, of new referrals"] += wait is not None and wait <= allowed * MINUTE
                ours[*key, "never seen: ended without a face-to-face contact, of new referrals"] += \
                    wait is None and case.ended is not None
        report = self.ask("national")
        theirs = {(row["measure"], row["ages"], row["line"]): row["count"] for row in report["own"]}
        for key in {*ours, *(key for key in theirs if key[2] == "new referrals")}:
            self.compare("national", " ".join(key), ours[key], theirs.get(key, 0))
        self.passed_on({row["number"]: row for row in report["passed_on"]})
        before = next(row["count"] for row in report["recording"] if row["line"].startswith("seen before the receipt"))
        self.compare("national", "seen before the receipt", sum(case.seen_before for case in self.counted), before)

    def passed_on(self, theirs):
        """[PAGE] RecordPassedOn: the person waits from our receipt, the national wait runs from that provider's."""
        passed = {case.number: case for case in self.counted if case.passed_on}
        for number in sorted(passed.keys() | theirs.keys()):
            case, row = passed.get(number), theirs.get(number)
            ours = None
            if case:
                provider, there = case.passed_on
                seen, response = case.seen and max(case.seen, case.received), case.clocks.get("response")
                ours = {"provider": provider or "no code", "to_there_min": minutes(max(there - case.received, 0)) if there else None,
                        "person_seen_after_min": f"{minutes(seen - case.received):.1f}" if seen else "not known to us",
                        "our_time_ran_out_first": response and ("yes" if response.due < (seen or there or case.ended) else "no")}
            self.compare("national", f"passed on, {number}", ours, row and {name: row[name] for name in ours or row})

    def times(self):
        spans = {
            "received to first offer": [case.first_offer and case.first_offer - case.received for case in self.counted],
            "received to accepted": [case.first_accepted and case.first_accepted - case.received for case in self.counted],
            "received to referrer told": [case.told and case.told - case.received for case in self.counted],
            "decided to received": [case.received - case.decided if case.decided and case.decided <= case.received else None
                                    for case in self.counted]}
        for row in self.ask("times")["times"]:
            values = sorted(span for span in spans[row["measure"]] if span is not None)
            ours = {"with_time": len(values), "max_s": tenths(values[-1] if values else None)}
            for name, percent in (("median_s", 50), ("p90_s", 90), ("p95_s", 95)):
                rank = (len(values) * percent + 99) // 100  # the nearest rank
                few = name != "median_s" and len(values) < 20  # they are not shown
                ours[name] = tenths(values[rank - 1] if values and not few else None)
            for name, value in ours.items():
                self.compare("times", f"{row['measure']}, {name}", value, row[name])

    def section136(self):
        """Held from the first arrival to the end of the detention, or until now, but not while they were away or free."""
        held = [one for one in (Held(case, self.now) for case in self.counted) if one.section_136]
        ours = {
            "people detained under section 136": len(held),
            "arrival at a place of safety recorded": sum(one.start is not None for one in held),
            "held for more than 24 hours": sum(one.end - one.start - one.free > DETENTION_HOURS for one in held if one.start),
            "held beyond their hours, extensions included": sum(
                one.end > one.start + one.case.until - one.case.started for one in held if one.start),
            "escaped": sum(one.escaped for one in held),
            "first arrival corrected to a later one, which moved nothing": sum(bool(one.case.corrected) for one in held),
            "handover by the police took more than 60 min": sum(
                min(one.left) - one.start > HOUR for one in held if one.start and one.left)}
        theirs = {row["line"]: row["count"] for row in self.ask("section136")["summary"]}
        for line, value in ours.items():
            self.compare("section136", line, value, theirs.get(line))


# ---- The table ----

def print_table(said):
    counted = defaultdict(lambda: [0, 0])
    for one in said:
        counted[one.clock][0] += 1
        counted[one.clock][1] += one.ours == one.theirs
    print(f"{'clock':32} {'recomputed':>10} {'equal':>7}")
    for clock, (count, equal) in sorted(counted.items()):
        print(f"{clock:32} {count:10} {equal:7}{'' if count == equal else '  DIFFER'}")
    wrong = [one for one in said if one.ours != one.theirs]
    for one in wrong[:SHOWN_MAX]:
        print(f"{one.clock} of {one.case}, event {one.seq}: recomputed {one.ours}, recorded {one.theirs}")
    print(f"{len(said)} figures recomputed, {len(wrong)} differ")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trail", help="trail.db of an inspector")
    parser.add_argument("--proto", required=True, help="the folder that has concordat/v1")
    parser.add_argument("--concordat", required=True, help="the program, for its reports")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        event_pb2 = message_classes(options.proto, folder)
        trail = sqlite3.connect(f"file:{options.trail}?mode=ro", uri=True)
        region = region_of(trail, event_pb2)
        compare_clocks(region, trail)
        compare_owners(region, trail)
        compare_passing(region, trail)
        Reports(region, options.concordat, options.trail).all()
        trail.close()
    return 0 if print_table(region.said) else 1


if __name__ == "__main__":
    sys.exit(main())
