"""What goes wrong around our programs, for tests: a bad machine (fault_shim.c), a bad network (Proxy), and people who
keep sending (Load). The tests compare what these people were told (Told) with the ledger afterwards."""

import contextlib
import mmap
import os
import selectors
import socket
import struct
import subprocess
import threading
import time

import stage

ENVIRONMENT = 111


class Machine:
    """A bad machine for one program: start the program with env(), then set what is wrong, at any time."""

    FORMAT = "<qqiiii"
    SYNC_GOOD, SYNC_FAILS, SYNC_FAILS_YET_IS_DONE = range(3)

    def __init__(self, s, name):
        path = s.path(f"{name}.fault")
        with open(path, "wb") as file:
            file.write(bytes(struct.calcsize(self.FORMAT)))
        with open(path, "r+b") as file:
            self.control = mmap.mmap(file.fileno(), 0)
        self.path = path

    def env(self):
        # The sanitizers ask to be loaded first, but do not need it.
        options = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        return {"LD_PRELOAD": os.path.join(stage.BUILD, "tests", "libfault_shim.so"), "FAULT_CONTROL": self.path,
                "ASAN_OPTIONS": options}

    def set(self, clock_s=None, sync=None, sync_ms=None, vouched=None, slept_s=None, keys_full=None):
        if clock_s is not None:
            self.control[0:8] = struct.pack("<q", int(clock_s * 1000))
        if slept_s is not None:
            self.control[8:16] = struct.pack("<q", int(slept_s * 1000))
        if sync is not None:
            self.control[16:20] = struct.pack("<i", sync)
        if sync_ms is not None:
            self.control[20:24] = struct.pack("<i", sync_ms)
        if vouched is not None:
            self.control[24:28] = struct.pack("<i", vouched)
        if keys_full is not None:
            self.control[28:32] = struct.pack("<i", keys_full)


class Proxy(threading.Thread):
    """A network between clients and one server, on 127.0.0.1. It forwards, stalls, delays or cuts."""

    def __init__(self, to_port):
        super().__init__(daemon=True)
        self.to_port = to_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"tcp://127.0.0.1:{self.port}"
        self.flowing = threading.Event()
        self.flowing.set()
        self.delay_s = 0.0
        self.ending = False
        self.peers = {}  # each socket and its other end
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.start()

    def run(self):
        while not self.ending:
            self.flowing.wait()
            for key, _ in self.selector.select(0.05):
                if not self.flowing.is_set():
                    break
                try:
                    self.listener is key.fileobj and self.accept() or self.pass_on(key.fileobj)
                except OSError:
                    self.drop(key.fileobj)
        for one in list(self.peers):
            self.drop(one)
        self.listener.close()

    def accept(self):
        near, _ = self.listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            near.close()
            return True
        self.peers[near], self.peers[far] = far, near
        for one in (near, far):
            self.selector.register(one, selectors.EVENT_READ)
        return True

    def pass_on(self, one):
        if one is self.listener or one not in self.peers:
            return
        data = one.recv(65536)
        if not data:
            self.drop(one)
            return
        if self.delay_s:
            time.sleep(self.delay_s)  # the test is about this delay
        self.peers[one].sendall(data)

    def drop(self, one):
        other = self.peers.pop(one, None)
        self.peers.pop(other, None)
        for end in filter(None, (one, other)):
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(end)
            end.close()

    def stall(self):
        self.flowing.clear()

    def flow(self):
        self.flowing.set()

    def cut(self):
        """Cuts every connection, with whatever is on its way."""
        for one in list(self.peers):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.ending = True
        self.flowing.set()
        self.join()


class Told:
    """The commands that were acknowledged, and all that were sent."""

    def __init__(self):
        self.asked, self.acknowledged = set(), {}

    def ask(self, command_id):
        self.asked.add(command_id)

    def take(self, message):
        """Notes an answer that says done: the event with this number is the effect of this command."""
        if message.WhichOneof("body") == "answer" and message.answer.done and message.command_id in self.asked:
            self.acknowledged[message.command_id] = message.answer.seq


