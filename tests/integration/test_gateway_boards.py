"""The boards of a team and a coordinator, and what people do from them, by browsers without scripts and a real broker.

Usage: test_gateway_boards.py SOURCE BUILD
"""

import re
import time
import unittest

import stage
from browser import FOLDERS, Browser, Connection, add_person, start_gateway


class Boards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-boards", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.use_region(stage.without_quotas)
        cls.stage.start_broker()
        cls.source = cls.stage.client("source", "source", "street-triage")
        keys = [cls.stage.make_key("crisis", "team", "northmoor-crisis"),
                cls.stage.make_key("duty", "coordinator", "northmoor-duty")]
        people = {"sam": ("p101", "team", "northmoor-crisis"), "kim": ("p102", "team", "northmoor-crisis"),
                  "ash": ("p201", "coordinator", "northmoor-duty")}
        cls.people = {name: add_person(cls.stage, "add", person, "--name", name.title(), "--role", role, "--of", of)
                      for name, (person, role, of) in people.items()}
        start_gateway(cls.stage, keys)
        cls.browsers = {name: cls.enter(name) for name in people}
        cls.await_board("sam", 'data-if-empty="offers">')
        cls.await_board("ash", 'data-if-empty="strips">')

    @classmethod
    def enter(cls, name):
        browser = Browser(cls.stage.path("gateway.socket"))
        assert browser.sign_in(cls.people[name]).go == "/"
        return browser

    @classmethod
    def await_board(cls, name, words, path=None, absent=False):
        for _ in range(200):
            page = cls.browsers[name].get(path or ("/coordinator" if name == "ash" else "/team"))
            if page.status == 200 and (words in page.text) is not absent:
                return page
            time.sleep(0.1)  # a page cannot notify us
        raise AssertionError(f"the board of {name} never says {words}: {page.text}")

    def refer(self, **facts):
        answer = self.source.request(submit=self.stage.submission(**facts)).answer
        self.assertTrue(answer.done, answer.text)
        return answer.status.number

    def card(self, page, number):
        return re.search(rf'<li class="[^"]*" id="[^"]*" data-live(?: data-alert)? data-number="{number}".*?</li>', page.text, re.S)[0]

    def fields(self, card, act):
        """What the form of this action would send, before anything is typed."""
        form = next(form for form in re.findall(r"<form .*?</form>", card, re.S) if f'/{act}"' in form)
        return dict(re.findall(r'<input type="hidden" name="(\w+)"(?: data-command)? value="([^"]*)"', form))

    def press(self, name, number, act, **typed):
        """Presses a button of the card. Returns the page to which it leads."""
        page = self.await_board(name, f'data-number="{number}"')
        fields = {**self.fields(self.card(page, number), act), **typed}
        page = self.browsers[name].post(f"/cases/{number}/{act}", fields)
        return page if page.status != 303 else self.browsers[name].get(page.go)

    def send(self, name, path, **typed):
        """Opens a form, fills it in and sends it."""
        form = self.browsers[name].get(f"{path}?step={typed['step']}" if "step" in typed else path)
        self.assertEqual(form.status, 200, form.text)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: data-command)? value="([^"]*)"', form.text.split("</header>")[1]))
        page = self.browsers[name].post(path, {**fields, **typed})
        return page if page.status != 303 else self.browsers[name].get(page.go)

    def sign(self, name, **typed):
        page = self.browsers[name].post("/desk/shift-handover", {"token": self.token(name), **typed})
        self.assertIn("/handover?said=", page.go)

    def accepted(self):
        number = self.refer()
        self.assertIn("Accept: done.", self.press("sam", number, "accept", minutes="30").text)
        return number

    # ---- A team ----

    def test_an_offer_says_all_and_is_accepted_once_however_often_it_is_sent(self):
        number = self.refer()
        page = self.await_board("sam", f'data-number="{number}" data-in="offers"')
        card = self.card(page, number)
        for words in ("Person", "age 34", "Callback", "07700&nbsp;900123", "If not", "data-until=", "Decline, because"):
            self.assertIn(words, card)
        self.assertNotIn("<dd></dd>", card)
        fields = {**self.fields(card, "accept"), "minutes": "30"}
        said = "Accept: done."
        for _ in range(2):
            page = self.browsers["sam"].post(f"/cases/{number}/accept", fields)
            self.assertEqual(page.status, 303, page.text)
            self.assertRegex(page.go, "^/team[?]said=[0-9a-f-]{36}$")
            self.assertIn(said, self.browsers["sam"].get(page.go).text)
            self.assertNotIn(said, self.browsers["kim"].get(page.go).text)
        own = self.card(self.await_board("kim", f'data-number="{number}"'), number)
        self.assertIn('data-in="own"', own)
        self.assertRegex(own, r'<dt>Ring</dt><dd><a href="tel:\d+">')  # folded away, and there
        self.assertNotIn("<dd></dd>", own)
        late = self.browsers["kim"].post(f"/cases/{number}/accept", {**fields, "command": "0199aaaa-0000-7000-8000-000000000001",
                                                                     "token": self.token("kim")})
        self.assertEqual(late.status, 409)
        self.assertIn("somebody of your team accepted it before you", late.text)
        self.assertNotIn('name="minutes"', late.text)

    def token(self, name):
        return self.browsers[name].get(self.browsers[name].get("/").go).token()

    def test_a_decline_keeps_what_was_typed_and_says_what_is_wrong(self):
        number = self.refer()
        page = self.press("sam", number, "decline")
        self.assertIn("Reason to decline: this is needed", page.text)
        page = self.press("sam", number, "decline", reason="other")
        self.assertEqual(page.status, 422)
        self.assertIn("needs a note", page.text)
        self.assertIn('<option value="other" selected>', page.text)
        self.assertIn("done.", self.press("sam", number, "decline", reason="no-capacity", note="full").text)
        self.await_board("sam", f'data-number="{number}"', absent=True)

    def test_a_team_goes_through_a_case_to_its_end(self):
        number = self.accepted()
        self.assertIn("done.", self.press("sam", number, "checkin", step="travelling").text)
        self.assertIn("done.", self.press("sam", number, "checkin", step="arrived").text)
        page = self.send("sam", f"/cases/{number}/tried", how="telephone", next="try-again")
        self.assertIn("in how many minutes", page.text)
        page = self.send("sam", f"/cases/{number}/checkin", step="contact", at="x")
        self.assertIn("How you reached them: this is needed", page.text)
        self.assertIn('value="x"', page.text)
        page = self.send("sam", f"/cases/{number}/checkin", step="travelling", minutes="x")
        self.assertIn("Minutes until you arrive: this is a whole number", page.text)
        page = self.send("sam", f"/cases/{number}/checkin", step="contact", how="face-to-face")
        self.assertIn("done.", page.text)
        self.assertIn("in contact", page.text)
        page = self.send("sam", f"/cases/{number}/close", outcome="died")
        self.assertIn("Nobody can undo this", page.text)
        page = self.send("sam", f"/cases/{number}/close", outcome="advice")
        self.assertIn("The case is closed", page.text)
        self.await_board("sam", f'data-number="{number}"', absent=True)
        self.assertEqual(self.browsers["sam"].get(f"/cases/{number}/close").go, f"/cases/{number}")
        self.assertIn(f"/cases/{number}/reopen", self.browsers["sam"].get(f"/cases/{number}").text)

    def test_a_record_needs_a_reason_and_is_shown_without_being_kept(self):
        number = self.accepted()
        self.assertIn("Why you read it: this is needed", self.send("sam", f"/cases/{number}/show").text)
        page = self.send("sam", f"/cases/{number}/show", reason="on our way to the person")
        self.assertIn("An invented person.", page.text)
        self.press("sam", number, "checkin", step="arrived")
        self.assertNotIn("An invented person.", self.browsers["sam"].get(f"/cases/{number}").text)

    def test_a_page_leads_to_what_a_terminal_says_how_to_type(self):
        number = self.accepted()
        self.send("ash", f"/cases/{number}/message", to="team", text="The door code is 1234.")
        page = self.browsers["sam"].get(f"/cases/{number}").text
        self.assertIn(f'when you have seen it, say so<br><a class="not-printed" href="/cases/{number}/saw">Say that you saw it</a>', page)
        self.assertNotIn(f"saw {number}", page)
        self.send("sam", f"/cases/{number}/saw")
        self.assertNotIn(f"/cases/{number}/saw", self.browsers["sam"].get(f"/cases/{number}").text)

    def test_a_shift_begins_is_handed_over_by_two_and_capacity_has_its_age(self):
        page = self.browsers["sam"].get("/team")
        self.assertNotIn("You said: ", page.text)
        page = self.browsers["sam"].post("/desk/capacity", {"token": page.token(), "places": "90"})
        self.assertIn("You said: 90, said ", self.browsers["sam"].get(page.go).text)
        for name in ("sam", "kim"):
            self.send(name, "/desk/on-shift")
        self.await_board("sam", "Kim (p102), Northmoor")
        self.assertEqual(self.browsers["kim"].get("/desk/shift-handover").go, "/handover")
        self.sign("sam")
        page = self.await_board("kim", "/handover?of=p101")
        self.assertIn("hands over", page.text)
        form = self.browsers["kim"].get("/handover?of=p101")
        self.assertIn('name="sign" value="p101"', form.text)
        self.sign("kim", sign="p101")
        self.await_board("kim", "hands over", absent=True)
        self.send("kim", "/desk/on-shift", end="yes")

    def test_a_board_that_is_open_is_sent_each_card_that_changes(self):
        page = self.browsers["kim"].get("/team")
        position = re.search(r'name="concordat-position" content="([^"]+)"', page.text)[1]
        stream = Connection(self.stage.path("gateway.socket"))
        stream.request("GET", f"/events?after={position}", headers={"Cookie": self.browsers["kim"].cookie})
        said = stream.getresponse()
        number = self.refer()
        seen = b""
        for words in (f'data-number="{number}" data-in="offers"', "event: gone"):
            while words.encode() not in seen:
                seen += said.readline()
            if "offers" in words:
                self.press("sam", number, "decline", reason="no-capacity")
        self.assertIn(b'name="token" value=""', seen)
        self.assertNotIn(self.token("sam").encode(), seen)
        stream.close()

    def test_people_read_names_and_no_ids(self):
        number = self.accepted()
        for name, path in (("sam", "/team"), ("ash", "/coordinator"), ("ash", f"/cases/{number}")):
            read = re.sub(r"<[^>]*>", " ", self.await_board(name, number, path).text)
            self.assertNotRegex(read, r"northmoor-|southfell-")
            self.assertIn("Northmoor", read)
        self.send("ash", f"/cases/{number}/who", reason="a test")
        self.assertIn("<h1 class=\"nhsuk-heading-l\">Northmoor Crisis Resolution and Home Treatment</h1>",
                      self.browsers["sam"].get("/team").text)
        page = self.send("ash", f"/cases/{number}/who", reason="a test")
        self.assertIn("<strong>Northmoor Crisis Resolution and Home Treatment</strong>: asked: ", page.text)

    def test_a_detention_is_recorded_step_by_step(self):
        number, path = self.accepted(), "/cases/{}/detention"
        page = self.browsers["sam"].get(path.format(number))
        self.assertIn('value="arrived"', page.text)
        self.assertNotIn("Place of safety", page.text)
        page = self.browsers["sam"].get(path.format(number) + "?step=arrived")
        self.assertIn("Place of safety", page.text)
        for of_another in ("How it ended", "How much longer", "Who approved it"):
            self.assertNotIn(of_another, page.text)
        page = self.send("sam", path.format(number), step="arrived", place="health-based")
        self.assertIn("section 136", page.text)
        page = self.send("sam", path.format(number), step="ended")
        self.assertEqual(page.status, 422)
        self.assertIn("How it ended: this is needed", page.text)
        self.assertNotIn("How much longer", page.text)

    # ---- A coordinator ----

    def test_a_coordinator_hears_takes_and_assigns(self):
        number = self.refer()
        self.press("sam", number, "decline", reason="no-capacity")
        for _ in range(20):
            page = self.await_board("ash", f'data-number="{number}"')
            if f"/cases/{number}/acknowledge" in page.text:
                break
        self.assertIn("nobody has heard", page.text)
        self.assertIn(f'data-number="{number}"', self.browsers["ash"].get("/coordinator?only=unheard").text)
        self.assertNotIn(f'data-number="{number}"', self.browsers["ash"].get("/coordinator?only=detention").text)
        self.assertIn("done.", self.press("ash", number, "acknowledge").text)
        self.assertIn("done.", self.press("ash", number, "mute", minutes="15").text)
        self.assertIn("done.", self.send("ash", f"/cases/{number}/take", reason="").text)
        page = self.send("ash", f"/cases/{number}/assign", team="zz-none")
        self.assertEqual(page.status, 422)
        self.assertIn('<option value="northmoor-crisis">Northmoor Crisis Resolution and Home Treatment</option>', page.text)
        self.assertIn("done.", self.send("ash", f"/cases/{number}/assign", team="northmoor-crisis").text)
        self.await_board("sam", f'data-number="{number}" data-in="offers"')
        self.assertIn("done.", self.send("ash", f"/cases/{number}/message", to="team", text="The door is open").text)
        self.await_board("sam", "The door is open")
        wall = self.browsers["ash"].get("/coordinator?wall=1").text
        self.assertIn("is-wall", wall)
        self.assertNotIn("Cover an area", wall)

    # ---- What no page of ours sends ----

    def test_only_those_whose_it_is_may(self):
        number = self.refer()
        self.await_board("sam", f'data-number="{number}"')
        self.assertEqual(self.browsers["sam"].get(f"/cases/{number}/assign").status, 404)
        self.assertEqual(self.browsers["ash"].get("/team").status, 404)
        self.assertEqual(self.browsers["sam"].get("/coordinator").status, 404)
        self.assertEqual(self.browsers["sam"].get("/desk/accept").status, 404)
        for fields in ({"minutes": "5"}, {"token": "x" * 43, "minutes": "5"}):
            self.assertEqual(self.browsers["sam"].post(f"/cases/{number}/accept", fields).status, 403)
        fields = {"token": self.token("sam"), "minutes": "5", "command": "zz"}
        self.assertEqual(self.browsers["sam"].post(f"/cases/{number}/accept", fields).status, 400)
        self.assertIn('data-in="offers"', self.card(self.await_board("sam", f'data-number="{number}"'), number))
        self.press("sam", number, "decline", reason="no-capacity")

    def test_a_broker_that_starts_anew_is_followed_and_what_it_has_not_goes(self):
        number = self.accepted()
        self.stage.kill("broker")
        self.await_board("sam", "The router does not answer now")
        self.stage.start_broker()
        self.await_board("sam", "The router does not answer now", absent=True)
        self.await_board("sam", f'data-number="{number}"')
        self.send("sam", f"/cases/{number}/give-back", reason="we cannot go after all")
        self.await_board("sam", f'data-number="{number}" data-in="own"', absent=True)


if __name__ == "__main__":
    unittest.main()
