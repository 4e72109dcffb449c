#!/usr/bin/python3
"""Compiles the reports that stand as SQL in a folder into C: README.md there explains how such a file is written.

It refuses what cannot be meant, with the file and the line: a word after @ that it does not know, a column that is declared
twice or of no kind, a fragment that is not there or that nothing uses.

Usage: make_reports.py FOLDER OUT_C
"""

import hashlib
import os
import re
import sys
from dataclasses import dataclass, field

HEAD = re.compile(r"-- ([a-z][a-z0-9_]*): (\S.*)$")
WORD = re.compile(r"-- @(\w+)(?: (.*))?$")
MORE = re.compile(r"--   +(\S.*)$")  # a note goes on
USE = re.compile(r"\$\{(\w+)(?: ([^}]*))?\}")
NAME = re.compile(r"[a-z][a-z0-9_]*$")

# What a column holds: the kind in C, and whether it counts something.
COUNTS = {"people": "REPORT_COUNT", "offers": "REPORT_COUNT", "times": "REPORT_COUNT"}
PLAIN = {"case": "REPORT_CASE", "event": "REPORT_EVENT", "when": "REPORT_WHEN", "words": "REPORT_WORDS"}
FIGURES = {"figure": "REPORT_FIGURE", "figure20": "REPORT_FIGURE20"}
UNITS = ("seconds", "minutes", "hours", "days", "people", "offers", "places", "cases", "times")
PICTURES = {"bars": "REPORT_BARS", "spans": "REPORT_SPANS"}
COLUMNS_MAX = 32  # as report.h
TERMS_MAX = 10  # as report.h, with an empty one at the end
TERM = re.compile(r"(?:(\w+(?:\.\w+)?)\.)?(\w+)(?:\[(\w+)=([^]]+)\])?$")  # REPORT.TABLE.COLUMN[KEY=ROW]
PUBLISHED = ("month", "quarter", "half of a financial year", "financial year")  # as report_period.h; none overlaps another
CHART = re.compile(r"(\w+), (higher|lower|neither) is better(, days between events)?$")
CHARTED = ("mean", "lower_limit", "upper_limit", "variation", "special_cause")  # as report_chart.c adds them
RATES = re.compile(r"(\w+) of (\w+)(?:, reference (\w+)=(.+), among (\w+)=(.+))?$")
RATED = ("percent", "percent_lower", "percent_upper", "difference", "difference_lower", "difference_upper", "ratio",
         "ratio_lower", "ratio_upper", "mean_deviation")  # as report_rates.c adds them
FIELDS = ("report", "case", "period_from", "period_to", "as_at_event")  # each CSV begins with some of these


class Fault(Exception):
    """Why a report is not compiled, and where."""

    def __init__(self, path, line, why):
        super().__init__(f"{path}:{line}: {why}")


@dataclass
class Sql:
    """A question, or a fragment of one, and where it stands."""
    line: int
    text: str = ""
    filled: bool = False  # its fragments are in their places


@dataclass
class Column:
    name: str
    kind: str
    unit: str = ""
    total: str = ""
    label: bool = False
    of: list = field(default_factory=list)  # names, of which the compiler makes numbers; "sum", "one"


@dataclass
class Table:
    name: str
    title: str
    sql: Sql
    picture: str = "REPORT_NO_PICTURE"
    columns: list = field(default_factory=list)
    inspectors: bool = False
    chart: tuple = ()  # the column's name, which way is better, and whether it has days between events
    rates: tuple = ()  # the names of the numerator and the denominator; key and word of the reference, and of the groups
    sums: list = field(default_factory=list)  # of (line, terms, rest); a term is (table, column, key, row)
    month_sums: list = field(default_factory=list)  # of (line, terms, the key that both have)


