"""What a released version left behind (tests/golden), opened by today's programs: old with new. What today's programs say to that
version's, by its own schema: new with old. And what is refused, because a newer version made it.

A failure says what to do. Usage: test_golden.py SOURCE BUILD
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import jsonschema

import golden_site
import python_client
import schema
import stage
import units
from browser import FOLDERS, SECONDS, Browser
from golden_site import AUDIT, BROKER, GOLDEN, INTAKE, LEDGER, OUTBOX, PEOPLE, STATE, TRAIL, read

HELD = ("What {0} left behind is held by people who cannot make it anew. Teach today's program to take it as it was, and leave the "
        "golden folder as it is. (Only if {0} is not released yet: `tests/run golden {0}` makes its folder anew.) ")


def number_in(path, name):
    return int(re.search(rf"\b{name} = (\d+)", read(stage.SOURCE, path))[1])


class Golden(unittest.TestCase):
    """The folder of one version; the class of each is made below."""

    version = None

    def setUp(self):
        self.folder = os.path.join(GOLDEN, self.version)
        self.about = json.loads(read(self.folder, "about.json"))
        self.old = schema.Schema(os.path.join(self.folder, "schema.bin"))
        self.stage = stage.Stage("golden", FOLDERS)
        self.addCleanup(self.stage.close)
        self.longMessage = True

    def held(self, what):
        return f"\n{what} of {self.version}: {HELD.format(self.version)}"

    def open_site(self):
        site = golden_site.Site(self.stage)
        site.unpack(os.path.join(self.folder, "site.tar.xz"))
        site.set_clock(self.about["ended"] + 20)
        self.addCleanup(site.close)
        return site

    def start(self, site, relayed=True):
        if relayed:
            site.open_relay()
        for what, begin in (("the ledger, the keys or the policy", site.start_broker), ("the queue of an intake", site.start_intake)):
            try:
                begin()
            except RuntimeError as refused:
                self.fail(f"{refused}{self.held(what)}")

    def replay(self, site):
        ran = subprocess.run([stage.find_program("concordat-replay", ("broker/tools",)), site.at(LEDGER)], capture_output=True, text=True,
                             timeout=SECONDS, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr + self.held("a ledger"))
        return json.loads(ran.stdout)

    # ---- Old with new ----

    def test_a_ledger_replays_and_comes_to_the_same_chain(self):
        said = self.replay(self.open_site())
        self.assertEqual({"event": said["events"], "chain": said["chain"]}, self.about["head"])
        self.assertEqual(said["cases"]["open"], 4)

    def test_a_site_goes_on_where_it_stopped(self):
        site, cases = self.open_site(), self.about["cases"]
        self.start(site)
        site.start_team("northmoor-crisis")
        self.assertIn("Northmoor Crisis", json.dumps(site.status("northmoor-duty", cases["open"])), self.held("an open case"))
        self.assertIn("07700 900123", site.do("northmoor-duty", "show", cases["held"], "To", "ring", "back."), self.held("a sealed text"))
        for words in (("checkin", cases["open"], "contact", "face-to-face"), ("close", cases["open"], "crisis-home-treatment")):
            site.do("northmoor-crisis", *words)
        self.assertEqual(site.status("northmoor-duty", cases["open"])["state"], "STATE_CLOSED")
        # What waited in the intake's queue is delivered.
        self.stage.await_said(INTAKE, r"received \S+ \(0 waiting")
        self.take_new_referrals(site)
        site.start_audit()
        self.follow_on(site)
        for name in ("northmoor-crisis", AUDIT, INTAKE, BROKER):
            self.assertEqual(self.stage.stop(name), 0, name)
        self.replay(site)
        self.new_says_nothing_that_old_refuses(site)

    def take_new_referrals(self, site):
        """Files of referrals that somebody has kept, or that a program still writes."""
        for name in sorted(os.listdir(os.path.join(self.folder, "referrals"))):
            if name != "street-triage.json":  # there is no other intake here
                continue
            said = site.do("street-triage", "refer", os.path.join(self.folder, "referrals", name))
            self.assertIn("RECEIVED", said, self.held(f"the referral {name}"))

    def follow_on(self, site):
        """The trail goes on; or, if it is of another version, it is refused, moved away and made again."""
        if number_in("services/audit/trail_schema.h", "TRAIL_VERSION") != self.about["numbers"]["trail"]:
            self.stage.await_said(AUDIT, "move the file away, and the trail is made again")
            self.stage.stop(AUDIT)
            os.remove(site.at(TRAIL))
            site.start_audit()
        site.until(f"the trail follows{self.held('a trail')}", site.trail_is_whole)
        ran = site.try_to("verify", "--trail", site.at(TRAIL))
        self.assertEqual(ran.returncode, 0, ran.stdout + self.held("a trail"))

    def test_a_start_that_has_no_snapshot_comes_to_the_same(self):
        site = self.open_site()
        for name in ("snapshot", "snapshot.former"):
            os.remove(site.at(STATE, name))
        site.start_broker()
        self.stage.stop(BROKER)
        self.replay(site)

    def test_reports_and_stories(self):
        site = self.open_site()
        shape = json.loads(read(self.folder, "report.schema.json"))
        today = json.loads(read(stage.SOURCE, "deploy", "report.schema.json"))
        same = shape["properties"]["schemaVersion"] == today["properties"]["schemaVersion"]
        trail_is_ours = number_in("services/audit/trail_schema.h", "TRAIL_VERSION") == self.about["numbers"]["trail"]
        remedy = "\nA program that reads reports stops here: raise schemaVersion (services/audit/report_face.c) and say so in CHANGELOG.md."
        for name in sorted(os.listdir(os.path.join(self.folder, "reports"))):
            with self.subTest(name):
                if same:
                    self.validate(json.loads(read(self.folder, "reports", name)), today, remedy)
                if same and trail_is_ours:
                    made = site.run("report", name.removesuffix(".json"), "--json", "--unsuppressed", "--trail", site.at(TRAIL))
                    self.validate(json.loads(made), shape, remedy)
        if trail_is_ours:
            self.check_published(site)
            self.check_story(site)

    def validate(self, document, shape, remedy):
        try:
            jsonschema.Draft202012Validator(shape).validate(document)
        except jsonschema.ValidationError as wrong:
            self.fail(f"{wrong.message} at {list(wrong.absolute_path)}{remedy}")

    def check_published(self, site):
        """The edition of a month is printed again, whatever version kept it."""
        printed = json.loads(site.run("report", "times", "--period", "2026-02", "--json", "--trail", site.at(TRAIL)))
        self.assertTrue(printed["tables"])

    def check_story(self, site):
        """A folder that a coroner has is what the trail gives; if the words have changed since, it is told which program made it."""
        ran = site.try_to("story", "--check", os.path.join(self.folder, "story"), "--trail", site.at(TRAIL))
        ours = json.loads(read(self.folder, "story", "about.json"))["program"] == self.program()
        self.assertIn(ran.returncode, (0,) if ours else (0, 8), ran.stdout + ran.stderr)

    @staticmethod
    def program():
        said = subprocess.run([stage.find_program("concordat", FOLDERS), "--version"], capture_output=True, text=True, check=True)
        return said.stdout.split("\n")[0]

    def test_policies_are_good_still(self):
        site = self.open_site()
        for path in (site.at("etc/concordat/region.yaml"), os.path.join(self.folder, "region-of-a-sheet.yaml")):
            ran = subprocess.run([stage.find_program("concordat-broker", FOLDERS), "--check", path], capture_output=True, text=True,
                                 timeout=SECONDS, check=False)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr + self.held("a policy"))

    def test_who_could_sign_in_can(self):
        site = self.open_site()
        site.start_broker()
        gateway = units.Unit(golden_site.UNITS, "concordat-gateway.service", site.root)
        text = gateway.rooted(read(site.at("etc/concordat/desks")))
        with open(site.at("etc/concordat/desks"), "w", encoding="utf-8") as file:
            file.write(text)
        with golden_site.socket_at(self.stage.path("gateway.socket")) as listening:
            try:
                units.start_with_socket(self.stage, gateway, listening, stage.find_program("concordat-gateway", FOLDERS), "listening")
            except RuntimeError as refused:
                self.fail(f"{refused}{self.held('a people file, or desks')}")
            answer = Browser(self.stage.path("gateway.socket")).sign_in(dict(self.about["person"]))
            self.assertEqual(answer.status, 303, self.held("a people file"))
            self.stage.stop(gateway.name)
        listed = site.run("people", "list", "--file", site.at(PEOPLE))
        self.assertIn("Sam Okafor", listed, self.held("a people file"))
        self.assertIn("A screen", site.run("people", "token", "list", "--file", site.at(PEOPLE)), self.held("a token"))

    def test_each_message_means_what_it_meant(self):
        lines = [line.split(" ", 2) for line in read(self.folder, "messages.txt").splitlines()]
        program = stage.find_program("tell-messages", ("tests",))
        ran = subprocess.run([program], input="".join(f"{kind} {data}\n" for kind, data, _ in lines), capture_output=True, text=True,
                             timeout=SECONDS, check=True)
        for (kind, data, meant), means in zip(lines, ran.stdout.splitlines(), strict=True):
            with self.subTest(f"{kind} {data[:40]}"):
                self.assertFalse(means.startswith("refused"), f"{means} {meant}{self.held('a message')}")
                self.assertEqual(json.loads(means), json.loads(meant), self.held("a message"))

    def test_the_schema_has_changed_nothing_that_was_released(self):
        now = os.path.join(self.stage.folder, "schema.bin")
        schema.compile_schema(os.path.join(stage.SOURCE, "proto"), now)
        may_grow = number_in("proto/wire/wire.h", "WIRE_PROTOCOL") > self.about["numbers"]["protocol"] and \
            number_in("proto/words/ledger_format.h", "LEDGER_VERSION") > self.about["numbers"]["ledger"]
        said = schema.changes(self.old, schema.Schema(now), may_grow)
        self.assertFalse(said, "\n" + "\n".join(said) + f"\n(Only if {self.version} is not released yet: `tests/run golden "
                         f"{self.version}` makes its folder anew.)")

    # ---- New with old ----

    def new_says_nothing_that_old_refuses(self, site):
        """Both directions of what came through the relay, read as that version reads."""
        if number_in("proto/wire/wire.h", "WIRE_PROTOCOL") > self.about["numbers"]["protocol"]:
            return  # today's programs say a newer number, and are refused by it (below)
        for item in site.relay.said:
            self.assertEqual(self.old.strange(item.kind, item.data), "", f"{item.key}: a program of {self.version} refuses this. Say it "
                             "only to who says a newer protocol number in its hello.")

    def test_a_program_of_that_version_is_served(self):
        """A team and a follower, whose messages are that version's."""
        site = self.open_site()
        self.start(site)
        site.start_team("northmoor-crisis")  # so that the team is there
        client = python_client.Client(self.old, f"tcp://127.0.0.1:{site.ports[golden_site.BROKER_PORT]}", site.at("etc/concordat/broker.key"),
                                      site.key("northmoor-crisis"), wants_news=True)
        self.addCleanup(client.close)
        number = site.asked("street-triage", "refer", "--source", "street-triage", "--callback", "07700 900123", "--postcode", "ZX1",
                            "--age", "33")[0]["answer"]["status"]["number"]
        offer = None
        while offer is None or offer.number != number:
            message = client.next_message()
            self.assertIsNotNone(message, f"no offer came to a program of {self.version}")
            offer = message.offer if message.WhichOneof("body") == "offer" else None
        done = client.request(accept=self.old.Accept(referral=offer.referral, attempt=offer.attempt, expected_minutes=20))
        self.assertTrue(done.answer.done, f"{done.answer.text}: a program of {self.version} cannot accept an offer any more")
        auditor = python_client.Client(self.old, f"tcp://127.0.0.1:{site.ports[golden_site.BROKER_PORT]}",
                                       site.at("etc/concordat/broker.key"), site.at("etc/concordat/private/audit.key_secret"))
        self.addCleanup(auditor.close)
        follower = python_client.Follower(auditor)
        events = follower.take(self.old.Event)
        self.assertEqual(events[0].seq, 1)
        self.new_says_nothing_that_old_refuses(site)


