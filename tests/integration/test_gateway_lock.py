"""The lock of a page that nobody touches: what is hidden then, what unlocks it, and that nothing typed is lost.

A script's word that the page was left stands for the two minutes; test_session.c counts those.

Usage: test_gateway_lock.py SOURCE BUILD
"""

import html
import re
import subprocess
import time
import unittest

import stage
from browser import FOLDERS, SECONDS, Browser, Connection, add_person, fresh_code, start_gateway
from faults import Machine
from page_form import PageForm

ASKS = "Are you still here?"


class Lock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-lock", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.start_broker()
        cls.stage.start_intake()
        cls.stage.device("car")
        cls.stage.make_key("duty", "coordinator", "northmoor-duty")
        cls.left = [add_person(cls.stage, "add", f"p{number}", "--name", f"Sam of {number}", "--role", "referrer", "--of",
                               "street-triage") for number in range(301, 309)]
        cls.slow = add_person(cls.stage, "add", "p201", "--name", "Ash Moor", "--role", "coordinator", "--of",
                              "northmoor-duty", "--lock-minutes", "15")
        car = f"{cls.stage.path('secret', 'car.key_secret')} {cls.stage.intakes['intake']} {cls.stage.public_key('intake')}"
        start_gateway(cls.stage, [cls.stage.path("secret", "duty.key_secret"), car], "--lock-minutes", "5")

    def setUp(self):
        self.browser = Browser(self.stage.path("gateway.socket"))

    def enter(self, person=None):
        person = person or self.left.pop()
        self.assertEqual(self.browser.sign_in(person).go, "/")
        self.token = self.first().token()
        return person

    def first(self):
        """The first page, which is a board for some."""
        page = self.browser.get("/")
        return self.browser.get(page.go) if page.go else page

    def leave(self):
        self.assertEqual(self.browser.post("/leave", {"token": self.token}).status, 204)

    def prove(self, proof, **fields):
        return self.browser.post("/unlock", {"token": self.token, "proof": proof, **fields})

    def test_a_page_that_was_left_hides_what_is_personal_until_the_code_is_given(self):
        sam = self.enter()
        self.assertIn('data-seconds="300"', self.browser.get("/").text)
        self.assertEqual(self.browser.post("/touch", {"token": self.token}).status, 204)
        self.leave()
        page = self.browser.get("/")
        self.assertIn(ASKS, page.text)
        self.assertNotIn("data-seconds", page.text)
        self.assertEqual(self.browser.post("/touch", {"token": self.token}).status, 403)
        for path in ("/referrals", "/cases/R-0001", "/refer"):
            page = self.browser.get(path)
            self.assertEqual(page.status, 403)
            self.assertIn(f'name="then" value="{path}"', page.text)
        page = self.prove("000000", then="/referrals")
        self.assertEqual(page.status, 403)
        self.assertIn("That was not it", page.text)
        code = fresh_code(sam)
        page = self.prove(code, then="/referrals")
        self.assertEqual((page.status, page.go), (303, "/referrals"))
        self.assertEqual(self.browser.get("/referrals").status, 200)
        self.leave()
        self.assertEqual(self.prove(code).status, 403)  # it counted once

    def test_the_password_unlocks_too_and_a_recovery_code_once(self):
        sam = self.enter()
        for proof, status in ((sam["password"], 303), (sam["recoveryCodes"][0], 303), (sam["recoveryCodes"][0], 403)):
            self.leave()
            self.assertEqual(self.prove(proof).status, status)

    def test_a_form_that_was_sent_from_a_locked_page_goes_off_when_it_is_unlocked_and_once(self):
        sam = self.enter()
        sent = PageForm(self.browser.get("/refer").text, "/refer").filled(
            callback="07700 900123", postcode="ZX1", narrative="A \"quote\" & <b>more</b>\r\nof it, 100 %.")
        self.leave()
        page = self.browser.post("/refer", sent)
        self.assertEqual(page.status, 403)
        self.assertIn("Nothing was sent yet.", page.text)
        held = html.unescape(re.search(r'name="held" value="([^"]*)"', page.text)[1])
        page = self.prove("000000", then="/refer", held=held)
        self.assertIn("Nothing was sent yet.", page.text)
        page = self.prove(fresh_code(sam), then="/refer", held=held)
        self.assertEqual(page.status, 200, page.text)
        self.assertIn("A &#34;quote&#34; &amp; &lt;b&gt;more&lt;/b&gt;", page.text)
        number = re.search(r"R-\d{4}", page.text)[0]
        self.assertIn(number, self.browser.post("/refer", sent).text)

    def test_who_guesses_ends_the_session_and_nobody_elsewhere_can_keep_the_person_out(self):
        sam = self.enter()
        stranger = Browser(self.stage.path("gateway.socket"))
        for _ in range(6):
            stranger.sign_in(sam, code="000000", password="not it")
        self.leave()
        self.assertEqual(self.prove(sam["password"]).status, 303)
        self.leave()
        self.assertEqual({self.prove(f"wrong {number}").status for number in range(5)}, {403})
        page = self.prove(sam["password"])
        self.assertEqual((page.status, page.go), (303, "/sign-in"))
        self.assertIsNone(self.browser.cookie)

    def test_nothing_else_unlocks(self):
        sam, other = self.enter(), self.left[-1]
        self.leave()
        self.assertEqual(self.prove(fresh_code(other)).status, 403)
        self.assertEqual(self.browser.post("/unlock", {"token": "x" * 43, "proof": sam["password"]}).status, 403)
        self.assertEqual(self.browser.post("/unlock", {"token": self.token}).status, 400)
        self.assertEqual(self.browser.post("/leave", {"token": "x" * 43}).status, 403)
        self.assertIn(ASKS, self.browser.get("/unlock?then=/referrals").text)
        self.assertEqual(self.prove("", then="/referrals").status, 403)
        for path in ("//evil.example/", "/\\evil.example", "https://evil.example/", "/a b", ""):
            self.leave()
            self.assertEqual(self.prove(sam["password"], then=path).go, "/")
        self.assertEqual(self.browser.get("/unlock?then=/referrals").go, "/referrals")

    def test_another_person_signs_in_at_a_locked_page_and_has_their_own_time(self):
        self.enter()
        self.leave()
        self.assertEqual(self.browser.get("/sign-in").status, 200)
        self.enter(self.slow)
        self.assertIn('data-seconds="900"', self.first().text)
        self.leave()
        self.assertEqual(self.browser.post("/sign-out", {"token": self.token, "then": "status"}).go, "/status")

    def test_a_time_is_1_to_30_minutes(self):
        for program, folder, words in (("concordat-gateway", "services/gateway", ()),
                                       ("concordat", "services/cli", ("people", "add", "p1"))):
            for text in ("0", "31", "2x", ""):
                ran = subprocess.run([stage.find_program(program, (folder,)), *words, "--lock-minutes", text],
                                     capture_output=True, text=True, timeout=SECONDS, check=False)
                self.assertEqual(ran.returncode, 100)
                self.assertIn("--lock-minutes is 1 to 30", ran.stderr)


