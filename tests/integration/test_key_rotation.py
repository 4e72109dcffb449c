"""Every key is rotated while referrals come, teams answer and boards are read: nobody who is honest is refused, and all that
was acknowledged is there once. Whoever has lost a connection waits and goes on.

Usage: test_key_rotation.py SOURCE BUILD
"""

import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

import faults
import stage
from browser import FOLDERS, SECONDS, Browser, add_person, start_gateway


UNAVAILABLE = 503  # nothing was done, and a program asks again (RFC 9110)


class Working:
    """Somebody at work: keeps each answer that says no, and takes another key when told to."""

    refused, answered = (), 0

    def on_message(self, message):
        super().on_message(message)
        if message.WhichOneof("body") == "answer":
            self.answered += message.answer.done
            if not message.answer.done:
                self.refused += (message.answer.text,)

    def turn_to(self, name=None):
        self.name_of_key = name or self.name_of_key
        self.anew.set()


class Submitting(Working, faults.Submitting):
    """As many a second as the team sees to, and an intake lets a device send."""

    def __init__(self, *args, per_second=30, **options):
        super().__init__(*args, **options)
        self.sent, self.at, self.pause = {}, 0.0, 1 / per_second

    def ask_more(self):
        if time.monotonic() >= self.at and len(self.client.outstanding) < self.window:
            self.at = time.monotonic() + self.pause
            self.send(submit=self.s.submission())

    def send(self, **command):
        command_id = stage.python_client.new_id()
        self.sent[command_id] = command["submit"].referral.id
        self.told.ask(command_id)
        self.client.send(command_id=command_id, **command)