class Report:
    """One file, read line by line."""

    def __init__(self, path, others):
        self.path, self.others, self.line = path, others, 0
        self.name, self.about = "", ""
        self.of_one_case, self.of_months, self.published, self.on = False, False, PUBLISHED[0], []
        self.parts, self.unused, self.tables, self.grounds, self.verdicts, self.notes = {}, {}, [], [], [], []
        self.sql, self.note = None, None
        with open(path, encoding="utf-8") as file:
            for self.line, text in enumerate(file, 1):
                self.take(text.rstrip())
        self.finish()

    def fault(self, why, line=0):
        return Fault(self.path, line or self.line, why)

    # ---- Line by line ----

    def take(self, text):
        head, word, more = HEAD.match(text), WORD.match(text), MORE.match(text)
        if self.line == 1:
            self.take_head(head)
        elif word:
            self.note = None
            getattr(self, f"take_{word[1]}", self.take_unknown)(word[2] or "")
        elif more and self.note is not None:
            self.notes[self.note] = (self.notes[self.note][0] + " " + more[1], None)
        elif text.startswith("--") or not text:
            self.note = None
        elif self.sql is None:
            raise self.fault("SQL that belongs to nothing: begin with @table, @verdict, @note, @part or @ground")
        else:
            self.sql.text += text + "\n"

    def take_head(self, head):
        self.name = os.path.basename(self.path)[:-len(".sql")]
        if not head or head[1] != self.name:
            raise self.fault(f"it begins with: -- {self.name}: what it is")
        self.about = head[2]

    def take_unknown(self, _):
        raise self.fault("unknown: it is one of " + ", ".join(
            sorted("@" + name[5:] for name in dir(self) if name.startswith("take_") and name not in ("take_head", "take_unknown"))))

    def begin_sql(self):
        self.sql = Sql(self.line)
        return self.sql

    def take_of(self, rest):
        if rest not in ("one case", "months"):
            raise self.fault("it is @of one case or @of months, or of a period without a word")
        self.of_one_case, self.of_months = rest == "one case", rest == "months"

    def take_published(self, kind):
        if kind not in PUBLISHED:
            raise self.fault("it may be published of one kind of period: " + ", ".join(PUBLISHED))
        self.published = kind

    def take_on(self, name):
        if name not in self.others:
            raise self.fault(f"there is no file {name}.sql before this one in the order of what stands on what")
        self.on.append(self.others[name])

    def take_ground(self, _):
        self.grounds.append(self.begin_sql())

    def take_part(self, name):
        if not NAME.match(name) or self.part(name):
            raise self.fault(f"a fragment has a name of its own, of small letters: {name} will not do")
        self.parts[name] = self.begin_sql()
        self.unused[name] = self.line

    def take_table(self, rest):
        name, _, title = rest.partition(" ")
        if not NAME.match(name) or not title or name == "about":
            raise self.fault("@table NAME TITLE; the name is of small letters, and not about")
        if any(table.name == name for table in self.tables):
            raise self.fault(f"the table {name} is declared twice")
        self.tables.append(Table(name, title, self.begin_sql()))

    def take_picture(self, kind):
        if kind not in PICTURES:
            raise self.fault("a picture is of " + " or ".join(PICTURES))
        self.table().picture = PICTURES[kind]

    def take_chart(self, rest):
        found = CHART.match(rest)
        if not found:
            raise self.fault("@chart COLUMN, higher is better (or lower, or neither), of days between events too: "
                             "@chart COLUMN, higher is better, days between events")
        self.table().chart, self.table().picture = found.groups(), "REPORT_LINE"

    def take_rates(self, rest):
        found = RATES.match(rest)
        if not found:
            raise self.fault("@rates COUNT of COUNT, or with a group beside which others stand: "
                             "@rates COUNT of COUNT, reference KEY=WORD, among KEY=WORD")
        self.table().rates = found.groups()

    def take_verdict(self, rest):
        if rest not in ("", "inspectors"):
            raise self.fault("@verdict, or @verdict inspectors")
        self.verdicts.append((self.begin_sql(), rest == "inspectors"))

    def take_note(self, text):
        if text:
            self.note, self.sql = len(self.notes), None
            self.notes.append((text, None))
        else:
            self.notes.append((None, self.begin_sql()))

    def table(self):
        if not self.tables or self.sql is not self.tables[-1].sql or self.sql.text:
            raise self.fault("it stands between @table and its SELECT")
        return self.tables[-1]

    def take_column(self, rest):
        name, _, kind = rest.partition(" ")
        columns = self.table().columns
        if not NAME.match(name) or name in FIELDS:
            raise self.fault(f"the name of a column is of small letters, and none of {', '.join(FIELDS)}")
        if any(column.name == name for column in columns):
            raise self.fault(f"the column {name} is declared twice")
        if len(columns) == COLUMNS_MAX:
            raise self.fault(f"a table has at most {COLUMNS_MAX} columns")
        columns.append(self.column_of(name, kind))

    def take_for(self, rest):
        if rest != "inspectors":
            raise self.fault("it is @for inspectors, or for all without a word")
        self.table().inspectors = True

    def take_sum(self, rest):
        total, _, parts = rest.partition(" = ")
        parts = parts.split(" + ")
        terms = [TERM.match(text) for text in [total, *(part for part in parts if part != "rest")]]
        if not all(terms) or not 2 <= len(terms) < TERMS_MAX or any(term[1] for term in terms[1:]):
            raise self.fault("@sum TOTAL = PART + PART, of which the last may be rest; each is COLUMN or COLUMN[KEY=ROW], and "
                             f"the total may be TABLE.COLUMN or REPORT.TABLE.COLUMN; there are fewer than {TERMS_MAX}")
        self.table().sums.append((self.line, [term.groups() for term in terms], "rest" in parts))

    def take_months(self, rest):
        sum_of, _, by = rest.partition(" by ")
        terms = [TERM.match(text) for text in sum_of.split(" = ")]
        if len(terms) != 2 or not all(terms) or "." not in (terms[0][1] or "") or terms[1][1]:
            raise self.fault("@months REPORT.TABLE.COLUMN = COLUMN, each with [KEY=ROW] or without, and by KEY behind them if "
                             "both tables have one key")
        self.table().month_sums.append((self.line, [term.groups() for term in terms], by))

    def column_of(self, name, kind):
        words = kind.split()
        first, count = (words or [""])[0], len(words)
        if first == "key" and count == 1:
            return Column(name, "REPORT_KEY")
        if kind == "key label":
            return Column(name, "REPORT_KEY", label=True)
        if first == "key" and kind.startswith("key total="):
            return Column(name, "REPORT_KEY", total=kind[len("key total="):])
        if first in COUNTS and count == 1:
            return Column(name, COUNTS[first], unit=first)
        if first in PLAIN and count == 1:
            return Column(name, PLAIN[first])
        if first == "percent" and count == 4 and words[2] == "of":
            return Column(name, "REPORT_PERCENT", "percent", of=[words[1], *words[3].split("-")])
        if first in FIGURES and count == 4 and words[1] in UNITS and words[2] == "of":
            return Column(name, FIGURES[first], words[1], of=[words[3]])
        raise self.fault(f"unknown kind of column: {kind}. It is key, key label, key total=WORD, {', '.join([*COUNTS, *PLAIN])}, "
                         "percent COUNT of COUNT, figure UNIT of COUNT or figure20 UNIT of COUNT; "
                         f"a unit is {', '.join(UNITS)}")

    # ---- At the end ----

    def below(self):
        """The files on which this one stands, each once and the lowest first."""
        found = []
        for other in self.on:
            found += [one for one in [*other.below(), other] if one not in found]
        return found

    def part(self, name):
        for one in (self, *self.below()):
            if name in one.parts:
                one.unused.pop(name, None)
                return one.parts[name]
        return None

    def finish(self):
        for sql in [*self.parts.values(), *self.grounds, *(table.sql for table in self.tables),
                    *(sql for sql, _ in self.verdicts), *(sql for _, sql in self.notes if sql)]:
            sql.text, sql.filled = self.fill(sql).strip(), True
            if not sql.text:
                raise self.fault("there is no SQL", sql.line)
        if self.on and not self.tables and not (self.grounds or self.parts):
            raise self.fault("it has neither a table nor a ground nor a fragment")
        for table in self.tables:
            if not table.columns:
                raise self.fault(f"the table {table.name} declares no column", table.sql.line)
            for column in table.columns:
                self.find_columns(table, column)
            if table.chart:
                self.check_chart(table)
            if table.rates:
                self.check_rates(table)

    def fill(self, sql):
        """The SQL with its fragments in their places. A fragment may use those above it."""
        is_part = any(sql is part for part in self.parts.values())

        def put(found):
            part = self.part(found[1])
            if not part or not part.filled:
                raise self.fault(f"unknown fragment {found[1]}: no @part above this has that name", sql.line)
            text = part.text
            for number, argument in enumerate((found[2] or "").split("|"), 1):
                text = text.replace(f"${number}", argument)
            if re.search(r"\$\d", text) and not is_part:
                raise self.fault(f"the fragment {found[1]} wants more words after its name", sql.line)
            return text

        return USE.sub(put, sql.text)

    def check_chart(self, table):
        kinds = {column.name: column.kind for column in table.columns}
        if kinds.get(table.chart[0]) not in ("REPORT_PERCENT", *FIGURES.values()):
            raise self.fault(f"a chart is of a percentage or a figure, and {table.chart[0]} is none of the table {table.name}",
                             table.sql.line)
        if len(kinds) + len(CHARTED) > COLUMNS_MAX or any(name in kinds for name in CHARTED):
            raise self.fault(f"a chart gets the columns {', '.join(CHARTED)}, and has at most {COLUMNS_MAX}", table.sql.line)

    def check_rates(self, table):
        kinds = {column.name: column.kind for column in table.columns}
        numerator, denominator, key, _, among, _ = table.rates
        for name, kind, word in ((numerator, "REPORT_COUNT", "count"), (denominator, "REPORT_COUNT", "count"),
                                 (key, "REPORT_KEY", "key"), (among, "REPORT_KEY", "key")):
            if name and kinds.get(name) != kind:
                raise self.fault(f"{name} is no {word} of the table {table.name}", table.sql.line)
        if table.chart or len(kinds) + len(RATED) > COLUMNS_MAX or any(name in kinds for name in RATED):
            raise self.fault(f"rates get the columns {', '.join(RATED)}; with them it has at most {COLUMNS_MAX}, and it is "
                             "no chart", table.sql.line)

    def find_columns(self, table, column):
        names = [one.name for one in table.columns]
        for place, name in enumerate(column.of):
            if name in names:
                if table.columns[names.index(name)].kind != "REPORT_COUNT":
                    raise self.fault(f"{column.name} is of {name}, which is no count", table.sql.line)
            elif not (name == "sum" and place == 1 and len(column.of) == 2) and \
                    not (name == "one" and column.kind in FIGURES.values()):
                raise self.fault(f"{column.name} is of {name}, and the table {table.name} has no such column", table.sql.line)


    def find_terms(self, table, line, terms, reports):
        for name, column, key, _ in terms:
            report, _, of_table = (name or table.name).rpartition(".")
            tables = (reports[report].tables if report in reports else []) if report else self.tables
            of = next((one for one in tables if one.name == of_table), None)
            kinds = {one.name: one.kind for one in of.columns} if of else {}
            for one, kind, word in ((column, "REPORT_COUNT", "count"), (key, "REPORT_KEY", "key")):
                if one and kinds.get(one) != kind:
                    raise self.fault(f"{one} is no {word} of the table {name or table.name}", line)


