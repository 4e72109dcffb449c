"""Disclosure control, attacked: from the files that were printed alone, and from how figures add up by their meaning, a linear
programme of SciPy looks for the least and the most that each hidden count can be. None may be pinned to fewer than five.

What adds up is written here a second time, by hand, from what the tables say they count: nothing is taken from the reports'
own declarations.

Usage: test_disclosure.py SOURCE BUILD STORY_OF_A_MONTH,STORY_OF_A_HALF, with SEEDS in the environment for more months than one
"""

import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import unittest

import numpy
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

STORY = sys.argv.pop()
STORY, HALF = STORY.split(",")
BUILD = sys.argv.pop()
sys.argv.pop()
CONCORDAT = os.path.join(BUILD, "services", "cli", "concordat")
PERIOD, HALF_YEAR = "2027-03", "2026/27-H2"
OF_A_HALF = ("equality", "section136")  # and no other period of them is published
REPORTS = ("breaches", "change", "custody", "declines", "diversion", "equality", "looked", "national", "open",
           "reached", "requests", "section136", "selfharm", "times", "volume")
KINDS = ("very_urgent", "urgent", "department")
SEEDS = int(os.environ.get("SEEDS", "1"))
VISIBLE = 0.7  # of the counts that are not small, so many are shown at least
LEAST = 5  # numbers that a hidden count can be
ANY = 10 ** 6  # so many people are in no table here
ANSWERS = [told for answer in ("screened", "assessed", "consenting") for told in (answer, f"not_{answer}", f"{answer}_not_recorded")]
STANDS = ("needed", "asked", "yes", "on_the_way", "done", "no", "cancelled")  # and with_yes beside them
ANSWERED = ("with_yes", "refused_at_least_once", "asked_more_than_once", "reminded")
BY_WHOM = ("self_defined", "officer_defined", "by_a_clinician", "by_whom_not_recorded")
CONVEYED = ("ambulance", "police_vehicle", "other_transport", "transport_not_recorded")
# The counts of each table, and the columns by which its rows are told apart.
TABLES = {
    ("volume", "volume"): (("source", "urgency", "ages"), ("received", "open", "closed", "withdrawn")),
    ("volume", "sources"): (("source",), ("received", "open", "closed", "withdrawn")),
    ("volume", "hours"): (("hour",), ("received",)),
    ("declines", "reasons"): (("reason",), ("declined",)),
    ("declines", "teams"): (("team",), ("offers", "accepted", "declined", "expired", "called_back", "live", "marked")),
    ("declines", "team_reasons"): (("team", "reason"), ("declined",)),
    ("national", "own"): (("measure", "ages", "line"), ("count", "out_of")),
    ("national", "published"): (("of_kind", "ages", "counts"), ("count", "out_of")),
    ("national", "waits"): (("measure", "ages"), ("seen",)),
    ("times", "times"): (("measure",), ("referrals", "with_time")),
    ("times", "spread"): (("received_to_accepted",), ("referrals",)),
    ("times", "times_by_group"): (("measure", "source", "urgency"), ("referrals", "with_time")),
    ("times", "offers"): (("source",), ("referrals", "offers")),
    ("times", "told"): (("source",), ("referrals", "told", "told_within_30_min")),
    ("breaches", "clocks"): (("clock", "provenance", "standard"), (
        "started", "met", "stopped_late", "past_due_not_stopped", "not_yet_due", "referral_ended_first",
        "stopped_before_its_start", "passed_on", "time_is_up", "met_by_a_later_limit")),
    ("breaches", "urgency_changes"): (("urgency",), ("referrals", "changed", "changed_after_the_limit")),
    ("open", "owners"): (("received", "owner_kind", "owner"), ("open", "overdue")),
    ("selfharm", "referred"): (("self_harm",), ("referrals",)),
    ("selfharm", "assessed"): (("ages",), ("referrals", "assessed", "not_assessed", "not_recorded")),
    ("selfharm", "waits"): (("ages",), ("with_time",)),
    ("diversion", "stages"): (("point_of_contact",), ("referrals", *ANSWERS)),
    ("diversion", "ages"): (("ages",), ("referrals",)),
    ("requests", "requests"): (("what",), ("requests", *STANDS, "with_yes")),
    ("requests", "answers"): (("what",), ("requests", *ANSWERED)),
    ("reached", "tries"): (("source",), ("people", "met_later", "ended_unmet", "not_met_yet", "failed_tries")),
    ("reached", "next"): (("next",), ("failed_tries",)),
    ("reached", "missing"): (("found_by",), ("times", "found")),
    ("custody", "summary"): ((), ("referrals", "intervals", "unowned", "owned_twice", "ended_by_mistake", "overdue")),
    **{("equality", table): (("measure", group), ("count", "out_of")) for table, group in
       (("ethnicity5", "ethnic_group"), ("ethnicity16", "code"), ("sex", "sex"), ("age", "ages"))},
    ("reached", "without_contact"): (("reason",), ("people",)),
    ("reached", "closing"): (("line",), ("times",)),
    ("looked", "roles"): (("role",), ("times", "records", "who_had_to_do_with_it", "beyond_their_areas", "cases")),
    ("looked", "readers"): (("role", "of"), ("times", "cases")),
    ("looked", "beyond"): (("reason",), ("times", "cases")),
    ("section136", "summary"): (("line",), ("count",)),
    ("section136", "transport"): (("transport",), ("people",)),
    ("section136", "place"): (("first_place",), ("people",)),
    ("section136", "vehicle"): (("reason",), ("people",)),
    ("section136", "department"): (("reason",), ("people",)),
    ("section136", "station_grounds"): (("line",), ("people",)),
    ("section136", "organisations"): (("organisation",), (
        "people", *CONVEYED, "at_a_police_station", "under_18")),
    ("section136", "sexes"): (("sex",), ("people", "under_18", "adults", "age_not_known")),
    ("section136", "ethnic_groups"): (("ethnic_group",), ("people", *BY_WHOM)),
    ("section136", "ethnic_categories"): (("code", "ethnic_group"), ("people", *BY_WHOM)),
    ("section136", "ended"): (("ended_as",), ("people",)),
    ("section136", "extensions"): (("reason",), ("people",)),
    ("section136", "police_time"): (("first_place",), ("people",)),
    **{("change", table): (("month",), ("count", "out_of")) for table in
       ("told", "accepted", "response", "declined")},
    **{("change", f"seen_{kind}"): (("month", "measure"), ("count", "out_of")) for kind in KINDS},
    **{("change", f"wait_{kind}"): (("month", "measure"), ("seen",)) for kind in KINDS},
    **{("change", table): (("month",), ("with_time",)) for table in ("to_accepted", "to_told")},
}


