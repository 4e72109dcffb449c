"""The gateway behind each proxy of deploy/examples: HTTP/2, forms, boards that stay open, and what never passes.

Usage: test_proxies.py SOURCE BUILD
"""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import unittest
import urllib.parse

import stage
from browser import FOLDERS, ORIGIN, SECONDS, add_person, fresh_code, start_gateway
from proxy import start_caddy, start_proxy

KNOWN = "known"
BODY_MAX = 64 * 1024  # limits.h
PASSED = ["authorization", "content-length", "content-type", "cookie", "host", "idempotency-key", "last-event-id", "origin",
          "x-concordat-token"]


class Proxy:
    """One gateway for all tests of a proxy."""

    program = start = None  # each proxy has its own

    @classmethod
    def setUpClass(cls):
        if not all(map(shutil.which, (cls.program, "openssl", "curl"))):
            # Installing a proxy starts it, so only `tests/run ci` does.
            raise unittest.SkipTest(f"needs {cls.program}, openssl and curl")
        cls.stage = stage.Stage(cls.program, (*FOLDERS, "/usr/bin"))
        cls.addClassCleanup(cls.stage.close)
        cls.sam = add_person(cls.stage, "add", "p101", "--name", "Sam Okafor", "--role", "coordinator", "--of",
                             "northmoor-duty")
        cls.token = add_person(cls.stage, "token", "add", "p101", "--label", "Board")["token"]
        start_gateway(cls.stage, [cls.stage.make_key("gateway", "coordinator", "northmoor-duty")])
        cls.port = stage.free_port()
        cls.start(cls.stage, cls.program, cls.port, cls.stage.path("gateway.socket"))
        cls.jar = cls.stage.path("cookies")
        form = urllib.parse.urlencode({"id": "p101", "password": cls.sam["password"], "code": fresh_code(cls.sam)})
        cls.signed_in = cls.curl(cls.port, "/sign-in", "--cookie-jar", cls.jar, "--data", form, "--header",
                                 f"Origin: {ORIGIN}")

    @classmethod
    def command(cls, port, path, *options):
        return ["curl", "--silent", "--insecure", "--http2", "--include", "--no-buffer", "--max-time", str(SECONDS),
                "--resolve", f"concordat.example:{port}:127.0.0.1", *options, f"https://concordat.example:{port}{path}"]

    @classmethod
    def curl(cls, *words):
        return subprocess.run(cls.command(*words), capture_output=True, text=True, check=False).stdout

    def test_it_speaks_http_2_and_signs_people_in(self):
        self.assertRegex(self.signed_in, r"^HTTP/2 303")
        self.assertIn("strict-transport-security: max-age=31536000", self.signed_in)
        self.assertIn("content-security-policy: default-src 'none'", self.signed_in)
        self.assertIn("Signed in: Sam Okafor", self.curl(self.port, "/coordinator", "--cookie", self.jar))
        self.assertRegex(self.curl(self.port, "/sign-in", "--data", "id=p101&password=x&code=1"), r"^HTTP/2 403")
        for size, status in ((BODY_MAX, "400"), (BODY_MAX + 1, "413"), (BODY_MAX + 40000, "(?:413|502)")):
            said = self.curl(self.port, "/sign-in", "--data", "id=" + "x" * (size - 3), "--header", f"Origin: {ORIGIN}")
            self.assertRegex(said, f"^HTTP/2 {status}")

    def test_the_form_is_compressed_and_what_repeats_a_request_is_not(self):
        for path, compressed in (("/refer", True), ("/coordinator?only=overdue", False), ("/sign-in", False)):
            page = self.curl(self.port, path, "--cookie", self.jar, "--compressed")
            self.assertRegex(page, "^HTTP/2 200")
            self.assertEqual("content-encoding: gzip" in page, compressed, path)
        self.assertNotIn("content-encoding", self.curl(self.port, "/refer", "--cookie", self.jar))

    def test_a_board_hears_each_event_when_it_happens_also_after_a_break(self):
        page = self.curl(self.port, "/", "--cookie", self.jar)
        position = re.search(r'name="concordat-position" content="([^"]+)"', page)[1]
        for path, header in ((f"/events?after={position}", "X-Other: 1"), ("/events?after=old", f"Last-Event-ID: {position}")):
            with subprocess.Popen(self.command(self.port, path, "--cookie", self.jar, "--header", header),
                                  stdout=subprocess.PIPE, text=True) as board:
                self.assertIn("data: away", self.after(board, "event: state"))
                self.stage.start_broker()  # only after the first event came, so nothing keeps events back
                self.assertIn("data: works", self.after(board, "event: state"))
                self.stage.kill("broker")
                self.assertIn("data: away", self.after(board, "event: state"))
                board.kill()

    def after(self, board, line):
        """The line after that one."""
        for said in board.stdout:
            self.assertNotIn("event: reload", said)
            if said.startswith(line):
                return next(board.stdout)
        raise AssertionError(f"the stream ended before '{line}'")

    # ---- Programs. Who is known is told what is left to them, whatever can be done at a router that is away. ----

    def asked(self, *headers, path="/api/v1/cases/", more=()):
        """The status, or that they are known."""
        said = self.curl(self.port, path, *more, *(word for header in headers for word in ("--header", header)))
        return KNOWN if "\nratelimit:" in said else int(re.match(r"HTTP/2 (\d+)", said)[1])

    def test_a_program_comes_in_by_its_token_and_a_script_by_its_session(self):
        self.assertEqual(self.asked(f"Authorization: Bearer {self.token}"), KNOWN)
        self.assertEqual(self.asked(f"Authorization: Bearer {self.token[:-1]}"), 401)
        self.assertEqual(self.asked(), 401)
        post = ("--data", '{"fly": 1}', "--header", "Content-Type: application/json")
        self.assertEqual(self.asked(f"Authorization: Bearer {self.token}", path="/api/v1/getStatus", more=post), KNOWN)
        script = ("--cookie", self.jar, *post)
        page = self.curl(self.port, "/coordinator", "--cookie", self.jar)
        token = re.search(r'name="token" value="([\w-]{43})"', page)[1]
        for token, wanted in ((token, KNOWN), ("A" * 43, 403)):
            self.assertEqual(self.asked(f"Origin: {ORIGIN}", f"X-Concordat-Token: {token}", path="/api/v1/getStatus", more=script), wanted)

    def test_no_header_is_hidden_or_doubled_on_the_way(self):
        session, good, bad = ("--cookie", self.jar), f"Bearer {self.token}", "Bearer x"
        self.assertEqual(self.asked(more=session), KNOWN)
        for first, second in ((good, bad), (bad, good), (good, good), ("Basic eDp5", good)):
            self.assertIn(self.asked(f"Authorization: {first}", f"authorization: {second}"), (400, 401))
        self.assertEqual(self.asked(f"Authorization: {bad}", more=session), 401)
        self.assertEqual(self.asked(path=f"/api/v1/cases/?access_token={self.token}", more=session), 400)
        for path in ("/coordinator", "/sign-in", "/%61pi/v1/cases/", "/api/v1/../../coordinator", "/api//v1/cases/", "/api/v1/%2e%2e/cases/"):
            self.assertIn(self.asked(f"Authorization: {good}", path=path, more=("--path-as-is", *session)), (400, 404), path)

    def test_what_is_smuggled_is_not_read(self):
        good, host = f"Bearer {self.token}", "Host: concordat.example\r\n"
        inner = f"GET /api/v1/cases/ HTTP/1.1\r\n{host}Authorization: {good}\r\n\r\n"
        begins = f"GET /api/v1/cases/ HTTP/1.1\r\n{host}"
        post = f"POST /api/v1/getStatus HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        with open(self.jar, encoding="utf-8") as file:
            session = f"Cookie: __Host-concordat={file.read().split()[-1]}\r\n"
        for text in (f"{begins}Authorization : {good}\r\n\r\n", f"{begins}X: y\rAuthorization: {good}\r\n\r\n", f"{begins}Authorization_: {good}\r\n\r\n",
                     f"{begins}X-Authorization: {good}\r\n\r\n", f"{begins}Proxy-Authorization: {good}\r\n\r\n",
                     f"{begins}X: y\r\n Authorization: {good}\r\n\r\n", f"GET /api/v1/cases/%0d%0aAuthorization:%20{good} HTTP/1.1\r\n{host}\r\n",
                     f"{begins}{session}Connection: authorization\r\nAuthorization: Bearer x\r\n\r\n",
                     f"{begins}{session}Connection: close, cookie, authorization\r\nAuthorization: Basic eDp5\r\n\r\n",
                     f"{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{len(inner):x}\r\n{inner}\r\n0\r\n\r\n",
                     f"{post}Content-Length: {len(inner)}\r\nContent-Length: 0\r\n\r\n{inner}",
                     f"{post}Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n2\r\n{{}}\r\n0\r\nAuthorization: {good}\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), SECONDS) as plain:
                context = ssl._create_unverified_context()
                context.set_alpn_protocols(["http/1.1"])
                with context.wrap_socket(plain, server_hostname="concordat.example") as connection:
                    connection.sendall(text.encode())
                    said = connection.recv(65536).decode(errors="replace")
            self.assertRegex(said, r"^HTTP/1.[01] 4\d\d ", text)
            self.assertNotIn("ratelimit", said.lower(), text)

    def test_it_passes_on_only_what_the_gateway_reads(self):
        port, path = stage.free_port(), self.stage.path("overhears")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            os.chmod(path, 0o666)
            listener.listen()
            listener.settimeout(SECONDS)
            type(self).start(self.stage, f"second-{self.program}", port, path)
            forged = [word for name in ("X-Concordat-Subject", "X-Remote-User", "X-Forwarded-For", "Expect", "Te")
                      for word in ("--header", f"{name}: p201")]
            ours = [word for name in ("Authorization", "Idempotency-Key", "Last-Event-ID", "X-Concordat-Token") for word in ("--header", f"{name}: 1")]
            asking = threading.Thread(target=self.curl, args=(port, "/sign-in", "--data", "a=b", "--cookie", "c=d",
                                                              "--header", f"Origin: {ORIGIN}", *forged, *ours))
            asking.start()
            peer, _ = listener.accept()
            head = peer.recv(65536).decode().split("\r\n\r\n")[0]
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            peer.close()
            asking.join()
        names = [line.split(":")[0].lower() for line in head.split("\r\n")[1:]]
        self.assertEqual(sorted(names), PASSED)


class Nginx(Proxy, unittest.TestCase):
    program, start = "nginx", staticmethod(start_proxy)


class Caddy(Proxy, unittest.TestCase):
    program, start = "caddy", staticmethod(start_caddy)


if __name__ == "__main__":
    unittest.main()