CALLBACK = "900123"  # the end of it, in which no page has a space


class Untouched(unittest.TestCase):
    """The gateway's machine sleeps for as long as nobody touches a page."""

    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-untouched", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.use_region(stage.without_quotas)
        cls.stage.start_broker()
        cls.source = cls.stage.client("source", "source", "street-triage")
        keys = [cls.stage.make_key("crisis", "team", "northmoor-crisis"), cls.stage.make_key("duty", "coordinator", "northmoor-duty")]
        cls.people = [add_person(cls.stage, "add", *words) for words in
                      (("p101", "--name", "Sam", "--role", "team", "--of", "northmoor-crisis"),
                       ("p201", "--name", "Ash", "--role", "coordinator", "--of", "northmoor-duty"))]
        cls.machine = Machine(cls.stage, "gateway")
        start_gateway(cls.stage, keys, "--lock-minutes", "5", env=cls.machine.env())

    def setUp(self):
        self.machine.set(slept_s=0)
        self.team, self.wall = Browser(self.stage.path("gateway.socket")), Browser(self.stage.path("gateway.socket"))
        for browser, person in zip((self.team, self.wall), self.people):
            self.assertEqual(browser.sign_in(person).go, "/")

    def refer(self):
        answer = self.source.request(submit=self.stage.submission()).answer
        self.assertTrue(answer.done, answer.text)
        return answer.status.number

    def await_board(self, browser, path, words):
        while words not in (page := browser.get(path)).text:
            time.sleep(0.1)  # a page cannot notify us
        return page

    @staticmethod
    def offer_of(number):
        return f'data-number="{number}" data-in="offers"'

    def hear(self, stream, words):
        """The lines of a stream until one has the words, and the empty line after it."""
        heard = b""
        while words not in heard.decode() or not heard.endswith(b"\n\n"):
            heard += stream.readline()
        return heard.decode()

    def follow(self, browser, page, more=""):
        position = re.search(r'name="concordat-position" content="([^"]+)"', page.text)[1]
        stream = Connection(self.stage.path("gateway.socket"))
        stream.request("GET", f"/events?after={position}{more}", headers={"Cookie": browser.cookie})
        self.addCleanup(stream.close)
        return stream.getresponse()

    def test_a_page_that_renews_itself_is_locked_and_so_is_all_that_its_session_hears_and_a_wall_stays(self):
        before = self.team.get("/team")
        self.assertIn('content="30; url=/team?renewed=1"', before.text)
        number = self.refer()
        self.assertIn(CALLBACK, self.await_board(self.team, "/team?renewed=1", self.offer_of(number)).text)
        self.assertIn(CALLBACK, self.hear(self.follow(self.team, before), self.offer_of(number)))
        wall = self.await_board(self.wall, "/coordinator?wall=1", number)
        self.assertIn('url=/coordinator?renewed=1&amp;wall=1"', wall.text)
        self.assertNotIn("data-seconds", wall.text)
        for minute in (4, 6):
            self.machine.set(slept_s=60 * minute)
            page = self.team.get("/team?renewed=1")
            self.assertIn(number, page.text)
            self.assertEqual("data-seconds" in page.text, minute == 4)
        self.assertNotIn(CALLBACK, page.text)
        stream, at_the_wall = self.follow(self.team, before), self.follow(self.wall, wall, "&wall=1")
        self.assertNotIn(CALLBACK, self.hear(stream, self.offer_of(number)))
        self.assertNotIn(CALLBACK, self.hear(stream, self.offer_of(number := self.refer())))
        self.assertNotIn(CALLBACK, self.hear(at_the_wall, number))
        for minute in range(6, 41):
            self.machine.set(slept_s=60 * minute)
            page = self.wall.get("/coordinator?renewed=1&wall=1")
            self.assertEqual(page.status, 200, minute)
            self.assertNotIn(ASKS, page.text)
        self.assertIn(number, page.text)
        self.assertEqual(self.wall.get(f"/cases/{number}").go, "/sign-in")  # nothing unlocks it
        self.assertEqual(self.team.get("/team?renewed=1").go, "/sign-in")


if __name__ == "__main__":
    unittest.main()