class Accepting(Working, faults.Accepting):
    """Sees each person whose case it accepted and closes the case, so that there is always a place."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.following = {}  # what comes after a command that was done
        self.next = []
        self.begins = threading.Event()

    def send(self, then=None, **command):
        command_id = stage.python_client.new_id()
        if "accept" in command:
            then = "check_in", command["accept"].referral
        self.following[command_id] = then
        self.told.ask(command_id)
        self.client.send(command_id=command_id, **command)

    def turn_to(self, name=None):
        super().turn_to(name)
        self.begins.set()

    def ask_more(self):
        wire = self.s.wire
        if self.begins.is_set() and not self.anew.is_set():
            self.begins.clear()
            self.begin()  # it is the device of this key that is present
        while self.next and len(self.client.outstanding) < self.window:
            step, case = self.next.pop(0)
            if step == "check_in":
                self.send(then=("close", case), check_in=wire.CheckIn(referral=case, step=3))
            else:
                self.send(close=wire.Close(referral=case, outcome=1))
        super().ask_more()

    def on_message(self, message):
        super().on_message(message)
        if message.WhichOneof("body") != "answer" or not message.answer.done:
            return
        if then := self.following.pop(message.command_id, None):
            self.next.append(then)


class Reading(threading.Thread):
    """A program that reads a board at the gateway with a token, and keeps each answer that is not the board. While the gateway
    starts anew it asks again: nobody answers, or the gateway says that its desk is not connected yet."""

    def __init__(self, listen, token):
        super().__init__(daemon=True)
        self.listen, self.token, self.refused, self.answered = listen, token, [], 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.5):
            try:
                page = Browser(self.listen).ask("GET", "/api/v1/board", Authorization=f"Bearer {self.token}")
            except OSError:
                continue  # no gateway is there; systemd would keep the socket
            if page.status == 200:
                self.answered += 1
            elif page.status != UNAVAILABLE:
                self.refused.append((page.status, page.text))


class Rotation(unittest.TestCase):
    def setUp(self):
        self.stage = s = stage.Stage("rotation", FOLDERS)
        self.addCleanup(s.close)
        s.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        s.start_broker()
        s.start_intake()
        self.intake_key = s.path("of-the-intake.key")  # as the devices have it
        shutil.copy(s.public_key("intake"), self.intake_key)
        self.car = Submitting(s, name="car", role="referrer", per_second=0.3,
                              endpoint=s.intakes["intake"], server_key=self.intake_key)
        self.admit_device("car")
        self.street, self.north = Submitting(s), Accepting(s)
        s.make_key("duty", "coordinator", "northmoor-duty")
        s.start_audit()
        s.start_team("south", "southfell-crisis")
        add_person(s, "add", "p201", "--name", "Sam Duty", "--role", "coordinator", "--of", "northmoor-duty",
                   "--staff-role", "mental-health-nurse")
        start_gateway(s, [s.path("secret", "duty.key_secret")])
        self.first = self.token("first")
        self.reading = Reading(s.path("gateway.socket"), self.first["token"])
        self.await_status(self.reading.token, 200)
        self.at_work = [self.car, self.street, self.north, self.reading]
        for one in self.at_work:
            one.start()
        self.go_on()

    # ---- Waiting ----

    def await_that(self, held, what):
        until = time.monotonic() + SECONDS
        while not held():
            self.assertLess(time.monotonic(), until, what)
            time.sleep(0.01)  # neither a thread nor a log can notify us

    def await_status(self, token, status):
        """Asks for a board until it is answered so."""
        def is_answered():
            self.reading.stopping.wait(0.1)  # who asks without a pause is refused
            page = Browser(self.reading.listen).ask("GET", "/api/v1/board", Authorization=f"Bearer {token}")
            return page.status == status

        self.await_that(is_answered, f"no answer of status {status}")

    def go_on(self):
        """Everybody has been answered again, and nobody refused."""
        before = [one.answered for one in self.at_work]
        for one, count in zip(self.at_work, before):
            self.await_that(lambda one=one, count=count: one.answered > count or getattr(one, "trouble", None),
                            f"{one} is not answered")
        self.expect_nobody_refused()

    def expect_nobody_refused(self):
        for one in self.at_work:
            self.assertFalse(getattr(one, "trouble", None))
            self.assertFalse(one.refused, type(one).__name__)

    def await_said(self, name, words, since=0):
        self.await_that(lambda: words in self.stage.said(name)[since:], f"{name} does not say {words}")

    # ---- What an operator does ----

    def token(self, label):
        return add_person(self.stage, "token", "add", "p201", "--label", label)

    def admit_device(self, name):
        folder = self.stage.path("intake-devices")
        shutil.copy(self.stage.path("secret", f"{name}.key"), os.path.join(folder, f"{name}.key.new"))
        os.rename(os.path.join(folder, f"{name}.key.new"), os.path.join(folder, f"{name}.key"))

    def welcomed(self, key):
        """Waits until the broker serves a key."""
        self.assertTrue(self.stage.client(key).request(timeout=SECONDS, get_board=self.stage.wire.GetBoard()))

    def withdraw(self, path):
        os.remove(path)
        self.go_on()

    def replace(self, new, path):
        shutil.copy(new, path + ".new")
        os.rename(path + ".new", path)

    # ---- Each key ----

    def test_every_key_is_rotated_under_load_and_nobody_is_refused(self):
        for rotate in (self.a_teams, self.a_sources, self.a_devices, self.an_intakes, self.a_followers, self.a_terminals,
                       self.a_desks_at_the_gateway, self.a_persons_token, self.the_master_key,
                       self.the_routers_handed_out_before, self.the_routers_handed_out_after):
            started = time.monotonic()
            rotate()
            self.go_on()
            print(f"{rotate.__name__}: {time.monotonic() - started:.1f} s; answered up to now: "
                  f"{[one.answered for one in self.at_work]}", flush=True)
        self.reading.stopping.set()
        self.reading.join()
        faults.stop_all([self.car, self.street, self.north])
        self.expect_nobody_refused()
        self.check_nothing_is_lost()

    def check_nothing_is_lost(self):
        s = self.stage
        saved = {self.car.sent[command] for command in self.car.told.acknowledged}
        self.assertTrue(saved)
        look = s.client("fence", "inspector", "council")
        received = set()
        follower = stage.python_client.Follower(look)
        from concordat.v1 import event_pb2

        def read_on():
            head = follower.after + 1
            while follower.after < head:
                message = look.request(follow=s.wire.Follow(after=follower.after, credit=500))
                head = message.feed.head
                received.update(event.referral for event in follower.check(message.feed, event_pb2.Event)
                                if event.WhichOneof("what") == "received")
            return saved <= received
        self.await_that(read_on, "not all that the intake saved was delivered")
        found = faults.hold_against_ledger(s, [self.street, self.north], name="fence-2")
        self.assertEqual((found.lost, found.doubled), (0, 0))
        trail = s.path("audit-state", "trail.db")
        s.stop("audit")
        ran = subprocess.run([stage.find_program("concordat", FOLDERS), "verify", "--trail", trail], capture_output=True,
                             text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def a_teams(self):
        self.stage.make_key("north-2", "team", "northmoor-crisis")
        self.welcomed("north-2")
        self.north.turn_to("north-2")
        self.go_on()
        self.withdraw(self.stage.path("keys", "north.key"))

    def a_sources(self):
        self.stage.make_key("street-2", "source", "street-triage")
        self.welcomed("street-2")
        self.street.turn_to("street-2")
        self.go_on()
        self.withdraw(self.stage.path("keys", "street.key"))

    def a_devices(self):
        self.stage.make_key("car-2", "referrer", "street-triage", admitted=False)
        self.admit_device("car-2")
        self.car.turn_to("car-2")
        self.go_on()
        self.withdraw(self.stage.path("intake-devices", "car.key"))

    def an_intakes(self):
        s = self.stage
        s.make_key("intake-2", "source", "street-triage")
        self.welcomed("intake-2")
        self.replace(s.path("keys", "intake-2.key"), self.intake_key)
        s.stop("intake")
        s.start_intake("intake", "--old-key", s.path("secret", "intake.key_secret"), key="intake-2")
        self.car.turn_to()
        self.go_on()
        self.withdraw(s.path("keys", "intake.key"))

    def a_followers(self):
        s = self.stage
        s.make_key("audit-2", "inspector", "council")
        s.stop("audit")
        s.start("audit", "concordat-audit", "--broker", s.endpoint, "--broker-key", s.public_key("broker"), "--key",
                s.path("secret", "audit-2.key_secret"), "--state", s.path("audit-state"), ready="")
        self.withdraw(s.path("keys", "audit.key"))

    def a_terminals(self):
        s = self.stage
        s.stop("south")
        s.make_key("south-2", "team", "southfell-crisis")
        s.start_team("south-2", "southfell-crisis")
        self.withdraw(s.path("keys", "south.key"))

    def a_desks_at_the_gateway(self):
        s = self.stage
        s.make_key("duty-2", "coordinator", "northmoor-duty")
        self.welcomed("duty-2")
        s.stop("gateway")  # people sign in again; a program waits until there is a gateway
        start_gateway(s, [s.path("secret", "duty-2.key_secret")])
        self.go_on()
        self.withdraw(s.path("keys", "duty.key"))

    def a_persons_token(self):
        new = self.token("second")
        self.await_status(new["token"], 200)
        old, self.reading.token = self.reading.token, new["token"]
        self.go_on()
        add_person(self.stage, "token", "end", "p201", self.first["tokenName"])
        self.await_status(old, 401)

    def the_master_key(self):
        s, master = self.stage, self.stage.path("master-key")
        subprocess.run([stage.find_program("concordat"), "keys", "master", master + ".new", "--before", master], check=True,
                       capture_output=True)
        os.rename(master + ".new", master)
        since = len(s.said("broker"))
        s.processes["broker"].send_signal(signal.SIGHUP)
        self.await_said("broker", "all are under generation 2 of the master key", since)

    def new_router_key(self):
        """Makes the router's next pair, elsewhere. Returns its folder."""
        s = self.stage
        folder = s.path(f"next-{time.monotonic_ns()}")
        os.mkdir(folder)
        subprocess.run([stage.find_program("concordat"), "keys", "make", "broker", "--role", "server", "--of", "region",
                        "--folder", folder], check=True, capture_output=True)
        return folder

    def restart_router(self, folder):
        s = self.stage
        self.replace(os.path.join(folder, "broker.key_secret"), s.path("secret", "broker.key_secret"))
        s.stop("broker")
        s.start_broker()

    def the_routers_handed_out_before(self):
        """Peers have the next public key while the router has the former; an intake loses its connection meanwhile."""
        s, folder = self.stage, self.new_router_key()
        self.replace(os.path.join(folder, "broker.key"), s.path("secret", "broker.key"))
        self.go_on()
        s.stop("broker")
        s.start_broker()  # with the former key still: whoever has both goes on
        self.stage_clients_follow(folder=None)
        self.restart_router(folder)
        self.stage_clients_follow(folder)

    def the_routers_handed_out_after(self):
        s, folder = self.stage, self.new_router_key()
        self.restart_router(folder)
        self.replace(os.path.join(folder, "broker.key"), s.path("secret", "broker.key"))
        self.stage_clients_follow(folder)

    def stage_clients_follow(self, folder):
        """Our own programs find the key by themselves; the clients of this test are told."""
        if folder:
            for one in (self.street, self.north):
                one.turn_to()
            self.go_on()
        else:
            self.at_work, all_of_them = [self.car, self.reading], self.at_work
            self.go_on()
            self.at_work = all_of_them


if __name__ == "__main__":
    unittest.main(verbosity=2)
