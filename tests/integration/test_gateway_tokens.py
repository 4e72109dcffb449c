"""Programs that act for people by tokens: what a token can do, where it counts, when it ends, and everything that is
refused with its status and changes nothing.

Usage: test_gateway_tokens.py SOURCE BUILD
"""

import base64
import json
import os
import re
import time
import unittest
import urllib.parse

import stage
from browser import FOLDERS, ORIGIN, SECONDS, Browser, Connection, Page, add_person, start_gateway

JSON = "application/json"
PEOPLE = {"officer": ("p301", "referrer", "street-triage"), "sam": ("p101", "team", "northmoor-crisis"),
          "kim": ("p102", "team", "southfell-crisis"), "ash": ("p201", "coordinator", "northmoor-duty"),
          "robin": ("p103", "team", "northmoor-crisis"), "noor": ("p401", "auditor", "northmoor")}
CHALLENGE = 'Bearer realm="concordat"'
QUOTA = 150  # limits.h: API_BURST


def problem_of(page):
    return json.loads(page.text)


class Tokens(unittest.TestCase):
    """One gateway for all tests. A test that ends what it has uses a token of its own."""

    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-tokens", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.use_region(stage.without_quotas)
        cls.stage.start_broker()
        cls.stage.start_intake()
        cls.stage.device("car")
        keys = [cls.stage.make_key("crisis", "team", "northmoor-crisis"), cls.stage.make_key("west", "team", "southfell-crisis"),
                cls.stage.make_key("duty", "coordinator", "northmoor-duty"),
                f"{cls.stage.path('secret', 'car.key_secret')} {cls.stage.intakes['intake']} {cls.stage.public_key('intake')}"]
        cls.people = {name: add_person(cls.stage, "add", person, "--name", f"Sam of {name}", "--role", role, "--of", of,
                                       "--staff-role", "mental-health-nurse")
                      for name, (person, role, of) in PEOPLE.items()}
        cls.tokens = {name: cls.draw(name)["token"] for name in PEOPLE}
        cls.listen = cls.stage.path("gateway.socket")
        start_gateway(cls.stage, keys)
        for name in ("sam", "kim", "ash", "officer"):
            cls.await_status(name, "board", lambda page: page.status == 200)

    @classmethod
    def draw(cls, name, *words):
        return add_person(cls.stage, "token", "add", PEOPLE[name][0], "--label", f"Program of {name}", *words)

    @classmethod
    def ask(cls, method, path, credentials, body=None, **headers):
        if body is not None:
            headers["Content-Type"] = JSON
        if credentials is not None:
            headers["Authorization"] = credentials
        return Browser(cls.listen).ask(method, path, body if body is None else json.dumps(body), **headers)

    @classmethod
    def read(cls, token, path="board"):
        return cls.ask("GET", f"/api/v1/{path}", f"Bearer {token}")

    @classmethod
    def send(cls, name, command, body):
        return cls.ask("POST", f"/api/v1/{command}", f"Bearer {cls.tokens[name]}", body)

    @classmethod
    def await_page(cls, ask, good):
        """Asks until the answer is good: neither a file that was changed nor an answer can notify us."""
        for _ in range(SECONDS * 20):
            page = ask()
            if good(page):
                return page
            time.sleep(0.05)
        raise AssertionError(f"it never comes: {page.status} {page.text}")

    @classmethod
    def await_status(cls, name, path, good):
        return json.loads(cls.await_page(lambda: cls.read(cls.tokens[name], path), good).text)

    def refused(self, page, status, error=None):
        self.assertEqual((page.status, page.headers["Content-Type"]), (status, "application/problem+json"), page.text)
        self.assertIn("Nothing was done.", problem_of(page)["detail"])
        self.assertEqual(page.headers["WWW-Authenticate"], CHALLENGE + (f', error="{error}"' if error else ""))
        self.assertIsNone(page.headers["Set-Cookie"])

    def offered(self):
        """The team is there: a board that somebody looked at has ended that for it a minute later."""
        self.assertEqual(self.send("sam", "setPresence", {"present": True, "leaseSeconds": 600}).status, 200)
        referral = {"referral": {"source": "SOURCE_STREET_TRIAGE", "urgency": "URGENCY_EMERGENCY", "postcodeDistrict": "ZX1",
                                 "person": {"ageKnown": True, "ageYears": 34}},
                    "confidential": {"callbackNumber": "07700 900123", "narrative": "An invented person."}}
        page = self.send("officer", "submit", referral)
        self.assertEqual(page.status, 200, page.text)
        number = json.loads(page.text)["answer"]["status"]["number"]
        return self.await_status("sam", f"cases/{number}", lambda page: '"attempt"' in page.text)["answer"]["status"]

    def state(self, number):
        return self.await_status("ash", f"cases/{number}", lambda page: page.status == 200)["answer"]["status"]

    def signed_in(self, name):
        browser = Browser(self.listen)
        self.assertEqual(browser.sign_in(self.people[name]).go, "/")
        page = browser.get("/")
        return browser, (browser.get(page.go) if page.go else page).token()

    # ---- What a token can do ----

    def test_a_program_acts_with_the_id_and_role_of_its_person(self):
        status = self.offered()
        about = {"referral": status["referral"]}
        page = self.send("sam", "accept", {**about, "attempt": status["attempt"], "expectedMinutes": 15})
        self.assertEqual(page.status, 200, page.text)
        history = json.loads(self.send("ash", "getRecord", {**about, "reason": "who acted", "who": True}).text)
        from concordat.v1 import codes_pb2, event_pb2
        events = [event_pb2.Event.FromString(base64.b64decode(entry["event"])) for entry in history["record"]["history"]]
        by = {(event.WhichOneof("what"), event.person.id, codes_pb2.StaffRole.Name(event.person.role)) for event in events}
        self.assertTrue({("received", "p301", "STAFF_ROLE_MENTAL_HEALTH_NURSE"), ("accepted", "p101", "STAFF_ROLE_MENTAL_HEALTH_NURSE")} <= by, by)

    def test_the_scheme_counts_in_any_letters_and_every_answer_says_what_is_left(self):
        for scheme in ("bearer", "BEARER", "Bearer  "):
            self.assertEqual(self.ask("GET", "/api/v1/board", f"{scheme} {self.tokens['sam']}").status, 200)
        pages = [self.read(self.tokens["kim"]), self.read(self.tokens["kim"], "cases/R-9999"), self.send("kim", "accept", {})]
        self.assertEqual([page.status for page in pages], [200, 404, 422])
        left = [re.fullmatch(r'"person";r=(\d+);t=1', page.headers["RateLimit"])[1] for page in pages]
        self.assertEqual({page.headers["RateLimit-Policy"] for page in pages}, {f'"person";q={QUOTA};w=30'})
        self.assertLess(max(map(int, left)), QUOTA)

    # ---- Where it does not count ----

    def test_a_token_of_another_team_sees_and_takes_nothing_of_an_offer(self):
        status = self.offered()
        before = self.state(status["number"])
        for page in (self.read(self.tokens["kim"], f"cases/{status['number']}"),
                     self.send("kim", "accept", {"referral": status["referral"], "attempt": status["attempt"], "expectedMinutes": 5}),
                     self.send("kim", "getRecord", {"referral": status["referral"], "reason": "to look"})):
            self.assertEqual((page.status, problem_of(page)["refusal"]), (404, "REFUSAL_NOT_YOURS"), page.text)
            self.assertLessEqual(problem_of(page).get("case", {}).keys(), {"ring", "coordinatorName", "coordinatorRing"})  # as for a case that is none
            for told in ("ZX1", "invented person", "900123", "northmoor-crisis"):
                self.assertNotIn(told, page.text)
        page = self.send("kim", "take", {"referral": status["referral"]})
        self.assertEqual((page.status, problem_of(page)["refusal"]), (403, "REFUSAL_NOT_ALLOWED"))
        self.assertEqual(self.state(status["number"]), before)

    def test_whatever_is_no_token_is_refused_alike_and_changes_nothing(self):
        status = self.offered()
        body = {"referral": status["referral"], "attempt": status["attempt"], "expectedMinutes": 5}
        before, good = self.state(status["number"]), self.tokens["sam"]
        swapped = good[:-1] + ("A" if good[-1] != "A" else "E")
        unknown = (good[:-1], good + "A", swapped, "concordat_" + "A" * 43, good[10:], good.upper(), good + "=", "x", "x" * 6000,
                   good.replace("concordat_", "concordat-"))
        texts = set()
        for token in unknown:
            for page in (self.read(token), self.ask("POST", "/api/v1/accept", f"Bearer {token}", body)):
                self.refused(page, 401, "invalid_token")
                texts.add(page.text)
        self.assertEqual(len(texts), 1)  # which of them is nearer to a token is not told
        for credentials in ("Bearer", "Bearer ", f"Bearer {good} x", f"Bearer {good},", f"Bearer {good}, Bearer {good}", f'Bearer "{good}"',
                            f"Bearer token={good}", f"Bearer =={good}", f"Bearer {good}\u00e9"):
            self.refused(self.ask("POST", "/api/v1/accept", credentials.encode("latin-1"), body), 400, "invalid_request")
        for credentials in (good, f"Basic {good}", f"Digest {good}", f"Bearer:{good}", f"Bearer{good}", f"Token {good}"):
            self.refused(self.ask("POST", "/api/v1/accept", credentials, body), 401)
        self.refused(self.ask("POST", "/api/v1/accept", None, body), 401)
        self.assertEqual(self.ask("GET", "/api/v1/board", "Bearer " + "x" * 9000).status, 431)  # longer than any head may be
        self.assertEqual(self.state(status["number"]), before)

    def test_two_of_the_header_are_not_guessed_at(self):
        for second in (f"Bearer {self.tokens['sam']}", "Basic eDp5", ""):
            connection = Connection(self.listen)
            connection.putrequest("GET", "/api/v1/board")
            connection.putheader("Authorization", f"Bearer {self.tokens['sam']}")
            connection.putheader("authorization", second)
            connection.endheaders()
            self.assertEqual(Page(connection.getresponse()).status, 400)
            connection.close()

    def test_a_token_in_an_address_is_refused_also_beside_one_that_counts(self):
        for name in ("access_token", "access%5Ftoken"):
            query = urllib.parse.urlencode({"withClosed": "true"}) + f"&{name}={self.tokens['sam']}"
            page = self.ask("GET", f"/api/v1/board?{query}", None)
            self.refused(page, *((400, "invalid_request") if name == "access_token" else (401,)))
            self.assertNotIn(self.tokens["sam"], page.text)
        page = self.read(self.tokens["sam"], f"board?access_token={self.tokens['sam']}")
        self.refused(page, 400, "invalid_request")
        self.assertIn("never stands in an address", problem_of(page)["detail"])

    def test_pages_and_sign_in_are_not_for_a_program(self):
        browser, token = self.signed_in("robin")
        paths = ("/", "/team", "/coordinator", "/audit", "/events", "/status", "/cases/R-0001", "/refer", "/referrals", "/sign-in", "/unlock",
                 "/static/none.js")
        for path in paths:
            for cookie in (None, browser.cookie):
                visitor = Browser(self.listen)
                visitor.cookie = cookie
                page = visitor.ask("GET", path, Authorization=f"Bearer {self.tokens['robin']}")
                self.assertEqual((path, page.status, page.headers["Set-Cookie"]), (path, 400, None))
                self.assertNotIn("Sam of robin", page.text)
        for path in ("/sign-out", "/touch", "/leave", "/sealed", "/sign-in"):
            page = browser.ask("POST", path, f"token={token}", Content_Type="application/x-www-form-urlencoded", Origin=ORIGIN,
                               Authorization=f"Bearer {self.tokens['robin']}")
            self.assertEqual((path, page.status), (path, 400))
        self.assertEqual(browser.get("/team").status, 200)  # it is still signed in
        self.assertEqual(Browser(self.listen).ask("GET", "/openapi.json", Authorization=f"Bearer {self.tokens['robin']}").status, 200)

    def test_a_session_beside_a_token_does_not_count(self):
        status = self.offered()
        browser, token = self.signed_in("robin")
        body = json.dumps({"referral": status["referral"], "attempt": status["attempt"], "expectedMinutes": 5})
        headers = {"Origin": ORIGIN, "Content_Type": JSON, "X_Concordat_Token": token}
        before = self.state(status["number"])
        for credentials, wanted, error in (("Bearer x", 401, "invalid_token"), ("Bearer", 400, "invalid_request"), ("Basic eDp5", 401, None)):
            self.refused(browser.ask("POST", "/api/v1/accept", body, Authorization=credentials, **headers), wanted, error)
            self.refused(browser.ask("GET", "/api/v1/board", Authorization=credentials), wanted, error)
        self.assertEqual(self.state(status["number"]), before)
        page = browser.ask("POST", "/api/v1/accept", body, Authorization=f"Bearer {self.tokens['kim']}", **headers)
        self.assertEqual((page.status, problem_of(page)["refusal"]), (404, "REFUSAL_NOT_YOURS"))
        self.assertEqual(self.state(status["number"]), before)
        page = browser.ask("POST", "/api/v1/accept", body, **{**headers, "X_Concordat_Token": "A" * 43})
        self.assertEqual(page.status, 403)  # without a token of a program the session counts, and needs its own
        self.assertEqual(browser.ask("POST", "/api/v1/accept", body, Authorization="", **headers).status, 200)

    def test_a_locked_screen_does_not_concern_programs(self):
        browser, token = self.signed_in("robin")
        browser.post("/leave", {"token": token})
        self.assertEqual(browser.get("/api/v1/board").status, 403)
        self.assertEqual(self.read(self.tokens["robin"]).status, 200)

    def test_an_auditor_has_nothing_to_ask_here(self):
        page = self.read(self.tokens["noor"])
        self.assertEqual(page.status, 403, page.text)

    # ---- When it ends ----

    def edit(self, change):
        """By hand, as an administrator may."""
        path = self.stage.path("people")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        stage.write(path + ".edited", change(lines), 0o600)
        os.replace(path + ".edited", path)

    def ends(self, token):
        self.refused(self.await_page(lambda: self.read(token), lambda page: page.status != 200), 401, "invalid_token")

    def works(self, token):
        self.await_page(lambda: self.read(token), lambda page: page.status == 200)

    def test_a_token_ends_when_it_is_ended_or_its_line_is_removed(self):
        first, second, third = (self.draw("kim") for _ in range(3))
        self.works(third["token"])
        add_person(self.stage, "token", "end", "p102", first["tokenName"])
        self.ends(first["token"])
        self.assertEqual(self.read(second["token"]).status, 200)
        digest = third["tokenName"][2:]
        self.edit(lambda lines: [line for line in lines if f"digest={digest}" not in line])
        self.ends(third["token"])
        self.assertEqual(self.read(second["token"]).status, 200)
        add_person(self.stage, "token", "end", "p102", second["tokenName"])

    def test_a_token_ends_by_itself(self):
        drawn = self.draw("kim", "--days", "1")
        self.works(drawn["token"])
        digest = drawn["tokenName"][2:]
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5))
        self.edit(lambda lines: [re.sub("ends=[^ ]+", f"ends={soon}", line) if f"digest={digest}" in line else line for line in lines])
        self.ends(drawn["token"])
        listed = {one["tokenName"]: one for one in add_person(self.stage, "token", "list", "p102")}
        self.assertEqual(listed[drawn["tokenName"]]["ends"][:19], soon[:19])

    def test_all_tokens_of_somebody_who_is_disabled_reset_or_removed_end(self):
        for number, ends in enumerate((lambda person: add_person(self.stage, "disable", person),
                                       lambda person: add_person(self.stage, "reset", person),
                                       lambda person: self.edit(lambda lines: [re.sub("disabled=no", "disabled=yes", line) if
                                                                               line.startswith(person) else line for line in lines]),
                                       lambda person: self.edit(lambda lines: [line for line in lines if not line.startswith(person)]))):
            person = f"p51{number}"
            words = (person, "--name", "Gone Soon", "--role", "team", "--of", "northmoor-crisis")
            add_person(self.stage, "add", *words)
            tokens = [add_person(self.stage, "token", "add", person, "--label", "Board")["token"] for _ in range(2)]
            for token in tokens:
                self.works(token)
            ends(person)
            for token in tokens:
                self.ends(token)
            if number == 3:  # who comes back has what is drawn then, and nothing of before
                add_person(self.stage, "add", *words)
                fresh = add_person(self.stage, "token", "add", person, "--label", "Board")["token"]
                self.works(fresh)
                self.refused(self.read(tokens[0]), 401, "invalid_token")

    # ---- What is kept ----

    def test_the_day_of_the_last_use_is_kept_and_a_token_stands_nowhere(self):
        drawn = self.draw("robin")
        self.works(drawn["token"])
        self.read(drawn["token"][:-1])
        self.ask("GET", f"/api/v1/board?access_token={drawn['token']}", None)
        listed = {one["tokenName"]: one for one in add_person(self.stage, "token", "list")}
        days = {time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (time.time(), time.time() - 60)}
        self.assertIn(listed[drawn["tokenName"]]["lastUsed"], days)
        secret = drawn["token"].removeprefix("concordat_").encode()
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(secret, file.read(), path)
        self.assertNotIn(secret.decode(), self.stage.said("gateway"))


