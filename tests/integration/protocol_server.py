"""A server of the protocol for tests of its clients: a CURVE ROUTER in a thread, with a function that answers."""
import threading
import time

import zmq
import zmq.auth

from concordat.v1 import codes_pb2, wire_pb2


class Server:
    """Answers hello and ping by itself, and calls `answer(request, server)` for every other request. That returns a
    Message (whose command id the server fills in), a list of them, or None for silence. The server keeps every request."""

    def __init__(self, endpoint, secret_key_path, answer, role=codes_pb2.ROLE_TEAM, name="test", of="northmoor-crisis"):
        self.endpoint, self.answer = endpoint, answer
        self.role, self.name, self.of = role, name, of
        self.public, self.secret = zmq.auth.load_certificate(secret_key_path)
        self.session = b"first session..."
        self.requests, self.routes = [], []
        self.changed = threading.Condition()
        self.outgoing, self.stopping = [], False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def stop(self):
        self.stopping = True
        self.thread.join()

    def news(self, message):
        """Sends a message to every connection that has said hello."""
        with self.changed:
            self.outgoing.append(message)

    def await_requests(self, kind, count=1, seconds=20):
        """Waits for the first `count` requests of a kind, such as "accept", and returns them."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                found = [r for r in self.requests if r.WhichOneof("command") == kind]
                if len(found) >= count:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{len(found)} of {count} requests of kind {kind} came")
                self.changed.wait(left)

    def count(self, kind):
        with self.changed:
            return sum(r.WhichOneof("command") == kind for r in self.requests)

    def _run(self):
        context = zmq.Context()
        socket = context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.LINGER, 200)
        socket.curve_server, socket.curve_secretkey, socket.curve_publickey = True, self.secret, self.public
        socket.bind(self.endpoint)
        while not self.stopping:
            if socket.poll(20):
                route, payload = socket.recv_multipart()
                for request in wire_pb2.Requests.FromString(payload).requests:
                    self._handle(socket, route, request)
            with self.changed:
                waiting, self.outgoing = self.outgoing, []
            for message in waiting:
                for route in self.routes:
                    self._send(socket, route, message)
        socket.close()
        context.term()

    def _handle(self, socket, route, request):
        kind = request.WhichOneof("command")
        replies = []
        if kind == "hello":
            if route not in self.routes:
                self.routes.append(route)
            welcome = wire_pb2.Welcome(protocol=1, software="test", role=self.role, name=self.name, of=self.of,
                                       ping_seconds=5, session=self.session, now_ms=int(time.time() * 1000))
            replies = [wire_pb2.Message(welcome=welcome)]
        elif kind == "ping":
            replies = [wire_pb2.Message(pong=wire_pb2.Pong(session=self.session, now_ms=int(time.time() * 1000)))]
        else:
            with self.changed:
                self.requests.append(request)
                self.changed.notify_all()
            replies = self.answer(request, self) or []
            if not isinstance(replies, list):
                replies = [replies]
        for reply in replies:
            reply.command_id = request.command_id
            self._send(socket, route, reply)

    @staticmethod
    def _send(socket, route, message):
        socket.send_multipart([route, wire_pb2.Messages(messages=[message]).SerializeToString()])
