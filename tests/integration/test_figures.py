"""Figures for Prometheus, as real programs write them: they are right, they name nobody, the page of figures lists each, and
Debian's Prometheus takes them, with the alert rules and the console of deploy/prometheus.

Usage: test_figures.py SOURCE BUILD
"""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest
import ledger_home
import urllib.error
import urllib.request

import yaml

import stage
from browser import FOLDERS, Browser, add_person, start_gateway

sys.path.insert(0, os.path.join(stage.SOURCE, "tests", "day"))
import marks  # noqa: E402

SECONDS = 60
SECTION_136, HEALTH_BASED, BASIS_STATED = 2, 1, 1  # of LegalStatus, PlaceOfSafety and Basis
PROGRAMS = ("broker", "intake", "audit", "gateway")
RULES = os.path.join(stage.SOURCE, "deploy", "prometheus")
ALERTS = os.path.join(stage.SOURCE, "tests", "integration", "alerts.yaml")
PAGE = os.path.join(stage.SOURCE, "deploy", "METRICS.md")
SAMPLE = re.compile(r"(\w+)\{(.*)\} (\S+)$")
ROW = re.compile(r"\| `(concordat_\w+)` \| (\w+) \| ([^|]*?) \| ([^|]*) \| [^|]+ \|$", re.M)
needs_promtool = unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (prometheus)")
needs_prometheus = unittest.skipUnless(
    all(map(shutil.which, ("prometheus", "prometheus-node-exporter"))),
    "prometheus or prometheus-node-exporter is not installed")


def mark(of):
    return f"{marks.MARK}{of}900123"  # a number to call back has digits


class Figures:
    """What a file says."""

    def __init__(self, text):
        self.text = text
        self.types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
        self.helps = dict(re.findall(r"^# HELP (\w+) (.*)$", text, re.M))
        self.samples, self.labels = [], {name: set() for name in self.types}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                labels = dict(re.findall(r'(\w+)="([^"]*)"', labels))
                self.samples.append((name, labels, float(value)))
                family = name if name in self.types else re.sub(r"_(bucket|sum|count)$", "", name)
                self.labels[family] |= labels.keys() - {"unit", "le"}

    def values(self, name, **labels):
        return [value for its, has, value in self.samples if its == name and labels.items() <= has.items()]

    def value(self, name, **labels):
        found = self.values(name, **labels)
        assert len(found) == 1, (name, labels, found)
        return found[0]


