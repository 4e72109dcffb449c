"""concordat-ledger copy: a ledger taken from a file to servers of PostgreSQL, and back, while people refer and an auditor follows;
copies that were broken off; and what is refused.

Usage: test_copy.py SOURCE BUILD
"""

import contextlib
import hashlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

import calls
import sealed_folder
import stage

sys.path.insert(0, os.path.join(stage.SOURCE, "tests", "worlds"))
import postgres  # noqa: E402

REFUSED, USAGE, NOT_INSTALLED, ENVIRONMENT = 1, 100, 77, 111
SECONDS = 60
MISTAKE = 3
LAST_CALLS = 8  # that change a file: the marks, and what closes the ledger
LONG = "An invented person. " * 200  # some hundred of these are more than one commit takes
COLUMNS = {"event": ("seq", "at_ms", "kind", "referral", "chain", "reduced", "body"), "sealed": ("seq", "body")}
NUMBERS = ("seq", "at_ms", "kind")


class Copies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = s = stage.Stage("copy")
        cls.addClassCleanup(s.close)
        s.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        os.chmod(s.folder, 0o711)
        os.mkdir(s.path("servers"), 0o777)
        os.chmod(s.path("servers"), 0o777)
        cls.servers = postgres.Servers(s.path("servers"), standby=True)
        cls.addClassCleanup(cls.servers.close)
        cls.schema = subprocess.run([stage.find_program("concordat-ledger"), "schema"], stdout=subprocess.PIPE, text=True,
                                    check=True).stdout
        cls.source = s.client("source", "source", "street-triage")
        cls.made = 0

    # ---- Places ----

    def database(self):
        """The name of a new database with an empty ledger."""
        type(self).made += 1
        name = f"concordat{self.made}"
        self.servers.a.sql(f"CREATE DATABASE {name}")
        self.servers.a.sql(self.schema, name)
        return name

    def folder(self):
        type(self).made += 1
        path = self.s.path(f"state-{self.made}")
        os.mkdir(path, 0o700)
        return path

    def copy(self, origin, to, expected=0, **how):
        ran = subprocess.run([stage.find_program("concordat-ledger"), "copy", origin, to], capture_output=True, text=True,
                             check=False, **how)
        self.assertEqual(ran.returncode, expected, ran.stdout + ran.stderr)
        return ran.stdout + ran.stderr

    # ---- What is in them ----

    def exported(self, place):
        """All of a ledger, byte for byte: a digest and the number of events."""
        rows = []
        for table, columns in COLUMNS.items():
            if os.path.isdir(place):
                asked = ", ".join(name if name in NUMBERS else f"lower(hex({name}))" for name in columns)
                with contextlib.closing(sqlite3.connect(f"file:{place}/ledger.db?mode=ro", uri=True)) as reader:
                    found = reader.execute(f"SELECT {asked} FROM {table} ORDER BY seq").fetchall()
                rows.append(["|".join(map(str, row)) for row in found])
            else:
                asked = ", ".join(name if name in NUMBERS else f"encode({name}, 'hex')" for name in columns)
                rows.append(self.servers.a.sql(f"SELECT {asked} FROM {table} ORDER BY seq", place).splitlines())
        return hashlib.sha256("\n".join(rows[0] + rows[1]).encode()).hexdigest(), len(rows[0])

    def keys(self, place):
        """The slots that are not empty, and the header, by their places."""
        if os.path.isdir(place):
            with open(os.path.join(place, "seals"), "rb") as file:
                whole = file.read()
            slots = {at // 256: whole[at:at + 256].hex() for at in range(0, len(whole), 256)}
        else:
            rows = self.servers.a.sql("SELECT place, encode(bytes, 'hex') FROM referral_key", place).splitlines()
            slots = {int(at): slot for at, slot in (row.split("|") for row in rows)}
        return {at: slot for at, slot in slots.items() if slot.strip("0")}

    def expect_same(self, one, other):
        self.assertEqual(self.exported(one), self.exported(other))
        self.assertEqual(self.keys(one), self.keys(other))

    def mark(self, database):
        return self.servers.a.sql("SELECT mark FROM pulse", database).strip()

    # ---- People ----

    def start_router(self, place, ready="ready on"):
        """A router on a folder, or on a database and a folder of its own."""
        if os.path.isdir(place):
            self.s.start_broker(state=place, ready=ready)
        else:
            self.s.start_broker("--ledger", self.servers.address(place), state=self.s.path(f"own-{place}"), ready=ready)

    def expect_not_started(self, place, why):
        with self.assertRaisesRegex(RuntimeError, why):
            self.start_router(place)
        self.s.stop("broker")

    def refer(self, count, narrative="An invented person."):
        """Refers so many at once, and returns their ids."""
        made = []
        for _ in range(count):
            submit = self.s.submission()
            submit.confidential.narrative = narrative
            self.source.send(submit=submit)
            made.append(submit.referral.id)
        while self.source.outstanding:
            message = self.source.next_message(timeout=SECONDS)
            self.assertTrue(message.WhichOneof("body") != "answer" or message.answer.done, message)
        return made

    def erase(self, case):
        self.assertTrue(self.source.request(withdraw=self.s.wire.Withdraw(referral=case)).answer.done)
        erase = self.s.wire.Erase(referral=case, reason=MISTAKE, second_person="p204")
        self.assertTrue(self.records.request(erase=erase, person={"id": "p117"}).answer.done)

    def expect_texts(self, cases, erased):
        for case in (cases[0], cases[-1]):
            record = self.duty.request(get_record=self.s.wire.GetRecord(referral=case, reason="a test")).record
            self.assertIn("An invented person.", str(record))
        answer = self.duty.request(get_record=self.s.wire.GetRecord(referral=erased, reason="a test"))
        self.assertNotIn("An invented person.", str(answer))

    def trail(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.s.path('audit-state', 'trail.db')}?mode=ro", uri=True)) as reader:
            return reader.execute("SELECT seq, hex(chain) FROM event ORDER BY seq").fetchall()

    def await_trail(self, place):
        """Waits until the auditor has all that the ledger has, each event once, in order."""
        rows = [tuple(row.split("|")) for row in self.servers.a.sql(
            "SELECT seq, upper(encode(chain, 'hex')) FROM event ORDER BY seq", place).splitlines()] if not os.path.isdir(
                place) else self.rows_of_file(place)
        ledger = [(int(seq), chain) for seq, chain in rows]
        until = time.monotonic() + SECONDS
        while len(self.trail()) < len(ledger):
            self.assertLess(time.monotonic(), until, "the auditor did not follow")
            time.sleep(0.02)  # a file cannot notify us
        self.assertEqual(self.trail()[:len(ledger)], ledger)

    def rows_of_file(self, place):
        with contextlib.closing(sqlite3.connect(f"file:{place}/ledger.db?mode=ro", uri=True)) as reader:
            return reader.execute("SELECT seq, hex(chain) FROM event ORDER BY seq").fetchall()

    # ---- There and back ----

    def test_p1_there_and_back_nothing_acknowledged_is_lost_and_who_follows_goes_on(self):
        s, folder, database = self.s, self.folder(), self.database()
        servers = self.servers.address(database)
        self.start_router(folder)
        type(self).records, type(self).duty = s.client("records", "inspector", "council"), s.client(
            "duty", "coordinator", "northmoor-duty")
        s.start_audit()
        s.start_intake()
        device = s.device("car")
        cases = self.refer(40)
        self.erase(cases.pop(20))
        erased = self.refer(1)[0]

        # The router goes on; nobody leads the copy.
        said = self.copy(folder, servers, REFUSED)
        self.assertIn("Not finished:", said)
        self.assertEqual(self.mark(database), "copying")
        cases += self.refer(20)
        self.erase(erased)
        self.assertIn("this is a copy that was not finished", self.copy(servers, self.folder(), REFUSED))
        s.stop("broker")
        claims = self.servers.a.sql("SELECT count(*) FROM writer", database)
        self.start_router(database, ready="a copy to here is not finished.*this router waits")
        s.stop("broker")
        self.assertEqual(self.servers.a.sql("SELECT count(*) FROM writer", database), claims, "who waits claims nothing")

        # Nobody leads; what is told meanwhile is saved.
        since = os.path.getsize(s.path("intake.log"))
        submit = s.submission()
        self.assertTrue(device.request(submit=submit).answer.done)
        said = self.copy(folder, servers)
        self.assertRegex(said, r"Copied: +\d+ events behind [1-9]")
        self.assertIn("the same in both", said)
        self.expect_same(folder, database)
        self.assertEqual(self.mark(database), "in place")
        self.expect_not_started(folder, "copied to another place")
        self.start_router(database)
        s.await_said("intake", "received ", since)
        cases += [submit.referral.id, *self.refer(5)]
        self.expect_texts(cases, erased)
        self.await_trail(database)

        # And back, into the folder that it came from; it is behind by what the servers have since.
        later = self.refer(1)[0]
        self.assertIn("Not finished:", self.copy(servers, folder, REFUSED))
        cases += self.refer(5)
        self.erase(later)
        self.expect_not_started_beside(folder)
        s.stop("broker")
        self.copy(servers, folder)
        self.expect_same(folder, database)
        self.assertEqual(self.mark(database), "moved")
        self.start_router(database, ready="copied to another place.*this router waits")
        s.stop("broker")
        self.start_router(folder)
        cases += self.refer(2)
        self.expect_texts(cases, later)
        self.await_trail(folder)
        s.stop("broker")
        self.assertNotRegex(s.said("audit"), "cut short|not what was|ALARM")
        self.assertNotRegex(s.said("broker") + said, "invented|07700")
        from concordat.v1 import event_pb2
        opened = sealed_folder.Folder(folder, s.path("master-key")).cases(event_pb2.Event)
        self.assertEqual(sum(case.erased for case in opened), 3)
        for case in opened:
            self.assertEqual(len(case.texts), 0 if case.erased else case.sealed, "each text opens, if it was not erased")

    def expect_not_started_beside(self, folder):
        """A second router, on the folder to which a copy is not finished."""
        ran = subprocess.run(
            [stage.find_program("concordat-broker"), "--policy", self.s.path("region.yaml"), "--state", folder, "--listen",
             f"tcp://127.0.0.1:{stage.free_port()}", "--key", self.s.path("secret", "broker.key_secret"), "--keys",
             self.s.path("keys"), "--master-key", self.s.path("master-key")], capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, ENVIRONMENT)
        self.assertIn("a copy to here is not finished", ran.stderr)

    # ---- Broken off ----

    def a_ledger(self, cases=3, narrative="An invented person."):
        """The folder of a router that has stopped."""
        folder = self.folder()
        self.start_router(folder)
        self.refer(cases, narrative)
        self.s.stop("broker")
        return folder

    def test_p1_a_copy_that_was_killed_goes_on_and_nobody_leads_it_before(self):
        s, folder, database = self.s, self.a_ledger(400, LONG), self.database()
        servers, reached = self.servers.address(database), s.path("servers", "reached")
        events = self.exported(folder)[1]
        self.servers.a.sql(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN "
            f"COPY (SELECT 1) TO '{reached}'; PERFORM pg_sleep(60); RETURN NULL; END$$; CREATE TRIGGER hold AFTER INSERT ON event "
            f"FOR EACH ROW WHEN (NEW.seq = {events - 5}) EXECUTE FUNCTION hold()", database)
        copying = subprocess.Popen([stage.find_program("concordat-ledger"), "copy", folder, servers], stderr=subprocess.DEVNULL)
        while not os.path.exists(reached):
            self.assertIsNone(copying.poll())
            time.sleep(0.001)  # a file cannot notify us
        copying.kill()
        self.assertEqual(copying.wait(), -signal.SIGKILL)
        self.servers.a.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'concordat_broker'", database)
        self.servers.a.sql("DROP TRIGGER hold ON event", database)
        copied = self.exported(database)[1]
        self.assertTrue(0 < copied < events - 5, copied)
        self.start_router(database, ready="a copy to here is not finished")
        s.stop("broker")
        self.start_router(folder)  # nothing has become of it: it goes on
        s.stop("broker")
        self.assertIn(f"events behind {copied}", self.copy(folder, servers))
        self.expect_same(folder, database)

        # Back, and killed at calls of the first half; then at each of the last, when one place is left for the other.
        back, control = self.folder(), calls.Calls(s.path("back.calls"), "change")
        for count in (2, 20, 60):
            self.copy_killed_at(count, servers, back, control)
            self.assertFalse(self.mark(database) == "in place" and self.is_in_place(back))
        self.copy(servers, back)
        self.expect_same(back, database)
        many = 2**31
        control.kill_in(many)
        self.copy(servers, back, env={**os.environ, **control.env()})
        total = many - control.left()
        for count in range(total - LAST_CALLS + 1, total + 1):
            self.servers.a.sql("UPDATE pulse SET mark = 'in place'", database)
            self.copy_killed_at(count, servers, back, control)
            self.assertFalse(self.mark(database) == "in place" and self.is_in_place(back), f"both, at call {count} of {total}")
        self.copy(servers, back)
        self.expect_same(back, database)
        self.assertTrue(self.is_in_place(back))

    def copy_killed_at(self, count, origin, to, control):
        control.kill_in(count)
        ran = subprocess.run([stage.find_program("concordat-ledger"), "copy", origin, to], capture_output=True, text=True,
                             check=False, env={**os.environ, **control.env()})
        self.assertEqual(ran.returncode, -signal.SIGKILL, ran.stdout + ran.stderr)

    def is_in_place(self, folder):
        """Whether a router may lead what is there; it may begin one of its own if there is no event."""
        with contextlib.closing(sqlite3.connect(f"file:{folder}/ledger.db?mode=ro", uri=True)) as reader:
            begun = reader.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'event'").fetchone()[0] > 0 and reader.execute(
                "SELECT count(*) FROM event").fetchone()[0] > 0
        return begun and not any(os.path.exists(f"{folder}/ledger.db.{mark}") for mark in ("copying", "moved"))

    def test_a_disk_that_takes_no_more_is_said_and_the_copy_goes_on_later(self):
        folder, database, back = self.a_ledger(), self.database(), self.folder()
        servers = self.servers.address(database)
        self.copy(folder, servers)

        def with_little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))

        said = self.copy(servers, back, ENVIRONMENT, preexec_fn=with_little_room)
        self.assertRegex(said, "the copy was broken off: .*\n.*run the same again")
        self.expect_not_started(back, "a copy to here is not finished")
        self.copy(servers, back)
        self.expect_same(back, database)

    # ---- Refused ----

    def test_what_cannot_be_copied_is_refused_and_nothing_is_changed(self):
        s, folder, other, database = self.s, self.a_ledger(), self.a_ledger(cases=20), self.database()
        servers = self.servers.address(database)
        empty = self.folder()
        nowhere = f"postgresql://concordat_broker@/x?host={s.path('nowhere')}"
        said = self.copy(folder, folder + "/.", USAGE)
        self.assertIn("this is the place that is to be copied", said)
        self.assertIn("there is no ledger here", self.copy(empty, servers, REFUSED))
        self.assertIn("make this folder first", self.copy(folder, s.path("none"), ENVIRONMENT))
        self.assertIn("this is no folder", self.copy(folder + "/ledger.db", servers, USAGE))
        self.assertIn("holds a password", self.copy(folder, "postgresql://a:b@c/d", USAGE))
        self.assertIn("nothing was copied", self.copy(folder, nowhere, ENVIRONMENT))
        self.assertIn("nothing was copied", self.copy(nowhere, folder, ENVIRONMENT))
        self.assertIn("no event is in this ledger", self.copy(servers, empty, REFUSED))
        os.rename(folder + "/seals", folder + "/away")
        self.assertIn("seals) are not beside the ledger", self.copy(folder, servers, REFUSED))
        os.rename(other + "/seals", folder + "/seals")
        self.assertIn("are not this ledger's", self.copy(folder, servers, REFUSED))
        os.rename(folder + "/seals", other + "/seals")
        os.rename(folder + "/away", folder + "/seals")
        self.servers.a.sql(f"ALTER ROLE concordat_broker IN DATABASE {database} SET synchronous_commit = off")
        self.assertIn("synchronous_commit must be on", self.copy(folder, servers, ENVIRONMENT))
        self.servers.a.sql(f"ALTER ROLE concordat_broker IN DATABASE {database} RESET synchronous_commit")
        self.assertEqual((self.exported(database)[1], self.mark(database)), (0, "in place"))

        self.copy(folder, servers)
        self.assertIn("another history", self.copy(other, servers, REFUSED))
        self.start_router(database)
        self.assertIn("a router leads this ledger", self.copy(folder, servers, REFUSED))
        s.stop("broker")
        self.assertIn("it has gone on", self.copy(folder, servers, REFUSED))
        self.assertEqual(self.mark(database), "in place")
        self.start_router(database)
        s.stop("broker")

    def test_p8_an_altered_event_is_named_and_nothing_behind_it_is_copied(self):
        folder, database = self.folder(), self.database()
        self.start_router(folder)
        self.refer(3)
        with contextlib.closing(sqlite3.connect(folder + "/ledger.db")) as ledger:
            trigger, = ledger.execute("SELECT sql FROM sqlite_schema WHERE name = 'event_not_changed'").fetchone()
            ledger.execute("DROP TRIGGER event_not_changed")
            ledger.execute("UPDATE event SET body = CAST(body || x'00' AS BLOB) WHERE seq = 4")
            ledger.execute(trigger)
            ledger.commit()
        said = self.copy(folder, self.servers.address(database), REFUSED)
        self.assertIn("event 4 is not what was written", said)
        self.assertEqual((self.exported(database)[1], self.mark(database)), (3, "copying"))
        self.s.stop("broker")
        self.assertIn("event 4 is not what was written", self.copy(folder, self.servers.address(database), REFUSED))


if __name__ == "__main__":
    if not postgres.is_installed():
        print("skipped: PostgreSQL 15 is not installed")
        sys.exit(NOT_INSTALLED)
    unittest.main()
