"""Measures how soon an offer is on every open board: a real intake, broker, gateway and nginx, with TLS and HTTP/2.

A device sends referrals to an intake. Each is offered to one team, whose boards are all open in this process, each on a
connection of its own. The time of an offer begins with the event in the broker's ledger, so before its commit, and ends
when this process has read the card from the board's connection: all on this machine's clock.

Usage: boards.py SOURCE BUILD BOARDS OFFERS SECONDS_BETWEEN. Prints JSON.
"""

import json
import os
import re
import resource
import select
import socket
import sqlite3
import ssl
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
import stage  # noqa: E402
from browser import FOLDERS, SECONDS, Browser, add_person, start_gateway  # noqa: E402
from proxy import start_proxy  # noqa: E402

BOARDS_OF_SESSION = 16  # services/gateway/limits.h
REFERRALS_OF_DEVICE = 10  # services/intake/limits.h: at once
WINDOW = 2**31 - 1
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
CARD = re.compile(rb'event: put\ndata: [^\n]*data-number="(R-\d+)"')


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def literal(name_index, value):
    """A header field of HPACK's static table with a value of its own, not kept (RFC 7541, 6.2.2)."""
    value = value.encode()
    index = bytes([name_index]) if name_index < 15 else bytes([15, name_index - 15])
    length = bytes([len(value)]) if len(value) < 127 else bytes([127, (len(value) - 127) & 127 | 128, (len(value) - 127) >> 7])
    return index + length + value


class Board:
    """A stream of events, HTTP/2 over TLS (RFC 9113)."""

    def __init__(self, port, path, cookie, tls):
        self.socket = tls.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="concordat.example")
        self.text, self.bytes = b"", b""
        fields = b"\x82\x87" + literal(4, path) + literal(1, "concordat.example") + literal(32, cookie)
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, WINDOW)) +
                            frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", WINDOW - 65535)) + frame(HEADERS, 5, 1, fields))
        self.socket.setblocking(False)

    def read(self):
        """The numbers of the cards that came."""
        try:
            while more := self.socket.recv(65536):
                self.bytes += more
        except ssl.SSLWantReadError:
            pass
        while len(self.bytes) >= 9 and len(self.bytes) >= 9 + (size := int.from_bytes(self.bytes[:3], "big")):
            kind, flags, payload = self.bytes[3], self.bytes[4], self.bytes[9:9 + size]
            self.bytes = self.bytes[9 + size:]
            if kind in (SETTINGS, PING) and not flags & 1:
                self.socket.sendall(frame(kind, 1, 0, payload if kind == PING else b""))
            if kind == DATA:
                self.text += payload
        whole, end, self.text = self.text.rpartition(b"\n\n")
        return CARD.findall(whole + end), b"event: state" in whole


class Boards:
    """All of them, by one poll."""

    def __init__(self):
        self.poll, self.all = select.epoll(), {}

    def add(self, board):
        self.all[board.socket.fileno()] = board
        self.poll.register(board.socket, select.EPOLLIN)

    def read(self, seconds):
        """(number, board, seconds on the clock) of each card, and how many boards said how their desk is."""
        cards, stated = [], 0
        for descriptor, _ in self.poll.poll(seconds, len(self.all)):
            numbers, has_state = self.all[descriptor].read()
            now = time.time()
            cards += [(number.decode(), descriptor, now) for number in numbers]
            stated += has_state
        return cards, stated


