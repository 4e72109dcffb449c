"""The broker as a process: it starts, reloads and stops, and says clearly why it will not start.

Usage: test_broker_process.py SOURCE BUILD
"""

import itertools
import os
import signal
import socket
import subprocess
import time
import unittest

import faults
import ledger_home
import stage

USAGE, ENVIRONMENT = 100, 111
NO_ROOM = 22


class BrokerProcess(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("process")
        self.addCleanup(self.stage.close)

    def broker(self, **changed):
        """Runs a broker that should end. Returns its exit code and what it said."""
        s = self.stage
        options = {"policy": s.path("region.yaml"), "state": s.path("state"), "listen": s.endpoint,
                   "key": s.path("secret", "broker.key_secret"), "keys": s.path("keys"), **changed}
        words = [f"--{name}={value}" for name, value in options.items() if value]
        done = subprocess.run([stage.find_program("concordat-broker"), *words, *ledger_home.options(s.path("state"))],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr + done.stdout

    def start_under_a_manager(self):
        """Starts the broker. Returns the socket at which a service manager would hear it."""
        path = self.stage.path("notify")
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(path)
        manager.settimeout(30)
        self.stage.start_broker(env={"NOTIFY_SOCKET": path})
        return manager

    def submit(self):
        if not hasattr(self, "source"):
            self.source = self.stage.client("street", "source", "street-triage")
        answer = self.source.request(submit=self.stage.submission()).answer
        self.assertTrue(answer.done, answer.text)
        return answer.status

    def test_it_tells_the_service_manager_when_it_is_ready(self):
        manager = self.start_under_a_manager()
        self.assertEqual(manager.recv(100), b"READY=1")

    def test_a_stop_and_a_start_change_nothing(self):
        self.stage.start_broker()
        numbers = [self.submit().number for _ in range(3)]
        self.assertEqual(self.stage.stop("broker"), 0)
        self.assertTrue(os.path.exists(self.stage.path("state", "snapshot")))
        self.stage.start_broker()
        wire = self.stage.wire
        board = {case.number for case in self.source.request(get_board=wire.GetBoard()).board.cases}
        self.assertEqual(board, set(numbers))
        self.assertEqual(self.submit().number, "R-0004")

    def test_a_snapshot_that_does_not_fit_is_passed_over(self):
        self.stage.start_broker()
        self.submit()
        self.stage.stop("broker")
        with open(self.stage.path("state", "snapshot"), "r+b") as snapshot:
            snapshot.seek(400)
            snapshot.write(b"\xff\xff\xff\xff")
        self.stage.start_broker()
        self.assertEqual(self.submit().number, "R-0002")

    def test_whoever_says_hello_is_told_of_every_open_case_however_many(self):
        """Sends more than can wait at a socket at a time."""
        many = 1500
        self.stage.use_region(stage.without_quotas)
        self.stage.start_broker()
        self.submit()
        waiting = {self.source.send(submit=self.stage.submission()) for _ in range(many - 1)}
        while waiting:
            waiting.discard(self.source.next_message().command_id)
        coordinator = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        told = set()
        while len(told) < many:
            message = coordinator.next_message()
            self.assertIsNotNone(message, f"only {len(told)} of {many} were told")
            if message.WhichOneof("body") == "status":
                told.add(message.status.number)

    def test_a_wrong_policy_is_refused_with_file_and_line_and_the_running_one_stays(self):
        self.stage.start_broker()
        self.stage.use_region(lambda text: text.replace("ladder: northmoor", "ladder: nowhere", 1))
        code, said = self.broker()
        self.assertEqual(code, USAGE)
        self.assertRegex(said, r"region\.yaml:\d+: .*nowhere")
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        self.await_log("the policy before stays in force")
        self.assertEqual(self.submit().coordinator_ring, "01632 960100")

    def test_the_service_manager_is_told_while_the_policy_on_the_disk_is_not_in_force(self):
        def await_notice(words):
            while words not in manager.recv(8192):
                pass

        manager = self.start_under_a_manager()
        self.stage.use_region(lambda text: text.replace("ladder: northmoor", "ladder: nowhere", 1))
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        await_notice(b"STATUS=The policy file was NOT taken, and the policy before is in force")
        self.stage.use_region(lambda text: text)
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        await_notice(b"STATUS=Nothing to look after")

    def test_a_snapshot_that_cannot_be_written_is_told_and_loses_nothing(self):
        self.stage.start_broker()
        number = self.submit().number
        os.mkdir(self.stage.path("state", "snapshot.new"))
        self.assertEqual(self.stage.stop("broker"), 0)
        self.assertIn("no snapshot was written (its process ended with code 1)", self.stage.said("broker"))
        self.stage.start_broker()
        del self.source
        self.assertEqual(self.stage.client("inspector", "inspector", "ZZM01").request(
            get_status={"number": number}).answer.status.number, number)

    def test_a_new_policy_is_taken_without_a_restart(self):
        self.stage.start_broker()
        before = self.submit()
        self.assertEqual(before.coordinator_ring, "01632 960100")
        self.stage.use_region(lambda text: text.replace("01632 960100", "01632 960199"))
        self.stage.processes["broker"].send_signal(signal.SIGHUP)
        self.await_log("keys loaded again; policy loaded again")
        self.assertEqual(self.submit().coordinator_ring, "01632 960199")
        asked = self.source.request(get_status={"referral": before.referral}).answer
        self.assertEqual(asked.status.coordinator_ring, "01632 960199")

    def await_log(self, words):
        """Reads the log until the broker has said this."""
        with open(self.stage.path("broker.log"), encoding="utf-8") as log:
            said = ""
            while words not in said:
                said += log.readline()
                self.assertIsNone(self.stage.processes["broker"].poll(), said)

    def test_a_checked_policy_says_what_is_good_or_wrong(self):
        code, said = self.broker(check=self.stage.path("region.yaml"))
        self.assertEqual((code, "good" in said, "ladder" in said), (0, True, False))
        self.stage.use_region(lambda text: text.replace("teams:\n", """teams:
  - {id: quay, name: Quay House, type: A25, organisation: ZZM01, telephone: 01632 960199, sources: all, offers: receives,
     detained: never, ages: 18+, needs: [], expected_arrival: 15m, hours: always}
""", 1))
        code, said = self.broker(check=self.stage.path("region.yaml"))
        self.assertEqual(code, 0, said)
        self.assertIn("gap: quay is on no ladder, so it is never asked", said)
        self.stage.use_region(lambda text: text.replace("hours: always", "hours: sometimes", 1))
        code, said = self.broker(check=self.stage.path("region.yaml"))
        self.assertEqual(code, USAGE)
        self.assertRegex(said, r"region\.yaml:\d+: ")

    @ledger_home.in_a_file
    def test_a_second_broker_on_the_same_ledger_is_refused(self):
        self.stage.start_broker()
        code, said = self.broker(listen="ipc://" + self.stage.path("other"))
        self.assertEqual(code, ENVIRONMENT)
        self.assertIn("ledger", said)
        self.submit()

    def test_a_taken_port_and_another_machines_address_are_said_with_what_to_do(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            code, said = self.broker(listen=f"tcp://127.0.0.1:{other.getsockname()[1]}")
        self.assertEqual(code, ENVIRONMENT, said)
        self.assertIn("cannot listen there: Address already in use; `ss -ltnxp` names the program", said)
        code, said = self.broker(listen="tcp://192.0.2.1:5170")  # of no machine (RFC 5737)
        self.assertEqual(code, ENVIRONMENT, said)
        self.assertIn("`ip address` lists the addresses of this machine", said)

    def test_missing_options_and_keys_are_said(self):
        self.assertEqual(self.broker(key=None)[0], USAGE)
        code, said = self.broker(key=self.stage.path("nothing"))
        self.assertEqual(code, ENVIRONMENT)
        self.assertIn("nothing", said)

    def test_a_ledger_that_was_changed_is_not_served(self):
        self.stage.start_broker()
        self.submit()
        self.stage.stop("broker")
        os.remove(self.stage.path("state", "snapshot"))
        ledger_home.meddle(self.stage.path("state"), ("UPDATE event SET body = ? WHERE seq = 2", b"another"))
        code, said = self.broker()
        self.assertEqual(code, ENVIRONMENT)
        self.assertIn("ledger", said)

    def test_an_event_altered_while_it_runs_is_told_to_operator_and_auditor_and_routing_goes_on(self):
        s = self.stage
        s.start_broker()
        before = self.submit()
        ledger_home.meddle(s.path("state"), ("UPDATE event SET body = ? WHERE seq = 2", b"\0"))
        self.assertNotEqual(self.submit().number, before.number)
        audit = s.start_audit()
        self.assertEqual(audit.wait(timeout=60), ENVIRONMENT)
        self.assertIn("Event 2 of the ledger is not what was written", s.said("audit"))
        self.assertEqual(s.said("broker").count("event 2 is not what was written"), 1)
        self.submit()

    def test_a_ledger_of_another_version_is_not_served(self):
        self.stage.start_broker()
        self.stage.stop("broker")
        state = self.stage.path("state")
        if ledger_home.SERVED:  # the router waits until somebody has put them right
            ledger_home.meddle(state, ("UPDATE meta SET value = '99' WHERE name = 'version'",))
            self.stage.start_broker(ready="of another version: use the program that made it: this router waits")
        else:
            ledger_home.meddle(state, ("PRAGMA user_version = 99",))
            code, said = self.broker()
            self.assertEqual(code, ENVIRONMENT)
            self.assertIn("version", said)

    def submit_until_refused(self, source, acknowledged):
        """Submits until the disk has no room for referrals. Returns the refusal."""
        while len(acknowledged) < 20000:
            submit = self.stage.submission(urgency=1)
            answer = source.request(submit=submit).answer
            if not answer.done:
                return answer
            acknowledged.add(submit.referral.id)
        self.fail("the disk never filled")

    def answer_until_it_ends(self, broker, duty, cases):
        """The coordinator takes cases in hand, again and again, until the broker ends. Returns those that are taken."""
        taken = set()
        for referral in itertools.cycle(cases):
            try:
                answer = duty.request(timeout=3, take=self.stage.wire.Take(referral=referral)).answer
            except TimeoutError:
                if broker.poll() is not None:
                    return taken
                continue
            self.assertTrue(answer.done, answer.text)
            taken.add(referral)

    @ledger_home.in_a_file
    def test_a_full_disk_takes_answers_to_the_last_and_starts_again(self):
        s = self.stage
        disk = faults.small_disk(self, s, 32)
        s.use_region(stage.without_quotas)
        broker = s.start_broker(state=disk)
        self.await_file(os.path.join(disk, "ballast"))
        faults.fill(os.path.join(disk, "large"), leaving=8 << 20)
        source = s.client("street", "source", "street-triage")
        duty = s.client("duty", "coordinator", "northmoor-duty")
        acknowledged = set()
        answer = self.submit_until_refused(source, acknowledged)
        self.assertEqual(answer.refusal, NO_ROOM)
        self.assertIn("was not saved. Ring the duty coordinator", answer.text)
        self.assertEqual(answer.status.ring, "01632 960100")
        self.await_log("all but full")
        # Somebody else fills nearly all that is left. Answers are taken until there is no room for them. (If nothing were
        # left, an event of the router's own could be the first that has no room.)
        faults.fill(os.path.join(disk, "other"), leaving=256 << 10)
        taken = self.answer_until_it_ends(broker, duty, sorted(acknowledged)[:50])
        self.assertGreater(len(taken), 0)
        self.assertEqual(broker.wait(timeout=30), ENVIRONMENT)
        del s.processes["broker"]
        broker.stdin.close()
        # The disk is as full as before, and the router starts: it gives up its ballast.
        s.start_broker(state=disk)
        self.assertFalse(os.path.exists(os.path.join(disk, "ballast")))
        for submitted in acknowledged:
            answer = source.request(get_status=s.wire.GetStatus(referral=submitted)).answer
            self.assertTrue(answer.done, "acknowledged and lost")
        for referral in taken:
            self.assertTrue(duty.request(take=s.wire.Take(referral=referral)).answer.done)
        self.assertEqual(self.submit_until_refused(source, set()).refusal, NO_ROOM)
        os.unlink(os.path.join(disk, "large"))
        self.await_log("the disk has room again")
        self.await_file(os.path.join(disk, "ballast"))

    def await_file(self, path):
        while not os.path.exists(path):
            self.assertIsNone(self.stage.processes["broker"].poll())
            time.sleep(0.01)  # a folder cannot notify us


if __name__ == "__main__":
    unittest.main(verbosity=2)
