"""P9 Private: a program that crashes leaves no core dump, and what programs keep is for their own user alone.

Usage: P9_no_trace.py SOURCE BUILD
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import ledger_home  # noqa: E402
import stage  # noqa: E402

EVERYBODY = ("broker", "intake", "audit", "team")


class NoTrace(unittest.TestCase):
    def setUp(self):
        """Starts the programs as somebody careless would: core dumps allowed, and files and folders open to all."""
        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        self.addCleanup(os.umask, os.umask(0))
        self.stage = stage.Stage("no-trace")
        self.addCleanup(self.stage.close)

    def start_everybody(self):
        s = self.stage
        for folder in ("state", "intake-state", "audit-state"):
            os.mkdir(s.path(folder), 0o755)
        s.start_broker(env={"ASAN_OPTIONS": "handle_segv=0"})  # a crash must reach the kernel
        s.start_intake()
        s.start_team("team", "northmoor-crisis")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(s.path("notify"))
            s.start_audit(env={"NOTIFY_SOCKET": s.path("notify")})
            manager.settimeout(60)
            self.assertEqual(manager.recv(100), b"READY=1")

    def about(self, name, file):
        with open(f"/proc/{self.stage.processes[name].pid}/{file}", encoding="ascii") as about:
            return about.read()

    def test_no_program_may_dump_core_or_make_a_file_for_others(self):
        self.start_everybody()
        for name in EVERYBODY:
            with self.subTest(program=name):
                self.assertRegex(self.about(name, "limits"), r"Max core file size +0 +0 ")
                self.assertRegex(self.about(name, "status"), r"Umask:\t0077\n")

    def test_a_crash_leaves_no_core(self):
        self.start_everybody()
        broker = self.stage.processes["broker"]
        broker.send_signal(signal.SIGSEGV)
        ended = os.waitid(os.P_PID, broker.pid, os.WEXITED | os.WNOWAIT)
        self.assertEqual((ended.si_code, ended.si_status), (os.CLD_KILLED, signal.SIGSEGV))  # else CLD_DUMPED

    def test_what_they_keep_is_for_their_own_user_in_a_folder_that_was_there_before(self):
        self.start_everybody()
        s = self.stage
        answer = s.device("device").request(submit=s.submission()).answer
        self.assertTrue(answer.done, answer.text)
        for folder, database in (("state", "acknowledged" if ledger_home.SERVED else "ledger.db"), ("intake-state", "outbox.db"), ("audit-state", "trail.db")):
            kept = os.listdir(s.path(folder))
            self.assertIn(database, kept)
            for file in kept:
                with self.subTest(file=f"{folder}/{file}"):
                    self.assertEqual(os.stat(s.path(folder, file)).st_mode & 0o777, 0o600)

    def test_a_secret_key_is_for_its_user_and_a_public_key_for_all(self):
        done = subprocess.run(
            [stage.find_program("concordat"), "keys", "make", "car-7", "--role", "referrer", "--of", "street-triage",
             "--folder", self.stage.path("keys")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        modes = {name: os.stat(self.stage.path("keys", name)).st_mode & 0o777 for name in ("car-7.key", "car-7.key_secret")}
        self.assertEqual(modes, {"car-7.key": 0o644, "car-7.key_secret": 0o600})


if __name__ == "__main__":
    unittest.main()
