"""The auditors' pages of the gateway, with a real broker and the trails that concordat-audit keeps: the figures are those of
the commands, the verdict names what is wrong, and nobody sees what their role may not.

Usage: test_gateway_audit.py SOURCE BUILD
"""

import html
import json
import os
import re
import sqlite3
import subprocess
import time
import unittest
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import stage
import trails
from browser import FOLDERS, SECONDS, Browser, Connection, add_person, start_gateway

# Each sign-in is of a person of its own, because a code counts once: (how many, role, of).
PEOPLE = ((8, "auditor", "council"), (6, "inspector", "council"), (1, "team", "northmoor-crisis"),
          (1, "coordinator", "northmoor-duty"), (1, "referrer", "street-triage"))


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-audit", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.start_broker()
        cls.trails = trails.of_three_cases(cls.stage)
        cls.trails["month"] = cls.stage.path("month.db")  # an inspector's, of a month that is published
        subprocess.run([stage.find_program("story-of-a-month", ("tests",)), cls.trails["month"], "7"], check=True)
        numbers = iter(range(101, 200))
        cls.people = {role: [add_person(cls.stage, "add", f"p{next(numbers)}", "--name", f"Sam, {role}", "--role", role,
                                        "--of", of) for _ in range(count)] for count, role, of in PEOPLE}
        cls.desk = cls.stage.make_key("duty", "coordinator", "northmoor-duty")
        cls.start(cls.trails["auditor"])

    @classmethod
    def start(cls, trail):
        if "gateway" in cls.stage.processes:
            cls.stage.stop("gateway")
        start_gateway(cls.stage, [cls.desk], *(("--trail", trail) if trail else ()))
        cls.browsers = {}  # a gateway that starts knows no session

    def enter(self, role):
        """The browser of somebody with this role, who signs in once at each gateway."""
        if role not in self.browsers:
            browser = self.browsers[role] = Browser(self.stage.path("gateway.socket"))
            self.assertEqual(browser.sign_in(self.people[role].pop()).go, "/")
        return self.browsers[role]

    def command(self, *words, trail="auditor"):
        ran = subprocess.run([stage.find_program("concordat"), *words, "--trail", self.trails[trail]],
                             capture_output=True, timeout=SECONDS, check=False)
        self.assertIn(ran.returncode, (0, 1, 4, 6), ran.stderr)  # 4: the period goes on; 6: a written story that does not verify
        return ran.stdout.decode()

    def with_trail(self, trail):
        """Another gateway in the place of the first, until the test ends."""
        self.start(trail)
        self.addCleanup(self.start, self.trails["auditor"])

    def await_verdict(self, browser):
        for _ in range(SECONDS * 20):
            page = browser.get("/audit")
            if "It is being checked" not in page.text and "was not checked since" not in page.text:
                return page
            time.sleep(0.05)  # a page cannot notify us
        raise AssertionError(page.text)

    # ---- Figures ----

    def test_every_report_that_is_published_has_the_figures_of_the_command(self):
        self.with_trail(self.trails["month"])
        browser = self.enter("inspector")
        self.await_verdict(browser)  # from here on the trail's face stays as it is
        links = re.findall(r'href="(/audit/reports/(\w+))"', browser.get("/audit").text)
        self.assertEqual(len(links), 16)
        for path, name in links:
            with self.subTest(report=name):
                made = browser.get(f"{path}.json")
                self.assertEqual(made.text, self.command("report", name, "--format", "json", trail="month"))
                self.assertIn(f'attachment; filename="concordat-{name}.json"', made.headers["Content-Disposition"])
                page, folder = browser.get(path).text, self.stage.path(f"files-{name}")
                self.command("report", name, "--out", folder, trail="month")
                for table in (*(table["name"] for table in json.loads(made.text)["tables"]), "about"):
                    file = browser.get(f"{path}/{table}.csv")
                    with open(os.path.join(folder, f"{table}.csv"), encoding="utf-8", newline="") as same:
                        self.assertEqual(file.text, same.read())
                    self.assertIn(f'attachment; filename="concordat-{name}-{table}.csv"', file.headers["Content-Disposition"])
                    self.assertIn(f'href="{path}/{table}.csv?', page)
                self.has_figures(page, json.loads(made.text))

    def has_figures(self, page, report):
        """Each cell of the report stands in the page, in its order and in a table with a caption; a column that has no value
        anywhere does not, nor does a limit, which the chart has."""
        shown = [html.unescape(cell) for cell in re.findall(r"<t[hd] (?:scope=\"row\" )?class=[^>]*>([^<]*)</t[hd]>", page)]
        headings = [html.unescape(text) for text in re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page)]
        cells = []
        for table in report["tables"]:
            empty = {name for row in table["rows"] for name in list(row)[1:] if all(r[name] is None for r in table["rows"])}
            drawn = {column["name"] for column in table["columns"] if column["kind"] == "limit"}  # and said above the chart
            cells += [cell_text(cell) for row in table["rows"] for name, cell in row.items() if name not in empty | drawn]
        self.assertEqual([cell for cell in shown if cell not in headings], [c for c in cells if c not in headings])
        for table in report["tables"]:
            self.assertIn(f">{table['title']}</{'caption' if table['rows'] else 'h2'}>", html.unescape(page))
        for line in report["verdicts"]:
            self.assertIn(f">{line}</p>", html.unescape(page))

    def test_a_period_counts_what_the_command_counts(self):
        self.with_trail(self.trails["month"])
        browser = self.enter("inspector")
        self.await_verdict(browser)  # from here on the trail's face stays as it is
        for query, words, said in (
                ("?period=2027-03&from=&to=", ("--period", "2027-03"), "Suppressed: small numbers are hidden"),
                ("?from=2027-03-01&to=2027-04-01&unsuppressed=", ("--from", "2027-03-01", "--to", "2027-04-01"), "Suppressed: "),
                ("?period=2027-03-04&unsuppressed=yes", ("--period", "2027-03-04", "--unsuppressed"), "Unsuppressed</strong>"),
                ("?period=2027-04&unsuppressed=yes", ("--period", "2027-04", "--unsuppressed"), "Provisional</strong>")):
            made = browser.get(f"/audit/reports/volume.json{query}")
            self.assertEqual(made.text, self.command("report", "volume", "--format", "json", *words, trail="month"))
            page = browser.get(f"/audit/reports/volume{query}")
            self.assertEqual(page.status, 200)
            self.assertIn(f"Referrals received {json.loads(made.text)['period']}, by the days of London", page.text)
            self.assertIn(said, page.text)

    def test_a_period_that_is_not_published_or_none_is_said(self):
        browser, today = self.enter("auditor"), datetime.now(ZoneInfo("Europe/London")).date()
        for query, status, sentence in (
                ("?from=31-01-2026", 400, "A day is written as"), ("?from=2026-02-30", 400, "A day is written as"),
                ("?from=%22%3E%3Cb%3E", 400, "A day is written as"), ("?period=2026-13", 400, "A period is a day 2026-03-29"),
                ("?period=%22%3E%3Cb%3E", 400, "A period is"), ("?period=2026-01&from=2026-01-01", 400, "either a period, or days"),
                ("?from=2026-02-01&to=2026-01-01", 400, "The second day is not after the first"),
                ("?from=2026-02-01&to=2026-02-01", 400, "The second day is not after the first"),
                (f"?from={today}", 403, "This report is published of a whole month and of no other period"),
                (f"?period={today}", 403, "This report is published of a whole month and of no other period"),
                ("", 403, "on, a week after that time. Until then its figures are for an inspector, with small numbers."),
                (f"?period={today:%Y-%m}", 403, f"What was received from 1 {today:%B} {today.year} to"),
                ("?unsuppressed=yes", 403, "Small numbers are for inspectors alone, and this trail is an auditor's"),
                ("?period=2020-01", 404, "The trail has nothing from 1 January 2020 to 31 January 2020: its events begin at")):
            page = browser.get(f"/audit/reports/volume{query}")
            self.assertEqual(page.status, status, query)
            self.assertIn(sentence, html.unescape(page.text))
            self.assertIn('id="from" name="from"', page.text)
            self.assertNotIn('id="unsuppressed"', page.text)  # an inspector's alone

    def test_a_picture_has_a_bar_for_each_row_and_a_title(self):
        self.with_trail(self.trails["month"])
        page = self.enter("inspector").get("/audit/reports/volume").text
        self.assertIn('<td class="nhsuk-table__cell nhsuk-table__cell--numeric">*</td>', page)
        self.with_trail(self.trails["inspector"])
        page = self.enter("inspector").get("/audit/reports/volume?unsuppressed=yes").text
        self.assertEqual(page.count("<rect "), 24)
        self.assertRegex(page, r'<svg [^>]*role="img" aria-labelledby="picture-hours">\s*<title id="picture-hours">Referrals')
        self.assertNotIn("style=", page)

    # ---- A case ----

    def test_a_case_is_found_by_its_number_and_told_as_the_command_tells_it(self):
        browser = self.enter("auditor")
        self.await_verdict(browser)  # from here on the trail's face stays as it is
        self.assertEqual(browser.get("/audit/cases?number=r-2").go, "/audit/cases/R-0002")
        page = browser.get("/audit/cases/R-0002")
        told = self.command("report", "case", "R-0002", "--format", "json")
        self.assertEqual(browser.get("/audit/cases/R-0002.json").text, told)
        self.has_figures(page.text, json.loads(told))
        self.assertIn("no capacity", page.text)
        self.assertIn("R-0002: 0 unowned seconds", page.text)
        for path, status in (("/audit/cases/R-0099", 404), ("/audit/cases/x", 404), ("/audit/reports/weather", 404),
                             ("/audit/reports/case", 404), ("/audit/reports/times.pdf", 404), ("/audit/reports/times.csv", 404),
                             ("/audit/reports/times/none.csv", 404), ("/audit/reports/times/spread.json", 404),
                             ("/audit/reports/times/", 404), ("/audit/cases/R-0002/events.csv", 200), ("/audit/none", 404),
                             ("/audit/cases?number=x", 400), ("/audit/cases", 200)):
            self.assertEqual(browser.get(path).status, status, path)
        self.assertIn("The trail has no case R-0099.", browser.get("/audit/cases/R-0099").text)

    # ---- The verdict ----

    def test_the_verdict_is_that_of_the_command_and_is_made_anew_when_asked(self):
        browser = self.enter("auditor")
        page = self.await_verdict(browser)
        verdict = json.loads(self.command("verify", "--json"))
        self.assertIn("<h1>The trail holds</h1>", page.text)
        self.assertIn(verdict["chain"], page.text)
        self.assertIn(f"1 to {verdict['events']}, of {verdict['stored_events']} that are stored", page.text)
        self.assertIn(f"Not checked</strong> {verdict['replay']['why']}", html.unescape(page.text))
        face = json.loads(browser.get("/audit/cases/R-0001.json").text)
        self.assertEqual((face["event"], face["chain"]), (verdict["events"], verdict["chain"]))
        self.assertEqual((face["verified"]["upToEvent"], face["verified"]["holds"]), (verdict["events"], True))
        self.assertIn(f"Verified on {in_london(face['verified']['at'])} up to event {face['event']}.",
                      browser.get("/audit/cases/R-0001").text)
        self.assertEqual(browser.post("/audit/verdict", {"token": "x" * 43}).status, 403)
        self.assertEqual(browser.post("/audit/verdict", {}).status, 403)
        self.assertEqual(browser.post("/audit/verdict", {"token": page.token()}, "https://evil.example").status, 403)
        self.assertEqual(browser.post("/audit/verdict", {"token": page.token()}).go, "/audit")
        self.assertIn("<h1>The trail holds</h1>", self.await_verdict(browser).text)

    def altered_trail(self):
        path = self.stage.path("altered.db")
        with sqlite3.connect(f"file:{self.trails['auditor']}?mode=ro", uri=True) as whole, sqlite3.connect(path) as copy:
            whole.backup(copy)
        with sqlite3.connect(path) as copy:
            copy.execute("UPDATE offer SET reason = 'too far' WHERE reason = 'no capacity'")
        return path

    def test_the_verdict_on_an_altered_trail_names_what_is_wrong(self):
        self.with_trail(self.altered_trail())
        page = self.await_verdict(self.enter("auditor"))
        self.assertIn("<h1>The trail does not hold</h1>", page.text)
        self.assertIn("table offer: a row was altered or is missing", page.text)
        self.assertIn("table offer: a row stands there that the events do not account for", page.text)
        self.assertIn("Altered</strong> The trail is not what it was", self.enter("auditor").get("/audit/cases/R-0001").text)

    # ---- Who may see what ----

    def test_nobody_else_comes_in_and_an_auditor_goes_nowhere_else(self):
        paths = ("/audit", "/audit/reports/times", "/audit/reports/times/spread.csv", "/audit/cases", "/audit/cases/R-0001.json")
        for role in ("team", "coordinator", "referrer"):
            browser = self.enter(role)
            for path in paths:
                page = browser.get(path)
                self.assertEqual(page.status, 403)
                self.assertIn("These pages are for auditors and inspectors", page.text)
            self.assertEqual(browser.post("/audit/verdict", {}).status, 403)
        stranger = Browser(self.stage.path("gateway.socket"))
        for path in paths:
            self.assertEqual(stranger.get(path).go, "/sign-in")
        self.assertEqual(stranger.post("/audit/verdict", {}).status, 403)
        auditor = self.enter("auditor")
        self.assertEqual(auditor.get("/").go, "/audit")
        self.assertEqual(auditor.get("/cases/R-0001").status, 503)

    def test_an_auditor_sees_nothing_of_an_inspectors_trail_which_an_inspector_reads(self):
        self.with_trail(self.trails["inspector"])
        inspector, auditor = self.enter("inspector"), self.enter("auditor")
        self.assertIn("an inspector&#39;s", self.await_verdict(inspector).text.replace("inspector's", "inspector&#39;s"))
        story = inspector.get("/audit/cases/R-0002").text
        self.assertRegex(story, r">\d{1,2} [A-Z][a-z]{2} \d\d:\d\d<")
        self.assertNotRegex(story, r"\dT\d\d:\d\d")
        self.assertRegex(inspector.get("/audit/cases/R-0002/events.csv").text, r"\d\d:\d\d:\d\d\.\d{3}Z")
        self.assertIn("concordat show R-0002 shows them", story)
        for path, status in (("/audit/reports/open/referrals.csv", 403), ("/audit/reports/open/referrals.csv?unsuppressed=yes", 200)):
            self.assertEqual(inspector.get(path).status, status)
        page = inspector.get("/audit/reports/open?unsuppressed=yes").text
        self.assertIn("Unsuppressed</strong> It points to people: for internal use only.", page)
        self.assertIn('id="unsuppressed" name="unsuppressed" value="yes" checked', page)
        self.assertIn("referrals.csv?period=&amp;from=&amp;to=&amp;unsuppressed=yes", page)
        self.assertEqual(inspector.get("/audit/reports/open.json?unsuppressed=yes").text,
                         self.command("report", "open", "--unsuppressed", "--format", "json", trail="inspector"))
        for path in ("/audit", "/audit/reports/times", "/audit/reports/open/owners.csv", "/audit/cases/R-0002",
                     "/audit/cases/R-0099"):
            page = auditor.get(path)
            self.assertEqual(page.status, 403, path)
            self.assertIn("The trail here is an inspector", page.text)

    def test_without_a_trail_the_pages_say_so(self):
        self.with_trail(None)
        self.assertIn("There is no trail to read here", self.enter("auditor").get("/audit").text)
        self.with_trail(self.stage.path("none.db"))
        page = self.enter("inspector").get("/audit/reports/times")
        self.assertEqual(page.status, 503)
        self.assertIn("There is no trail to read here", page.text)
        self.assertNotIn("none.db", page.text)

    # ---- Much at once ----

    def test_many_questions_at_once_are_all_answered_and_other_pages_go_on(self):
        browser, connections = self.enter("auditor"), []
        for _ in range(40):
            connection = Connection(browser.path)
            connection.request("GET", "/audit/cases/R-0001", headers={"Cookie": browser.cookie})
            connections.append(connection)
        self.assertIn(browser.get("/status").status, (200, 503))
        statuses = [connection.getresponse().status for connection in connections]
        for connection in connections:
            connection.close()
        self.assertLessEqual(set(statuses), {200, 503})
        self.assertGreaterEqual(statuses.count(200), 8)

    def test_it_stops_while_a_trail_is_being_verified(self):
        browser = self.enter("auditor")
        page = browser.get("/audit")
        browser.post("/audit/verdict", {"token": page.token()})
        self.assertEqual(self.stage.stop("gateway"), 0)
        self.start(self.trails["auditor"])


def in_london(text):
    at, now = (instant.astimezone(ZoneInfo("Europe/London")) for instant in
               (datetime.fromisoformat(text), datetime.now(timezone.utc)))
    return f"{at.day} {at:%b %H:%M}" if at.year == now.year else f"{at.day} {at:%b %Y %H:%M}"


def cell_text(cell):
    """As the page has it: a time by the clock in London, to the minute."""
    if cell is None or cell == "-":
        return "none"
    if isinstance(cell, str):
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", lambda found: in_london(found[0]), cell)
    return f"{cell:.2f}".removesuffix("0") if isinstance(cell, float) else str(cell)


if __name__ == "__main__":
    unittest.main()
