"""Admitted peers that mean harm. Each is a process of its own, until it is stopped. Nothing leaves this machine.

Usage: hostile.py KIND ENDPOINT SERVER_KEY SECRET_KEY
"""

import ctypes
import ctypes.util
import os
import resource
import select
import socket
import struct
import sys
import time

import zmq
import zmq.utils.z85

import python_client

CONNECTIONS = 1024
FOLLOWS = 200
STRANGERS = 1500  # more than a broker has descriptors for at the least limit
PARTS = 16  # the most that a broker reads of one frame
UNANSWERED = 1024  # in flight: as many as several turns take
FRAME = os.urandom(60000)


def options(socket_, server_key, key, hwm=0):
    for option, value in (
            (zmq.LINGER, 0), (zmq.SNDHWM, hwm), (zmq.RCVHWM, 1), (zmq.RECONNECT_IVL, 100),
            (zmq.CURVE_SERVERKEY, server_key["curve/public-key"].encode()),
            (zmq.CURVE_PUBLICKEY, key["curve/public-key"].encode()),
            (zmq.CURVE_SECRETKEY, key["curve/secret-key"].encode())):
        socket_.setsockopt(option, value)


def dealer(context, endpoint, server_key, key):
    peer = context.socket(zmq.DEALER)
    options(peer, server_key, key, hwm=1000)
    peer.connect(endpoint)
    return peer


def flood(peer, *_):
    """Sends unreadable requests of the greatest length, as fast as it can."""
    while True:
        peer.send(FRAME)


def flood_small(peer, *_):
    """Sends full frames of requests without a command, as fast as it can."""
    while True:
        peer.send(b"".join(b"\n\x12\n\x10" + os.urandom(16) for _ in range(PARTS)))


def hello():
    return b"\n\x18\n\x10" + os.urandom(16) + b"R\x04\x08\x01\x18\x01"


def pings(mark=b""):
    """Makes a full frame of pings, whose ids begin with the mark."""
    return b"".join(b"\n\x14\n\x10" + mark + os.urandom(16 - len(mark)) + b"Z\0" for _ in range(PARTS))


def flood_ping(peer, *_):
    """Sends pings as fast as it can, and reads no answer."""
    peer.send(hello())
    while True:
        peer.send(pings())


def flood_read(peer, *_):
    """Sends pings as fast as it can, and reads every answer: only the amount is wrong."""
    peer.send(hello())
    mark, unanswered = b"question", 0
    while True:
        while unanswered < UNANSWERED:
            peer.send(pings(mark))
            unanswered += PARTS
        unanswered -= peer.recv().count(mark)