class Load(threading.Thread):
    """One connection that keeps `window` requests in flight until it is stopped."""

    def __init__(self, s, name, role, of, window=8, endpoint=None, server_key=None):
        """`server_key`: the public key file of whom it speaks to, if that is not the broker."""
        super().__init__(daemon=True)
        self.s, self.window, self.told = s, window, Told()
        self.stopping, self.anew = threading.Event(), threading.Event()
        self.trouble = None
        self.role, self.of, self.server_key = role, of, server_key or s.public_key("broker")
        s.make_key(name, role, of, admitted=not server_key)
        self.name_of_key, self.endpoint = name, endpoint or s.endpoint

    def run(self):
        try:
            python_client = stage.python_client
            with python_client.Client(self.s.wire, self.endpoint, self.server_key,
                                      self.s.path("secret", f"{self.name_of_key}.key_secret"),
                                      wants_news=True) as self.client:
                self.begin()
                until = None
                while until is None or (self.client.outstanding and time.monotonic() < until):
                    if self.anew.is_set():  # like a client that notices at once that the server has gone
                        self.anew.clear()
                        self.client.key_path = self.s.path("secret", f"{self.name_of_key}.key_secret")
                        self.client._connect()
                    if until is None and self.stopping.is_set():
                        until = time.monotonic() + 30
                    if self.client.hello_wait == python_client.RESEND_FIRST_S:
                        self.client.hello_at = 0  # not sent yet: due at once
                    if until is None and self.client.welcome:
                        self.ask_more()
                    message = self.client.next_message(timeout=0.002)
                    while message is not None:
                        self.told.take(message)
                        self.on_message(message)
                        message = self.client.kept.pop(0) if self.client.kept else None
        except Exception as trouble:  # the test reads it and fails
            self.trouble = trouble

    def send(self, **command):
        command_id = stage.python_client.new_id()
        self.told.ask(command_id)
        self.client.send(command_id=command_id, **command)

    def begin(self):
        pass

    def ask_more(self):
        pass

    def on_message(self, message):
        pass


class Submitting(Load):
    """An intake of street triage."""

    def __init__(self, s, name="street", role="source", **options):
        super().__init__(s, name, role, "street-triage", **options)

    def ask_more(self):
        while len(self.client.outstanding) < self.window:
            self.send(submit=self.s.submission())


class Accepting(Load):
    """A crisis team that accepts every offer, and closes the case."""

    def __init__(self, s, name="north", of="northmoor-crisis", **options):
        super().__init__(s, name, "team", of, **options)
        self.offered, self.accepted, self.seen = [], [], set()

    def begin(self):
        self.client.send(set_presence=self.s.wire.SetPresence(present=True, lease_seconds=600))  # no event has its id

    def ask_more(self):
        wire = self.s.wire
        while self.offered and len(self.client.outstanding) < self.window:
            offer = self.offered.pop(0)
            self.send(accept=wire.Accept(referral=offer.referral, attempt=offer.attempt, expected_minutes=20))

    def on_message(self, message):
        if message.WhichOneof("body") == "offer" and message.offer.referral not in self.seen:
            self.seen.add(message.offer.referral)
            self.offered.append(message.offer)


class Wrong(Exception):
    """The ledger does not agree with what was acknowledged."""


class Findings:
    def __init__(self):
        self.events = self.acknowledged = self.lost = self.doubled = self.invented = 0


def events_of(s, name="inspector"):
    """Yields every event of the ledger, and checks the chain."""
    from concordat.v1 import event_pb2
    follower = stage.python_client.Follower(s.client(name, "inspector", "council"))
    head = 1
    while follower.after < head:
        message = follower.client.request(follow=s.wire.Follow(after=follower.after, credit=500))
        head = message.feed.head
        yield from follower.check(message.feed, event_pb2.Event)


def hold_against_ledger(s, loads, name="inspector"):
    """Counts the acknowledged commands that are not at their number, the commands that are there twice, and events for which
    nobody asked."""
    found = Findings()
    asked = set().union(*(load.told.asked for load in loads))
    acknowledged = {key: seq for load in loads for key, seq in load.told.acknowledged.items()}
    found.acknowledged = len(acknowledged)
    received, done_at, last = set(), {}, None
    for event in events_of(s, name):
        found.events += 1
        if event.WhichOneof("what") == "received":
            found.doubled += event.referral in received
            received.add(event.referral)
        if event.command:
            found.invented += event.command not in asked
            if event.command != last:  # the events of one command follow each other
                found.doubled += event.command in done_at
                done_at.setdefault(event.command, event.seq)
        last = event.command
    found.lost = sum(1 for key, seq in acknowledged.items() if seq and done_at.get(key) != seq)
    return found


def stop_all(loads):
    for load in loads:
        load.stopping.set()
    for load in loads:
        load.join()
        if load.trouble:
            raise load.trouble


def small_disk(test, s, megabytes):
    """Makes a folder on a disk of that size. Skips the test if it cannot."""
    folder = s.path(f"disk-{megabytes}")
    os.mkdir(folder)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        test.skipTest("no permission here to mount a small disk")
    test.addCleanup(subprocess.run, ["umount", "-l", folder])
    return folder


def fill(path, leaving):
    """Fills a disk with a file, up to so many bytes."""
    disk = os.statvfs(os.path.dirname(path))
    with open(path, "wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range((disk.f_bavail * disk.f_frsize - leaving) // 4096 + (0 if leaving else 1)):
            file.write(bytes(4096))
