"""The protocol for programs by HTTP: a case from its referral to its end by JSON alone, at a real intake and router, and
everything that is refused with its status and changes nothing.

Usage: test_gateway_api.py SOURCE BUILD
"""

import json
import os
import re
import signal
import subprocess
import time
import unittest
import uuid

import stage
from browser import FOLDERS, FORM, ORIGIN, SECONDS, Browser, Connection, Page, add_person, start_gateway

PEOPLE = {"officer": ("p301", "referrer", "street-triage"), "sam": ("p101", "team", "northmoor-crisis"),
          "ash": ("p201", "coordinator", "northmoor-duty"), "other": ("p202", "coordinator", "southfell-duty"),
          "kim": ("p102", "team", "southfell-crisis"), "noor": ("p401", "auditor", "northmoor")}
JSON = "application/json"


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-api", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.use_region(stage.without_quotas)
        cls.stage.start_broker()
        cls.stage.start_intake()
        cls.stage.device("car")
        keys = [cls.stage.make_key("crisis", "team", "northmoor-crisis"), cls.stage.make_key("west", "team", "southfell-crisis"),
                cls.stage.make_key("duty", "coordinator", "northmoor-duty"),
                f"{cls.stage.path('secret', 'car.key_secret')} {cls.stage.intakes['intake']} {cls.stage.public_key('intake')}"]
        people = {name: add_person(cls.stage, "add", person, "--name", f"Sam of {name}", "--role", role, "--of", of)
                  for name, (person, role, of) in PEOPLE.items()}
        cls.listen = cls.stage.path("gateway.socket")
        start_gateway(cls.stage, keys)
        cls.browsers, cls.tokens = {}, {}
        for name, person in people.items():
            browser = cls.browsers[name] = Browser(cls.listen)
            assert browser.sign_in(person).go == "/"
            page = browser.get("/")
            if name != "noor":  # whose pages need a trail
                cls.tokens[name] = (browser.get(page.go) if page.go else page).token()
        for name in ("sam", "kim", "ash", "officer"):
            cls.await_status(name, "board", lambda page: page.status == 200)
        assert cls.send("sam", "setPresence", {"present": True, "leaseSeconds": 600}).status == 200

    @classmethod
    def await_status(cls, name, path, good):
        """Asks until the answer is good: an answer cannot notify us."""
        for _ in range(SECONDS * 20):
            page = cls.browsers[name].get(f"/api/v1/{path}")
            if good(page):
                return json.loads(page.text)
            time.sleep(0.05)
        raise AssertionError(f"{name} never gets what they wait for: {page.status} {page.text}")

    @classmethod
    def send(cls, name, command, body, key=None, **changed):
        headers = {"Origin": ORIGIN, "Content-Type": JSON, "X-Concordat-Token": cls.tokens[name]}
        headers.update({"Idempotency-Key": key} if key else {})
        headers.update({name.replace("_", "-"): value for name, value in changed.items()})
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return cls.browsers[name].ask("POST", f"/api/v1/{command}", text, **{k: v for k, v in headers.items() if v is not None})

    def done(self, name, command, body, key=None):
        page = self.send(name, command, body, key)
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, JSON), page.text)
        answer = json.loads(page.text)
        return answer

    def problem(self, page, status, **members):
        self.assertEqual((page.status, page.headers["Content-Type"]), (status, "application/problem+json"), page.text)
        said = json.loads(page.text)
        self.assertEqual(said["status"], status)
        self.assertTrue(said["title"])
        self.assertEqual({name: said.get(name) for name in members}, members, page.text)
        return said

    def referral(self, narrative="An invented person."):
        return {"referral": {"source": "SOURCE_STREET_TRIAGE", "urgency": "URGENCY_EMERGENCY", "postcodeDistrict": "ZX1", "person": {"ageKnown": True, "ageYears": 34}},
                "confidential": {"callbackNumber": "07700 900123", "narrative": narrative}}

    def refer(self):
        return self.done("officer", "submit", self.referral())["answer"]["status"]

    def offered(self):
        status = self.refer()
        return self.await_status("sam", f"cases/{status['number']}", lambda page: '"attempt"' in page.text)["answer"]["status"]

    def accepted(self):
        status = self.offered()
        self.done("sam", "accept", {"referral": status["referral"], "attempt": status["attempt"], "expectedMinutes": 15})
        return status

    def state(self, number):
        return self.await_status("ash", f"cases/{number}", lambda page: page.status == 200)["answer"]["status"]

    # ---- What is done ----

    def test_a_case_goes_from_its_referral_to_its_end(self):
        status = self.offered()
        about = {"referral": status["referral"]}
        answer = self.done("sam", "accept", {**about, "attempt": status["attempt"], "expectedMinutes": 15})["answer"]
        self.assertEqual(answer["status"]["state"], "STATE_ACCEPTED")
        record = self.done("sam", "getRecord", {**about, "reason": "to ring them"})["record"]
        self.assertEqual(record["confidential"]["callbackNumber"], "07700 900123")
        self.assertIn(status["number"], [case["number"] for case in self.done("ash", "getBoard", {})["board"]["cases"]])
        self.done("sam", "checkIn", {**about, "step": "STEP_CONTACT", "mechanism": "face to face", "attendStatus": "ATTEND_STATUS_ON_TIME"})
        self.done("sam", "close", {**about, "outcome": "OUTCOME_DISCHARGED_WITH_PLAN", "psychosociallyAssessed": True})
        self.assertEqual(self.state(status["number"])["state"], "STATE_CLOSED")
        self.assertNotIn(status["number"], self.browsers["sam"].get("/api/v1/board").text)
        self.assertIn(status["number"], self.browsers["sam"].get("/api/v1/board?withClosed=true").text)
        by_id = json.loads(self.browsers["ash"].get(f"/api/v1/cases/{status['referral']}").text)
        self.assertEqual(by_id["answer"]["status"]["number"], status["number"])
        told = self.await_status("officer", f"cases/{status['referral']}", lambda page: "STATE_CLOSED" in page.text)
        self.assertEqual(told["answer"]["receipt"], "RECEIPT_RECEIVED")

    def test_a_command_is_done_once_by_its_key(self):
        key, body = str(uuid.uuid4()), self.referral(narrative="On the rail.")
        first = self.done("officer", "submit", body, f'"{key}"')
        again = self.done("officer", "submit", body, key)
        self.assertEqual({first["commandId"], again["commandId"], first["answer"]["status"]["referral"]}, {key})
        self.assertEqual(again["answer"]["status"]["number"], first["answer"]["status"]["number"])
        self.assertTrue(again["answer"]["repeated"])
        self.problem(self.send("officer", "submit", self.referral(narrative="In the car."), key), 422, refusal="REFUSAL_CONFLICT", commandId=key)
        made = self.done("officer", "submit", self.referral())
        self.assertNotEqual(made["commandId"], key)
        note = {"referral": made["answer"]["status"]["referral"], "to": "CASE_SIDE_COORDINATOR", "text": "Bring a coat."}
        key = str(uuid.uuid4())
        self.assertEqual(self.done("officer", "sendMessage", note, key)["commandId"], key)
        self.done("officer", "sendMessage", note, key)
        self.problem(self.send("officer", "sendMessage", {**note, "text": "Bring two."}, key), 422, refusal="REFUSAL_CONFLICT")

    def test_two_at_once_by_one_key_are_not_answered_as_one(self):
        """The intake stands still, so the first one is still being answered when the second comes."""
        key = str(uuid.uuid4())
        headers = {"Origin": ORIGIN, "Content-Type": JSON, "X-Concordat-Token": self.tokens["officer"], "Idempotency-Key": key,
                   "Cookie": self.browsers["officer"].cookie}
        self.stage.processes["intake"].send_signal(signal.SIGSTOP)
        first = Connection(self.listen)
        first.request("POST", "/api/v1/submit", json.dumps(self.referral(narrative="One.")), headers)
        try:
            said = self.problem(self.send("officer", "submit", self.referral(narrative="Two."), key), 409)
        finally:
            self.stage.processes["intake"].send_signal(signal.SIGCONT)
        self.assertIn("is being done", said["detail"])
        page = Page(first.getresponse())
        first.close()
        self.assertEqual(page.status, 200, page.text)
        self.assertIn("number", json.loads(page.text)["answer"]["status"])

    # ---- The document ----

    def document(self):
        page = Browser(self.listen).get("/openapi.json")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, JSON))
        return json.loads(page.text)

    def test_each_path_of_the_document_answers_and_it_has_every_command(self):
        document = self.document()
        commands = {field.json_name for field in self.stage.wire.Request.DESCRIPTOR.oneofs_by_name["command"].fields}
        commands -= {"hello", "ping", "follow", "getFormKey", "submitSealed"}
        self.assertEqual({path for path, item in document["paths"].items() if "post" in item}, {f"/api/v1/{name}" for name in commands})
        for path, item in document["paths"].items():
            with self.subTest(path=path):
                read = self.browsers["kim"].get(path.replace("{case}", "R-9999"))
                sent = self.send("kim", path[len("/api/v1/"):], {})
                self.assertEqual((read.status == 405, sent.status == 405), ("get" not in item, "post" not in item))
                said = json.loads((sent if "post" in item else read).text)
                self.assertTrue("commandId" in said, said)  # it was asked for, or its body was read

    def test_the_document_says_how_to_come_in_and_what_a_stranger_is_told(self):
        document = self.document()
        components = document["components"]
        self.assertEqual(components["securitySchemes"]["program"]["scheme"], "bearer")
        self.assertEqual(components["securitySchemes"]["token"]["name"], "X-Concordat-Token")
        for path, item in document["paths"].items():
            for method, operation in item.items():
                session = {"session": []} if method == "get" else {"session": [], "token": []}
                self.assertEqual(operation["security"], [{"program": []}, session], path)
                told = {status: components["responses"][operation["responses"][status]["$ref"].rsplit("/", 1)[1]]["headers"].keys()
                        for status in ("401", "403", "429")}
                self.assertEqual(told, {"401": {"WWW-Authenticate"}, "403": {"RateLimit", "RateLimit-Policy"},
                                        "429": {"Retry-After", "RateLimit", "RateLimit-Policy"}}, path)
                self.assertIn("RateLimit", operation["responses"]["200"]["headers"])

    def test_the_document_is_right_and_what_is_sent_and_answered_is_as_it_says(self):
        packages, node = os.environ.get("CONCORDAT_TEST_PACKAGES"), os.environ.get("CONCORDAT_TEST_NODE")
        if not packages:
            self.skipTest("the packages of the tests are not named: ctest names them")
        status = self.accepted()
        about = {"referral": status["referral"]}
        texts = [("Submit", self.referral(), True), ("Problem", json.loads(self.browsers["kim"].get("/api/v1/cases/R-9999").text), True),
                 ("Problem", json.loads(Browser(self.listen).get("/api/v1/board").text), True), ("Problem", {"title": "x"}, False),
                 ("CheckIn", {**about, "step": "STEP_ARRIVED", "occurred": "2026-02-23T14:05:00Z", "expectedMinutes": 5}, True),
                 ("CheckIn", {**about, "step": "STEP_ARRIVED", "hurry": True}, False), ("CheckIn", {**about, "step": "STEP_FLYING"}, False),
                 ("CheckIn", {**about, "step": "STEP_ARRIVED", "expectedMinutes": -1}, False), ("CheckIn", {"referral": "R-0412"}, False),
                 ("SendMessage", {**about, "to": "CASE_SIDE_REFERRER", "text": "x" * 30000}, False),
                 ("Submit", {"referral": {"person": {"gender": "person"}}}, False)]
        for name, command, body in (("sam", "getRecord", {**about, "reason": "to ring them"}), ("ash", "getBoard", {"withClosed": True}),
                                    ("sam", "getStatus", about), ("officer", "getBoard", {}), ("ash", "getRecord", {**about, "reason": "who was asked", "who": True})):
            texts += [(command[0].upper() + command[1:], body, True), ("Message", self.done(name, command, body), True)]
        for name, content in (("document", self.document()), ("texts", [dict(zip(("schema", "value", "fits"), text)) for text in texts])):
            with open(self.stage.path(name), "w", encoding="utf-8") as file:
                json.dump(content, file)
        judged = subprocess.run([node, os.path.join(os.path.dirname(__file__), "read_openapi.mjs"), packages, self.stage.path("document"),
                                 self.stage.path("texts")], capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(judged.returncode, 0, judged.stdout[:4000] + judged.stderr[:4000])

    # ---- What is refused ----

    def test_what_is_no_command_of_the_protocol_gets_its_status_and_changes_nothing(self):
        status = self.accepted()
        about = {"referral": status["referral"]}
        before = self.state(status["number"])
        deep = "[" * 3000 + "]" * 3000
        refused = [
            ("checkIn", "", 400, {}), ("checkIn", "{", 400, {}), ("checkIn", '{"step": "STEP_ARRIVED", "step": "STEP_TRAVELLING"}', 400, {}),
            ("checkIn", b'{"referral": "\xff"}', 400, {}), ("checkIn", deep, 400, {}), ("checkIn", "{} {}", 400, {}),
            ("checkIn", '{"referral": "a\\u0000b"}', 400, {}), ("checkIn", '{"minutes": 99999999999999999999999}', 400, {}),
            ("checkIn", "[" * 500 + "]" * 500, 422, {"refusal": "REFUSAL_BAD_VALUE"}),
            ("checkIn", [], 422, {"refusal": "REFUSAL_BAD_VALUE"}), ("checkIn", "null", 400, {}), ("checkIn", '"text"', 400, {}),
            ("checkIn", {**about, "step": "STEP_FLYING"}, 422, {"field": "step"}),
            ("checkIn", {**about, "step": ["STEP_ARRIVED"]}, 422, {"field": "step"}),
            ("checkIn", {**about, "step": "STEP_ARRIVED", "expectedMinutes": -1}, 422, {"field": "expectedMinutes"}),
            ("checkIn", {**about, "step": "STEP_ARRIVED", "expectedMinutes": 1.5}, 422, {"field": "expectedMinutes"}),
            ("checkIn", {**about, "step": "STEP_ARRIVED", "occurred": {"unixMs": {}}}, 422, {"field": "occurred.unixMs"}),
            ("checkIn", {**about, "step": "STEP_ARRIVED", "hurry": True}, 422, {"refusal": "REFUSAL_UNKNOWN_FIELD", "field": "hurry"}),
            ("checkIn", {**about, "attendStatus": 1, "attend_status": 2}, 422, {"field": "attendStatus"}),
            ("checkIn", {"referral": "R-0412"}, 422, {"field": "referral"}),
            ("recordDetention", {**about, "by": "x" * 400}, 422, {"field": "by"}),
            ("sendMessage", {**about, "to": "CASE_SIDE_REFERRER", "text": "x" * 30000}, 422, {"field": "text"}),
            ("checkIn", {"step": "STEP_ARRIVED", **about, "note": "x" * 70000}, 413, {}),
            ("fly", {}, 404, {}), ("check_in", about, 404, {}), ("check-in", about, 404, {}), ("", {}, 404, {}), ("hello", {}, 404, {}),
            ("ping", {}, 404, {}), ("follow", {}, 404, {}), ("submitSealed", {}, 404, {}), ("getFormKey", {}, 404, {}),
            ("checkIn/", about, 404, {}),
            ("board", {}, 405, {}), ("cases/R-0001", {}, 405, {}),
            ("take", about, 403, {"refusal": "REFUSAL_NOT_ALLOWED"}),
            ("accept", {**about, "attempt": status["attempt"]}, 409, {"refusal": "REFUSAL_ALREADY_ACCEPTED"}),
            ("accept", {"referral": str(uuid.uuid4()), "attempt": 1}, 404, {"refusal": "REFUSAL_NOT_YOURS"}),
        ]
        for command, body, wanted, members in refused:
            with self.subTest(command=command, body=str(body)[:60]):
                page = self.send("sam", command, body)
                self.problem(page, wanted, **members)
                if wanted == 405:
                    self.assertEqual(page.headers["Allow"], "GET, HEAD")
        self.assertEqual(self.state(status["number"]), before)

    def test_a_problem_says_nothing_of_what_was_sent(self):
        for body in ('{"text": "Robin Reed", "text": "Robin Reed"}', '{"text": "Robin Reed" "', {"text": {"Robin": "Reed"}},
                     {"to": "Robin Reed"}, {"referral": "Robin Reed"}):
            page = self.send("sam", "sendMessage", body)
            self.assertNotIn("Reed", page.text)

    def test_only_those_who_are_signed_in_are_heard_and_from_our_own_pages(self):
        status = self.offered()
        body = {"referral": status["referral"], "attempt": status["attempt"]}
        before = self.state(status["number"])
        forged, nobody = Browser(self.listen), Browser(self.listen)
        forged.cookie = "__Host-concordat=" + "A" * 43
        self.browsers.update(forged=forged, nobody=nobody)
        self.tokens.update(forged=self.tokens["sam"], nobody=self.tokens["sam"])
        for name in ("forged", "nobody"):
            page = self.send(name, "accept", body)
            self.problem(page, 401)
            self.assertTrue(page.headers["WWW-Authenticate"])
            self.problem(self.browsers[name].get("/api/v1/board"), 401)
            self.problem(self.browsers[name].get(f"/api/v1/cases/{status['number']}"), 401)
        self.problem(self.send("sam", "accept", body, Origin="https://elsewhere.example"), 403)
        self.problem(self.send("sam", "accept", body, Origin=None), 403)
        self.problem(self.send("sam", "accept", body, X_Concordat_Token=None), 403)
        self.problem(self.send("sam", "accept", body, X_Concordat_Token=self.tokens["ash"]), 403)
        self.problem(self.send("sam", "accept", body, X_Concordat_Token="A" * 43), 403)
        self.problem(self.send("sam", "accept", body, Content_Type=FORM), 415)
        self.problem(self.send("sam", "accept", body, Content_Type="application/jsonp"), 415)
        for key in ("7", "", "R-0412", '"0199aaaa-0000-7000-8000-000000000001', "0199aaaa-0000-7000-8000-00000000000g"):
            self.problem(self.send("sam", "accept", body, Idempotency_Key=key), 400)
        self.problem(self.browsers["noor"].get("/api/v1/board"), 403)
        self.problem(self.send("other", "getBoard", {}), 503)  # no desk here speaks for them
        self.problem(self.send("kim", "accept", body), 404, refusal="REFUSAL_NOT_YOURS")
        self.assertEqual(self.state(status["number"]), before)
        self.assertEqual(self.send("sam", "accept", body, Content_Type="application/json; charset=utf-8").status, 200)

    def test_a_path_that_is_none_and_a_command_that_is_not_theirs(self):
        status = self.refer()
        self.problem(self.browsers["officer"].get("/api/v1/cases/R-9999"), 404)
        self.problem(self.browsers["officer"].get("/api/v1/cases/R-04<12"), 404)
        self.problem(self.browsers["officer"].get("/api/v1/cases/"), 404)
        self.problem(self.send("officer", "accept", {"referral": status["referral"], "attempt": 1}), 403, refusal="REFUSAL_NOT_ALLOWED")
        page = self.browsers["sam"].get("/api/v1/accept")
        self.problem(page, 405)
        self.assertEqual(page.headers["Allow"], "POST")
        self.problem(self.browsers["sam"].get("/api/v1/nothing"), 404)

    def test_a_header_that_comes_twice_is_not_guessed_at(self):
        connection = Connection(self.listen)
        connection.putrequest("POST", "/api/v1/getBoard")
        for name, value in (("Origin", ORIGIN), ("Content-Type", JSON), ("Content-Length", "2"), ("Idempotency-Key", str(uuid.uuid4())),
                            ("Idempotency-Key", str(uuid.uuid4())), ("X-Concordat-Token", self.tokens["sam"]), ("Cookie", self.browsers["sam"].cookie)):
            connection.putheader(name, value)
        connection.endheaders(b"{}")
        self.problem(Page(connection.getresponse()), 400)
        connection.close()


class Quota(unittest.TestCase):
    """A board counts as fifty questions, so the second or third waits for longer than anybody does at the gateway."""

    def test_who_asks_too_much_is_told_when_to_ask_again(self):
        with stage.Stage("gateway-api-quota", FOLDERS) as scene:
            scene.use_region(lambda text: re.sub(r"(questions:\n    per_second:) \d+\n    burst: \d+", r"\1 1\n    burst: 100", text))
            scene.start_broker()
            ash = add_person(scene, "add", "p201", "--name", "Ash", "--role", "coordinator", "--of", "northmoor-duty")
            start_gateway(scene, [scene.make_key("duty", "coordinator", "northmoor-duty")])
            browser = Browser(scene.path("gateway.socket"))
            self.assertEqual(browser.sign_in(ash).go, "/")
            pages = []
            for _ in range(SECONDS * 20):
                pages.append(browser.get("/api/v1/board"))
                if pages[-1].status == 429:
                    break
                time.sleep(0.05)  # until the desk is connected
            self.assertEqual(pages[-1].status, 429, [page.text for page in pages][-3:])
            said, headers = json.loads(pages[-1].text), pages[-1].headers
            self.assertEqual((said["refusal"], said["status"]), ("REFUSAL_TOO_MANY", 429))
            self.assertIn("Nothing was changed; try again in", said["detail"])
            self.assertTrue(10 <= int(headers["Retry-After"]) <= 100, headers["Retry-After"])
            self.assertRegex(headers["RateLimit"], rf'^"person";r=\d+;t=1, "desk";r=0;t={headers["Retry-After"]}$')
            self.assertEqual(headers["RateLimit-Policy"], '"person";q=150;w=30')


if __name__ == "__main__":
    unittest.main()