class Quota(unittest.TestCase):
    def test_who_asks_too_much_is_told_when_to_ask_again_and_nobody_else_is(self):
        with stage.Stage("gateway-tokens-quota", FOLDERS) as scene:
            tokens = []
            for person in ("p201", "p202"):
                add_person(scene, "add", person, "--name", "Ash", "--role", "coordinator", "--of", "northmoor-duty")
                tokens.append([add_person(scene, "token", "add", person, "--label", label)["token"] for label in ("One", "Two")])
            start_gateway(scene, [scene.make_key("duty", "coordinator", "northmoor-duty")])
            listen = scene.path("gateway.socket")

            def ask(token):
                return Browser(listen).ask("GET", "/api/v1/cases/", Authorization=f"Bearer {token}")  # the gateway itself says no

            pages = [ask(tokens[0][number % 2]) for number in range(QUOTA)]
            while pages[-1].status != 429 and len(pages) < 20 * QUOTA:  # it fills again meanwhile
                pages.append(ask(tokens[0][len(pages) % 2]))
            self.assertNotIn(429, {page.status for page in pages[:QUOTA]})
            self.assertEqual(pages[-1].status, 429)
            said, headers = problem_of(pages[-1]), pages[-1].headers
            self.assertEqual((said["status"], said["violated-policies"]), (429, ["person"]))
            self.assertIn("Nothing was done; try again in", said["detail"])
            self.assertEqual(headers["RateLimit"], f'"person";r=0;t={headers["Retry-After"]}')
            self.assertEqual(headers["RateLimit-Policy"], f'"person";q={QUOTA};w=30')
            self.assertTrue(1 <= int(headers["Retry-After"]) <= 30)
            other = ask(tokens[1][0])
            self.assertNotEqual(other.status, 429, other.text)
            self.assertEqual(other.headers["RateLimit"], f'"person";r={QUOTA - 1};t=1')


if __name__ == "__main__":
    unittest.main()
