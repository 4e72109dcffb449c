"""The client in another language follows the protocol's page, against a ROUTER that forgets and goes away.

Usage: test_python_client.py SOURCE_FOLDER
"""

import base64
import hashlib
import os
import re
import sys
import tempfile
import unittest

import zmq

import python_client

SOURCE = sys.argv.pop(1) if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
FOLDER = tempfile.TemporaryDirectory(prefix="concordat-python-")
WIRE = python_client.generate(os.path.join(SOURCE, "proto"), FOLDER.name)
from concordat.v1 import codes_pb2, event_pb2  # noqa: E402  made by generate()

with open(os.path.join(SOURCE, "proto", "README.md"), encoding="utf-8") as page:
    PAGE = page.read()


def write_key(name, role):
    """Writes a key pair as the page describes it, and returns the paths of its files."""
    public, secret = (text.decode() for text in zmq.curve_keypair())
    lines = ["metadata", f'    name = "{name}"', f'    role = "{role}"', '    of = "zz"', "curve"]
    lines.append(f'    public-key = "{public}"')
    paths = [os.path.join(FOLDER.name, name + ending) for ending in (".key", ".key_secret")]
    for path, more in zip(paths, ([], [f'    secret-key = "{secret}"'])):
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines + more) + "\n")
    return paths


SERVER_PUBLIC, SERVER_SECRET = write_key("server", "server")
CLIENT_PUBLIC, CLIENT_SECRET = write_key("client", "team")


class Server:
    """One ROUTER in the client's own thread, so that the steps of a test happen in order."""

    def __init__(self):
        self.endpoint = f"ipc://{FOLDER.name}/socket"
        self.session = b"1"
        self.bind()

    def bind(self):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.curve_server = True
        key = python_client.read_key_file(SERVER_SECRET)
        self.socket.curve_secretkey = key["curve/secret-key"].encode()
        self.socket.bind(self.endpoint)

    def close(self):
        """Closes the context too: a socket that closes in the background would remove the file of a newer one."""
        self.socket.close(linger=0)
        self.context.term()

    def send(self, **message):
        self.socket.send_multipart([self.route, WIRE.Messages(messages=[WIRE.Message(**message)]).SerializeToString()])

    def take(self, client, command=None):
        """Returns the next request; with `command`, the next of that kind, and answers hello meanwhile."""
        for _ in range(600):
            client.next_message(timeout=0.05)
            if not self.socket.poll(0):
                continue
            self.route, self.bytes = self.socket.recv_multipart()
            request, = WIRE.Requests.FromString(self.bytes).requests
            if command and request.WhichOneof("command") == "hello":
                self.welcome(request)
            elif command in (None, request.WhichOneof("command")):
                return request
        raise AssertionError("no request came")

    def welcome(self, request):
        welcome = WIRE.Welcome(protocol=1, ping_seconds=60, session=self.session)
        self.send(command_id=request.command_id, welcome=welcome)


class PythonClient(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.client = python_client.Client(WIRE, self.server.endpoint, SERVER_PUBLIC, CLIENT_SECRET)

    def tearDown(self):
        self.client.close()
        self.server.close()

    def test_the_key_file_on_the_page_is_read(self):
        path = os.path.join(FOLDER.name, "page.key_secret")
        with open(path, "w", encoding="ascii") as file:
            file.write(re.search(r"```\n(metadata.*?)```", PAGE, re.S).group(1))
        key = python_client.read_key_file(path)
        self.assertEqual(key["metadata/of"], "northmoor-crisis")
        self.assertEqual(zmq.curve_public(key["curve/secret-key"].encode()).decode(), key["curve/public-key"])

    def test_the_first_frame_on_the_page_is_its_hello(self):
        lines = re.search(r"The bytes of the first are\n\n```\n(.*?)```", PAGE, re.S).group(1)
        request, = WIRE.Requests.FromString(bytes.fromhex(lines)).requests
        self.assertEqual((request.hello.protocol, request.hello.software), (1, "example 1.0"))

    def test_a_request_is_repeated_byte_for_byte_until_it_is_answered(self):
        command_id = self.client.send(set_capacity=WIRE.SetCapacity(free_places=2))
        self.server.take(self.client, "set_capacity")
        first = self.server.bytes
        self.server.close()
        self.server.bind()
        # The new server does not know this connection: it asks for hello, whatever comes first.
        request = self.server.take(self.client)
        while request.WhichOneof("command") != "hello":
            refusal = WIRE.Answer(refusal=codes_pb2.REFUSAL_HELLO_FIRST)
            self.server.send(command_id=request.command_id, answer=refusal)
            request = self.server.take(self.client)
        self.server.welcome(request)
        self.server.take(self.client, "set_capacity")
        self.assertEqual(self.server.bytes, first)
        for _ in range(2):
            self.server.send(command_id=command_id, answer=WIRE.Answer(done=True))
        self.server.send(offer=WIRE.Offer(attempt=3))
        self.assertTrue(self.client.next_message().answer.done)
        self.assertEqual(self.client.next_message().offer.attempt, 3)

    def test_the_feed_on_the_page_is_followed_and_a_changed_one_is_not(self):
        event = base64.b64decode(re.search(r'"event": "(.*?)"', PAGE).group(1))
        chain = base64.b64decode(re.search(r'"chain": "(.*?)"', PAGE).group(1))
        self.assertIn(chain.hex(), PAGE)
        other = base64.b64decode(re.search(r'"other": "(.*?)"', PAGE).group(1))
        full = bytes.fromhex(re.search(r"Its full form is\s+`([0-9a-f ]+)`", PAGE).group(1))
        self.assertEqual(hashlib.blake2b(full, digest_size=32).digest(), other)
        self.assertEqual(event_pb2.Event.FromString(full).broker_started.version, "0.1.0")
        feed = WIRE.Feed(events=[WIRE.FeedEvent(event=event, chain=chain, other=other)])
        follower = python_client.Follower(self.client)
        self.assertEqual(follower.check(feed, event_pb2.Event)[0].broker_started.version, "0.1.0")
        self.assertEqual(follower.chain, chain)
        feed.events[0].event = event[:-1] + b"1"
        self.assertRaises(RuntimeError, python_client.Follower(self.client).check, feed, event_pb2.Event)
        feed.events[0].event, feed.events[0].other = event, other[:-1] + b"1"
        self.assertRaises(RuntimeError, python_client.Follower(self.client).check, feed, event_pb2.Event)


if __name__ == "__main__":
    unittest.main()
