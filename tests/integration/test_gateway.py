"""The gateway as a process between a browser and a broker: sign-in, the status page, and everything that is no request of
a browser's.

Browsers are played by browser.py, or byte by byte.

Usage: test_gateway.py SOURCE BUILD
"""

import calendar
import os
import re
import signal
import socket
import subprocess
import time
import unittest
import urllib.parse

import stage
from browser import FOLDERS, FORM, ORIGIN, RING_LINK, SECONDS, Browser, Connection, Events, add_person, code_of, fresh_code, start_gateway

POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
          "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
          "trusted-types concordat")
BODY_MAX = 64 * 1024  # limits.h


class Gateway(unittest.TestCase):
    """One gateway for all tests, which have people of their own."""

    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.key = cls.stage.make_key("gateway", "coordinator", "southfell-duty")
        # A desk at an intake that never starts.
        cls.away = f"{cls.key} tcp://127.0.0.1:{stage.free_port()} {cls.stage.public_key('broker')}"
        cls.people = cls.stage.path("people")
        cls.listen = cls.stage.path("gateway.socket")
        cls.left = [cls.people_command("add", f"p{number}", "--name", "Sam Okafor", "--role", "team", "--of",
                                       "northmoor-crisis") for number in range(101, 116)]
        cls.ash = cls.people_command("add", "p201", "--name", "Ash O'Neil-Żak", "--role", "coordinator", "--of",
                                     "northmoor-duty")
        cls.start()

    def setUp(self):
        self.browser = Browser(self.listen)

    @classmethod
    def start(cls):
        return start_gateway(cls.stage, [cls.key, cls.away])

    @classmethod
    def people_command(cls, *words):
        return add_person(cls.stage, *words)

    def listed(self, who):
        return next(person for person in self.people_command("list") if person["id"] == who["id"])

    def await_page(self, path, status):
        for _ in range(SECONDS * 20):
            page = self.browser.get(path)
            if page.status == status:
                return page
            time.sleep(0.05)  # a page cannot notify us
        raise AssertionError(f"{path} says {page.status} and not {status}")

    # ---- The status, for everybody ----

    def test_the_status_says_whether_the_router_answers_and_whom_to_ring(self):
        page = self.browser.get("/status")
        self.assertEqual(page.status, 503)
        self.assertIn("The router does not answer, since", page.text)
        self.assertIn(RING_LINK, page.text)
        self.stage.start_broker()
        page = self.await_page("/status", 200)
        self.assertIn("Concordat works, since", page.text)
        self.stage.kill("broker")
        self.assertIn("does not answer", self.await_page("/status", 503).text)

    def test_every_answer_carries_the_policy(self):
        for path in ("/status", "/sign-in", "/", "/none"):
            headers = self.browser.get(path).headers
            self.assertEqual(headers["Content-Security-Policy"], POLICY)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Referrer-Policy"], "same-origin")
            self.assertEqual(headers["Cache-Control"], "no-store")

    def test_the_files_of_a_page_are_there_and_browsers_keep_them(self):
        waiting, seen = re.findall(r'"(/static/[^"]+)"', self.browser.get("/status").text), set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            with self.subTest(path=path):
                page = self.browser.get(path)
                self.assertEqual(page.status, 200)
                self.assertEqual(page.headers["Cache-Control"], "public, max-age=31536000, immutable")
                self.assertEqual(page.headers["Content-Encoding"], "gzip")
                self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
                self.assertIn(page.headers["Content-Type"].split(";")[0], ("text/css", "text/javascript", "image/svg+xml", "application/manifest+json"))
                waiting += re.findall(r'"(/static/[^"]+)"', page.text)
        self.assertGreaterEqual(len(seen), 3)
        for path in ("/static/", "/static/light.css", "/static/light.000000000000.css", "/static/../people"):
            self.assertEqual(self.browser.get(path).status, 404)

    # ---- Signing in and out ----

    def test_a_person_signs_in_sees_their_page_and_signs_out(self):
        sam = self.left.pop()
        self.assertEqual(self.browser.get("/").go, "/sign-in")
        self.assertIsNone(self.listed(sam)["lastSignIn"])
        page = self.browser.sign_in(sam)
        self.assertLess(time.time() - calendar.timegm(time.strptime(self.listed(sam)["lastSignIn"], "%Y-%m-%d")), 172800)
        self.assertEqual((page.status, page.go), (303, "/"))
        self.assertRegex(page.headers["Set-Cookie"],
                         r"^__Host-concordat=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict$")
        page = self.browser.get("/")
        self.assertIn("Signed in: Sam Okafor", page.text)
        self.assertIn("team, northmoor-crisis", page.text)
        cookie = self.browser.cookie
        self.assertEqual(self.browser.post("/sign-out", {"token": "x" * 43, "then": "status"}).status, 403)
        self.assertIn("Signed in: Sam Okafor", self.browser.get("/").text)
        self.assertEqual(self.browser.post("/sign-out", {"token": page.token(), "then": "status"}).go, "/status")
        self.assertIsNone(self.browser.cookie)
        self.browser.cookie = cookie
        self.assertEqual(self.browser.get("/").go, "/sign-in")

    def test_the_next_person_at_the_same_screen_ends_the_session_before(self):
        sam = self.left.pop()
        self.browser.sign_in(sam)
        before = self.browser.cookie
        self.assertEqual(self.browser.sign_in(self.ash).status, 303)
        self.assertIn("Signed in: Ash O&#39;Neil-Żak", self.browser.get("/").text)
        self.browser.cookie = before
        self.assertEqual(self.browser.get("/").go, "/sign-in")

    def test_a_code_is_taken_once_also_by_a_gateway_that_was_killed(self):
        sam = self.left.pop()
        code = fresh_code(sam)
        self.assertEqual(self.browser.sign_in(sam, code).status, 303)
        self.assertEqual(self.browser.sign_in(sam, code).status, 403)
        self.stage.kill("gateway")
        self.start()
        self.assertEqual(self.browser.get("/").go, "/sign-in")
        self.assertEqual(self.browser.sign_in(sam, code).status, 403)
        self.assertEqual(self.browser.sign_in(sam).status, 303)

    def test_a_recovery_code_counts_once_and_is_gone_from_the_file(self):
        sam = self.left.pop()
        code = sam["recoveryCodes"][3]
        self.assertEqual(self.browser.sign_in(sam, code.upper().replace("-", " ")).status, 303)
        self.assertEqual(self.listed(sam)["recoveryCodesLeft"], 7)
        self.assertIn("Signed in", self.browser.get("/").text)
        self.assertEqual(Browser(self.listen).sign_in(sam, code).status, 403)

    def test_who_is_disabled_is_out_and_who_is_reset_comes_in_with_what_is_new(self):
        sam = self.left.pop()
        self.browser.sign_in(sam)
        self.assertEqual(self.browser.get("/").status, 200)
        self.people_command("disable", sam["id"])
        self.await_page("/", 303)
        self.assertEqual(self.browser.sign_in(sam).status, 403)
        new = self.people_command("reset", sam["id"])
        self.assertEqual(self.browser.sign_in(new, password=sam["password"]).status, 403)
        self.assertEqual(self.browser.sign_in(new).status, 303)
        self.people_command("reset", sam["id"])
        self.await_page("/", 303)

    def test_a_refusal_says_the_same_whatever_was_wrong_and_then_locks_out(self):
        sam = self.left.pop()
        wrong = [self.browser.sign_in(sam, password="not it"), self.browser.sign_in(sam, code="000000"),
                 self.browser.sign_in(sam, id="p999", code="000000")]
        self.assertEqual({page.status for page in wrong}, {403})
        self.assertEqual(len({page.text.replace("p999", sam["id"]) for page in wrong}), 1)
        for _ in range(3):
            self.assertEqual(self.browser.sign_in(sam, code="000000").status, 403)
        page = self.browser.sign_in(sam)
        self.assertEqual(page.status, 429)
        self.assertTrue(0 < int(page.headers["Retry-After"]) <= 60)
        self.assertIn("The next one counts in 1 min.", page.text)

    def test_passwords_that_come_all_at_once_are_all_answered_and_pages_go_on(self):
        connections = []
        for i in range(80):
            connection = Connection(self.listen)
            fields = {"id": f"q{i:03}", "password": "a guess", "code": "000000"}
            connection.request("POST", "/sign-in", urllib.parse.urlencode(fields),
                               {"Content-Type": FORM, "Origin": ORIGIN})
            connections.append(connection)
        self.assertIn(self.browser.get("/status").status, (200, 503))
        answers = [connection.getresponse() for connection in connections]
        busy = [answer for answer in answers if answer.status == 503]
        self.assertEqual({answer.status for answer in answers}, {403, 503})
        self.assertGreaterEqual(len(busy), 80 - 2 - 64 - 2)
        self.assertTrue(all(answer.headers["Retry-After"] == "5" for answer in busy))
        for connection in connections:
            connection.close()

    # ---- Boards that follow ----

    def follow(self, **options):
        events = Events(self.browser, **options)
        self.addCleanup(events.connection.close)
        self.assertEqual(events.response.status, 200)
        self.assertEqual(events.response.headers["Content-Type"], "text/event-stream")
        self.assertEqual(events.response.headers["X-Accel-Buffering"], "no")
        return events

    def position(self):
        return re.search(r'name="concordat-position" content="([0-9a-f]{16}-\d+)"', self.browser.get("/").text)[1]

    def test_a_board_hears_that_the_router_goes_and_comes(self):
        self.browser.sign_in(self.left.pop())
        boards = [self.follow(after=self.position())]
        self.assertRegex(boards[0].of("state")[1], r"^away \d{13}$")
        self.stage.start_broker()
        self.assertRegex(boards[0].of("state")[1], r"^works \d{13}$")
        self.browser.sign_in(self.ash)  # whose desk the router welcomed; nobody serves the first one's
        boards.append(self.follow(after=self.position()))
        boards.append(self.follow(after=self.position()))
        boards.pop(0).of("signed-out")
        for board in boards:
            self.assertRegex(board.of("state")[1], r"^works \d{13}$")
        self.stage.kill("broker")
        for board in boards:
            self.assertRegex(board.of("state")[1], r"^away \d{13}$")

    def test_a_board_of_another_life_fetches_its_page_anew_and_one_that_comes_back_does_not(self):
        self.browser.sign_in(self.left.pop())
        position = self.position()
        for after, last in ((None, None), ("0123456789abcdef-0", None), (position, "0123456789abcdef-0")):
            self.assertEqual(list(self.follow(after=after, last=last)), [("reload", "1")])
        self.follow(after="0123456789abcdef-0", last=position).of("state")

    def test_a_board_is_told_that_its_session_has_ended(self):
        sam, robin = self.left.pop(), self.left.pop()
        self.assertEqual(list(self.follow()), [("signed-out", "1")])
        self.browser.sign_in(sam)
        for end in (lambda: self.browser.sign_in(robin),
                    lambda: self.browser.post("/sign-out", {"token": self.browser.get("/").token(), "then": "status"}),
                    lambda: self.people_command("disable", robin["id"])):
            if not self.browser.cookie:
                self.browser.sign_in(robin)
            board = self.follow(after=self.position())
            board.of("state")
            end()
            board.of("signed-out")
            self.assertEqual(list(board), [])

    def test_boards_are_told_when_the_gateway_stops_and_it_stops_at_once(self):
        self.browser.sign_in(self.left.pop())
        board, silent = self.follow(after=self.position()), self.follow(after=self.position())
        board.of("state")
        process = self.stage.processes["gateway"]
        process.send_signal(signal.SIGTERM)
        board.of("restart")
        self.assertEqual(process.wait(SECONDS), 0)
        silent.of("state")
        silent.of("restart")
        self.start()

    # ---- What no browser of ours sends ----

    def test_a_form_of_another_sites_page_is_refused(self):
        sam = self.left.pop()
        for origin in (None, "null", "https://evil.example", ORIGIN + ".evil.example", "http://concordat.example"):
            fields = {"id": sam["id"], "password": sam["password"], "code": code_of(sam["secret"], 1)}
            page = self.browser.post("/sign-in", fields, origin)
            self.assertEqual(page.status, 403)
            self.assertIn("came from another site", page.text)
        self.assertEqual(self.browser.sign_in(sam).status, 303)

    def test_a_forged_cookie_is_nobody(self):
        for cookie in ("__Host-concordat=", "__Host-concordat=" + "A" * 43, "__Host-concordat=" + "A" * 1000, "x"):
            self.browser.cookie = cookie
            self.assertEqual(self.browser.get("/").go, "/sign-in")
        self.browser.cookie = "__Host-concordat=" + "A" * 5000  # more than there is room for
        self.assertEqual(self.browser.get("/").status, 431)

    def test_markup_in_a_field_stays_text_and_what_is_no_text_is_refused(self):
        page = self.browser.post("/sign-in", {"id": "\"><b>x", "password": "x", "code": "000000"})
        self.assertEqual(page.status, 403)
        self.assertIn('value="&#34;&gt;&lt;b&gt;x"', page.text)
        for bad in ("\u202e", "a\nb", "a\0b", "x" * 13):
            self.assertEqual(self.browser.post("/sign-in", {"id": bad, "password": "x", "code": "0"}).status, 400)
        body = "id=a&id=b&password=x&code=0"
        self.assertEqual(self.browser.ask("POST", "/sign-in", body, Content_Type=FORM, Origin=ORIGIN).status, 400)

    def raw(self, text):
        """The status that answers these bytes; 0 if the connection ends without one."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(SECONDS)
            peer.connect(self.listen)
            try:
                peer.sendall(text if isinstance(text, bytes) else text.encode())
                answer = peer.recv(65536)
            except (BrokenPipeError, ConnectionResetError):
                return 0
        found = re.match(rb"HTTP/1\.1 (\d+) ", answer)
        return int(found[1]) if found else 0

    def test_what_proxies_could_read_otherwise_is_refused(self):
        sam = self.left.pop()
        host, form = "Host: concordat.example\r\n", f"Content-Type: {FORM}\r\n"
        post = f"POST /sign-in HTTP/1.1\r\n{host}{form}Origin: {ORIGIN}\r\n"
        rows = (
            (f"GET /status HTTP/1.1\r\n{host}\r\n", 503),
            ("GET /status HTTP/1.1\r\n\r\n", 400),
            (f"GET /status HTTP/1.1\r\n{host}{host}\r\n", 400),
            (f"GET /status HTTP/1.0\r\n{host}\r\n", 505),
            (f"PUT /status HTTP/1.1\r\n{host}\r\n", 501),
            (f"POST /status HTTP/1.1\r\n{host}{form}Origin: {ORIGIN}\r\nContent-Length: 0\r\n\r\n", 405),
            (f"GET /sign-out HTTP/1.1\r\n{host}\r\n", 405),
            (f"GET /%73tatus HTTP/1.1\r\n{host}\r\n", 404),
            (f"GET //status HTTP/1.1\r\n{host}\r\n", 404),
            (f"GET /./status HTTP/1.1\r\n{host}\r\n", 404),
            (f"GET /status HTTP/1.1\r\n{host}Cookie: a=b\r\nCookie: c=d\r\n\r\n", 400),
            (f"GET /status HTTP/1.1\r\n{host}Content-Length: 5\r\n\r\nhello", 400),
            (f"{post.replace('sign-in', 'sign-out')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (f"{post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (f"{post}Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b", 400),
            (f"{post}Content-Length: {BODY_MAX + 1}\r\n\r\n", 413),
            (f"{post}Content-Length: 99999999999999999999\r\n\r\n", 413),
            (f"{post}Content-Length: -1\r\n\r\n", 400),
            (f"POST /sign-in HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}", 415),
            (f"GET /status HTTP/1.1\r\n{host}X-Long: {'x' * 9000}\r\n\r\n", 431),
            (f"GET /{'x' * 9000} HTTP/1.1\r\n{host}\r\n", 414),
            ("\x16\x03\x01\x02\x00\x01\x00" * 20 + "\r\n\r\n", 400),
        )
        for text, status in rows:
            with self.subTest(text=text[:120]):
                self.assertIn(self.raw(text), (status, 0) if status in (400, 413, 414, 431) else (status,))
        self.assertEqual(self.browser.sign_in(sam).status, 303)

    def test_a_path_names_the_methods_that_it_takes(self):
        for method, path, allow in (("POST", "/status", "GET, HEAD"), ("GET", "/sign-out", "POST"),
                                    ("HEAD", "/sign-out", "POST")):
            headers = {"Origin": ORIGIN, "Content-Type": FORM} if method == "POST" else {}
            page = self.browser.ask(method, path, **headers)
            self.assertEqual((page.status, page.headers["Allow"]), (405, allow))
        self.assertIsNone(self.browser.get("/none").headers["Allow"])

    def test_a_whole_body_is_taken_up_to_the_bound(self):
        head = f"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nOrigin: {ORIGIN}\r\n"
        body = "id=" + "x" * (BODY_MAX - 3)
        self.assertEqual(self.raw(f"{head}Content-Length: {BODY_MAX}\r\n\r\n{body}"), 400)

    # ---- Starting and stopping ----

    def test_it_does_not_start_with_what_is_wrong_and_says_why(self):
        program = stage.find_program("concordat-gateway", ("services/gateway",))
        good = {"--listen": f"unix:{self.listen}2", "--origin": ORIGIN, "--people": self.people, "--desks": self.stage.path("desks"),
                "--broker": self.stage.endpoint, "--broker-key": self.stage.public_key("broker"), "--ring": "1"}
        for name, text in (("none", "# none\n"), ("half", f"{self.key} tcp://127.0.0.1:1\n"), ("public", "/none.key\n"),
                           ("many", f"{self.key}\n" * 257)):
            with open(self.stage.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        rows = (("--people", "/none", 111, "/none"),
                ("--desks", "/none", 111, "/none"), ("--desks", self.stage.path("none"), 111, "names no desk"),
                ("--desks", self.stage.path("half"), 111, "line 1: a line is KEYFILE, or"),
                ("--desks", self.stage.path("many"), 111, "line 257: there are more desks than one gateway serves"),
                ("--desks", self.stage.path("public"), 111, "/none.key"),
                ("--origin", "http://concordat.example", 100, "--origin is https://"),
                ("--origin", ORIGIN + "/", 100, "--origin is https://"))
        for option, value, code, words in rows:
            options = [word for pair in {**good, option: value}.items() for word in pair]
            ran = subprocess.run([program, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertIn(words, ran.stderr)
        os.chmod(self.people, 0o640)
        options = [word for pair in good.items() for word in pair]
        ran = subprocess.run([program, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
        os.chmod(self.people, 0o600)
        self.assertEqual(ran.returncode, 111, ran.stderr)
        self.assertIn("others have rights", ran.stderr)
        options = [word for pair in {**good, "--listen": "0.0.0.0:8080"}.items() for word in pair]
        ran = subprocess.run([program, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(ran.returncode, 100, ran.stderr)
        self.assertIn("listens only on this machine", ran.stderr)

    def test_it_stops_when_told_to_with_attempts_under_way(self):
        connection = Connection(self.listen)
        connection.request("POST", "/sign-in", "id=p117&password=x&code=1", {"Content-Type": FORM, "Origin": ORIGIN})
        process = self.stage.processes["gateway"]
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(SECONDS), 0)
        connection.close()
        self.start()


if __name__ == "__main__":
    unittest.main()
