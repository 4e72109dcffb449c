"""A relay between the programs of a site and its router, which keeps what each says as it came.

It takes the place of the router for the programs, and of each program for the router, because it has everybody's secret
key. That is possible in tests alone.
"""

import os
import threading
from dataclasses import dataclass

import zmq
from zmq.utils import z85

import python_client

# It is not ended before the process is: libzmq would wait for peers that are gone.
CONTEXT = zmq.Context()


@dataclass(frozen=True)
class Said:
    """A part of a frame: a packed Request or Message."""
    kind: str
    key: str  # the name of the key that said it, or to which the router did
    data: bytes


def parts_of(frame):
    """The parts of a frame: its only field, number 1, over and over."""
    parts, at = [], 0
    while at < len(frame):
        assert frame[at] == 0x0A, "a frame has field 1 alone"
        size, shift, at = 0, 0, at + 1
        while True:
            byte = frame[at]
            size |= (byte & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if byte < 0x80:
                break
        parts.append(frame[at:at + size])
        at += size
    return parts


class Relay(threading.Thread):
    def __init__(self, listen, router, router_key, keys):
        """Listens at one endpoint for programs and connects to the router at another. `router_key` is the router's secret
        key file, `keys` a folder; below it stand the programs' secret key files."""
        super().__init__(daemon=True)
        self.listen, self.router = listen, router
        self.own = python_client.read_key_file(router_key)
        self.keys = {}
        for folder, _, names in os.walk(keys):
            for name in names:
                if name.endswith(".key_secret"):
                    key = python_client.read_key_file(os.path.join(folder, name))
                    self.keys[key["curve/public-key"]] = key
        self.said, self.ending, self.trouble = [], False, None
        self.ready = threading.Event()
        self.start()
        self.ready.wait()
        if self.trouble:
            raise self.trouble

    def close(self):
        self.ending = True
        self.join()
        if self.trouble:
            raise self.trouble

    def run(self):
        sockets = []
        try:
            self._relay(sockets)
        except Exception as trouble:  # pylint: disable=broad-except
            self.trouble = trouble
        self.ready.set()
        for socket in sockets:
            socket.close(linger=0)

    @staticmethod
    def _front_door(sockets, own, listen):
        """The sockets at which programs are let in, whoever they are, and where they speak."""
        door = CONTEXT.socket(zmq.REP)
        door.bind("inproc://zeromq.zap.01")
        front = CONTEXT.socket(zmq.ROUTER)
        front.curve_server, front.zap_domain = True, b"global"
        front.curve_secretkey = own["curve/secret-key"].encode()
        front.setsockopt(zmq.MAXMSGSIZE, python_client.MESSAGE_BYTES_MAX)
        front.bind(listen)
        sockets += [door, front]
        return door, front

    def _back(self, sockets, public):
        key, back = self.keys[public], CONTEXT.socket(zmq.DEALER)
        sockets.append(back)
        back.curve_serverkey = self.own["curve/public-key"].encode()
        back.curve_publickey, back.curve_secretkey = public.encode(), key["curve/secret-key"].encode()
        back.connect(self.router)
        return back

    def _relay(self, sockets):
        door, front = self._front_door(sockets, self.own, self.listen)
        poller, backs, routes = zmq.Poller(), {}, {}
        for socket in (door, front):
            poller.register(socket, zmq.POLLIN)
        self.ready.set()
        while not self.ending:
            for socket, _ in poller.poll(20):
                if socket is door:
                    asked = door.recv_multipart()
                    door.send_multipart([asked[0], asked[1], b"200", b"OK", z85.encode(asked[6]), b""])
                elif socket is front:
                    route, frame = front.recv_multipart(copy=False)
                    public = frame.get("User-Id")
                    if route.bytes not in backs:
                        backs[route.bytes] = self._back(sockets, public)
                        routes[backs[route.bytes]] = (route.bytes, public)
                        poller.register(backs[route.bytes], zmq.POLLIN)
                    self._keep("Request", public, frame.bytes)
                    backs[route.bytes].send(frame.bytes)
                else:
                    frame = socket.recv()
                    route, public = routes[socket]
                    self._keep("Message", public, frame)
                    front.send_multipart([route, frame])

    def _keep(self, kind, public, frame):
        name = self.keys[public]["metadata/name"]
        self.said += [Said(kind, name, part) for part in parts_of(frame)]
