"""concordat-ledger: backups of a router that goes on under load, put back elsewhere; and what is not put back.

Usage: test_backup.py SOURCE BUILD
"""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest

import calls
import faults
import sealed_folder
import stage

SEED = int(os.environ.get("SEED", time.time_ns() % 2**32))
REFUSED, USAGE, ENVIRONMENT = 1, 100, 111
BACKUPS, KILLS = 12, 25
PER_SECOND, AT_ONCE = 150, 64
MISTAKE = 3


class Counting:
    """A load that also keeps each answer that says no. It asks so often and no oftener: how much is backed up does not depend on
    the machine."""

    refused = ()
    began_s, asked = None, 0

    def ask_more(self):
        self.began_s = self.began_s or time.monotonic()
        waiting = len(self.client.outstanding)
        self.window = waiting + max(0, min(AT_ONCE, int((time.monotonic() - self.began_s) * PER_SECOND) - self.asked))
        super().ask_more()
        self.asked += len(self.client.outstanding) - waiting

    def on_message(self, message):
        super().on_message(message)
        if message.WhichOneof("body") == "answer" and not message.answer.done:
            self.refused += (message.answer.text,)


class Submitting(Counting, faults.Submitting):
    pass


class Accepting(Counting, faults.Accepting):
    pass


class Sampling(threading.Thread):
    """Looks at the size of a file until it is stopped."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.most, self.stopping = path, 0, threading.Event()

    def run(self):
        while not self.stopping.wait(0.005):
            with contextlib.suppress(OSError):
                self.most = max(self.most, os.path.getsize(self.path))


class Backups(unittest.TestCase):
    def setUp(self):
        print(f"SEED={SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.stage = s = stage.Stage("backup")
        self.addCleanup(s.close)
        s.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        for name in ("ledgers", "keys-of-cases"):
            os.mkdir(s.path(name))

    # ---- The program ----

    def ledger(self, *words, env=None):
        ran = subprocess.run([stage.find_program("concordat-ledger"), *words], capture_output=True, text=True,
                             check=False, env={**os.environ, **(env or {})})
        return ran.returncode, ran.stdout + ran.stderr

    def backup(self, *more, expected=0, env=None):
        code, said = self.ledger("backup", "--state", self.stage.path("state"), "--to", self.stage.path("ledgers"),
                                 "--keys-to", self.stage.path("keys-of-cases"), *more, env=env)
        self.assertEqual(code, expected, said)
        return said

    def newest(self):
        """The paths of the newest pair."""
        name = max(os.listdir(self.stage.path("ledgers"))).removesuffix(".ledger")
        return self.stage.path("ledgers", f"{name}.ledger"), self.stage.path("keys-of-cases", f"{name}.keys")

    def restore(self, ledger, keys, to="restored", expected=0, env=None):
        os.makedirs(self.stage.path(to), exist_ok=True)
        code, said = self.ledger("restore", "--ledger", ledger, "--keys", keys, "--state", self.stage.path(to), env=env)
        self.assertEqual(code, expected, said)
        return said

    def rows(self, ledger, up_to):
        with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as reader:
            return [reader.execute(f"SELECT * FROM {table} WHERE seq <= ? ORDER BY seq", (up_to,)).fetchall()
                    for table in ("event", "sealed")]

    # ---- People ----

    def submit(self, client, count=1, narrative="An invented person.", **facts):
        made = []
        for _ in range(count):
            submit = self.stage.submission(**facts)
            submit.confidential.narrative = narrative
            answer = client.request(submit=submit).answer
            self.assertTrue(answer.done, answer.text)
            made.append(submit.referral.id)
        return made

    def ended_case(self, source):
        case, = self.submit(source, narrative="An invented person, erased.")
        self.assertTrue(source.request(withdraw=self.stage.wire.Withdraw(referral=case)).answer.done)
        return case

    def erase(self, case, records):
        erase = self.stage.wire.Erase(referral=case, reason=MISTAKE, second_person="p204")
        self.assertTrue(records.request(erase=erase, person={"id": "p117"}).answer.done)
        return case

    def a_pair(self):
        """A router with some cases has stopped; a pair of it, made while it ran."""
        s = self.stage
        s.start_broker()
        source = s.client("quiet", "source", "street-triage")
        self.cases = self.submit(source, 5)
        self.erase(self.ended_case(source), s.client("records", "inspector", "council"))
        self.backup()
        s.stop("broker")
        return self.newest()

    # ---- Under load ----

    def test_backups_under_load_refuse_nobody_and_the_last_gives_back_all_that_was_acknowledged(self):
        s = self.stage
        s.start_broker()
        loads = [Submitting(s), Submitting(s, name="street-2"), Accepting(s)]
        records, source = s.client("records", "inspector", "council"), s.client("quiet", "source", "street-triage")
        log = Sampling(s.path("state", "ledger.db-wal"))
        ended = [self.ended_case(source) for _ in range(BACKUPS)]
        for thread in [*loads, log]:
            thread.start()
        for case in ended:
            self.erase(case, records)
            before = {key: seq for load in loads for key, seq in list(load.told.acknowledged.items())}
            said = self.backup()
        faults.stop_all(loads)
        log.stopping.set()
        log.join()
        print(f"{len(before)} commands were acknowledged before the last of {BACKUPS} backups; "
              f"the log was at most {log.most} bytes", flush=True)
        self.assertEqual([load.refused for load in loads], [()] * len(loads))
        found = faults.hold_against_ledger(s, loads, name="fence")
        self.assertEqual((found.lost, found.doubled), (0, 0))
        s.stop("broker")
        self.check_restored(said, before, ended)

    def check_restored(self, said, before, erased):
        s = self.stage
        ledger, keys = self.newest()
        self.assertIn(f"{len(erased)} erased", said)
        self.assertEqual(self.restore(ledger, keys).partition("Recovery point")[2].splitlines()[:3],
                         said.partition("Recovery point")[2].splitlines()[:3])
        restored = s.path("restored")
        self.assertEqual({os.stat(os.path.join(restored, name)).st_mode & 0o777 for name in os.listdir(restored)}, {0o600})
        self.assertEqual(os.stat(restored).st_mode & 0o777, 0o700)
        events, sealed = self.rows(os.path.join(restored, "ledger.db"), 2**62)
        self.assertEqual(self.rows(s.path("state", "ledger.db"), len(events)), [events, sealed], "no byte differs")
        self.assertLessEqual({seq for seq in before.values() if seq}, {event[0] for event in events})
        with open(keys, "rb") as file:
            in_backup = file.read()
        with open(s.path("state", "seals"), "rb") as file:
            self.assertLess(len(in_backup), len(file.read()) + 1)
        s.start_broker(state=restored)
        fence = s.client("fence-2", "inspector", "council")
        self.assertTrue(fence.request(follow=s.wire.Follow(after=len(events), credit=1)).feed.head >= len(events))
        s.stop("broker")
        from concordat.v1 import event_pb2
        opened = sealed_folder.Folder(restored, s.path("master-key")).cases(event_pb2.Event)
        self.assertEqual({case.referral for case in opened if case.erased}, set(erased))
        for case in opened:
            self.assertEqual(len(case.texts), 0 if case.erased else case.sealed, "each text opens, if it was not erased")

    def test_a_copy_of_the_keys_has_no_key_of_an_erased_case_and_none_that_nobody_was_given(self):
        ledger, keys = self.a_pair()
        with open(keys, "rb") as file:
            copy = file.read()
        slots = [copy[at:at + 256] for at in range(4096, len(copy), 256)]
        self.assertEqual(len(slots), 6)
        self.assertEqual([slot[5] for slot in slots], [1] * 5 + [2])
        self.assertEqual(slots[5][88:], bytes(168))
        self.assertGreater(os.path.getsize(self.stage.path("state", "seals")), len(copy))

    def test_older_keys_beside_a_newer_ledger_bring_no_erased_key_back(self):
        s = self.stage
        s.start_broker()
        source = s.client("quiet", "source", "street-triage")
        case = self.ended_case(source)
        self.backup()
        keys = self.newest()[1]
        self.erase(case, s.client("records", "inspector", "council"))
        self.backup()
        with open(keys, "rb") as file:
            self.assertEqual(file.read()[4096 + 5], sealed_folder.LIVE)
        self.assertIn("1 erased", self.restore(self.newest()[0], keys))
        self.assertTrue(sealed_folder.Folder(s.path("restored"), s.path("master-key")).is_erased(1))

    def test_older_copies_go_only_once_a_new_pair_is_there(self):
        ledger, keys = self.a_pair()
        old = [path.replace("concordat-2", "concordat-1") for path in (ledger, keys)]
        for path, aged in zip((ledger, keys), old):
            shutil.copy(path, aged)
        half = self.stage.path("ledgers", "concordat-2000-01-01T00-00-00.000Z.ledger.unfinished")
        other = self.stage.path("ledgers", "of-somebody-else")
        for path in (half, other):
            stage.write(path, ["x"], 0o600)
        seals = self.stage.path("state", "seals")
        os.rename(seals, seals + ".away")
        self.assertIn("No such file", self.backup("--keep-days", "34", expected=ENVIRONMENT))
        self.assertTrue(all(map(os.path.exists, old)))
        os.rename(seals + ".away", seals)
        self.backup("--keep-days", "34")
        self.assertFalse(any(map(os.path.exists, [*old, half])))
        self.assertEqual(len(os.listdir(self.stage.path("keys-of-cases"))), 2)
        self.assertTrue(os.path.exists(other))

    def drill(self, *words):
        """Runs the drill as an operator does: with the programs on the path, and a folder for what is temporary."""
        folders = [os.path.join(stage.BUILD, folder) for folder in stage.PROGRAM_FOLDERS]
        scratch = self.stage.path("scratch")
        os.makedirs(scratch, exist_ok=True)
        ran = subprocess.run(
            [os.path.join(stage.SOURCE, "deploy", "restore-drill"), *words], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": ":".join([*folders, os.environ["PATH"]]), "TMPDIR": scratch})
        self.assertEqual(os.listdir(scratch), [], "it leaves nothing")
        return ran.returncode, ran.stdout + ran.stderr

    def test_the_drill_starts_a_router_from_the_newest_backup_beside_the_one_that_runs(self):
        s = self.stage
        folders = s.path("ledgers"), s.path("keys-of-cases")
        code, said = self.drill(*folders, s.path("region.yaml"))
        self.assertEqual(code, 1, said)
        self.assertIn("no backup is in", said)
        self.a_pair()
        s.start_broker()
        self.submit(s.client("quiet-2", "source", "street-triage"))
        self.backup()
        code, said = self.drill(*folders, s.path("region.yaml"))
        self.assertEqual(code, 0, said)
        self.assertIn("Cases:          6 open", said)
        self.assertIn("A router started from concordat-", said)
        os.remove(self.newest()[1])
        code, said = self.drill(*folders, s.path("region.yaml"))
        self.assertNotEqual(code, 0, said)
        self.assertIn("the keys of the referrals are not here", said)
        self.assertEqual(self.drill()[0], USAGE)

    # ---- What is refused ----

    def change(self, path, at, data):
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(data)

    def execute(self, path, sql):
        with contextlib.closing(sqlite3.connect(path)) as writer:
            writer.executescript(f"DROP TRIGGER IF EXISTS event_not_changed; DROP TRIGGER IF EXISTS sealed_not_changed;"
                                 f"{sql}; CREATE TRIGGER event_not_changed BEFORE UPDATE ON event BEGIN SELECT "
                                 "RAISE(ABORT, 'an event is never changed'); END; CREATE TRIGGER sealed_not_changed BEFORE "
                                 "UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'what is sealed is never changed'); END;")

    def test_what_does_not_belong_together_or_is_damaged_is_refused_before_anything_has_its_name(self):
        ledger, keys = self.a_pair()
        flipped = "UPDATE sealed SET body = zeroblob(length(body)) WHERE seq = (SELECT min(seq) FROM sealed)"
        event = "UPDATE event SET body = CAST(body || x'00' AS BLOB) WHERE seq = 3"
        cut = "DROP TRIGGER event_not_removed; DELETE FROM event WHERE seq = 4; CREATE TRIGGER event_not_removed BEFORE " \
              "DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END"
        table = (
            ("no such keys", lambda l, k: os.remove(k), "the keys of the referrals are not here"),
            ("empty keys", lambda l, k: os.truncate(k, 0), "put the newest copy of this file here"),
            ("keys cut short", lambda l, k: os.truncate(k, 4096 + 256), "it is an older copy"),
            ("another ledger's keys", lambda l, k: self.change(k, 0, self.another_header()), "the keys of another ledger"),
            ("no keys at all", lambda l, k: self.change(k, 0, b"x" * 300), "this is no file of keys"),
            ("keys of another version", lambda l, k: self.change(k, 0, self.another_header(version=9)), "another version"),
            ("keys that are newer", lambda l, k: self.change(k, 4096 + 256 * (6 + 768), self.a_slot(6 + 769)),
             "so the ledger is older"),
            ("no such ledger", lambda l, k: os.remove(l), "unable to open"),
            ("an altered text", lambda l, k: self.execute(l, flipped), "its sealed texts are not those that were copied"),
            ("an altered event", lambda l, k: self.execute(l, event), "event 3 is not what was written"),
            ("a missing event", lambda l, k: self.execute(l, cut), "event 4"),
            ("a dropped trigger", lambda l, k: self.execute(l, "DROP TRIGGER sealed_once"), "sealed_once was changed"),
            ("another version", lambda l, k: self.execute(l, "PRAGMA user_version=9"), "start the program that wrote it"),
            ("no ledger", lambda l, k: self.change(l, 0, b"x" * 100), "this is not a ledger"),
            ("a ledger cut short", lambda l, k: os.truncate(l, os.path.getsize(l) // 2 // 4096 * 4096), "damaged"),
        )
        for name, spoil, words in table:
            with self.subTest(name):
                bad = self.stage.path("bad.ledger"), self.stage.path("bad.keys")
                shutil.copy(ledger, bad[0])
                shutil.copy(keys, bad[1])
                spoil(*bad)
                os.makedirs(self.stage.path("refused"), exist_ok=True)
                code, said = self.ledger("restore", "--ledger", bad[0], "--keys", bad[1], "--state",
                                         self.stage.path("refused"))
                self.assertIn(code, (REFUSED, ENVIRONMENT), said)
                self.assertIn(words, said)
                self.assertIn(self.stage.folder, said, "it names the file")
                self.assertEqual(os.listdir(self.stage.path("refused")), ["ledger.db.lock"])
        self.restore(ledger, keys, to="refused")

    def another_header(self, version=1):
        import hashlib
        with open(self.newest()[1], "rb") as file:
            head = bytearray(file.read(256))
        head[11] = version
        head[16:32] = head[16:32] if version != 1 else b"another ledger's"
        head[80:88] = hashlib.blake2b(bytes(head[:80]), digest_size=32).digest()[:8]
        return bytes(head)

    def a_slot(self, number):
        import hashlib
        slot = bytearray(256)
        slot[0:8] = number.to_bytes(4, "big") + bytes((0, 1, 1, 0))
        slot[80:88] = hashlib.blake2b(bytes(slot[:80]), digest_size=32).digest()[:8]
        return bytes(slot)

    def test_a_folder_in_use_or_with_anything_in_it_is_refused(self):
        ledger, keys = self.a_pair()
        self.assertIn("move what is in it away", self.restore(ledger, keys, to="state", expected=REFUSED))
        self.stage.start_broker()
        self.assertIn("a router is running on this folder", self.restore(ledger, keys, to="state", expected=ENVIRONMENT))
        self.stage.stop("broker")
        self.restore(ledger, keys, to="new")
        self.assertIn("ledger.db is in it", self.restore(ledger, keys, to="new", expected=REFUSED).replace("seals", "ledger.db"))
        code, said = self.ledger("restore", "--ledger", ledger, "--keys", keys, "--state", self.stage.path("nowhere"))
        self.assertEqual(code, ENVIRONMENT)
        self.assertIn("make this folder first", said)

    @unittest.skipUnless(os.geteuid() == 0, "only root can put something back for another user")
    def test_what_root_puts_back_belongs_to_the_owner_of_the_folder(self):
        pair = self.a_pair()
        to = self.stage.path("of-another")
        os.mkdir(to)
        os.chown(to, 65534, 65534)
        self.restore(*pair, to="of-another")
        self.assertEqual({(name, os.stat(os.path.join(to, name)).st_uid) for name in os.listdir(to)},
                         {(name, 65534) for name in ("ledger.db", "ledger.db.lock", "seals")})

    def test_options_that_are_missing_are_named(self):
        for words in ((), ("backup",), ("backup", "--state", "x"), ("restore", "--ledger", "x", "--state", "y"), ("verify",),
                      ("backup", "--state", "x", "--to", "y", "--keep-days", "-1"), ("verify", "--ledger", "x", "y")):
            with self.subTest(words):
                self.assertEqual(self.ledger(*words)[0], USAGE)

    def test_verify_tells_a_copy_from_a_routers_own_file(self):
        ledger, keys = self.a_pair()
        os.chmod(ledger, 0o400)
        code, said = self.ledger("verify", "--ledger", ledger, "--keys", keys)
        self.assertEqual(code, 0, said)
        self.assertIn("the newest number is R-0006", said)
        self.assertNotIn("Not checked", said)
        code, said = self.ledger("verify", "--ledger", self.stage.path("state", "ledger.db"))
        self.assertEqual(code, 0, said)
        self.assertIn("Not checked", said)
        self.change(keys, 4096 + 9, b"xx")
        code, said = self.ledger("verify", "--ledger", ledger, "--keys", keys)
        self.assertEqual(code, REFUSED, said)
        self.assertIn("1 keys", said)

    # ---- What is broken off ----

    def expect_whole_or_refused(self, to, whole):
        """A router starts from all of it, or says what to do."""
        if os.path.exists(self.stage.path(to, "ledger.db")):
            self.stage.start_broker(state=self.stage.path(to))
            ready = [line for line in self.stage.said("broker").splitlines() if "ready on" in line]  # it may have said more since
            self.assertRegex(ready[-1], whole)
            self.stage.stop("broker")
            return True
        if os.path.exists(self.stage.path(to, "ledger.db.restoring")):
            with self.assertRaisesRegex(RuntimeError, "a backup was being put back here, and that was broken off"):
                self.stage.start_broker(state=self.stage.path(to))
            self.assertFalse(os.path.exists(self.stage.path(to, "ledger.db")), "it began a new history")
        else:
            self.assertLessEqual(set(os.listdir(self.stage.path(to))), {"ledger.db.lock"})
        return False

    def test_a_restore_killed_at_each_call_that_changes_a_file_is_refused_by_the_router_and_can_be_done_again(self):
        ledger, keys = self.a_pair()
        at = calls.Calls(self.stage.path("calls"), "start")
        ends, kill_in = [], 0
        while True:  # until a run has fewer such calls
            kill_in += 1
            to = f"killed-{kill_in}"
            os.mkdir(self.stage.path(to))
            at.kill_in(kill_in)
            code, said = self.ledger("restore", "--ledger", ledger, "--keys", keys, "--state", self.stage.path(to),
                                     env=at.env())
            if code == 0:
                break
            self.assertEqual(code, -9, said)
            ends.append(self.expect_whole_or_refused(to, r", 5 cases open"))
            if not ends[-1]:
                self.restore(ledger, keys, to=to)
                self.assertTrue(os.path.exists(self.stage.path(to, "ledger.db")))
        print(f"killed at {len(ends)} calls; after {sum(ends)} of them all was there", flush=True)
        self.assertGreater(len(ends), 5)

    def test_a_backup_killed_at_any_moment_leaves_no_half_under_a_good_name(self):
        s = self.stage
        ledger, keys = self.a_pair()
        s.start_broker()
        load = Submitting(s)
        load.start()
        command = [stage.find_program("concordat-ledger"), "backup", "--state", s.path("state"), "--to", s.path("ledgers"),
                   "--keys-to", s.path("keys-of-cases")]
        whole = 0
        for _ in range(KILLS):
            before = set(os.listdir(s.path("ledgers")))
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(self.chance.uniform(0.0, 0.2))
            running.kill()
            running.wait()
            for name in set(os.listdir(s.path("ledgers"))) - before:
                if name.endswith(".ledger"):
                    whole += 1
                    code, said = self.ledger("verify", "--ledger", s.path("ledgers", name), "--keys",
                                             s.path("keys-of-cases", name.replace(".ledger", ".keys")))
                    self.assertEqual(code, 0, said)
        faults.stop_all([load])
        self.assertEqual(load.refused, ())
        self.backup()
        self.assertFalse([name for name in os.listdir(s.path("ledgers")) if name.endswith(".unfinished")])
        print(f"{KILLS} kills; {whole} backups had been finished before", flush=True)

    def test_a_full_disk_leaves_nothing_and_is_named(self):
        ledger, keys = self.a_pair()
        disk = faults.small_disk(self, self.stage, 1)
        faults.fill(os.path.join(disk, "filling"), leaving=24576)
        code, said = self.ledger("backup", "--state", self.stage.path("state"), "--to", disk)
        self.assertEqual(code, ENVIRONMENT, said)
        self.assertIn("the disk is full", said)
        self.assertEqual(os.listdir(disk), ["filling"])
        state = os.path.join(disk, "state")
        os.mkdir(state)
        code, said = self.ledger("restore", "--ledger", ledger, "--keys", keys, "--state", state)
        self.assertEqual(code, ENVIRONMENT, said)
        self.assertLessEqual(set(os.listdir(state)), {"ledger.db.lock"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