# ---- C ----

def quoted(text):
    escaped = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "?": "\\?"}
    return '"' + "".join(escaped.get(c, c) for c in text) + '"' if text else "NULL"


def literal(text):
    """A text of several lines, as it stands."""
    return "\n".join("    " + quoted(line + "\n") for line in text.split("\n"))


def place_of(table, name):
    names = [column.name for column in table.columns]
    return {"sum": "REPORT_SUM", "one": "REPORT_ONE"}.get(name) if name not in names else str(names.index(name))


def c_of_table(report, table):
    prefix = f"{report.name}_{table.name}"
    lines = [f"static const char {prefix}_sql[] =", literal(table.sql.text) + ";",
             f"static const struct report_column {prefix}_columns[] = {{"]
    for column in table.columns:
        of = [place_of(table, name) for name in column.of] + ["REPORT_NOTHING"] * (3 - len(column.of))
        lines.append(f"    {{{quoted(column.name)}, {column.kind}, {quoted(column.unit)}, {quoted(column.total)}, "
                     f"{str(column.label).lower()}, {{{', '.join(of)}}}}},")
    lines.append("};")
    if table.sums:
        lines.append(f"static const struct report_sum {prefix}_sums[] = {{")
        lines += [f"    {{{{{', '.join(c_of_term(term) for term in [*terms, ('', '', '', '')])}}}, {str(rest).lower()}}},"
                  for _, terms, rest in table.sums]
        lines.append("};")
    if table.month_sums:
        lines.append(f"static const struct report_month_sum {prefix}_month_sums[] = {{")
        lines += [f"    {{{', '.join(c_of_term(term) for term in terms)}, {quoted(by)}}}," for _, terms, by in table.month_sums]
        lines.append("};")
    return lines