class Newer(unittest.TestCase):
    """What a version after today's made is refused, with a sentence that says what to do, and is left as it is."""

    def setUp(self):
        self.stage = stage.Stage("newer", FOLDERS)
        self.addCleanup(self.stage.close)
        self.site = golden_site.Site(self.stage)
        self.addCleanup(self.site.close)
        newest = golden_site.versions()[-1]
        self.site.unpack(os.path.join(GOLDEN, newest, "site.tar.xz"))
        self.site.set_clock(json.loads(read(GOLDEN, newest, "about.json"))["ended"] + 20)

    def raise_number(self, path):
        with sqlite3.connect(self.site.at(path)) as database:
            number = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {number + 1}")
        database.close()

    def refused(self, path, begin, says):
        with open(self.site.at(path), "rb") as file:
            before = file.read()
        with self.assertRaises(RuntimeError) as refused:
            begin()
        self.assertRegex(str(refused.exception), says)
        with open(self.site.at(path), "rb") as file:
            self.assertEqual(file.read(), before, "what is refused is left as it is")

    def test_a_ledger(self):
        self.raise_number(LEDGER)
        self.refused(LEDGER, self.site.start_broker, r"this ledger is of version \d+ and this program knows version \d+; start the program that wrote it")

    def test_the_file_of_keys(self):
        path = self.site.at(STATE, "seals")
        with open(path, "r+b") as file:
            header = bytearray(file.read(256))
            header[11] += 1
            header[80:88] = hashlib.blake2b(header[:80], digest_size=32).digest()[:8]
            file.seek(0)
            file.write(header)
        self.refused(f"{STATE}/seals", self.site.start_broker, "this file is of another version; start the program that wrote it")

    def test_a_snapshot_is_passed_over(self):
        for name in ("snapshot", "snapshot.former"):
            with open(self.site.at(STATE, name), "r+b") as file:
                file.write(b"CNCDSNA2")
        self.site.start_broker()

    def test_a_queue(self):
        self.raise_number(OUTBOX)
        self.refused(OUTBOX, self.site.start_intake, r"not an outbox of version \d+; start the version that wrote it")

    def test_a_trail(self):
        self.raise_number(TRAIL)
        ran = self.site.try_to("report", "open", "--unsuppressed", "--trail", self.site.at(TRAIL))
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("bring this program up to date", ran.stderr)

        def follow():
            self.site.start(AUDIT, "never said")
        self.refused(TRAIL, follow, "bring this program up to date")

    def test_a_people_file(self):
        with open(self.site.at(PEOPLE), encoding="utf-8") as file:
            text = file.read()
        with open(self.site.at(PEOPLE), "w", encoding="utf-8") as file:
            file.write(text.replace(" name=", " glasses=yes name="))
        ran = self.site.try_to("people", "list", "--file", self.site.at(PEOPLE))
        self.assertNotEqual(ran.returncode, 0)
        self.assertRegex(ran.stderr, r"people: line \d+: .* Nobody is taken from the file")

    def test_a_policy(self):
        path = self.site.at("etc/concordat/region.yaml")
        with open(path, "a", encoding="utf-8") as file:
            file.write("weather: rain\n")
        self.refused("etc/concordat/region.yaml", self.site.start_broker, r"region.yaml:\d+: .*weather")

    def test_a_program_that_says_a_newer_protocol(self):
        self.site.open_relay()
        self.site.start_broker()
        number, python_client.PROTOCOL = python_client.PROTOCOL, number_in("proto/wire/wire.h", "WIRE_PROTOCOL") + 1
        self.addCleanup(setattr, python_client, "PROTOCOL", number)
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        schema.compile_schema(os.path.join(stage.SOURCE, "proto"), os.path.join(folder, "schema.bin"))
        wire = schema.Schema(os.path.join(folder, "schema.bin"))
        client = python_client.Client(wire, f"tcp://127.0.0.1:{self.site.ports[golden_site.BROKER_PORT]}",
                                      self.site.at("etc/concordat/broker.key"), self.site.key("northmoor-crisis"))
        self.addCleanup(client.close)
        with self.assertRaises(python_client.Refused) as refused:
            client.next_message()
        self.assertEqual(client._refusal(refused.exception.answer), "REFUSAL_VERSION")  # pylint: disable=protected-access


