"""Reports as files for other programs: CSV as pandas and R read it, JSON by its schema; with a real broker and its trails.

Usage: test_report_files.py SOURCE BUILD
"""

import csv
import io
import json
import os
import shutil
import subprocess
import unittest

import jsonschema
import pandas
import stage
import trails

FIRST = {False: ["report", "period_from", "period_to", "as_at_event"], True: ["report", "case", "as_at_event"]}
OF_MONTHS = ("change",)  # of whole months, and one of them has not ended
REPORTS = ("breaches", "change", "custody", "declines", "equality", "national", "open", "referrals", "section136", "times", "volume", "case")
R_PROGRAM = """
for (path in commandArgs(TRUE)) {
  read <- read.csv(path, check.names = FALSE, encoding = "UTF-8")
  cat(basename(path), nrow(read), paste(names(read), collapse = ","), sep = "\\t")
  cat("\\n")
}
"""


class ReportFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("report-files")
        cls.addClassCleanup(cls.stage.close)
        cls.stage.start_broker()
        cls.trails = trails.of_three_cases(cls.stage)
        cls.month = cls.stage.path("month.db")
        subprocess.run([stage.find_program("story-of-a-month", ("tests",)), cls.month, "7"], check=True)

    def ask(self, name, *options, code=0, suppressed=False):
        words = [name, "R-0002"] if name == "case" else [name]
        code = 4 if name in OF_MONTHS and code == 0 and not suppressed else code
        ran = subprocess.run([stage.find_program("concordat"), "report", *words, "--trail",
                              *((self.month,) if suppressed else (self.trails["inspector"], "--unsuppressed")), *options],
                             capture_output=True, timeout=trails.SECONDS, check=False)
        self.assertEqual(ran.returncode, code, ran.stderr)
        return ran.stdout if code in (0, 4) else ran.stderr.decode()

    def files_of(self, name):
        folder = self.stage.path(f"files-{name}")
        self.ask(name, "--out", folder)
        return folder

    def test_json_is_what_its_schema_says(self):
        with open(os.path.join(stage.SOURCE, "deploy", "report.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name in REPORTS:
            with self.subTest(report=name):
                if name != "case":
                    validator.validate(json.loads(self.ask(name, "--json", suppressed=True)))
                report = json.loads(self.ask(name, "--json"))
                validator.validate(report)
                for table in report["tables"]:
                    names = [column["name"] for column in table["columns"]]
                    for row in table["rows"]:
                        self.assertEqual(list(row), names)
                    for column in table["columns"]:
                        self.assertLessEqual({column.get(key) for key in ("over", "numerator", "denominator", "less")},
                                             {None, *names})
        del report["chain"]
        self.assertFalse(validator.is_valid(report))
        self.assertFalse(validator.is_valid({**report, "chain": "x", "more": 1}))

    def test_pandas_reads_each_table_as_one_table_with_its_types(self):
        for name in REPORTS:
            report, folder = json.loads(self.ask(name, "--json")), self.files_of(name)
            self.assertEqual(sorted(os.listdir(folder)),
                             sorted(["about.csv", *(f"{table['name']}.csv" for table in report["tables"])]))
            for table in report["tables"]:
                with self.subTest(report=name, table=table["name"]):
                    read = pandas.read_csv(os.path.join(folder, table["name"] + ".csv"), keep_default_na=False, na_values=[""])
                    columns = [column["name"] for column in table["columns"]]
                    self.assertEqual(list(read.columns), FIRST[name == "case"] + columns)
                    self.assertEqual(len(read), len(table["rows"]))
                    self.assertEqual(set(read["as_at_event"]), {report["event"]} if table["rows"] else set())
                    for column in table["columns"]:
                        if column["kind"] in ("count", "percent", "figure", "limit", "bound", "comparison") and len(read):
                            self.assertIn(read[column["name"]].dtype.kind, "iuf", column)
                    for at, row in enumerate(table["rows"]):
                        for column in columns:
                            self.same_cell(read[column][at], row[column])

    def same_cell(self, read, told):
        if told is None or told == "":
            self.assertTrue(pandas.isna(read))
        elif isinstance(told, str):
            self.assertEqual(str(read).lstrip("'"), told.lstrip("'"))
        else:
            self.assertAlmostEqual(float(read), round(told, 2), places=6)

    def test_r_reads_each_table_as_one_table(self):
        if not shutil.which("Rscript"):
            self.skipTest("R is not installed (r-base-core)")
        paths, wanted = [], {}
        for name in REPORTS:
            folder = self.files_of(name)
            for table in json.loads(self.ask(name, "--json"))["tables"]:
                path = os.path.join(folder, f"{table['name']}.csv")
                paths.append(path)
                names = FIRST[name == "case"] + [column["name"] for column in table["columns"]]
                wanted[len(paths) - 1] = f"{table['name']}.csv\t{len(table['rows'])}\t{','.join(names)}"
        said = subprocess.run(["Rscript", "--vanilla", "-e", R_PROGRAM, *paths], capture_output=True, check=True,
                              encoding="utf-8", timeout=5 * trails.SECONDS).stdout
        self.assertEqual(said.splitlines(), list(wanted.values()))

    def test_about_says_what_the_other_files_are(self):
        folder = self.files_of("volume")
        about = pandas.read_csv(os.path.join(folder, "about.csv"), dtype=str, keep_default_na=False)
        self.assertEqual(list(about.columns), ["report", "item", "name", "value"])
        report = json.loads(self.ask("volume", "--json"))
        face = about[about["item"] == "face"].set_index("name")["value"]
        for key in ("chain", "policy", "period", "asAt"):
            self.assertEqual(face[key], report[key])
        self.assertEqual(face["event"], str(report["event"]))
        self.assertEqual(list(about[about["item"] == "note"]["value"]), report["notes"])
        self.assertEqual(list(about[about["item"] == "verdict"]["value"]), report["verdicts"])
        columns = about[about["item"] == "column"].set_index("name")["value"]
        self.assertEqual(columns["sources.received"], "count, in people")

    def test_one_table_goes_to_standard_output_and_several_do_not(self):
        table = self.ask("volume", "--table", "sources")
        with open(os.path.join(self.files_of("volume"), "sources.csv"), "rb") as file:
            self.assertEqual(file.read(), table)
        self.assertEqual(self.ask("volume", "--format", "csv", "--table", "sources"), table)
        self.assertEqual(self.ask("volume", "--table", "sources", "--bom"), b"\xef\xbb\xbf" + table)
        self.assertEqual(table.count(b"\r\n"), table.count(b"\n"))
        said = self.ask("volume", "--format", "csv", code=100)
        self.assertIn("say --out FOLDER, or --table with one of volume, sources, hours, reconciliation, and about", said)
        self.assertIn("the table referrals points to single cases",
                      self.ask("open", "--table", "referrals", code=7, suppressed=True))
        for options in (("--table", "none"), ("--table", "sources", "--out", "x"), ("--table", "sources", "--json"), ("--bom",)):
            self.ask("volume", *options, code=100)
        self.assertIn("cannot be made", self.ask("volume", "--out", "/nowhere/at/all", code=111))

    def test_a_folder_of_half_a_report_has_no_about(self):
        folder = self.stage.path("half")
        self.ask("volume", "--out", folder)
        os.remove(os.path.join(folder, "hours.csv"))
        os.mkdir(os.path.join(folder, "hours.csv"))  # a file that cannot be written
        self.assertIn("hours.csv: cannot be written", self.ask("volume", "--out", folder, code=111))
        self.assertFalse(os.path.exists(os.path.join(folder, "about.csv")))

    def test_a_day_or_a_period_that_is_none_is_named(self):
        for options, sentence in ((("--from", "2026-02-31"), '"2026-02-31" is no day of the calendar and no time'),
                                  (("--period", "2026-13"), '"2026-13" is no period: it is a day'),
                                  (("--as-at", "2026-04-31"), '"2026-04-31" is no event\'s number and no day of the calendar'),
                                  (("--from", "2026-03-02", "--to", "2026-03-01"), "--from is not before --to")):
            self.assertIn(sentence, self.ask("volume", *options, code=100))

    def test_tidy_has_a_row_for_each_figure(self):
        for name in ("times", "declines", "national", "breaches"):
            report = json.loads(self.ask(name, "--json"))
            rows = list(csv.DictReader(io.StringIO(self.ask(name, "--format", "tidy").decode())))
            figures = [(table["name"], column["name"], row[column["name"]]) for table in report["tables"] for row in table["rows"]
                       for column in table["columns"] if column["kind"] in ("count", "percent", "figure")
                       and row[column["name"]] is not None]
            self.assertEqual([(row["table"], row["measure"]) for row in rows], [figure[:2] for figure in figures])
            for row, (_, _, value) in zip(rows, figures):
                self.assertAlmostEqual(float(row["value"]), round(value, 1), places=6)
                if row["unit"] == "percent" and row["denominator"]:
                    self.assertAlmostEqual(100 * int(row["numerator"]) / int(row["denominator"]), float(row["value"]), delta=0.051)
            self.assertTrue(all(row["unit"] and row["as_at_event"] == str(report["event"]) for row in rows))


if __name__ == "__main__":
    unittest.main()
