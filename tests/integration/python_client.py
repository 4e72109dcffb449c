"""A client of the protocol in another language, written from proto/README.md and the .proto files alone.

It shares no code with the C library. Needs Debian's python3-zmq and python3-protobuf, and protoc for
generate(). One Client is one connection; it is not thread safe.
"""

import hashlib
import os
import subprocess
import sys
import time
import uuid

import zmq

PROTOCOL = 1
MESSAGE_BYTES_MAX = 10 * 1024 * 1024 + 64
PINGS_UNANSWERED = 3
RESEND_FIRST_S, RESEND_MOST_S = 1.0, 30.0


def generate(schema_folder, into):
    """Makes the message classes from the .proto files and returns the module wire_pb2."""
    folder = os.path.join(schema_folder, "concordat", "v1")
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".proto"))
    subprocess.run(["protoc", f"-I{schema_folder}", f"--python_out={into}", *files], check=True)
    sys.path.insert(0, into)
    from concordat.v1 import wire_pb2

    return wire_pb2


def read_key_file(path):
    """Returns the fields of a key file as {"metadata/name": ..., "curve/public-key": ...}."""
    fields, section = {}, ""
    with open(path, encoding="ascii") as file:
        for line in file:
            name, _, value = line.strip().partition(" = ")
            if not name or name.startswith("#"):
                continue
            if line[0] != " ":
                section = name
            else:
                fields[f"{section}/{name}"] = value.strip('"')
    return fields


def new_id():
    """Makes a UUIDv7 of 16 bytes."""
    head = time.time_ns() // 1_000_000
    value = head << 80 | 7 << 76 | 2 << 62
    value |= (int.from_bytes(os.urandom(2), "big") & 0xFFF) << 64
    value |= int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value).bytes


class Refused(Exception):
    """The server does not welcome this key."""

    def __init__(self, answer):
        super().__init__(answer.text)
        self.answer = answer


