"""Delays what goes over one cable of the room: takes each packet off one interface and puts it on another, later.

Usage: forwarder.py INTERFACE INTERFACE DELAY_MS
"""

import os
import select
import socket
import subprocess
import sys
import time
from collections import deque

import room as rooms

WHOLE_PACKET, OURS = 65536, 4  # PACKET_OUTGOING: what we sent ourselves
ALL_PROTOCOLS = 3


class Delay:
    """The cable of a place, with a forwarder in it from begin to end."""

    def __init__(self, place, milliseconds):
        self.place = place
        self.near, self.far = f"d-{place.name}", f"e-{place.name}"
        rooms.do("ip", "link", "add", self.near, "type", "veth", "peer", "name", self.far)
        for end in (self.near, self.far):
            rooms.send_whole_checksums(end)
        rooms.do("ip", "link", "set", self.far, "master", rooms.BRIDGE, "up")
        rooms.do("ip", "link", "set", self.near, "up")
        rooms.do("ip", "link", "set", place.link, "nomaster")
        self.program = subprocess.Popen([sys.executable, os.path.abspath(__file__), place.link, self.near,
                                         str(milliseconds)])

    def end(self):
        self.program.kill()
        self.program.wait()
        rooms.do("ip", "link", "delete", self.near)
        if self.place.is_on():
            rooms.do("ip", "link", "set", self.place.link, "master", rooms.BRIDGE)


def open_raw(interface):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    raw.bind((interface, ALL_PROTOCOLS))
    raw.setblocking(False)
    return raw


def forward(one, other, delay_s):
    queue = deque()
    across = {one: other, other: one}
    while True:
        left = max(0, queue[0][0] - time.monotonic()) if queue else None
        for raw in select.select([one, other], [], [], left)[0]:
            packet, address = raw.recvfrom(WHOLE_PACKET)
            if address[2] != OURS:
                queue.append((time.monotonic() + delay_s, across[raw], packet))
        while queue and queue[0][0] <= time.monotonic():
            _, raw, packet = queue.popleft()
            try:
                raw.send(packet)
            except (BlockingIOError, OSError):
                pass  # a network may lose a packet


if __name__ == "__main__":
    forward(open_raw(sys.argv[1]), open_raw(sys.argv[2]), int(sys.argv[3]) / 1000)