class Numbers(unittest.TestCase):
    def test_there_is_a_folder_of_this_version(self):
        version = re.search(r"VERSION ([\d.]+)", read(stage.SOURCE, "CMakeLists.txt").split("project(")[1])[1]
        self.assertIn(version, golden_site.versions(), f"tests/golden has no folder of {version}: `tests/run golden {version}` makes it.")

    def test_numbers_only_grow(self):
        now = {"protocol": number_in("proto/wire/wire.h", "WIRE_PROTOCOL"), "ledger": number_in("proto/words/ledger_format.h", "LEDGER_VERSION"),
               "outbox": number_in("services/intake/outbox.h", "OUTBOX_VERSION"), "seals": number_in("broker/seals/opening.c", "HEADER_VERSION"),
               "trail": number_in("services/audit/trail_schema.h", "TRAIL_VERSION")}
        for version in golden_site.versions():
            for name, number in json.loads(read(GOLDEN, version, "about.json"))["numbers"].items():
                self.assertGreaterEqual(now[name], number, f"{name}: a number of {version} is never used again for another format")


for one in golden_site.versions():
    globals()[f"Of_{one.replace('.', '_')}"] = type(f"Of_{one.replace('.', '_')}", (Golden,), {"version": one})
del Golden

if __name__ == "__main__":
    unittest.main()