class Programs(unittest.TestCase):
    """A broker, an intake, an audit and a gateway in a little day. The files are read once each of them was written after it."""

    @classmethod
    def setUpClass(cls):
        cls.s = s = stage.Stage("figures", FOLDERS)
        cls.addClassCleanup(s.close)
        os.mkdir(s.path("figures"))
        s.start_broker("--metrics", cls.path("broker"))
        cls.first = cls.read("broker")
        s.start_intake("intake", "--metrics", cls.path("intake"))
        s.start_audit("audit", "--metrics", cls.path("audit"))
        cls.start_gateway()
        cls.play()
        s.use_region(lambda text: text + "# A line that the running router has not read.\n")
        cls.await_behind()
        now = time.time()
        cls.figures = {program: cls.await_written(program, now) for program in PROGRAMS}

    @classmethod
    def path(cls, program):
        return cls.s.path("figures", f"{program}.prom")

    @classmethod
    def read(cls, program):
        with open(cls.path(program), encoding="utf-8") as file:
            return Figures(file.read())

    @classmethod
    def await_written(cls, program, since):
        return until(lambda: (found := cls.read(program)).value(f"concordat_{program}_written_seconds") > since and found)

    @classmethod
    def start_gateway(cls):
        person = add_person(cls.s, "add", "p901", "--name", "Sam Example", "--role", "coordinator", "--of", "northmoor-duty")
        start_gateway(cls.s, [cls.s.make_key("desk", "coordinator", "northmoor-duty")], "--metrics", cls.path("gateway"))
        browser = Browser(cls.s.path("gateway.socket"))
        refused = browser.sign_in(person, password="wrong")
        assert refused.status == 403, refused.text
        assert browser.sign_in(person).go == "/"

    @classmethod
    def play(cls):
        """No team is there. In Northmoor the coordinator has one of four cases in hand, and of two of these people the hours
        of section 136 run: out, and out soon. In Southfell one case and a drill wait."""
        s, wire = cls.s, cls.s.wire
        from concordat.v1 import referral_pb2
        device, duty = s.device("car"), s.client("duty", "coordinator", "northmoor-duty")
        cases = []
        for hours, facts in ((None, {}), (None, {}), (25, {}), (22, {}), (None, {"postcode_district": "ZX5"}),
                             (None, {"postcode_district": "ZX5", "drill": True})):
            submit = s.submission(**facts)
            if hours:
                arrived = referral_pb2.Instant(unix_ms=int((time.time() - hours * 3600) * 1000), basis=BASIS_STATED)
                submit.referral.legal.CopyFrom(referral_pb2.Legal(
                    status=SECTION_136, arrived_at_place_of_safety_at=arrived, place_of_safety=HEALTH_BASED))
            for field in submit.confidential.DESCRIPTOR.fields:
                setattr(submit.confidential, field.name, mark(field.name))
            cls.done(device.request(submit=submit))
            cases.append(submit.referral.id)
        for case in cases:
            until(lambda case=case: device.request(get_status=wire.GetStatus(referral=case)).answer.status.number)
        cls.done(duty.request(take=wire.Take(referral=cases[0]), person=referral_pb2.Person(id="p117", role=1)))
        read = duty.request(get_record=wire.GetRecord(referral=cases[0], reason=mark("reading")))
        assert read.record.confidential.narrative == mark("narrative"), read
        refused = duty.request(take=wire.Take(referral=bytes(16)), person=referral_pb2.Person(id="p117", role=1))
        assert not refused.answer.done

    @staticmethod
    def done(message):
        assert message.answer.done, message.answer.text

    @classmethod
    def await_behind(cls):
        """Until the trail has the reading, which is the last event of the play."""
        def has_reading():
            with contextlib.closing(sqlite3.connect(f"file:{cls.s.path('audit-state', 'trail.db')}?mode=ro", uri=True)) as trail:
                return trail.execute("SELECT count(*) FROM record_read").fetchone()[0]
        until(has_reading)

    # ---- What they say ----

    def test_the_broker_tells_of_cases_by_area_and_state(self):
        broker = self.figures["broker"]
        told = {(has["area"], has["state"]): value for name, has, value in broker.samples
                if name == "concordat_broker_open_cases" and value}
        self.assertEqual(told, {("northmoor", "held"): 3, ("northmoor", "taken"): 1, ("southfell", "held"): 1})
        self.assertEqual(broker.value("concordat_broker_open_drills"), 1)
        self.assertEqual(broker.value("concordat_broker_coordinator_cases", area="northmoor"), 4)
        self.assertEqual(broker.value("concordat_broker_coordinator_cases", area="southfell"), 1)
        self.assertEqual(broker.value("concordat_broker_unowned_cases"), 0)
        waited = broker.value("concordat_broker_oldest_case_without_team_seconds")
        self.assertTrue(0 < waited < SECONDS * 10, waited)

    def test_the_broker_tells_of_hours_that_run_out(self):
        broker = self.figures["broker"]
        self.assertEqual(broker.value("concordat_broker_late_cases", clock="section-136"), 1)
        self.assertEqual(broker.value("concordat_broker_clock_breaches_total", clock="section-136"), 1)
        self.assertEqual(broker.value("concordat_broker_clock_breaches_total", clock="response"), 0)
        self.assertEqual(broker.value("concordat_broker_detentions_ending"), 1)

    def test_the_broker_tells_of_messages_commits_and_the_ledger(self):
        broker = self.figures["broker"]
        self.assertEqual(broker.value("concordat_broker_refusals_total", refusal="not-yours"), 1)
        self.assertGreaterEqual(broker.value("concordat_broker_requests_total", **{"class": "new_work"}), 6)
        self.assertEqual(sum(broker.values("concordat_broker_over_quota_total")), 0)
        self.assertEqual(broker.value("concordat_broker_connections", role="source"), 1)
        self.assertEqual(broker.value("concordat_broker_follower_behind_events", follower="audit"), 0)
        self.assertGreater(broker.value("concordat_broker_commit_seconds_count"), 0)
        self.assertGreater(broker.value("concordat_broker_disk_free_bytes"), broker.value("concordat_broker_disk_floor_bytes"))
        newest, at_ms = ledger_home.ask(self.s.path("state"), "SELECT seq, at_ms FROM event ORDER BY seq DESC LIMIT 1")[0]
        if broker.value("concordat_broker_events_total") == newest:  # nothing was written since
            self.assertAlmostEqual(broker.value("concordat_broker_newest_event_seconds"), at_ms / 1000, places=3)
        self.assertLessEqual(broker.value("concordat_broker_events_total"), newest)
        self.assertGreater(broker.value("concordat_broker_events_total"), 12)

    def test_the_broker_tells_whether_the_policy_on_the_disk_is_in_force(self):
        self.assertEqual(self.first.value("concordat_broker_policy_is_on_disk"), 1)
        self.assertEqual(self.figures["broker"].value("concordat_broker_policy_is_on_disk"), 0)

    def test_the_services_tell_how_they_stand(self):
        intake, audit, gateway = (self.figures[program] for program in ("intake", "audit", "gateway"))
        self.assertEqual(intake.value("concordat_intake_router_reachable"), 1)
        self.assertEqual(intake.value("concordat_intake_waiting_commands"), 0)
        self.assertGreater(intake.value("concordat_intake_outbox_bytes"), 0)
        self.assertEqual(audit.value("concordat_audit_router_reachable"), 1)
        self.assertEqual(audit.value("concordat_audit_behind_events"), 0)
        self.assertEqual(audit.value("concordat_audit_alarms"), 0)
        self.assertEqual(gateway.value("concordat_gateway_router_answers"), 1)
        self.assertEqual(gateway.value("concordat_gateway_sessions"), 1)
        self.assertEqual(gateway.value("concordat_gateway_sign_ins_refused_total"), 1)
        self.assertGreaterEqual(gateway.value("concordat_gateway_requests_total", status="4xx"), 1)
        self.assertGreaterEqual(gateway.value("concordat_gateway_requests_total", status="3xx"), 1)

    def test_an_intake_without_a_router_tells_what_waits(self):
        with stage.Stage("figures-away", FOLDERS) as s:
            options = ("--metrics", s.path("intake.prom"))
            s.start_intake("intake", *options)
            self.assertTrue(s.device("car").request(submit=s.submission()).answer.done)
            s.stop("intake")
            s.start_intake("intake", *options)  # which writes the file before it says that it is ready
            with open(s.path("intake.prom"), encoding="utf-8") as file:
                intake = Figures(file.read())
            self.assertEqual(intake.value("concordat_intake_router_reachable"), 0)
            self.assertEqual(intake.value("concordat_intake_waiting_commands"), 1)
            self.assertGreater(intake.value("concordat_intake_oldest_waiting_seconds"), 0)

    def test_a_name_that_the_exporter_does_not_read_is_refused_at_the_start(self):
        for path in ("figures", "figures.txt", "north east.prom", ".prom", 'a"b.prom'):
            ran = subprocess.run([stage.find_program("concordat-broker"), "--metrics", path], capture_output=True, text=True,
                                 timeout=SECONDS, check=False)
            self.assertEqual(ran.returncode, 100, path)
            self.assertIn("ends in .prom", ran.stderr)

    # ---- What they do not say ----

    def test_P9_no_file_has_a_word_about_a_person(self):
        for program, figures in self.figures.items():
            for told in (marks.MARK, "900123", "ZX1", "ZX5", "R-0001", "p117", "p901", "Sam", "car"):
                self.assertNotIn(told, re.sub(r"# HELP .*", "", figures.text), program)

    def test_P9_labels_are_ids_names_of_keys_and_codes(self):
        labels = set().union(*(labels for figures in self.figures.values() for labels in figures.labels.values()))
        self.assertEqual(labels, {"area", "class", "clock", "follower", "reason", "refusal", "role", "state", "status", "version"})

    # ---- The page, the rules ----

    def test_the_page_lists_each_figure_as_the_programs_tell_it(self):
        with open(PAGE, encoding="utf-8") as file:
            listed = {name: (kind, set(re.findall(r"`(\w+)`", labels)), meaning)
                      for name, kind, labels, meaning in ROW.findall(file.read())}
        told = {name: (figures.types[name], figures.labels[name], figures.helps[name])
                for figures in self.figures.values() for name in figures.types}
        self.assertEqual(listed, told)

    def test_the_rules_and_the_console_name_figures_that_there_are(self):
        told = {name for figures in self.figures.values() for name in figures.types}
        for name in ("concordat.rules.yml", "concordat.html"):
            with open(os.path.join(RULES, name), encoding="utf-8") as file:
                named = set(re.findall(r"concordat_(?:broker|intake|audit|gateway)_\w+", file.read()))
            self.assertTrue(named)
            self.assertEqual({figure.removesuffix("_bucket") for figure in named} - told, set(), name)

    def test_each_alert_says_what_holds_and_what_to_do_and_has_a_test(self):
        with open(os.path.join(RULES, "concordat.rules.yml"), encoding="utf-8") as file:
            rules = [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
        with open(ALERTS, encoding="utf-8") as file:
            tested = {test["name"] for test in yaml.safe_load(file)["tests"]}
        self.assertEqual({rule["alert"] for rule in rules}, tested)
        for rule in rules:
            self.assertIn(rule["labels"]["severity"], ("page", "look"))
            self.assertEqual(rule["annotations"].keys(), {"summary", "description"})

    # ---- What Prometheus says ----

    def promtool(self, *words, given=None):
        ran = subprocess.run(["promtool", *words], input=given, capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    @needs_promtool
    def test_promtool_finds_nothing_wrong(self):
        for figures in self.figures.values():
            self.promtool("check", "metrics", given=figures.text)
        self.promtool("check", "config", os.path.join(RULES, "prometheus.yml"))
        self.promtool("check", "rules", os.path.join(RULES, "concordat.rules.yml"))

    @needs_promtool
    def test_each_alert_fires_when_it_should_and_no_other_does(self):
        self.promtool("test", "rules", ALERTS)

    @needs_prometheus
    def test_debians_prometheus_takes_figures_rules_and_console(self):
        exporter, own = stage.free_port(), stage.free_port()
        self.run_beside("exporter", "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{exporter}",
                        "--collector.disable-defaults", "--collector.textfile",
                        f"--collector.textfile.directory={self.s.path('figures')}")
        with open(os.path.join(RULES, "prometheus.yml"), encoding="utf-8") as file:
            config = file.read().replace("localhost:9100", f"127.0.0.1:{exporter}").replace("interval: 15s", "interval: 1s")
        with open(self.s.path("prometheus.yml"), "w", encoding="utf-8") as file:
            file.write(config)
        shutil.copy(os.path.join(RULES, "concordat.rules.yml"), self.s.path("concordat.rules.yml"))
        self.run_beside("prometheus", "prometheus", f"--config.file={self.s.path('prometheus.yml')}",
                        f"--storage.tsdb.path={self.s.path('tsdb')}", f"--web.listen-address=127.0.0.1:{own}",
                        f"--web.console.templates={RULES}", f"--web.console.libraries={RULES}")
        address = f"http://127.0.0.1:{own}"
        rules = until(lambda: self.rules_that_were_evaluated(f"{address}/api/v1/rules"))
        self.assertEqual({rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"}, {})
        firing = until(lambda: {rule["name"] for rule in rules_of(f"{address}/api/v1/rules") if rule["state"] == "firing"})
        self.assertIn("ConcordatDetentionOver", firing)
        page = until(lambda: (text := fetch(f"{address}/consoles/concordat.html")) and "northmoor" in text and text)
        row = re.search(r"<tr><th>northmoor</th>(.*?)</tr>", page, re.S)[1]
        self.assertEqual(re.findall(r">([^<]+)</td>", row), ["4", "0", "3", "1", "0", "0", "0"])
        self.assertIn("ConcordatDetentionOver", page)
        self.assertRegex(page, r"Owned by nobody \(must be 0\)</th><td class=\"number\">0<")
        for unit in PROGRAMS:
            self.assertIn(f"<tr><th>{unit}</th>", page)
        self.assertNotIn(marks.MARK, page)

    def run_beside(self, name, *words):
        with open(self.s.path(f"{name}.log"), "wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    @staticmethod
    def rules_that_were_evaluated(address):
        rules = rules_of(address)
        return rules and all(rule["health"] != "unknown" for rule in rules) and rules


def rules_of(address):
    text = fetch(address)
    return text and [rule for group in json.loads(text)["data"]["groups"] for rule in group["rules"]]


def fetch(address):
    """None while nobody answers there."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise AssertionError(error.read().decode()) from error
    except OSError:
        pass
    return None


def until(come):
    """What `come` returns, once it is something. A file, a trail and another program's page cannot notify us."""
    for _ in range(SECONDS * 20):
        if found := come():
            return found
        time.sleep(0.05)
    raise AssertionError("it does not come")


if __name__ == "__main__":
    unittest.main()