class Client:
    def __init__(self, wire, endpoint, server_key_path, key_path, wants_news=False, software="python client"):
        self.wire = wire
        self.endpoint = endpoint
        self.server_key_path, self.key_path = server_key_path, key_path
        self.wants_news = wants_news
        self.software = software
        self.context = zmq.Context()
        self.socket = None
        self.ping_seconds = 10
        self.outstanding = {}  # command id: [bytes, when to send, wait after that]
        self.came = []  # the rest of a frame
        self.kept = []  # messages that came while the client waited for another
        self._connect()

    def close(self):
        self.socket.close(linger=500)
        self.context.term()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- The connection ----

    def _connect(self):
        if self.socket:
            self.socket.close(linger=0)
        self.server_key = read_key_file(self.server_key_path)  # it can have been replaced since
        self.key = read_key_file(self.key_path)
        self.socket = self.context.socket(zmq.DEALER)
        for option, value in (
            (zmq.IMMEDIATE, 1),
            (zmq.LINGER, 500),
            (zmq.RECONNECT_IVL, 100),
            (zmq.RECONNECT_IVL_MAX, 1000),
            (zmq.HANDSHAKE_IVL, 2000),
            (zmq.MAXMSGSIZE, MESSAGE_BYTES_MAX),
            (zmq.CURVE_SERVERKEY, self.server_key["curve/public-key"].encode()),
            (zmq.CURVE_PUBLICKEY, self.key["curve/public-key"].encode()),
            (zmq.CURVE_SECRETKEY, self.key["curve/secret-key"].encode()),
        ):
            self.socket.setsockopt(option, value)
        self.socket.connect(self.endpoint)
        self.heard = time.monotonic()
        self._hello_now()

    def _hello_now(self):
        self.welcome = None
        self.hello_id = new_id()
        self.hello_at, self.hello_wait = 0.0, RESEND_FIRST_S

    def _frame(self, **request):
        """Makes a frame of one request."""
        return self.wire.Requests(requests=[self.wire.Request(**request)]).SerializeToString()

    def _send(self, data):
        try:
            self.socket.send(data, zmq.DONTWAIT)
            return True
        except zmq.Again:
            return False

    def _send_hello(self, now):
        hello = self.wire.Hello(protocol=PROTOCOL, software=self.software, wants_news=self.wants_news)
        if not self._send(self._frame(command_id=self.hello_id, hello=hello)):
            self.hello_at = now + 0.05
            return
        self.hello_at = now + self.hello_wait
        self.hello_wait = min(self.hello_wait * 2, RESEND_MOST_S)

    def _tend(self):
        """Does what is due: hello, ping, requests to repeat, a new connection in place of a dead one."""
        now = time.monotonic()
        if now - self.heard > PINGS_UNANSWERED * self.ping_seconds:
            self._connect()
        if not self.welcome:
            if now >= self.hello_at:
                self._send_hello(now)
            return
        if now >= self.ping_at:
            self._send(self._frame(command_id=new_id(), ping=self.wire.Ping()))
            self.ping_at = now + self.ping_seconds
        for waiting in self.outstanding.values():
            if now >= waiting[1] and self._send(waiting[0]):
                waiting[1] = now + waiting[2]
                waiting[2] = min(waiting[2] * 2, RESEND_MOST_S)

    def _take_welcome(self, welcome):
        now = time.monotonic()
        self.welcome = welcome
        self.ping_seconds = welcome.ping_seconds or 10
        self.ping_at = now + self.ping_seconds
        for waiting in self.outstanding.values():
            waiting[1:] = [now, RESEND_FIRST_S]

    def _take_in(self, message):
        """Returns the message if it is for the caller, otherwise None."""
        body = message.WhichOneof("body")
        if body == "welcome":
            return self._take_welcome(message.welcome)
        if body == "pong":
            if self.welcome and message.pong.session != self.welcome.session:
                self._hello_now()
            return None
        if not message.command_id:
            return message
        if body == "answer" and not message.answer.done:
            name = self._refusal(message.answer)
            if name == "REFUSAL_HELLO_FIRST":
                if self.welcome:
                    self._hello_now()
                return None
            if name in ("REFUSAL_UNAVAILABLE", "REFUSAL_TOO_MANY"):
                waiting = self.outstanding.get(message.command_id)
                if waiting and message.answer.retry_after_ms:
                    waiting[1:] = [time.monotonic() + message.answer.retry_after_ms / 1000, RESEND_FIRST_S]
                return None  # the request is sent again when it is due
            if message.command_id == self.hello_id and not self.welcome:
                raise Refused(message.answer)
        return message if self.outstanding.pop(message.command_id, None) else None

    @staticmethod
    def _refusal(answer):
        field = answer.DESCRIPTOR.fields_by_name["refusal"]
        return field.enum_type.values_by_number[answer.refusal].name

    def _turn(self, until):
        """Returns one message, or None when the time is over."""
        while True:
            while self.came or self.socket.poll(0):
                if not self.came:
                    try:
                        frames = self.socket.recv_multipart(zmq.DONTWAIT)
                    except zmq.Again:  # it came, and was lost with its connection
                        break
                    self.heard = time.monotonic()
                    self.came = list(self.wire.Messages.FromString(frames[0]).messages)
                message = self._take_in(self.came.pop(0)) if self.came else None
                if message:
                    return message
            self._tend()
            left = until - time.monotonic()
            if left <= 0:
                return None
            self.socket.poll(min(left, 0.05) * 1000)

    # ---- What programs call ----

    def send(self, command_id=None, **command):
        """Sends a request and returns its id: send(accept=wire.Accept(...))."""
        command_id = command_id or new_id()
        self.outstanding[command_id] = [self._frame(command_id=command_id, **command), 0.0, RESEND_FIRST_S]
        self._tend()
        return command_id

    def request(self, timeout=30.0, command_id=None, **command):
        """Sends a request again and again until its answer comes. Raises TimeoutError if none does."""
        command_id = self.send(command_id, **command)
        until = time.monotonic() + timeout
        while True:
            message = self._turn(until)
            if message is None:
                self.outstanding.pop(command_id, None)
                raise TimeoutError(f"no answer to {next(iter(command))}")
            if message.command_id == command_id:
                return message
            self.kept.append(message)

    def next_message(self, timeout=30.0):
        """Returns the next message: news, or the answer to a request of send(). None if none comes."""
        if self.kept:
            return self.kept.pop(0)
        return self._turn(time.monotonic() + timeout)


class Follower:
    """Follows the ledger's feed and checks its chain. An inspector's feed has the full form of each event, an auditor's
    the reduced one."""

    def __init__(self, client, after=0, chain=bytes(32)):
        self.client = client
        self.full = client.key["metadata/role"] == "inspector"
        self.after = after
        self.chain = chain

    def take(self, event_type, credit=100, timeout=30.0):
        """Returns the events of one Feed, checked; [] if none came in time."""
        follow = self.client.wire.Follow(after=self.after, credit=credit)
        try:
            message = self.client.request(timeout=timeout, follow=follow)
        except TimeoutError:
            return []
        if message.WhichOneof("body") != "feed":
            raise RuntimeError(f"not a feed: {message.answer.text}")
        return self.check(message.feed, event_type)

    def check(self, feed, event_type):
        """Returns the events of a Feed. Raises RuntimeError unless each follows from the one before."""
        events = []
        for item in feed.events:
            digests = [hashlib.blake2b(item.event, digest_size=32).digest(), item.other]
            if self.full:
                digests.reverse()
            self.chain = hashlib.blake2b(self.chain + b"".join(digests), digest_size=32).digest()
            event = event_type.FromString(item.event)
            if self.chain != item.chain or event.seq != self.after + 1:
                raise RuntimeError(f"the chain is broken at event {self.after + 1}")
            self.after = event.seq
            events.append(event)
        return events
