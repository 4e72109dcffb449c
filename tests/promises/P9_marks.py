"""P9 Private: a mark of its own stands in every text of a small day. Whoever holds the case is shown each; with sealing off
the same search finds each on the disks of the intake and of the router; of the real programs it finds none, in any file
(ledger, log, snapshot, backup, file of keys, outbox, trail, recorded feed), argument or environment.

Usage: P9_marks.py SOURCE BUILD
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path[:0] = [os.path.join(sys.argv[1], "tests", folder) for folder in ("integration", "day")]
import ledger_home  # noqa: E402
import marks  # noqa: E402
import stage  # noqa: E402

UNSEALED = ("tests/unsealed", *stage.PROGRAM_FOLDERS)
UNSEALED_TAG = b"UNSEALED-FOR-TES"  # of tests/worlds/unsealed.c
DECLINED_OTHER = 99
TYPED = ("note", "reason", "reading")  # beside what the confidential part has
DEADLINE_S = 60


def mark(of):
    return f"{marks.MARK}{of}900123"  # a number to call back has digits


class SmallDay:
    """A referral with all its texts, from its device through the intake, the router, a team and a coordinator."""

    def __init__(self, test, program_folders):
        self.test = test
        self.s = s = stage.Stage("marks", program_folders)
        test.addCleanup(s.close)
        self.wire = s.wire
        self.texts = [field.name for field in self.wire.Submit.DESCRIPTOR.fields_by_name["confidential"].message_type.fields]
        self.found = {}  # by text: the folders and files that had its mark
        self.shown = ""
        self.play()

    def play(self):
        s, wire = self.s, self.wire
        s.start_intake()
        self.device = s.device("device")
        submit = s.submission()
        self.case = submit.referral.id
        for name in self.texts:
            setattr(submit.confidential, name, mark(name))
        self.done(self.device, submit=submit)
        self.search()  # while it waits in the outbox
        s.start_broker()
        team = s.client("north", "team", "northmoor-crisis", wants_news=True)
        self.duty = s.client("northmoor-duty-1", "coordinator", "northmoor-duty")
        self.done(team, set_presence=wire.SetPresence(present=True, lease_seconds=600))
        offer = self.offer(team)
        self.done(team, decline=wire.Decline(referral=self.case, attempt=offer.attempt, reason=DECLINED_OTHER,
                                             note=mark("note")))
        self.duty.request(get_record=wire.GetRecord(referral=self.case, reason=mark("reading")))
        self.done(self.device, update=wire.Update(referral=submit.referral, confidential=submit.confidential))
        self.hold_still("broker")  # so that the withdrawal waits in the outbox
        self.done(self.device, withdraw=wire.Withdraw(referral=self.case, reason=mark("reason")))
        self.hold_still("intake")  # whose log would be moved into its file between the reading of the two
        self.search()
        self.go_on("intake", "broker")
        self.await_withdrawal()
        self.show(self.status().number)
        self.record_feeds()
        s.start_audit()
        s.start_audit("reduced")
        self.await_trails()
        self.search_processes()
        if not ledger_home.SERVED:
            shutil.copytree(s.path("state"), s.path("backup"))
        self.search()
        for name in list(s.processes):
            s.stop(name)
        self.search()

    def hold_still(self, name):
        process = self.s.processes[name]
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)

    def go_on(self, *names):
        for name in names:
            self.s.processes[name].send_signal(signal.SIGCONT)

    def done(self, client, **command):
        answer = client.request(**command).answer
        self.test.assertTrue(answer.done, answer.text)

    def offer(self, team):
        while True:
            message = team.next_message(timeout=DEADLINE_S)
            self.test.assertIsNotNone(message, "the offer never came")
            if message.WhichOneof("body") == "offer":
                self.test.assertEqual(message.offer.callback_number, mark("callback_number"))
                return message.offer

    def status(self):
        return self.duty.request(get_status=self.wire.GetStatus(referral=self.case)).answer.status

    def await_withdrawal(self):
        from concordat.v1 import codes_pb2
        until = time.monotonic() + DEADLINE_S
        while self.status().state != codes_pb2.STATE_WITHDRAWN:
            self.test.assertLess(time.monotonic(), until, "the withdrawal was not delivered")

    def show(self, number):
        s = self.s
        done = subprocess.run(
            [stage.find_program("concordat"), "show", number, "to", "prepare", "--json", "--server", s.endpoint,
             "--server-key", s.public_key("broker"), "--key", s.path("secret", "northmoor-duty-1.key_secret")],
            capture_output=True, text=True, timeout=DEADLINE_S)
        self.test.assertEqual(done.returncode, 0, done.stderr)
        self.shown = done.stdout

    def record_feeds(self):
        for role in ("inspector", "auditor"):
            client = self.s.client(f"{role}-feed", role, "council")
            feed = client.request(follow=self.wire.Follow(after=0, credit=500)).feed
            self.test.assertEqual(feed.head, len(feed.events))
            with open(self.s.path(f"{role}.feed"), "wb") as file:
                file.write(feed.SerializeToString())

    def await_trails(self):
        until = time.monotonic() + DEADLINE_S
        for name in ("audit-state", "reduced-state"):
            path = self.s.path(name, "trail.db")
            while subprocess.run([stage.find_program("concordat"), "verify", "--trail", path], capture_output=True).returncode:
                self.test.assertLess(time.monotonic(), until, "the trail does not verify")

    # ---- The search ----

    def all_texts(self):
        return (*self.texts, *TYPED)

    def note(self, content, where):
        for piece in set(marks.pieces_with_mark(content)):
            for text in self.all_texts():
                if any(form in piece for form in marks.forms(mark(text))):
                    self.found.setdefault(text, set()).add(where)

    def search(self):
        for path in marks.files_of(self.s.folder):
            with open(path, "rb") as file:
                self.note(file.read(), os.path.relpath(path, self.s.folder))
        for name, path in ledger_home.files(self.s.path("state")):
            with open(path, "rb") as file:
                self.note(file.read(), f"state/{name}")

    def search_processes(self):
        for process in self.s.processes.values():
            for about in ("cmdline", "environ"):
                with open(f"/proc/{process.pid}/{about}", "rb") as file:
                    self.note(file.read(), about)


class Marks(unittest.TestCase):
    def assert_all_are_shown(self, day):
        for text in day.all_texts():
            self.assertIn(mark(text), day.shown, "the coordinator is not shown it")

    def test_with_sealing_off_the_search_finds_every_mark(self):
        day = SmallDay(self, UNSEALED)
        self.assert_all_are_shown(day)
        for text in day.all_texts():
            folders = {where.split("/")[0] for where in day.found.get(text, ())}
            self.assertLessEqual({"state"} if ledger_home.SERVED else {"state", "backup"}, folders, text)
            if text in day.texts or text == "reason":
                self.assertIn("intake-state", folders, text)

    def test_of_the_real_programs_it_finds_none(self):
        day = SmallDay(self, stage.PROGRAM_FOLDERS)
        self.assert_all_are_shown(day)
        self.assertEqual(day.found, {})

    def test_no_program_that_is_installed_has_sealing_off(self):
        for name, folders, has in (("concordat-broker", UNSEALED, True), ("concordat-intake", UNSEALED, True),
                                   *((name, stage.PROGRAM_FOLDERS, False) for name in (
                                       "concordat-broker", "concordat-intake", "concordat-team", "concordat-audit", "concordat"))):
            with self.subTest(name), open(stage.find_program(name, folders), "rb") as file:
                self.assertEqual(UNSEALED_TAG in file.read(), has)


if __name__ == "__main__":
    unittest.main(verbosity=2)