def numbers(least, most):
    """How many whole numbers lie there."""
    return math.floor(most + 1e-6) - math.ceil(least - 1e-6) + 1 if least <= most else 0


class Attack:
    """Unknowns, what was printed of them, and how they add up."""

    def __init__(self):
        self.bounds, self.names, self.sums = [], {}, []

    def unknown(self, printed=None):
        if printed in (None, "*"):
            self.bounds.append((0, ANY))
        else:
            self.bounds.append((max(int(printed) - 2, 5), int(printed) + 2))
        return len(self.bounds) - 1

    def cell(self, *name, printed=None):
        """A cell that was not printed is one that is not known."""
        if name not in self.names:
            self.names[name] = self.unknown(printed)
        return self.names[name]

    def add_up(self, total, parts, rest=False):
        self.sums.append((total, [*parts, self.unknown()] if rest else list(parts)))

    def ranges(self, wanted):
        """The least and the most of each: only those hang together that share a sum."""
        group = list(range(len(self.bounds)))

        def find(one):
            while group[one] != one:
                group[one] = group[group[one]]
                one = group[one]
            return one

        for total, parts in self.sums:
            for part in parts:
                group[find(part)] = find(total)
        members, sums = {}, {}
        for one in range(len(self.bounds)):
            members.setdefault(find(one), []).append(one)
        for one in self.sums:
            sums.setdefault(find(one[0]), []).append(one)
        for root in members:
            here = [one for one in wanted if find(one) == root]
            if here:
                yield from self.solve(members[root], sums.get(root, []), here)

    def solve(self, members, sums, wanted):
        place = {one: at for at, one in enumerate(members)}
        matrix = lil_matrix((max(len(sums), 1), len(members)))
        for row, (total, parts) in enumerate(sums):
            matrix[row, place[total]] -= 1
            for part in parts:
                matrix[row, place[part]] += 1
        matrix, bounds = matrix.tocsr(), [self.bounds[one] for one in members]
        least, most = numpy.full(len(members), numpy.inf), numpy.full(len(members), -numpy.inf)
        for one in wanted:
            for sign in (1, -1):
                if numbers(least[place[one]], most[place[one]]) >= LEAST:
                    break  # an answer about others was wide enough
                aim = numpy.zeros(len(members))
                aim[place[one]] = sign
                found = linprog(aim, A_eq=matrix, b_eq=numpy.zeros(matrix.shape[0]), bounds=bounds, method="highs")
                assert found.status == 0, found.message  # otherwise what was printed is nothing that ever was
                least, most = numpy.minimum(least, found.x), numpy.maximum(most, found.x)
            yield one, least[place[one]], most[place[one]]