def c_of_term(term):
    return "{" + ", ".join(quoted(text) for text in term) + "}"


def row_of_table(report, table):
    prefix = f"{report.name}_{table.name}"
    return (f"    {{{quoted(table.name)}, {quoted(table.title)}, {prefix}_sql, {prefix}_columns, {len(table.columns)}, "
            f"{table.picture}, {f'{prefix}_sums' if table.sums else 'NULL'}, {len(table.sums)}, "
            f"{f'{prefix}_month_sums' if table.month_sums else 'NULL'}, {len(table.month_sums)}, "
            f"{str(table.inspectors).lower()}, {str(is_by_size(table)).lower()}, {c_of_chart(table)}, {c_of_rates(table)}}},")


def c_of_chart(table):
    if not table.chart:
        return "{REPORT_NOTHING, XMR_NEITHER, XMR_VALUES}"
    column, better, between = table.chart
    return f"{{{place_of(table, column)}, XMR_{better.upper()}, {'XMR_DAYS_BETWEEN' if between else 'XMR_VALUES'}}}"


def c_of_rates(table):
    numerator, denominator, key, reference, among, word = table.rates or 6 * (None,)
    places = [place_of(table, name) if name else "REPORT_NOTHING" for name in (numerator, denominator, key, among)]
    return f"{{{', '.join(places)}, {quoted(reference)}, {quoted(word)}}}"


