#!/usr/bin/python3
"""services/audit/make_reports.py: what it compiles, and each report that it refuses, with the line and the reason."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCRIPT = os.path.join(ROOT, "services", "audit", "make_reports.py")
sys.dont_write_bytecode = True  # the tree stays as it is
sys.path.insert(0, os.path.dirname(SCRIPT))
import make_reports  # noqa: E402

BEYOND = "-- beyond: another\n-- @table second The second\n-- @column of key\n-- @column number people\nSELECT 1\n"
BASE = "-- base: what all stand on\n-- @part one\n1\n-- @ground\nCREATE TEMP VIEW v AS SELECT ${one}\n-- @note\nSELECT 'said'\n"
GOOD = """-- good: about it
-- @on base
-- @part twice
$1 + $1
-- A comment for readers.
-- @table first The first
-- @picture bars
-- @column name key total=all
-- @column count people
-- @column rest people
-- @column share percent count of count-rest
-- @column all_share percent count of sum
-- @column median figure minutes of count
-- @column label key label
-- @sum count = count + rest
-- @sum beyond.second.number[of=a*] = count[name=all]
-- @months beyond.second.number[of=a*] = count
SELECT 'a' AS name, ${twice 2} AS count
-- @verdict inspectors
SELECT "it holds\\"
-- @note long
--   and longer
"""
TABLE = "-- bad: x\n-- @table t The title\n"
BAD = (
    # (file, the line, words of the reason)
    ("-- other: x\n", 1, "it begins with: -- bad: what it is"),
    ("bad\n", 1, "it begins with"),
    ("-- bad: x\n-- @tabel t T\n", 2, "@table"),
    ("-- bad: x\nSELECT 1\n", 2, "belongs to nothing"),
    ("-- bad: x\n-- @published week\n", 2, "of one kind of period"),
    ("-- bad: x\n-- @table t\n", 2, "@table NAME TITLE"),
    ("-- bad: x\n-- @table about T\n", 2, "@table NAME TITLE"),
    (TABLE + "-- @column a key\nSELECT 1 AS a\n-- @table t Again\n", 5, "declared twice"),
    (TABLE + "-- @column a key\n-- @column a people\nSELECT 1\n", 4, "the column a is declared twice"),
    (TABLE + "-- @column a number\nSELECT 1\n", 3, "unknown kind of column: number"),
    (TABLE + "-- @column a figure parsecs of b\nSELECT 1\n", 3, "unknown kind of column"),
    (TABLE + "-- @column a percent b\nSELECT 1\n", 3, "unknown kind of column"),
    (TABLE + "-- @column report key\nSELECT 1\n", 3, "none of report"),
    (TABLE + "-- @column a percent b of c\nSELECT 1\n", 2, "has no such column"),
    (TABLE + "-- @column a key\n-- @column b figure minutes of a\nSELECT 1\n", 2, "which is no count"),
    (TABLE + "-- @column a figure minutes of sum\nSELECT 1\n", 2, "has no such column"),
    (TABLE + "SELECT 1\n", 2, "declares no column"),
    (TABLE + "-- @column a key\n", 2, "there is no SQL"),
    (TABLE + "SELECT 1\n-- @column a key\n", 4, "between @table and its SELECT"),
    ("-- bad: x\n-- @column a key\n", 2, "between @table and its SELECT"),
    (TABLE + "-- @picture cake\n-- @column a key\nSELECT 1\n", 3, "a picture is of bars or spans"),
    (TABLE + "-- @column a key\nSELECT ${gone}\n", 2, "unknown fragment gone"),
    ("-- bad: x\n-- @part a\n${b}\n-- @part b\n1\n", 2, "unknown fragment b"),
    ("-- bad: x\n-- @part a\n${a}\n", 2, "unknown fragment a"),
    ("-- bad: x\n-- @part a\n1\n-- @part a\n2\n", 4, "a name of its own"),
    ("-- bad: x\n-- @on base\n-- @part one\n2\n", 3, "a name of its own"),
    ("-- bad: x\n-- @part a\n$1 + $2\n" + TABLE[10:] + "-- @column a key\nSELECT ${a 1}\n", 4, "wants more words"),
    ("-- bad: x\n-- @part a\n1\n" + TABLE[10:] + "-- @column a key\nSELECT 1\n", 2, "nothing uses the fragment a"),
    ("-- bad: x\n-- @on nowhere\n", 2, "there is no file nowhere.sql"),
    ("-- bad: x\n-- @on bad\n", 1, "stands on itself"),
    ("-- bad: x\n-- @verdict all\nSELECT 1\n", 2, "@verdict inspectors"),
    ("-- bad: x\n-- @of many\n", 2, "@of one case or @of months"),
    (TABLE + "-- @chart a\n-- @column a key\nSELECT 1\n", 3, "@chart COLUMN, higher is better"),
    (TABLE + "-- @chart a, more is better\n-- @column a key\nSELECT 1\n", 3, "@chart COLUMN, higher is better"),
    (TABLE + "-- @chart a, lower is better\n-- @column a key\nSELECT 1\n", 2, "a is none of the table t"),
    (TABLE + "-- @chart b, lower is better\n-- @column a people\nSELECT 1\n", 2, "b is none of the table t"),
    (TABLE + "-- @chart b, lower is better\n-- @column mean people\n-- @column b figure minutes of mean\nSELECT 1\n", 2,
     "a chart gets the columns mean, lower_limit"),
    (TABLE + "-- @rates a\n-- @column a people\nSELECT 1\n", 3, "@rates COUNT of COUNT"),
    (TABLE + "-- @rates a of a, reference k=W\n-- @column a people\n-- @column k key\nSELECT 1\n", 3, "@rates COUNT of COUNT"),
    (TABLE + "-- @rates a of b\n-- @column a people\nSELECT 1\n", 2, "b is no count of the table t"),
    (TABLE + "-- @rates a of a, reference a=W, among a=yes\n-- @column a people\nSELECT 1\n", 2, "a is no key of the table t"),
    (TABLE + "-- @rates a of a\n-- @column a people\n-- @column ratio key\nSELECT 1\n", 2, "rates get the columns percent"),
    ("-- bad: x\n-- @published half\n", 2, "of one kind of period"),
    (TABLE + "-- @column a people\n-- @sum a = a.b.c.d\nSELECT 1\n", 4, "@sum TOTAL = PART + PART"),
    (TABLE + "-- @column a people\n-- @sum a = t.a\nSELECT 1\n", 4, "@sum TOTAL = PART + PART"),
    (TABLE + "-- @column a people\n-- @sum a\nSELECT 1\n", 4, "@sum TOTAL = PART + PART"),
    (TABLE + "-- @column a people\n-- @sum a = b\nSELECT 1\n", 4, "b is no count of the table t"),
    (TABLE + "-- @column a people\n-- @sum nowhere.t.a = a\nSELECT 1\n", 4, "a is no count of the table nowhere.t"),
    (TABLE + "-- @column a people\n-- @sum a = a[b=c]\nSELECT 1\n", 4, "b is no key of the table t"),
    (TABLE + "-- @column a people\n-- @months a = a\nSELECT 1\n", 4, "@months REPORT.TABLE.COLUMN = COLUMN"),
    (TABLE + "-- @column a people\n-- @months bad.t.a = a by b\nSELECT 1\n", 4, "b is no key of the table"),
    (TABLE + "-- @column a people\n-- @months nowhere.t.a = a\nSELECT 1\n", 4, "a is no count of the table nowhere.t"),
    (TABLE + "".join(f"-- @column c{i} key\n" for i in range(33)) + "SELECT 1\n", 35, "at most 32 columns"),
)


class MakeReports(unittest.TestCase):
    def compile(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                with open(os.path.join(folder, name + ".sql"), "w", encoding="utf-8") as file:
                    file.write(text)
            return make_reports.c_of_all(make_reports.read_all(folder))

    def test_a_report_is_compiled_with_what_it_stands_on(self):
        made = self.compile(good=GOOD, base=BASE, beyond=BEYOND)
        self.assertIn('"SELECT \'a\' AS name, 2 + 2 AS count\\n"', made)
        self.assertIn('{"name", REPORT_KEY, NULL, "all", false, {REPORT_NOTHING, REPORT_NOTHING, REPORT_NOTHING}}', made)
        self.assertIn('{"count", REPORT_COUNT, "people", NULL', made)
        self.assertIn('{"share", REPORT_PERCENT, "percent", NULL, false, {1, 1, 2}}', made)
        self.assertIn('{"all_share", REPORT_PERCENT, "percent", NULL, false, {1, REPORT_SUM, REPORT_NOTHING}}', made)
        self.assertIn('{"median", REPORT_FIGURE, "minutes", NULL, false, {1, REPORT_NOTHING, REPORT_NOTHING}}', made)
        self.assertIn('"CREATE TEMP VIEW v AS SELECT 1\\n"', made)
        self.assertIn('{"long and longer", NULL, false}', made)
        self.assertLess(made.index("long and longer"), made.index("SELECT 'said'"))
        self.assertIn('"SELECT \\"it holds\\\\\\"\\n", true', made)
        self.assertIn('{"first", "The first", good_first_sql, good_first_columns, 7, REPORT_BARS, good_first_sums, 2, '
                      "good_first_month_sums, 1, false, false, {REPORT_NOTHING, XMR_NEITHER, XMR_VALUES}, "
                      "{REPORT_NOTHING, REPORT_NOTHING, REPORT_NOTHING, REPORT_NOTHING, NULL, NULL}}", made)
        self.assertIn('{"label", REPORT_KEY, NULL, NULL, true, {', made)
        self.assertIn('{{{NULL, "count", NULL, NULL}, {NULL, "count", NULL, NULL}, {NULL, NULL, NULL, NULL}}, true}', made)
        self.assertIn('{{{"beyond.second", "number", "of", "a*"}, {NULL, "count", "name", "all"}, {NULL, NULL, NULL, NULL}}, false}',
                      made)
        self.assertIn('{{"beyond.second", "number", "of", "a*"}, {NULL, "count", NULL, NULL}, NULL}', made)
        self.assertIn("const size_t report_made_count = 2;", made)
        self.assertNotIn("for readers", made)

    def test_an_order_that_tells_of_numbers_is_noted(self):
        for order, by_size in (("name", "false"), ("count DESC, name", "true"), ("name, round(median_min)", "true")):
            made = self.compile(one="-- one: x\n-- @table t T\n-- @column name key\n-- @column count people\n"
                                "-- @column median_min figure minutes of count\nSELECT 1\nORDER BY " + order + "\n")
            self.assertIn(f"one_t_columns, 3, REPORT_NO_PICTURE, NULL, 0, NULL, 0, false, {by_size}, ", made)

    def test_a_chart_says_what_is_drawn_and_which_way_is_better(self):
        for words, chart in (("higher is better", "XMR_HIGHER, XMR_VALUES"), ("neither is better", "XMR_NEITHER, XMR_VALUES"),
                             ("lower is better, days between events", "XMR_LOWER, XMR_DAYS_BETWEEN")):
            made = self.compile(one="-- one: x\n-- @of months\n-- @table t T\n-- @chart days, " + words +
                                "\n-- @column month key\n-- @column n people\n-- @column days figure days of n\nSELECT 1\n")
            self.assertIn(f"one_t_columns, 3, REPORT_LINE, NULL, 0, NULL, 0, false, false, {{2, {chart}}}, ", made)
            self.assertIn("one_notes, false, true,\n", made)

    def test_rates_say_of_what_they_are_and_beside_which_group_others_stand(self):
        for words, rates in (("n of all", "{1, 2, REPORT_NOTHING, REPORT_NOTHING, NULL, NULL}"),
                             ("n of all, reference who=A, or B, among known=yes", '{1, 2, 0, 3, "A, or B", "yes"}')):
            made = self.compile(one="-- one: x\n-- @table t T\n-- @rates " + words + "\n-- @column who key\n-- @column n people\n"
                                "-- @column all people\n-- @column known key label\nSELECT 1\n")
            self.assertIn(f"one_t_columns, 4, REPORT_NO_PICTURE, NULL, 0, NULL, 0, false, false, "
                          f"{{REPORT_NOTHING, XMR_NEITHER, XMR_VALUES}}, {rates}}}", made)

    def test_what_cannot_be_meant_is_refused_with_its_line(self):
        for text, line, words in BAD:
            with self.subTest(text=text):
                with self.assertRaisesRegex(make_reports.Fault, rf"bad\.sql:{line}: .*{re.escape(words)}"):
                    self.compile(bad=text, base=BASE, good=GOOD, beyond=BEYOND)

    def test_the_program_says_what_is_wrong_and_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "bad.sql"), "w", encoding="utf-8") as file:
                file.write("-- bad: x\n-- @tabel t T\n")
            out = os.path.join(folder, "made.c")
            ran = subprocess.run([sys.executable, SCRIPT, folder, out], capture_output=True, encoding="utf-8", check=False)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("bad.sql:2: unknown", ran.stderr)
            self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    unittest.main()