def read(folder):
    """Each cell of each table: (report, table, keys..., column): as it was printed; and each row's keys."""
    cells, rows = {}, {}
    for (report, table), (keys, counts) in TABLES.items():
        if not os.path.exists(os.path.join(folder, report)):
            continue
        with open(os.path.join(folder, report, table + ".csv"), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                told = tuple(row[key] for key in keys)
                rows.setdefault((report, table), []).append(told)
                for count in counts:
                    if row[count]:
                        cells[(report, table, *told, count)] = row[count]
    return cells, rows


class Published:
    def __init__(self, folder, attack=None, period=PERIOD):
        self.attack, self.period = attack or Attack(), period
        self.cells, self.rows = read(folder)
        for name, printed in self.cells.items():
            self.attack.cell(*name, printed=printed)
        for part in (self.volume, self.declines, self.national, self.times, self.breaches, self.across,
                     self.change, self.beside, self.section136):
            part()

    def of(self, report, table):
        return self.rows.get((report, table), [])

    def sum_up(self, total, parts, rest=False):
        self.attack.add_up(self.attack.cell(*total), [self.attack.cell(*part) for part in parts], rest)

    def has(self, *name):
        return name in self.cells

    def volume(self):
        for count in ("received", "open", "closed", "withdrawn"):
            sources = [row[0] for row in self.of("volume", "sources") if row[0] != "all"]
            self.sum_up(("volume", "sources", "all", count), [("volume", "sources", one, count) for one in sources], True)
            for source in sources:
                self.sum_up(("volume", "sources", source, count),
                            [("volume", "volume", *row, count) for row in self.of("volume", "volume") if row[0] == source], True)
        self.sum_up(("volume", "sources", "all", "received"),
                    [("volume", "hours", *row, "received") for row in self.of("volume", "hours")], True)
        for table in ("volume", "sources"):
            for row in self.of("volume", table):
                self.sum_up(("volume", table, *row, "received"),
                            [("volume", table, *row, count) for count in ("open", "closed", "withdrawn")])

    def declines(self):
        for team, in self.of("declines", "teams"):
            self.sum_up(("declines", "teams", team, "offers"), [("declines", "teams", team, count) for count in
                                                              ("accepted", "declined", "expired", "called_back", "live")])
            self.sum_up(("declines", "teams", team, "declined"), [("declines", "teams", team, "marked")], True)
            self.sum_up(("declines", "teams", team, "declined"), [("declines", "team_reasons", *row, "declined")
                        for row in self.of("declines", "team_reasons") if row[0] == team], True)
        for reason, in self.of("declines", "reasons"):
            self.sum_up(("declines", "reasons", reason, "declined"), [("declines", "team_reasons", *row, "declined")
                        for row in self.of("declines", "team_reasons") if row[1] == reason], True)

    def national(self):
        for table in ("own", "published"):
            for key, ages, line in self.of("national", table):
                if ages == "all":
                    for count in ("count", "out_of"):
                        parts = [("national", table, *row, count) for row in self.of("national", table)
                                 if (row[0], row[2]) == (key, line) and row[1] != "all" and self.has("national", table, *row, count)]
                        if self.has("national", table, key, ages, line, count):
                            self.sum_up(("national", table, key, ages, line, count), parts, True)
                if self.has("national", table, key, ages, line, "out_of"):
                    self.sum_up(("national", table, key, ages, line, "out_of"), [("national", table, key, ages, line, "count")], True)
        for measure, ages in {row[:2] for row in self.of("national", "own")}:
            self.own(measure, ages, [row[2] for row in self.of("national", "own") if row[:2] == (measure, ages)])

    def own(self, measure, ages, lines):
        def named(begins, column="count"):
            found = [line for line in lines if line.startswith(begins)]
            return ("national", "own", measure, ages, found[0] if found else begins, column)

        new, seen = named("new referrals"), named("had a face-to-face")
        waiting = ("open and not seen",) if measure == "community, emergency" else \
            ("open, not seen and past", "open, not seen and still")
        self.sum_up(new, [seen, named("never seen"), *(named(one) for one in waiting)])
        self.sum_up(seen, [("national", "waits", measure, ages, "seen")])
        for line in lines:
            if line.endswith("of new referrals"):
                self.sum_up(new, [("national", "own", measure, ages, line, "out_of")])
            elif line.endswith("of those with a face-to-face contact"):
                self.sum_up(seen, [("national", "own", measure, ages, line, "out_of")])

    def times(self):
        measures = ("received to first offer", "received to accepted", "received to referrer told", "decided to received")
        for measure in measures:
            for count in ("referrals", "with_time"):
                self.sum_up(("times", "times", measure, count), [("times", "times_by_group", *row, count) for row in
                            self.of("times", "times_by_group") if row[0] == measure], True)
            self.sum_up(("times", "times", measures[0], "referrals"), [("times", "times", measure, "referrals")])
        for measure, source, urgency in self.of("times", "times_by_group"):
            group = ("times", "times_by_group", measure, source, urgency)
            self.sum_up((*group, "referrals"), [(*group, "with_time")], True)
            self.sum_up(("times", "times_by_group", measures[0], source, urgency, "referrals"), [(*group, "referrals")])
        self.sum_up(("times", "times", measures[0], "referrals"),
                    [("times", "spread", *row, "referrals") for row in self.of("times", "spread")], True)
        for table in ("offers", "told"):
            sources = [row[0] for row in self.of("times", table) if row[0] != "all"]
            for count in TABLES[("times", table)][1]:
                self.sum_up(("times", table, "all", count), [("times", table, one, count) for one in sources], True)
        for source, in self.of("times", "told"):
            self.sum_up(("times", "told", source, "referrals"), [("times", "told", source, "told")], True)
            self.sum_up(("times", "told", source, "told"), [("times", "told", source, "told_within_30_min")], True)

    def breaches(self):
        for row in self.of("breaches", "clocks"):
            clock = ("breaches", "clocks", *row)
            self.sum_up((*clock, "started"), [(*clock, count) for count in TABLES[("breaches", "clocks")][1][1:8]])
            self.sum_up((*clock, "time_is_up"), [(*clock, count) for count in ("met", "stopped_late", "past_due_not_stopped")])
            self.sum_up((*clock, "met"), [(*clock, "met_by_a_later_limit")], True)
        for row in self.of("open", "owners"):
            self.sum_up(("open", "owners", *row, "open"), [("open", "owners", *row, "overdue")], True)

    def across(self):
        """The same people in different reports."""
        for source, in self.of("volume", "sources"):
            for table in ("offers", "told"):
                self.sum_up(("volume", "sources", source, "received"), [("times", table, source, "referrals")])
        self.sum_up(("volume", "sources", "all", "received"), [("times", "times", "received to first offer", "referrals")])
        self.sum_up(("volume", "sources", "all", "received"),
                    [("breaches", "urgency_changes", *row, "referrals") for row in self.of("breaches", "urgency_changes")], True)
        self.sum_up(("volume", "sources", "all", "open"), [("open", "owners", *row, "open") for row in self.of("open", "owners")
                                                               if row[0] == "in the period"], True)

    def all_of(self, report, table, count):
        """The row of all is the sum of the other rows."""
        rows = self.of(report, table)
        if ("all",) in rows:
            self.sum_up((report, table, "all", count), [(report, table, *row, count) for row in rows if row != ("all",)], True)

    def in_row(self, report, table, row, total, parts, rest=False):
        self.sum_up((report, table, *row, total), [(report, table, *row, part) for part in parts], rest)

    def beside(self):
        """Self-harm, liaison and diversion, requests, who could not be reached, and who looked."""
        for report, table in (("selfharm", "assessed"), ("selfharm", "waits"), ("diversion", "stages"), ("requests", "requests"),
                              ("requests", "answers"), ("reached", "tries"), ("reached", "missing"), ("looked", "roles")):
            for count in TABLES[(report, table)][1]:
                if count != "cases":
                    self.all_of(report, table, count)
        self.sum_up(("volume", "sources", "emergency department", "received"),
                    [("selfharm", "referred", *row, "referrals") for row in self.of("selfharm", "referred")], True)
        self.sum_up(("volume", "sources", "liaison and diversion", "received"), [("diversion", "stages", "all", "referrals")])
        self.sum_up(("diversion", "stages", "all", "referrals"),
                    [("diversion", "ages", *row, "referrals") for row in self.of("diversion", "ages")], True)
        self.sum_up(("selfharm", "referred", "yes", "referrals"), [("selfharm", "assessed", "all", "referrals")])
        for row in self.of("selfharm", "assessed"):
            self.in_row("selfharm", "assessed", row, "referrals", ("assessed", "not_assessed", "not_recorded"))
            self.sum_up(("selfharm", "assessed", *row, "assessed"), [("selfharm", "waits", *row, "with_time")], True)
        for row in self.of("diversion", "stages"):
            for at in range(0, len(ANSWERS), 3):
                self.in_row("diversion", "stages", row, "referrals", ANSWERS[at:at + 3])
        for row in self.of("requests", "requests"):
            self.in_row("requests", "requests", row, "requests", STANDS)
            self.sum_up(("requests", "requests", *row, "requests"), [("requests", "answers", *row, "requests")])
            # A request that was a yes, and is now on the way or there, has had its first yes.
            self.sum_up(("requests", "answers", *row, "with_yes"), [("requests", "requests", *row, "with_yes")])
            self.sum_up(("requests", "requests", *row, "with_yes"), [("requests", "requests", *row, stands) for stands in
                                                                    ("yes", "on_the_way", "done")], True)
            for part in ANSWERED:
                self.in_row("requests", "answers", row, "requests", (part,), True)
        for row in self.of("reached", "missing"):
            self.in_row("reached", "missing", row, "times", ("found",), True)
        self.sum_up(("volume", "sources", "all", "received"), [("custody", "summary", "referrals")])
        for part in ("unowned", "owned_twice", "ended_by_mistake", "overdue"):
            self.in_row("custody", "summary", (), "referrals", (part,), True)
        for row in self.of("reached", "tries"):
            self.in_row("reached", "tries", row, "people", ("met_later", "ended_unmet", "not_met_yet"))
            self.in_row("reached", "tries", row, "failed_tries", ("people",), True)
            self.sum_up(("volume", "sources", *row, "received"), [("reached", "tries", *row, "people")], True)
        self.sum_up(("reached", "tries", "all", "failed_tries"),
                    [("reached", "next", *row, "failed_tries") for row in self.of("reached", "next")], True)
        for row in self.of("looked", "roles"):
            self.in_row("looked", "roles", row, "times", ("records", "who_had_to_do_with_it"))
            self.in_row("looked", "roles", row, "records", ("beyond_their_areas",), True)
            self.in_row("looked", "roles", row, "times", ("cases",), True)
            self.sum_up(("looked", "roles", *row, "times"),
                        [("looked", "readers", *of, "times") for of in self.of("looked", "readers") if of[0] == row[0]], True)
        for row in self.of("looked", "readers"):
            self.in_row("looked", "readers", row, "times", ("cases",), True)
        for row in self.of("looked", "beyond"):
            self.in_row("looked", "beyond", row, "times", ("cases",), True)
        self.sum_up(("looked", "roles", "all", "beyond_their_areas"),
                    [("looked", "beyond", *row, "times") for row in self.of("looked", "beyond")], True)

    def section136(self):
        """It is published of a year, and no other report is."""
        def line(begins):
            found = [row for row in self.of("section136", "summary") if row[0].startswith(begins)]
            return ("section136", "summary", found[0][0] if found else begins, "count")

        people = line("people detained")
        for table in ("transport", "place", "ethnic_groups", "ethnic_categories", "ended"):
            self.sum_up(people, [("section136", table, *row, "people") for row in self.of("section136", table)], True)
        for begins in ("arrival", "held for more", "held beyond", "extension", "escaped", "handover by the police recorded",
                       "under 18 at the receipt", "under 18 at a", "then detained"):
            self.sum_up(people, [line(begins)], True)
        self.sum_up(line("extension"), [line("has more")], True)
        self.sum_up(line("extension"), [("section136", "extensions", *row, "people") for row in
                                        self.of("section136", "extensions")], True)
        self.sum_up(line("handover by the police recorded"), [line("handover by the police took")], True)
        for table, counts in (("organisations", TABLES[("section136", "organisations")][1]),
                              ("sexes", TABLES[("section136", "sexes")][1]), ("police_time", ("people",))):
            for count in counts:
                self.all_of("section136", table, count)
        for table in ("organisations", "sexes"):
            self.sum_up(people, [("section136", table, "all", "people")])
            self.sum_up(line("under 18 at the receipt"), [("section136", table, "all", "under_18")])
        self.sum_up(line("handover by the police recorded"), [("section136", "police_time", "all", "people")])
        for row in self.of("section136", "organisations"):
            self.in_row("section136", "organisations", row, "people", CONVEYED)
            self.in_row("section136", "organisations", row, "people", ("at_a_police_station",), True)
            self.in_row("section136", "organisations", row, "people", ("under_18",), True)
        for row in self.of("section136", "sexes"):
            self.in_row("section136", "sexes", row, "people", ("under_18", "adults", "age_not_known"))
        for table in ("ethnic_groups", "ethnic_categories"):
            for row in self.of("section136", table):
                self.in_row("section136", table, row, "people", BY_WHOM)
        for group, in self.of("section136", "ethnic_groups"):
            for count in ("people", *BY_WHOM):
                self.sum_up(("section136", "ethnic_groups", group, count),
                            [("section136", "ethnic_categories", *row, count) for row in
                             self.of("section136", "ethnic_categories") if row[1] == group], True)
        for transport, count in (("ambulance", "ambulance"), ("police vehicle", "police_vehicle"),
                                 ("not recorded", "transport_not_recorded")):
            self.sum_up(("section136", "transport", transport, "people"), [("section136", "organisations", "all", count)])
        self.sum_up(("section136", "transport", "police vehicle", "people"),
                    [("section136", "vehicle", *row, "people") for row in self.of("section136", "vehicle")], True)
        self.sum_up(("section136", "place", "emergency department", "people"),
                    [("section136", "department", *row, "people") for row in self.of("section136", "department")], True)
        self.detained_groups()
        grounds = {row[0][:9]: ("section136", "station_grounds", *row, "people") for row in
                   self.of("section136", "station_grounds")}
        for begins in ("all three", "imminent ", "no other ", "a health "):
            if "at a poli" in grounds and begins in grounds:
                self.attack.add_up(self.attack.cell(*grounds["at a poli"]), [self.attack.cell(*grounds[begins])], True)
        if "at a poli" in grounds:
            self.sum_up(grounds["at a poli"], [("section136", "organisations", "all", "at_a_police_station")])

    def detained_groups(self):
        """The same people in report equality."""
        for table, column, group in (("sexes", "people", "sex"), ("ethnic_groups", "people", "ethnicity5"),
                                     ("ethnic_categories", "people", "ethnicity16")):
            for row in self.of("section136", table):
                if row[0] != "all":
                    self.sum_up(("equality", group, "detained under section 136", row[0], "count"),
                                [("section136", table, *row, column)])
        for column, age in (("under_18", "under 18"), ("adults", "18 and over"), ("age_not_known", "age not known")):
            self.sum_up(("equality", "age", "detained under section 136", age, "count"), [("section136", "sexes", "all", column)])
        for table in ("ethnicity5", "ethnicity16", "sex", "age"):
            for row in self.of("equality", table):
                self.in_row("equality", table, row, "out_of", ("count",), True)

    def of_period(self, table):
        return [row for row in self.of("change", table) if row[0] == self.period]

    def change(self):
        """The month of a chart is the month of the other reports; what is told of other months tells nothing of it."""
        for (report, table), (_, counts) in TABLES.items():
            if report == "change" and "out_of" in counts:
                for row in self.of("change", table):
                    self.sum_up(("change", table, *row, "out_of"), [("change", table, *row, "count")], True)
        for row in self.of_period("told"):
            referrals, all_of = ("change", "told", *row, "out_of"), ("times", "times")
            self.sum_up(referrals, [("change", "accepted", *row, "out_of")])
            for total, part in (((("times", "told", "all", "referrals")), referrals),
                                (("times", "told", "all", "told_within_30_min"), ("change", "told", *row, "count")),
                                ((*all_of, "received to accepted", "with_time"), ("change", "accepted", *row, "count")),
                                ((*all_of, "received to accepted", "with_time"), ("change", "to_accepted", *row, "with_time")),
                                ((*all_of, "received to referrer told", "with_time"), ("change", "to_told", *row, "with_time")),
                                (("times", "offers", "all", "offers"), ("change", "declined", *row, "out_of"))):
                self.sum_up(total, [part])
            self.sum_up(("change", "declined", *row, "count"),
                        [("declines", "reasons", *reason, "declined") for reason in self.of("declines", "reasons")], True)
            for column, of in (("count", "met"), ("out_of", "time_is_up")):
                self.sum_up(("change", "response", *row, column), [("breaches", "clocks", *clock, of) for clock in
                            self.of("breaches", "clocks") if clock[0] == "response"], True)
        for kind in KINDS:
            for month, measure in self.of_period(f"seen_{kind}"):
                self.kind_of_change(kind, month, measure)

    def kind_of_change(self, kind, month, measure):
        for line in (row[2] for row in self.of("national", "own") if row[:2] == (measure, "all")):
            own = ("national", "own", measure, "all", line, "count")
            if line == "new referrals":
                self.sum_up(own, [("change", f"seen_{kind}", month, measure, "out_of")])
            elif line.startswith("seen within") and line.endswith("of new referrals"):
                self.sum_up(own, [("change", f"seen_{kind}", month, measure, "count")])
        self.sum_up(("national", "waits", measure, "all", "seen"), [("change", f"wait_{kind}", month, measure, "seen")])

    def pinned(self):
        hidden = [self.attack.names[name] for name, printed in self.cells.items() if printed == "*"]
        names = {number: name for name, number in self.attack.names.items()}
        return len(hidden), [f"{' '.join(names[one])} is {least:.1f} to {most:.1f}"
                             for one, least, most in self.attack.ranges(hidden)
                             if numbers(least, most) < LEAST]


class Groups:
    """Reports equality and section136 of a half."""

    SETS = {"ethnicity5": "ethnic_group", "ethnicity16": "ethnic_category", "sex": "sex", "age": "ages", "overall": None}
    OF_REFERRALS = ("accepted", "declined", "refused", "asked of", "detained")
    OF_DETAINED = ("held", "handed", "conveyed")

    def __init__(self):
        self.attack, self.printed = Attack(), {}

    def cell(self, *name):
        return self.attack.cell(*name, printed=self.printed.get(name))

    def sum_up(self, total, parts, rest=False):
        self.attack.add_up(self.cell(*total), [self.cell(*part) for part in parts], rest)

    def add_half(self, half, tables):
        """The tables as they were printed, by name: their rows, by column."""
        rows = {name: {(row["measure"].split(":")[0], row[key] if key else "all"): row for row in tables[name]}
                for name, key in self.SETS.items()}
        for name, table in rows.items():
            for (measure, group), row in table.items():
                for column in ("count", "out_of", "ethnic_group_known", "sex_known", "age_known"):
                    if column in row:
                        self.printed[(half, name, measure, group, column)] = row[column]
        for row in tables["age_structure"]:
            for column in ("people", "referrals"):
                self.printed[(half, "ages", row["ethnic_group"], row["ages"], column)] = row[column]
        for name, table in rows.items():
            for group in {group for _, group in table}:
                self.add_group(half, name, group, [measure for measure, at in table if at == group])
        self.add_tables(half, rows)

    def add_group(self, half, name, group, measures):
        """One group: how its counts hang together, whoever is in it."""
        def of(begins, column):
            return (half, name, next(one for one in measures if one.startswith(begins)), group, column)

        for measure in measures:
            self.sum_up(of(measure, "out_of"), [of(measure, "count")], True)
        for begins in self.OF_REFERRALS:
            self.sum_up(of("told", "out_of"), [of(begins, "out_of")])
        for begins in self.OF_DETAINED:
            self.sum_up(of("detained", "count"), [of(begins, "out_of")], True)
        self.sum_up(of("told", "out_of"), [of("seen face", "out_of")], True)
        self.sum_up(of("seen face", "out_of"), [of("never", "out_of")])
        self.sum_up(of("seen face", "out_of"), [of("seen face", "count"), of("never", "count")], True)
        for begins in ("response", "seen in time"):
            self.sum_up(of("seen face", "out_of"), [of(begins, "out_of")], True)
            self.sum_up(of("seen face", "count"), [of(begins, "count")], True)
        self.sum_up(of("declined", "count"), [of("refused", "count")], True)

    def add_tables(self, half, rows):
        """Groups are all who were referred, and categories are their groups."""
        for measure, _ in rows["overall"]:
            for column in ("count", "out_of"):
                total = (half, "overall", measure, "all", column)
                for name in ("ethnicity5", "sex", "age"):
                    self.sum_up(total, [(half, name, measure, group, column) for at, group in rows[name] if at == measure])
                for at, group in rows["ethnicity5"]:
                    if at == measure:
                        self.sum_up((half, "ethnicity5", measure, group, column),
                                    [(half, "ethnicity16", measure, category, column)
                                     for (of, category), row in rows["ethnicity16"].items()
                                     if of == measure and row["ethnic_group"] == group])
            for name, known in (("ethnicity5", "ethnic_group_known"), ("sex", "sex_known"), ("age", "age_known")):
                self.sum_up((half, "overall", measure, "all", known), [(half, name, measure, group, "out_of")
                            for (at, group), row in rows[name].items() if at == measure and row["known"] == "yes"])
                self.sum_up((half, "overall", measure, "all", "out_of"), [(half, "overall", measure, "all", known)], True)
        told = next(measure for measure, _ in rows["overall"] if measure.startswith("told"))
        groups, bands = ([group for at, group in rows[name] if at == told] for name in ("ethnicity5", "age"))
        for group in groups:
            self.sum_up((half, "ethnicity5", told, group, "out_of"), [(half, "ages", group, band, "people") for band in bands])
            for band in bands:
                self.sum_up((half, "ethnicity5", told, group, "out_of"), [(half, "ages", group, band, "referrals")])
        for band in bands:
            self.sum_up((half, "age", told, band, "out_of"), [(half, "ages", group, band, "people") for group in groups])

    def add_section136(self, half, tables):
        """The same people once more, by what was done with them."""
        lines = {row["line"]: row["count"] for row in tables["summary"]}
        ways = {row["transport"]: row["people"] for row in tables["transport"]}
        self.printed.update({(half, "lines", line): count for line, count in lines.items()})
        self.printed.update({(half, "ways", way): people for way, people in ways.items()})
        self.printed.update({(half, "places", row["first_place"]): row["people"] for row in tables["place"]})

        def line(begins):
            return (half, "lines", next((one for one in lines if one.startswith(begins)), begins))

        def all_of(measure, column):
            return (half, "overall", measure, "all", column)

        detained = all_of("detained under section 136", "count")
        handed = "handed over by the police within 60 min"
        for one, other in ((line("people detained"), detained),
                           (line("arrival"), all_of("held for more than 24 h", "out_of")),
                           (line("held for more"), all_of("held for more than 24 h", "count")),
                           (line("handover by the police recorded"), all_of(handed, "out_of")),
                           (line("handover by the police took at most"), all_of(handed, "count")),
                           (line("under 18 at the receipt"), (half, "age", "detained under section 136", "under 18", "count")),
                           ((half, "ways", "police vehicle"), all_of("conveyed in a police vehicle", "count"))):
            self.sum_up(one, [other])
        self.sum_up(all_of(handed, "out_of"), [all_of(handed, "count"), line("handover by the police took more")])
        for table in ("ways", "places"):
            self.sum_up(detained, [name for name in self.printed if name[:2] == (half, table)], True)
        self.sum_up(all_of("conveyed in a police vehicle", "out_of"),
                    [(half, "ways", way) for way in ways if way != "not recorded"], True)
        for begins in ("held beyond", "escaped", "under 18 at a", "then detained"):
            self.sum_up(detained, [line(begins)], True)

    def pinned(self):
        hidden = [self.cell(*name) for name, printed in self.printed.items() if printed == "*"]
        names = {number: name for name, number in self.attack.names.items()}
        return len(hidden), [f"{' '.join(names[one])} is {least:.1f} to {most:.1f}"
                             for one, least, most in self.attack.ranges(hidden) if numbers(least, most) < LEAST]


class OfMonth:
    """The part of an attack on a half that is of one of its months."""

    def __init__(self, attack, month):
        self.attack, self.month = attack, month

    def cell(self, *name, printed=None):
        return self.attack.cell(self.month, *name, printed=printed)

    def add_up(self, total, parts, rest=False):
        self.attack.add_up(total, parts, rest)


class HalfAndMonths(Groups):
    """The publications of a half and of its months: who was received in one of them was received in the half."""

    def __init__(self, half, tables):
        super().__init__()
        self.half, self.months, self.told = half, [], [row["measure"].split(":")[0] for row in tables["overall"]]
        self.add_half(half, tables)

    def add_month(self, month, folder):
        self.months.append(Published(folder, OfMonth(self.attack, month), month))

    def link(self):
        def both(begins, column, name, parts, group="all"):
            measure = next(one for one in self.told if one.startswith(begins))
            self.attack.add_up(self.cell(self.half, name, measure, group, column),
                               [month.attack.cell(*part) for month in self.months for part in parts(month)])

        def seen_in_time(column, age):
            return lambda month: [("national", "own", *row, column) for row in month.of("national", "own") if row[1] == age
                                  and row[2].startswith("seen within") and row[2].endswith("of new referrals")]

        both("told", "out_of", "overall", lambda month: [("volume", "sources", "all", "received")])
        both("told", "count", "overall", lambda month: [("times", "told", "all", "told_within_30_min")])
        both("accepted", "count", "overall", lambda month: [("times", "times", "received to accepted", "with_time")])
        for column in ("count", "out_of"):
            both("response", column, "overall", lambda month, column=column: [("change", "response", month.period, column)])
        for age in ("18 and over", "under 18", "age not known"):
            for month in self.months:  # rows that are not there are people too
                self.attack.add_up(month.attack.cell("of age", age), [month.attack.cell("volume", "volume", *row, "received")
                                   for row in month.of("volume", "volume") if row[2] == age], True)
            both("told", "out_of", "age", lambda month, age=age: [("of age", age)], age)
            for column in ("count", "out_of"):
                if all(len(seen_in_time(column, age)(month)) == len(KINDS) for month in self.months):
                    both("seen in time", column, "age", seen_in_time(column, age), age)

    def pinned(self):
        months = [month.attack.cell(*name) for month in self.months for name, printed in month.cells.items() if printed == "*"]
        names = {number: name for name, number in self.attack.names.items()}
        hidden = [*months, *(self.cell(*name) for name, printed in self.printed.items() if printed == "*")]
        return len(months), [f"{' '.join(names[one])} is {least:.1f} to {most:.1f}"
                             for one, least, most in self.attack.ranges(hidden) if numbers(least, most) < LEAST]


class Disclosure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.published = {}

    def run_report(self, trail, name, *options, codes=(0,)):
        ran = subprocess.run([CONCORDAT, "report", name, "--trail", trail, *options], capture_output=True, check=False)
        self.assertIn(ran.returncode, codes, ran.stderr)
        return ran

    def month(self, seed):
        trail = os.path.join(self.folder, f"{seed}.db")
        if not os.path.exists(trail):
            subprocess.run([STORY, trail, str(seed)], check=True)
        return trail

    def publish(self, trail):
        """All that may be published of the month, each report in a folder. It is the same however often it is asked for
        (test_edition)."""
        if trail not in self.published:
            self.published[trail] = self.publish_anew(trail)
        return self.published[trail]

    def publish_anew(self, trail):
        folder = tempfile.mkdtemp(dir=self.folder)
        for name in REPORTS:
            period = HALF_YEAR if name in OF_A_HALF else PERIOD
            self.run_report(trail, name, "--period", period, "--out", os.path.join(folder, name))
        return folder

    def test_no_hidden_count_is_pinned_to_fewer_than_five(self):
        first = random.randrange(10 ** 6)
        for seed in range(first, first + SEEDS):
            print(f"seed {seed}", flush=True)
            trail = self.month(seed)
            hidden, pinned = Published(self.publish(trail)).pinned()
            self.assertGreater(hidden, 20)
            self.assertEqual(pinned, [])
            self.most_is_shown(trail)

    def most_is_shown(self, trail):
        """What hides everything pins nothing, and is of no use."""
        shown = wanted = 0
        for name in REPORTS:
            period = HALF_YEAR if name in OF_A_HALF else PERIOD
            exact, published = (json.loads(self.run_report(trail, name, "--json", "--period", period, *options).stdout)
                                for options in (("--unsuppressed",), ()))
            names = {table["name"] for table in published["tables"]}
            for report, counts in ((exact, lambda cell: isinstance(cell, int) and cell >= 5),
                                   (published, lambda cell: isinstance(cell, int))):
                found = sum(counts(row[column["name"]]) for table in report["tables"] if table["name"] in names
                            for row in table["rows"] for column in table["columns"] if column["kind"] == "count")
                wanted, shown = (wanted + found, shown) if report is exact else (wanted, shown + found)
        print(f"{shown} of {wanted} counts of 5 or more are shown", flush=True)
        self.assertGreaterEqual(shown, VISIBLE * wanted)

    def tables_of(self, trail, name, period, *options):
        report = json.loads(self.run_report(trail, name, "--json", "--period", period, *options).stdout)
        return {table["name"]: table["rows"] for table in report["tables"]}

    def shown_of(self, exact, published):
        """How many counts of 5 or more there are, and how many of those are shown."""
        told = [[row[column] for name, rows in tables.items() if name in published for row in rows
                 for column in ("count", "out_of", "people", "referrals") if column in row] for tables in (exact, published)]
        return sum(cell >= LEAST for cell in told[0]), sum(isinstance(cell, int) for cell in told[1])

    def test_no_hidden_count_of_a_group_is_pinned_to_fewer_than_five(self):
        first = random.randrange(10 ** 6)
        for seed in range(first, first + SEEDS):
            people, trail = 300 + seed % 900, os.path.join(self.folder, f"half-{seed}.db")
            print(f"seed {seed}, {people} people", flush=True)
            subprocess.run([HALF, trail, str(seed), str(people)], check=True)
            tables, groups = self.tables_of(trail, "equality", "2027/28-H1"), Groups()
            groups.add_half("H1", tables)
            groups.add_section136("H1", self.tables_of(trail, "section136", "2027/28-H1"))
            hidden, pinned = groups.pinned()
            self.assertGreater(hidden, 100)
            self.assertEqual(pinned, [])
            wanted, shown = self.shown_of(self.tables_of(trail, "equality", "2027/28-H1", "--unsuppressed"), tables)
            print(f"{shown} of {wanted} counts of 5 or more are shown, and {hidden} hidden ones are not found", flush=True)
            self.assertGreaterEqual(shown, VISIBLE * wanted)

    def test_no_hidden_count_of_a_month_is_pinned_by_its_half(self):
        seed = random.randrange(10 ** 6)
        people, trail = 300 + seed % 300, os.path.join(self.folder, f"months-{seed}.db")
        print(f"seed {seed}, {people} people", flush=True)
        subprocess.run([HALF, trail, str(seed), str(people)], check=True)
        attack = HalfAndMonths("2027/28-H1", self.tables_of(trail, "equality", "2027/28-H1"))
        for month in (f"2027-{number:02d}" for number in range(4, 10)):
            folder = tempfile.mkdtemp(dir=self.folder)
            for name in REPORTS:
                if name not in OF_A_HALF:
                    self.run_report(trail, name, "--period", month, "--out", os.path.join(folder, name))
            attack.add_month(month, folder)
        attack.link()
        hidden, pinned = attack.pinned()
        print(f"{hidden} hidden counts of months are not found by their half", flush=True)
        self.assertGreater(hidden, 100)
        self.assertEqual(pinned, [])

    def test_what_is_worked_out_of_a_hidden_count_is_hidden(self):
        trail = os.path.join(self.folder, "half-of-300.db")
        subprocess.run([HALF, trail, "7", "300"], check=True)
        for rows in self.tables_of(trail, "equality", "2027/28-H1").values():
            for row in rows:
                counts = (row["count"], row["out_of"]) if "out_of" in row else (row["people"], row["referrals"])
                self.assertEqual(row["percent"] == "*", "*" in counts, row)
                self.assertIn("*" in counts, (False, row.get("difference", "*") in ("*", None)), row)

    def test_every_number_is_of_five_and_rounded(self):
        folder = self.publish(self.month(7))
        for (report, table), (_, counts) in TABLES.items():
            with open(os.path.join(folder, report, table + ".csv"), encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    for count in counts:
                        self.assertTrue(row[count] in ("", "*") or (int(row[count]) >= 5 and int(row[count]) % 5 == 0), row)

    def test_what_points_to_one_case_is_not_there(self):
        folder = self.publish(self.month(7))
        self.assertFalse(os.path.exists(os.path.join(folder, "breaches", "breaches.csv")))
        for name in REPORTS:
            for file in os.listdir(os.path.join(folder, name)):
                with open(os.path.join(folder, name, file), encoding="utf-8") as text:
                    self.assertNotRegex(text.read(), r"\bR-\d{4}")
        with open(os.path.join(folder, "breaches", "about.csv"), encoding="utf-8") as about:
            said = about.read()
        self.assertIn("left out, because it is for inspectors: the table breaches", said)
        self.assertIn("breaches,face,unsuppressed,no", said)
        self.assertNotIn(",verdict,", said)

    def test_other_periods_and_small_numbers_are_for_inspectors(self):
        trail = self.month(7)
        for options in (("--period", "2027-03-04"), ("--period", "2027-W10"), ("--from", "2027-03-01"), ("--to", "2027-04-01"),
                        ("--from", "2027-03-02", "--to", "2027-04-02")):
            self.assertIn(b"is published of a whole month and of no other period",
                          self.run_report(trail, "times", *options, codes=(7,)).stderr)
            self.run_report(trail, "times", "--unsuppressed", *options, codes=(0, 4))
        self.assertIn(b"points to single cases", self.run_report(trail, "breaches", "--period", PERIOD, "--table", "breaches",
                                                                codes=(7,)).stderr)
        for period in ("2027-Q1", "2027-H1", "2026/27", "2026/27-H2"):
            self.run_report(trail, "times", "--period", period, codes=(7,))
        for name in OF_A_HALF:
            for period in ("2027-03", "2027-Q1", "2026/27", "2027-H1"):
                self.run_report(trail, name, "--period", period, codes=(7,))
            self.run_report(trail, name, "--period", HALF_YEAR)


if __name__ == "__main__":
    unittest.main()