def add_people(scene, count):
    return [add_person(scene, "add", f"p{1000 + number}", "--name", "Sam Okafor", "--role", "team", "--of",
                       "northmoor-crisis") for number in range(-(-count // BOARDS_OF_SESSION))]


def sign_in(scene, person):
    browser = Browser(scene.path("gateway.socket"))
    assert browser.sign_in(person).status == 303
    return browser


def position_of(browser):
    for _ in range(SECONDS * 10):
        page = browser.get("/team")
        if found := re.search(r'name="concordat-position" content="([^"]+)"', page.text):
            return found[1]
        time.sleep(0.1)  # until the router has welcomed the desk
    raise AssertionError(page.text)


def open_boards(scene, port, people, count):
    tls, boards, stated, browser = ssl.create_default_context(), Boards(), 0, None
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    tls.set_alpn_protocols(["h2"])
    for number in range(count):
        if number % BOARDS_OF_SESSION == 0:
            browser = sign_in(scene, people[number // BOARDS_OF_SESSION])
            position = position_of(browser)
        boards.add(Board(port, f"/events?after={position}", browser.cookie, tls))
        stated += boards.read(0)[1]
    until = time.monotonic() + SECONDS
    while stated < count:
        assert time.monotonic() < until, f"{stated} of {count} boards are open"
        stated += boards.read(1)[1]
    return boards


def processes(scene):
    """{program: its process ids}"""
    nginx = scene.processes["nginx"].pid
    with open(f"/proc/{nginx}/task/{nginx}/children", encoding="ascii") as file:
        workers = [int(word) for word in file.read().split()]
    return {"gateway": [scene.processes["gateway"].pid], "nginx": [nginx, *workers], "broker": [scene.processes["broker"].pid],
            "client": [os.getpid()]}


def used(found):
    """{program: (MiB, seconds of a processor)}"""
    said = {}
    for program, ids in found.items():
        memory = seconds = 0
        for process in ids:
            with open(f"/proc/{process}/statm", encoding="ascii") as file:
                memory += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            with open(f"/proc/{process}/stat", encoding="ascii") as file:
                ticks = file.read().rpartition(")")[2].split()
            seconds += (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        said[program] = (memory / 2**20, seconds)
    return said


def measure(scene, boards, devices, offers, between):
    """{number: {board: when it had the card first}}; each offer comes so long after the one before."""
    came = {}
    for number in range(offers):
        until = time.monotonic() + between
        answer = devices[number // REFERRALS_OF_DEVICE].request(submit=scene.submission()).answer
        assert answer.done, answer.text
        while (left := until - time.monotonic()) > 0:
            for number, board, at in boards.read(left)[0]:
                came.setdefault(number, {}).setdefault(board, at)
    return came


def offered_at(scene, wanted):
    """{number: seconds} by the ledger, of which an auditor has a copy."""
    scene.start_audit()
    trail = f"file:{scene.path('audit-state', 'trail.db')}?mode=ro"
    for _ in range(SECONDS * 10):
        try:
            reader = sqlite3.connect(trail, uri=True)
            rows = dict(reader.execute("SELECT number, min(offered_at_ms) FROM offer JOIN referral USING (referral) "
                                       "GROUP BY number"))
            if len(rows) >= wanted:
                return {number: ms / 1000 for number, ms in rows.items()}
        except sqlite3.OperationalError:
            pass
        time.sleep(0.1)  # a trail cannot notify us
    raise AssertionError("the trail does not have all offers")


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def main():
    count, offers, between = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    room = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (room, room))
    with stage.Stage("boards", FOLDERS) as scene:
        scene.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        scene.start_broker()
        scene.start_intake()
        devices = [scene.device(f"car-{number}") for number in range(-(-offers // REFERRALS_OF_DEVICE))]
        port = stage.free_port()
        people = add_people(scene, count)
        start_gateway(scene, [scene.make_key("crisis", "team", "northmoor-crisis")])
        start_proxy(scene, "nginx", port, scene.path("gateway.socket"), room=4 * count)
        boards = open_boards(scene, port, people, count)
        found = processes(scene)
        before, began = used(found), time.monotonic()
        came = measure(scene, boards, devices, offers, between)
        after, took = used(found), time.monotonic() - began
        times = offered_at(scene, len(came))
        whole = [number for number, at in came.items() if len(at) == count and number in times]
        delays = [1000 * (at - times[number]) for number in whole for at in came[number].values()]
        last = [1000 * (max(came[number].values()) - times[number]) for number in whole]
        print(json.dumps({
            "boards": count, "offers": offers, "heard_by_all": len(whole),
            "ms": {"p50": share(delays, .5), "p99": share(delays, .99), "max": max(delays), "last_board_p50": share(last, .5)},
            "mib": {name: round(after[name][0], 1) for name in after},
            "cores": {name: round((after[name][1] - before[name][1]) / took, 3) for name in after},
            "load": os.getloadavg()[0]}, indent=1))


if __name__ == "__main__":
    main()