class Wire:
    """A connection without ZeroMQ (ZMTP 3.1 with CURVE, RFC 23 to 26), because libzmq sends no part of a message before it
    has all parts."""

    def __init__(self, endpoint, server_key, key):
        self.sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
        self.sodium.sodium_init()
        self.count = 0
        host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        server, public, secret = (zmq.utils.z85.decode(text) for text in (
            server_key["curve/public-key"], key["curve/public-key"], key["curve/secret-key"]))
        mine, mine_secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
        self.sodium.crypto_box_keypair(mine, mine_secret)
        mine, self.mine_secret = mine.raw, mine_secret.raw
        self.socket.sendall(b"\xff" + bytes(8) + b"\x7f\3\1" + b"CURVE".ljust(20, b"\0") + bytes(32))
        self.take(64)
        hello = self.box(bytes(64), b"CurveZMQHELLO---", server, self.mine_secret)
        self.command(b"\5HELLO\1\0" + bytes(72) + mine + hello)
        welcome = self.take_frame()
        opened = self.open(welcome[24:], b"WELCOME-" + welcome[8:24], server, self.mine_secret)
        self.server, cookie = opened[:32], opened[32:]
        nonce = os.urandom(16)
        vouch = self.easy(mine + server, b"VOUCH---" + nonce, self.server, secret)
        metadata = b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER" + b"\x08Identity" + bytes(4)
        self.command(b"\x08INITIATE" + cookie + self.box(
            public + nonce + vouch + metadata, b"CurveZMQINITIATE", self.server, self.mine_secret))
        ready = self.take_frame()
        assert ready.startswith(b"\5READY"), ready

    def easy(self, text, nonce, public, secret):
        out = ctypes.create_string_buffer(len(text) + 16)
        self.sodium.crypto_box_easy(out, text, ctypes.c_ulonglong(len(text)), nonce, public, secret)
        return out.raw

    def open(self, box, nonce, public, secret):
        out = ctypes.create_string_buffer(len(box) - 16)
        assert self.sodium.crypto_box_open_easy(out, box, ctypes.c_ulonglong(len(box)), nonce, public, secret) == 0
        return out.raw

    def box(self, text, nonce, public, secret):
        self.count += 1
        count = struct.pack(">Q", self.count)
        return count + self.easy(text, nonce + count, public, secret)

    def command(self, body):
        self.socket.sendall((b"\4" + bytes([len(body)]) if len(body) < 256 else b"\6" + struct.pack(">Q", len(body))) + body)

    def part(self, payload):
        """Makes one part of a message that has more parts."""
        body = b"\7MESSAGE" + self.box(b"\1" + payload, b"CurveZMQMESSAGEC", self.server, self.mine_secret)
        return (b"\0" + bytes([len(body)]) if len(body) < 256 else b"\2" + struct.pack(">Q", len(body))) + body

    def take(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("shut out")
            data += more
        return data

    def take_frame(self):
        flags, = self.take(1)
        size, = struct.unpack(">Q", self.take(8)) if flags & 2 else self.take(1)
        return self.take(size)


def endless(_, __, endpoint, server_key, key, payload=FRAME):
    """Sends a message whose parts never end: each part is within the limit, the whole is not. Begins again when cut."""
    while True:
        try:
            wire = Wire(endpoint, server_key, key)
            while True:
                wire.socket.sendall(wire.part(payload))
        except OSError:
            time.sleep(0.01)


def endless_empty(_, __, endpoint, server_key, key):
    """The same with empty parts, which cost the most for their size."""
    endless(_, __, endpoint, server_key, key, b"")


def deaf(peer, *_):
    """Says hello, keeps asking for the board, and reads nothing."""
    peer.send(hello())
    while True:
        peer.send(b"\n\x17\n\x10" + os.urandom(16) + b"\xda\x01\x02\x08\x01")
        time.sleep(0.0005)


def connections(_, context, endpoint, server_key, key):
    """Opens a thousand connections that are admitted and then say nothing."""
    kept = []
    for _ in range(CONNECTIONS):
        kept.append(dealer(context, endpoint, server_key, key))
    time.sleep(3600)


def hellos(_, context, endpoint, server_key, key):
    """Opens a thousand connections that say hello, and say it again wherever one was ended."""
    kept = []
    for _ in range(CONNECTIONS):
        kept.append(dealer(context, endpoint, server_key, key))
        kept[-1].send(hello())
    while True:
        for peer in kept:
            try:
                peer.send(hello(), zmq.DONTWAIT)
            except zmq.Again:
                pass
        time.sleep(5)


def follows(_, context, endpoint, server_key, key):
    """Follows the ledger from its beginning on two hundred connections, and again after each answer."""
    poll = zmq.Poller()
    for _ in range(FOLLOWS):
        peer = dealer(context, endpoint, server_key, key)
        peer.send(hello())
        poll.register(peer, zmq.POLLIN)
    while True:
        for peer, _ in poll.poll():
            peer.recv()
            peer.send(b"\n\x18\n\x10" + os.urandom(16) + b"\xea\x01\x03\x10\xf4\x03", zmq.DONTWAIT)


def strangers(_, __, endpoint, *___):
    """Opens connections without a key that say no more than a first byte, and opens each anew that is ended.

    Under such a flood the kernel keeps no note of a connection until the peer sends something: one that never does
    may be open here and unknown there."""
    host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    poll = select.epoll()
    kept = {}
    while True:
        while len(kept) < min(STRANGERS, limit - 64):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex((host, int(port)))
            kept[one.fileno()] = one
            poll.register(one.fileno(), select.EPOLLRDHUP | select.EPOLLOUT)
        for number, what in poll.poll():
            if what & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
                kept.pop(number).close()
                continue
            poll.modify(number, select.EPOLLRDHUP)
            try:
                kept[number].send(b"\xff")
            except OSError:
                pass  # it was ended meanwhile, which the poll tells


def half(_, __, endpoint, *___):
    """Opens connections that stop in the middle of the handshake."""
    host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
    while True:
        kept = []
        for _ in range(100):
            kept.append(socket.create_connection((host, int(port))))
            kept[-1].sendall(b"\xff\0\0\0\0\0\0\0\1\x7f\3")
        time.sleep(1)
        for one in kept:
            one.close()


KINDS = {kind.__name__: kind for kind in (
    flood, flood_small, flood_ping, flood_read, endless, endless_empty, deaf, connections, hellos, follows, strangers, half)}


def main():
    kind, endpoint, server_path, key_path = sys.argv[1:]
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 4096)
    server_key, key = python_client.read_key_file(server_path), python_client.read_key_file(key_path)
    makes_its_own = ("connections", "hellos", "follows", "strangers", "half", "endless", "endless_empty")
    peer = None if kind in makes_its_own else dealer(context, endpoint, server_key, key)
    print("ready", flush=True)
    KINDS[kind](peer, context, endpoint, server_key, key)


if __name__ == "__main__":
    main()
