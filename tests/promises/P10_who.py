"""P10 Locked, and who did it is written: each event names the key and, of an intake's, the device behind it; what a key
guesses is counted and written down.

Usage: P10_who.py SOURCE BUILD
"""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import ledger_home  # noqa: E402
import stage  # noqa: E402

BAD_VALUE, NOT_ALLOWED, NOT_YOURS, WRONG_STATE = 5, 8, 9, 17
POLICE_OFFICER, DUTY_COORDINATOR = 1, 16
GUESSES = 39
OTHERS_AT_ONCE = 5
WITHDRAWN = 9
RECEIVED = 2


class Who(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("who")
        self.addCleanup(self.stage.close)
        self.machine = faults.Machine(self.stage, "broker")
        self.stage.start_broker(env=self.machine.env())
        self.wire = self.stage.wire

    def events(self, kind):
        self.asked = getattr(self, "asked", 0) + 1
        events = faults.events_of(self.stage, name=f"auditor-{self.asked}")
        return [event for event in events if event.WhichOneof("what") == kind]

    def await_received(self, device, referral):
        """Waits until the router has a referral, and all that this source sent about it before."""
        while True:
            answer = device.request(get_status=self.wire.GetStatus(referral=referral)).answer
            if answer.receipt == RECEIVED and "later message" not in answer.text:
                return answer.status

    def intake(self, *devices):
        self.stage.start_intake()
        return [self.stage.device(name) for name in devices]

    def test_each_event_names_the_device_whatever_the_device_says_of_itself(self):
        car, other = self.intake("car-1", "car-2")
        submit = self.stage.submission()
        case = submit.referral.id
        for device, forged, command in (
            (car, "car-2", {"submit": submit}),
            (other, "", {"update": self.wire.Update(referral=submit.referral)}),
            (car, "nobody", {"told": self.wire.Told(referral=case, state=2)}),
        ):
            self.assertTrue(device.request(device=forged, **command).answer.done)
        self.await_received(car, case)
        for kind, device in (("received", "car-1"), ("updated", "car-2"), ("referrer_told", "car-1")):
            event, = self.events(kind)
            self.assertEqual((event.actor, event.actor_device), ("intake", device), kind)

    def test_the_same_command_from_an_intake_with_another_device_is_the_same(self):
        source = self.stage.client("street", "source", "street-triage")
        submit, command = self.stage.submission(), stage.python_client.new_id()
        first = source.request(command_id=command, device="car-1", submit=submit).answer
        again = source.request(command_id=command, device="car-1-new", submit=submit).answer
        self.assertEqual((again.done, again.repeated, again.seq), (True, True, first.seq))
        event, = self.events("received")
        self.assertEqual((event.actor, event.actor_device), ("street", "car-1"))

    @staticmethod
    def person(person_id, role=0):
        return {"id": person_id, "role": role}

    def test_each_event_names_the_person_at_the_keyboard_through_an_intake_too(self):
        car, other = self.intake("car-1", "car-2")
        duty = self.stage.client("duty", "coordinator", "northmoor-duty")
        submit = self.stage.submission()
        case = submit.referral.id
        self.assertTrue(car.request(submit=submit, person=self.person("p117", POLICE_OFFICER)).answer.done)
        update = self.wire.Update(referral=submit.referral)
        self.assertTrue(other.request(update=update, person=self.person("ab20")).answer.done)
        status = self.await_received(car, case)
        self.assertEqual(status.taken_by, "")
        self.assertTrue(duty.request(take=self.wire.Take(referral=case)).answer.done)
        self.assertEqual(duty.request(get_status=self.wire.GetStatus(referral=case)).answer.status.taken_by, "")
        take = {"take": self.wire.Take(referral=case), "person": self.person("p9001", DUTY_COORDINATOR)}
        self.assertEqual(duty.request(**take).answer.status.taken_by, "p9001")
        for kind, said in (("received", [("p117", POLICE_OFFICER)]), ("updated", [("ab20", 0)]),
                           ("taken", [None, ("p9001", DUTY_COORDINATOR)]), ("broker_started", [None])):
            told = [(event.person.id, event.person.role) if event.HasField("person") else None
                    for event in self.events(kind)]
            self.assertEqual(told, said, kind)

    def test_the_same_command_by_another_person_is_the_same(self):
        source = self.stage.client("street", "source", "street-triage")
        submit, command = self.stage.submission(), stage.python_client.new_id()
        first = source.request(command_id=command, submit=submit, person=self.person("p117")).answer
        again = source.request(command_id=command, submit=submit, person=self.person("p118")).answer
        self.assertEqual((again.done, again.repeated, again.seq), (True, True, first.seq))
        event, = self.events("received")
        self.assertEqual(event.person.id, "p117")

    def test_a_name_is_no_person(self):
        source = self.stage.client("street", "source", "street-triage")
        for name in ("Sam Okafor", "sam", "MB", "P117", "p1", "p117 Sam", ""):
            with self.subTest(name):
                answer = source.request(submit=self.stage.submission(), person=self.person(name)).answer
                self.assertEqual(answer.refusal, BAD_VALUE)
                self.assertIn("person.id", answer.text)
        self.assertEqual(self.events("received"), [])

    def test_a_refused_attempt_names_the_person_too(self):
        curious = self.stage.client("curious", "team", "southfell-crisis")
        for _ in range(GUESSES):
            curious.request(get_status=self.wire.GetStatus(number="R-0002"), person=self.person("p117", 8))
        self.assertEqual({(event.actor, event.person.id, event.person.role)
                          for event in self.events("command_refused")}, {("curious", "p117", 8)})

    def desk(self, *words, key="duty", **env):
        s = self.stage
        done = subprocess.run(
            [stage.find_program("concordat"), *words, "--server", s.endpoint, "--server-key", s.public_key("broker"),
             "--key", s.path("secret", f"{key}.key_secret")],
            capture_output=True, text=True, timeout=60, env={**os.environ, **env})
        return done.returncode, " ".join(done.stdout.split()), " ".join(done.stderr.split())

    def test_the_desk_says_who_took_a_case_by_name_and_never_sends_the_name(self):
        source = self.stage.client("street", "source", "street-triage")
        self.stage.client("duty", "coordinator", "northmoor-duty")
        people = self.stage.path("people.txt")
        with open(people, "w", encoding="utf-8") as file:
            file.write("p117 Sam Okafor\nAsh\n")
        number = source.request(submit=self.stage.submission()).answer.status.number
        code, out, error = self.desk("take", number)
        self.assertEqual((code, error), (0, ""))
        self.assertIn("The duty coordinator (who is not recorded) has it in hand", out)
        code, out, error = self.desk("take", number, CONCORDAT_PERSON="p117", CONCORDAT_ROLE="duty-coordinator",
                                     CONCORDAT_PEOPLE=people)
        self.assertEqual(code, 0)
        self.assertIn("The duty coordinator, Sam Okafor (p117), has it in hand", out)
        self.assertIn("line 2: a line begins with an id", error)
        _, out, error = self.desk("status", number, "--people", people + ".none")
        self.assertIn("The duty coordinator, p117, has it in hand", out)
        self.assertIn("No such file", error)
        for words in (("--as", "Sam"), ("--as", "p117", "--as-role", "boss")):
            code, out, error = self.desk("take", number, *words)
            self.assertEqual(code, 100, error)
        event = self.events("taken")[-1]
        self.assertEqual((event.person.id, event.person.role), ("p117", DUTY_COORDINATOR))
        self.stage.stop("broker")
        for name, path in ledger_home.files(self.stage.path("state")):
            with open(path, "rb") as file:
                self.assertNotIn(b"Okafor", file.read(), name)

    def test_only_an_intake_speaks_for_devices(self):
        wire = self.wire
        for role, of in (("team", "northmoor-crisis"), ("coordinator", "northmoor-duty"), ("inspector", "council")):
            client = self.stage.client(f"a-{role}", role, of)
            with self.subTest(role):
                answer = client.request(device="car-1", get_board=wire.GetBoard()).answer
                self.assertEqual(answer.refusal, NOT_ALLOWED)
                self.assertIn("Only an intake speaks for a device", answer.text)
        refused = [(event.actor, event.actor_device, event.command_refused.command)
                   for event in self.events("command_refused")]
        self.assertEqual(refused, [(f"a-{role}", "car-1", "get_board") for role in ("team", "coordinator", "inspector")])
        source = self.stage.client("street", "source", "street-triage")
        for name in ("two words", "x" * 64):
            answer = source.request(device=name, get_board=wire.GetBoard()).answer
            self.assertIn("a key's name", answer.text)

    def withdraw(self, device, case, command_id=None):
        return device.request(command_id=command_id, withdraw=self.wire.Withdraw(referral=case)).answer

    def board_of(self, key):
        """What `concordat board --closed` says to a coordinator, in one line."""
        s = self.stage
        done = subprocess.run(
            [stage.find_program("concordat"), "board", "--closed", "--server", s.endpoint, "--server-key",
             s.public_key("broker"), "--key", s.path("secret", f"{key}.key_secret")],
            capture_output=True, text=True, timeout=60)
        return " ".join(done.stdout.split())

    def await_status(self, client, case, state):
        while True:
            message = client.next_message(timeout=20)
            self.assertIsNotNone(message, "the coordinator heard nothing")
            if message.status.referral == case and message.status.state == state:
                return message.status

    def test_a_case_withdrawn_by_another_device_names_both_and_the_coordinator_hears_of_it(self):
        first, second = self.intake("car-1", "car-2")
        duty = self.stage.client("duty", "coordinator", "northmoor-duty", wants_news=True)
        duty.request(get_board=self.wire.GetBoard())  # from its hello on it is told
        submits = [self.stage.submission() for _ in range(3)]
        for submit in submits:
            self.assertTrue(first.request(submit=submit).answer.done)
        mine, theirs, changed = (submit.referral.id for submit in submits)
        self.await_received(first, changed)
        self.assertTrue(self.withdraw(first, mine).done)
        self.assertFalse(self.await_status(duty, mine, WITHDRAWN).by_another_device)
        self.assertTrue(self.withdraw(second, theirs).done)
        self.assertTrue(self.await_status(duty, theirs, WITHDRAWN).by_another_device)
        update = self.wire.Update(referral=submits[2].referral)
        self.assertTrue(second.request(update=update).answer.done)
        while not self.await_received(first, changed).by_another_device:
            pass
        said = [(event.actor_device, event.withdrawn.by_another_device, event.withdrawn.sent_by)
                for event in self.events("withdrawn")]
        self.assertEqual(said, [("car-1", False, ""), ("car-2", True, "car-1")])
        event, = self.events("updated")
        self.assertEqual((event.actor_device, event.updated.by_another_device, event.updated.sent_by),
                         ("car-2", True, "car-1"))
        said = self.board_of("duty")
        self.assertIn("withdrawn by another device of the source than the one that sent it.", said)
        self.assertIn("last changed by another device of the source than the one that sent it.", said)

    def test_one_device_cannot_withdraw_all_cases_of_the_others(self):
        first, second, third = self.intake("car-1", "car-2", "car-3")
        cases = []
        for _ in range(OTHERS_AT_ONCE + 2):
            submit = self.stage.submission()
            self.assertTrue(first.request(submit=submit).answer.done)
            cases.append(submit.referral.id)
        command = stage.python_client.new_id()
        self.assertTrue(self.withdraw(second, cases[0], command).done)
        for case in cases[1:OTHERS_AT_ONCE]:
            self.assertTrue(self.withdraw(second, case).done)
        self.stage.stop("intake")
        self.stage.start_intake()
        for case in cases[OTHERS_AT_ONCE:]:
            answer = self.withdraw(second, case)
            self.assertEqual(answer.refusal, WRONG_STATE)
            self.assertIn("cannot withdraw another one yet", answer.text)
        self.assertTrue(self.withdraw(second, cases[0], command).repeated)
        own = self.stage.submission()
        self.assertTrue(second.request(submit=own).answer.done)
        self.assertTrue(self.withdraw(second, own.referral.id).done)
        for device, case in ((third, cases[-1]), (first, cases[-2])):
            self.assertTrue(self.withdraw(device, case).done)
        self.assertIn("refused withdraw of car-2: wrong state", self.stage.said("intake"))

    def guess(self, client):
        """Asks for cases that are not there. The answers say nothing."""
        texts = set()
        for number in range(GUESSES):
            answer = client.request(get_status=self.wire.GetStatus(number=f"R-{number + 2:04}")).answer
            self.assertEqual((answer.refusal, answer.status.number), (NOT_YOURS, ""))
            texts.add(answer.text)
        self.assertEqual(len(texts), 1)
        return texts.pop()

    def test_guesses_at_the_router_are_recorded_and_one_line_of_the_log(self):
        source = self.stage.client("street", "source", "street-triage")
        number = source.request(submit=self.stage.submission()).answer.status.number
        curious = self.stage.client("curious", "team", "southfell-crisis")
        said = self.guess(curious)
        answer = curious.request(get_status=self.wire.GetStatus(number=number)).answer
        self.assertEqual((answer.refusal, answer.text), (NOT_YOURS, said), "a case that is there is told apart")
        refused = [(event.actor, event.command_refused.command) for event in self.events("command_refused")]
        self.assertEqual(set(refused), {("curious", "get_status")})
        self.assertEqual(self.stage.said("broker").count(" from curious"), 1)

    def test_guesses_at_an_intake_are_one_line_of_its_log(self):
        car, = self.intake("car-1")
        self.guess(car)
        self.stage.stop("intake")
        lines = [line for line in self.stage.said("intake").splitlines() if "car-1" in line]
        self.assertEqual(lines, ["refused get_status of car-1: not yours"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
