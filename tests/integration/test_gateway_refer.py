"""Referring by a browser: the forms, what becomes of them at a real intake and router, and what a person is told.

Usage: test_gateway_refer.py SOURCE BUILD
"""

import re
import time
import unittest

import stage
from browser import FOLDERS, RING_LINK, SECONDS, Browser, add_person, start_gateway
from page_form import PageForm

CALLBACK = "07700 900123"
PEOPLE = {"officer": ("p301", "referrer", "street-triage"), "custody": ("p303", "referrer", "liaison-and-diversion"),
          "third": ("p304", "referrer", "street-triage"), "late": ("p302", "referrer", "street-triage"), "ward": ("p305", "referrer", "emergency-department"),
          "team": ("p101", "team", "northmoor-crisis"), "duty": ("p201", "coordinator", "northmoor-duty")}
UNKNOWN = "0199aaaa-0000-7000-8000-000000000001"


class Refer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-refer", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.use_region(stage.without_quotas)
        cls.stage.start_broker()
        cls.stage.start_intake()
        cls.stage.device("car")
        cls.stage.start_intake("ed", source="emergency-department")
        cls.stage.device("ward", "ed", source="emergency-department")
        cls.stage.make_key("duty", "coordinator", "northmoor-duty")
        cls.stage.start_team("crisis", "northmoor-crisis")
        cls.people = {name: add_person(cls.stage, "add", person, "--name", f"Sam of {name}", "--role", role, "--of", of)
                      for name, (person, role, of) in PEOPLE.items()}
        cls.start()

    @classmethod
    def start(cls):
        desks = [cls.stage.path("secret", f"{name}.key_secret") for name in ("duty", "crisis")]
        for device, intake in (("car", "intake"), ("ward", "ed")):
            desks.append(f"{cls.stage.path('secret', f'{device}.key_secret')} {cls.stage.intakes[intake]} "
                         f"{cls.stage.public_key(intake)}")
        start_gateway(cls.stage, desks)

        cls.officer = cls.enter("officer")

    def setUp(self):
        self.browser = self.officer

    @classmethod
    def enter(cls, name):
        browser = Browser(cls.stage.path("gateway.socket"))
        assert browser.sign_in(cls.people[name]).go == "/"
        return browser

    def form(self, page, action="/refer"):
        return PageForm(page.text, action)

    def refer(self, **values):
        """Fills the street's form in and sends it."""
        form = self.form(self.browser.get("/refer"))
        page = self.browser.post("/refer", form.filled(callback=CALLBACK, postcode="ZX1 2AB", **values))
        self.assertEqual(page.status, 200, page.text)
        return page

    def await_text(self, path, text):
        """Waits until a page says it: a page cannot notify us."""
        for _ in range(SECONDS * 20):
            page = self.browser.get(path)
            if text in page.text:
                return page
            time.sleep(0.05)
        raise AssertionError(f"{path} does not say {text}: {page.text}")

    def number(self, page):
        return re.search(r"R-\d{4}", page.text)[0]

    def id(self, page):
        return re.search(r"/referrals/([0-9a-f-]{36})", page.text)[1]

    def test_a_street_referral_is_received_and_its_page_says_who_is_asked(self):
        page = self.refer(kind_of_place="bridge", scene="not-safe", narrative="On the rail.", age="about 30",
                          urgency="emergency", needs=("AMHP", "autism"))
        self.assertIn("<strong>RECEIVED", page.text)
        self.assertIn("Northmoor Crisis Resolution and Home Treatment has been asked", page.text)
        self.assertIn(RING_LINK.removeprefix("Duty coordinator "), page.text)
        for told in (CALLBACK, "On the rail.", "Bridge", "AMHP, Autism", "Sam of officer"):
            self.assertIn(f">{told}</dd>", page.text)
        self.assertIn("Understood: Age: about 30.", page.text)
        self.assertRegex(page.text, r'/change/legal">Power')  # left out
        self.assertNotRegex(page.text, "/change/(section-136-at|transport)\">")  # nobody is detained
        again = self.browser.get(f"/referrals/{self.id(page)}")
        self.assertIn(self.number(page), again.text)
        self.assertIn("has been asked", again.text)
        self.assertNotIn("900123", again.text)  # the gateway keeps nothing of it
        self.assertIn("was told", self.stage.concordat("duty", "who", self.number(page), "to see who was told")[1])

    def test_a_street_referral_by_keyboard_takes_at_most_150_presses(self):
        told = {"callback": "07700900123", "postcode": "zx1 2ab", "kind_of_place": "bridge", "scene": "not-safe",
                "narrative": "Wants to die, on the rail, drunk, will not give a name", "age": "15", "intoxicated": "yes",
                "urgency": "emergency", "legal": "section-136", "section_136_at": "0305", "transport": "ambulance"}
        form = self.form(self.browser.get("/refer"))
        presses = form.presses(**told)
        print(f"a street referral by keyboard: {presses} presses")
        self.assertLessEqual(presses, 150)
        page = self.browser.post("/refer", form.filled(**told))
        self.assertRegex(page.text, f"Power used at: {stage.DATE}03:05")
        self.assertRegex(page.text, f"section 136, used at {stage.DATE}03:05")

    def test_only_the_number_is_needed_and_nothing_mistyped_holds_it_up(self):
        page = self.browser.post("/refer", self.form(self.browser.get("/refer")).filled(narrative="Kept.", age="teens"))
        self.assertEqual(page.status, 400)
        self.assertIn('href="#callback"', page.text)
        self.assertIn("Kept.</textarea>", page.text)
        form = self.form(page)
        page = self.browser.post("/refer", form.filled(
            callback=CALLBACK, age="quite young", section_136_at="the other day", legal="section-136"))
        self.assertIn("<strong>RECEIVED", page.text)
        self.assertIn("Not understood, so kept as you typed it", page.text)

    def test_a_form_that_is_sent_twice_is_one_referral(self):
        sent = self.form(self.browser.get("/refer")).filled(callback=CALLBACK, postcode="ZX1", narrative="Once.")
        numbers = {self.number(self.browser.post("/refer", sent)) for _ in range(3)}
        self.assertEqual(len(numbers), 1)
        changed = [(name, "Twice." if name == "narrative" else value) for name, value in sent]
        page = self.browser.post("/refer", changed)
        self.assertEqual(page.status, 409)
        self.assertIn("NOT SENT", page.text)
        self.assertIn("Twice.</textarea>", page.text)
        self.assertIn(f'<a href="/referrals/{dict(sent)["referral"]}">', page.text)

    def test_markup_and_marks_of_direction_come_back_as_text(self):
        evil = '"></textarea></dd><script>\u202ealert()</script>'
        form = self.form(self.browser.get("/refer"))
        texts = {name.replace("-", "_"): evil for tag, name, at in form.stops
                 if tag == "textarea" or (tag == "input" and at.get("type") in (None, "tel"))}
        self.assertGreater(len(texts), 15)
        shown = self.browser.post("/refer", form.filled(**texts))  # no digit to ring
        told = self.browser.post("/refer", form.filled(**{**texts, "callback": f"{CALLBACK} {evil}"}))
        for page, status in ((shown, 400), (told, 200)):
            self.assertEqual(page.status, status)
            self.assertIn("&#34;&gt;&lt;/textarea&gt;&lt;/dd&gt;&lt;script&gt;alert()", page.text)
            self.assertNotIn("<script>", page.text)  # ours have a file each
            self.assertNotIn("\u202e", page.text)

    def test_what_was_told_can_be_changed_and_taken_away(self):
        page = self.refer(age="34", transport="ambulance")
        path = f"/referrals/{self.id(page)}/change"
        one = self.browser.get(f"{path}/age")
        form = self.form(one, path)
        self.assertEqual([name for tag, name, at in form.stops if at.get("type") not in ("hidden", "checkbox")],
                         ["age", "go"])
        changed = self.browser.post(path, form.filled(age="15"))
        self.assertIn("<strong>RECEIVED", changed.text)
        self.assertIn(">15</dd>", changed.text)
        away = self.form(self.browser.get(f"{path}/transport"), path)
        self.assertIn("<strong>RECEIVED", self.browser.post(path, away.filled(clear="transport")).text)
        record = self.stage.concordat("duty", "show", self.number(page), "to check the change")[1]
        self.assertRegex(record, "Age years: 15")
        self.assertNotIn("ransport", record)
        self.assertIn("ZX1", record)
        self.assertEqual(self.browser.get(f"{path}/no-such").status, 404)

    def test_what_can_be_done_is_linked_and_waits_for_the_routers_answer(self):
        page = self.refer(narrative="Went home.")
        number = self.number(page)
        for name in ("message", "missing", "show"):
            self.assertIn(f'href="/cases/{number}/{name}"', page.text)
        path = f"/cases/{number}/withdraw"
        self.assertIn(f'<a href="{path}">', page.text)
        form = self.form(self.browser.get(path), path)
        form.set("reason", "went home with family")
        done = self.browser.post(path, form.fields)
        self.assertEqual(done.status, 303, done.text)
        answered = self.browser.get(done.go).text
        self.assertIn("Received by the router.", answered)
        self.assertIn("The referrer withdrew it", answered)
        page = self.browser.get(f"/referrals/{self.id(page)}")
        self.assertIn(f'href="/cases/{number}/reopen"', page.text)
        self.assertNotIn(path, page.text)

    def test_custody_has_one_thing_a_page_and_loses_nothing_when_no_intake_answers(self):
        custody = self.enter("custody")
        page = custody.get("/refer")
        self.assertIn("Page 1 of 6", page.text)
        wanting = custody.post("/refer", self.form(page).filled("next"))
        self.assertEqual(wanting.status, 400)
        told = [{"callback": CALLBACK, "point_of_contact": "custody"}, {"name": "Jo Example", "age": "27"},
                {"narrative": "Frightened.", "needs": ("AMHP", "perinatal")}, {"screened": "yes", "consent": "no"},
                {"legal": "PACE-arrest", "offence": "theft"}]
        for number, values in enumerate(told, 2):
            page = custody.post("/refer", self.form(page).filled("next", **values))
            self.assertIn(f"Page {number} of 6", page.text)
        for words in ("Jo Example", "Frightened.", "AMHP, Perinatal", "PACE arrest", "Theft", "Custody"):
            self.assertIn(f">{words}</dd>", page.text)
        back = custody.post("/refer", self.form(page).filled("3"))
        self.assertIn("Frightened.</textarea>", back.text)
        whole = custody.post("/refer", self.form(back).filled("all"))
        self.assertIn("Frightened.</textarea>", whole.text)
        self.assertIn('value="Jo Example"', whole.text)
        for sent_from in (page, whole):
            sent = custody.post("/refer", self.form(sent_from).filled())
            self.assertEqual(sent.status, 503)
            self.assertIn("NOT SENT", sent.text)
            self.assertIn("ring now: " + RING_LINK, sent.text)
            fields = self.form(sent).fields
            for field in (("name", "Jo Example"), ("narrative", "Frightened."), ("needs", "AMHP"), ("needs", "perinatal")):
                self.assertIn(field, fields)

    def test_an_emergency_department_checks_at_the_end_and_sends(self):
        ward = self.enter("ward")
        page = ward.get("/refer")
        for values in ({"callback": CALLBACK}, {"age": "19"}, {"arrived_at": "20 minutes ago", "postcode": "ZX2"},
                       {"self_harm": "yes", "physically_cleared": "no"}, {"legal": "none"}):
            page = ward.post("/refer", self.form(page).filled("next", **values))
        page = ward.post("/refer", self.form(page).filled())
        self.assertIn("<strong>RECEIVED", page.text)
        self.assertIn("a psychosocial assessment is still to be done", page.text)
        record = self.stage.concordat("duty", "show", self.number(page), "to check the form")[1]
        for told in ("Self harm: yes", "Physically cleared: no", "Age years: 19", "Source: emergency department"):
            self.assertIn(told, record)

    def test_a_form_outlives_its_session(self):
        self.browser = self.enter("late")
        sent = self.form(self.browser.get("/refer")).filled(callback=CALLBACK, narrative="Kept.", postcode="ZX1")
        self.browser.cookie = None
        out = self.browser.post("/refer", sent)
        self.assertEqual(out.status, 403)
        self.assertIn("NOT SENT", out.text)
        self.browser = self.enter("late")
        again = self.browser.post("/refer", self.form(out).fields)
        self.assertEqual(again.status, 403)
        self.assertIn("another sign-in", again.text)
        self.assertIn("Kept.</textarea>", again.text)
        self.assertIn("<strong>RECEIVED", self.browser.post("/refer", self.form(again).filled()).text)

    def test_a_person_finds_what_they_referred_and_by_a_link_what_their_source_did(self):
        mine = self.refer(narrative="Of the officer.")
        other = self.enter("third")
        theirs = other.post("/refer", self.form(other.get("/refer")).filled(callback=CALLBACK, postcode="ZX1"))
        number = self.number(mine)
        self.stage.concordat("duty", "message", number, "referrer", "ring us please")
        listed = self.browser.get("/referrals").text
        self.assertIn(f'<a class="nhsuk-card__link" href="/referrals/{self.id(mine)}">{number}</a>', listed)
        self.assertNotIn(self.number(theirs), listed)
        self.assertIn(self.number(theirs), self.browser.get("/referrals/all").text)
        self.assertNotIn(number, other.get("/referrals").text)
        self.await_text("/referrals", "There is a message for you")
        self.await_text(f"/referrals/{self.id(mine)}", "Northmoor duty coordinator: ")

    def test_a_coordinator_enters_what_was_telephoned(self):
        duty = self.enter("duty")
        which = duty.get("/refer").text
        for source in ("street-triage", "liaison-and-diversion", "emergency-department"):
            self.assertIn(f'href="/refer/{source}"', which)
        form = self.form(duty.get("/refer/street-triage"))
        self.assertIn(("referrer-name", ""), form.fields)  # the one who rings is not the coordinator
        page = duty.post("/refer", form.filled(callback=CALLBACK, caller="intake", rang_at="20 minutes ago", postcode="ZX1"))
        self.assertIn("<strong>RECEIVED", page.text)
        self.assertIn("entered by the duty coordinator", page.text)
        self.assertIn("a late entry", page.text)
        self.assertNotIn("/change", page.text)
        self.await_text(f"/referrals/{dict(form.fields)['referral']}", "<strong>RECEIVED")  # the source has it now
        form = self.form(duty.get("/refer/emergency-department"))
        page = duty.post("/refer", form.filled(callback=CALLBACK, caller="a ward <somewhere>", rang_at="soon"))
        self.assertIn("Not understood, so kept as you typed it for whoever comes: Rang at, Caller", page.text)
        self.assertEqual(duty.get("/refer/none").status, 404)
        self.assertEqual(duty.get("/referrals").status, 404)

    def test_it_is_for_people_of_a_source(self):
        team = self.enter("team")
        self.assertEqual(team.get("/refer").status, 404)
        self.assertEqual(team.get("/refer/street-triage").status, 404)
        self.assertEqual(team.get("/referrals").status, 404)
        self.assertEqual(Browser(self.stage.path("gateway.socket")).get("/refer").go, "/sign-in")
        self.assertEqual(self.browser.get(f"/referrals/{UNKNOWN}").status, 404)
        self.assertEqual(self.browser.get("/referrals/none").status, 404)

    def test_it_is_saved_while_the_router_is_away_and_the_page_says_whom_to_ring(self):
        self.stage.stop("broker")
        page = self.refer(narrative="While it is away.")
        self.assertIn("<strong>SAVED", page.text)
        self.assertIn("Saved, and not with the router yet</h1>", page.text)
        self.assertIn(RING_LINK.removeprefix("Duty coordinator "), page.text)
        self.stage.start_broker()
        page = self.await_text(f"/referrals/{self.id(page)}", "<strong>RECEIVED")
        self.assertRegex(page.text, r"R-\d{4}")

    def test_nothing_is_lost_when_the_intake_is_away(self):
        self.stage.stop("intake")
        sent = self.form(self.browser.get("/refer")).filled(callback=CALLBACK, narrative="Kept.", postcode="ZX1")
        page = self.browser.post("/refer", sent)
        self.assertEqual(page.status, 503)
        self.assertIn("NOT SENT", page.text)
        self.assertIn("Kept.</textarea>", page.text)
        self.stage.start_intake()
        for _ in range(SECONDS):
            page = self.browser.post("/refer", self.form(page).filled())
            if page.status == 200:
                break
        self.assertIn("<strong>RECEIVED", page.text)


if __name__ == "__main__":
    unittest.main()