def is_by_size(table):
    """Whether the order of its rows tells of numbers that may be hidden."""
    _, ordered, order = table.sql.text.rpartition("ORDER BY")
    return bool(ordered) and any(column.name in re.findall(r"\w+", order) for column in table.columns
               if column.kind in ("REPORT_COUNT", "REPORT_PERCENT", *FIGURES.values()))


def list_of(name, kind, rows):
    """An array that ends with an empty row."""
    return [f"static const {kind}{name}[] = {{", *rows, "};"]


def c_of(report):
    lines = [line for table in report.tables for line in c_of_table(report, table)]
    grounds = [sql for one in [*report.below(), report] for sql in one.grounds]
    verdicts = [row for one in [report, *report.below()] for row in one.verdicts]
    notes = [row for one in [report, *report.below()] for row in one.notes]
    lines += list_of(f"{report.name}_tables", "struct report_table ", [row_of_table(report, table) for table in report.tables])
    lines += list_of(f"{report.name}_grounds", "char *const ", [*(literal(sql.text) + "," for sql in grounds), "    NULL"])
    lines += list_of(f"{report.name}_verdicts", "struct report_line ",
                     [*(f"    {{NULL,\n{literal(sql.text)}, {str(inspectors).lower()}}},"
                        for sql, inspectors in verdicts), "    {NULL, NULL, false}"])
    lines += list_of(f"{report.name}_notes", "struct report_line ",
                     [*(f"    {{{quoted(text)}, NULL, false}}," if text else f"    {{NULL,\n{literal(sql.text)}, false}},"
                        for text, sql in notes), "    {NULL, NULL, false}"])
    return lines + [
        f"static const struct report {report.name}_report = {{",
        f"    {quoted(report.name)}, {quoted(report.about)}, {report.name}_tables, {len(report.tables)},",
        f"    {report.name}_grounds, {report.name}_verdicts, {report.name}_notes, {str(report.of_one_case).lower()}, "
        f"{str(report.of_months).lower()},",
        f"    {quoted(report.published)}}};", ""]


def read_all(folder):
    """Each file after those that it stands on, however they are called."""
    paths = {name[:-4]: os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".sql")}
    wanted, reports = {}, {}
    for name, path in paths.items():
        with open(path, encoding="utf-8") as file:
            wanted[name] = re.findall(r"^-- @on (\w+)$", file.read(), re.MULTILINE)
    while len(reports) < len(paths):
        ready = [name for name in paths if name not in reports and
                 all(one in reports or one not in paths for one in wanted[name])]
        if not ready:
            circle = next(name for name in paths if name not in reports)
            raise Fault(paths[circle], 1, "it stands on itself, by way of those that it is @on")
        for name in ready:
            reports[name] = Report(paths[name], reports)
    for report in reports.values():
        for part, line in report.unused.items():
            raise Fault(report.path, line, f"nothing uses the fragment {part}: take it out")
        for table in report.tables:
            for line, terms, _ in table.sums:
                report.find_terms(table, line, terms, reports)
            for line, terms, by in table.month_sums:
                report.find_terms(table, line, [*terms, *((*term[:2], by, "") for term in terms if by)], reports)
    return [reports[name] for name in paths if reports[name].tables]


def c_of_all(reports):
    made = [line for report in reports for line in c_of(report)]
    digest = hashlib.sha256("\n".join(made).encode()).hexdigest()
    return "\n".join([
        "/* Made by make_reports.py of the files in reports/. */", '#include "services/audit/report_made.h"', "",
        '#pragma GCC diagnostic ignored "-Woverlength-strings"', "", *made,
        f"const char report_made_digest[] = {quoted(digest)};",
        "const struct report *const report_made[] = {", *(f"    &{report.name}_report," for report in reports), "};",
        f"const size_t report_made_count = {len(reports)};"]) + "\n"


def main():
    folder, out = sys.argv[1:]
    try:
        text = c_of_all(read_all(folder))
    except (Fault, OSError) as fault:
        sys.exit(f"make_reports.py: {fault}")
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
