"""A shift is handed over on one page, by two people of a team and of a coordinator's desk: what changes between the two
signatures is marked, one of two who sign takes it, and what both signed can be read again. By browsers without scripts and
a real broker.

Usage: test_gateway_handover.py SOURCE BUILD
"""

import re
import threading
import time
import unittest

import stage
from browser import FOLDERS, Browser, add_person, start_gateway

PEOPLE = {"sam": ("p101", "Sam Okafor", "team", "northmoor-crisis"), "kim": ("p102", "Kim Reyes", "team", "northmoor-crisis"),
          "max": ("p103", "Max Idowu", "team", "northmoor-crisis"),
          "ash": ("p201", "Ash Lindqvist", "coordinator", "northmoor-duty"),
          "jo": ("p202", "Jo Tremaine", "coordinator", "northmoor-duty")}
SIGNED = r"{} \({}\), signed at " + stage.CLOCK + r" \(event (\d+) of the ledger\)"


class Handovers(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("gateway-handover", FOLDERS)
        self.addCleanup(self.stage.close)
        self.stage.use_region(stage.without_quotas)
        self.stage.start_broker()
        self.source = self.stage.client("source", "source", "street-triage")
        keys = [self.stage.make_key("crisis", "team", "northmoor-crisis"),
                self.stage.make_key("duty", "coordinator", "northmoor-duty")]
        self.people = {name: add_person(self.stage, "add", person, "--name", words, "--role", role, "--of", of)
                       for name, (person, words, role, of) in PEOPLE.items()}
        start_gateway(self.stage, keys)
        self.browsers = {}
        for name in PEOPLE:
            self.browsers[name] = Browser(self.stage.path("gateway.socket"))
            self.assertEqual(self.browsers[name].sign_in(self.people[name]).go, "/")
        self.await_page("sam", "/team", 'data-if-empty="offers">')

    def await_page(self, name, path, words):
        for _ in range(200):
            page = self.browsers[name].get(path)
            if page.status == 200 and words in page.text:
                return page.text
            time.sleep(0.1)  # a page cannot notify us
        raise AssertionError(f"{path} of {name} never says {words}: {page.text}")

    def send(self, name, path, **fields):
        token = self.browsers[name].get("/handover").token()
        page = self.browsers[name].post(path, {"token": token, **fields})
        return self.browsers[name].get(page.go) if page.status == 303 else page

    def read(self, name, path="/handover"):
        page = self.browsers[name].get(path)
        self.assertEqual(page.status, 200, page.text)
        return page.text

    def accepted(self):
        number = self.source.request(submit=self.stage.submission()).answer.status.number
        self.await_page("sam", "/team", f'data-number="{number}" data-in="offers"')
        status = self.source.request(get_status=self.source.wire.GetStatus(number=number)).answer.status
        self.assertIn("done.", self.send("sam", f"/cases/{number}/accept", minutes="20", attempt=str(status.attempt)).text)
        return number

    def case(self, page, number):
        """The lines of one case."""
        return re.search(rf'<p class="said said--\w+"><strong>{number}</strong>.*?</dl>', page, re.S)[0]

    def test_both_sign_and_what_changed_between_is_marked(self):
        same, changes = self.accepted(), self.accepted()
        self.assertIn("NOBODY is on shift here", self.read("sam"))
        self.assertNotIn("hand this over", self.read("sam"))
        self.send("sam", "/desk/on-shift")
        page = self.read("sam")
        self.assertIn("NOT SIGNED", page)
        self.assertIn("I go, and hand this over", page)
        self.assertIn("nobody has signed yet", page)
        self.send("sam", f"/cases/{same}/message", to="team", text="The sister has a key.")
        self.assertIn("The sister has a key.", self.case(self.read("kim"), same))
        page = self.send("sam", "/desk/shift-handover").text
        self.assertIn("You have the duty, and what is in hand (2), until somebody else signs.", page)
        self.assertRegex(page, SIGNED.format("Sam Okafor", "p101"))
        self.assertIn("Sam Okafor (p101), until somebody else signs", page)
        self.assertNotIn("take it over", page)  # nobody signs for themselves
        page = self.read("kim")
        self.assertIn("as it was signed at", self.case(page, same))
        self.assertIn("as it was signed at", self.case(page, changes))
        self.send("sam", f"/cases/{changes}/checkin", step="travelling", minutes="15")
        offered = self.source.request(submit=self.stage.submission()).answer.status.number
        page = self.await_page("kim", "/handover", f"<strong>{offered}</strong>")
        self.assertIn("OFFERED to your team, which has not answered", self.case(page, offered))
        new = self.accepted()
        page = self.read("kim")
        self.assertIn("as it was signed at", self.case(page, same))
        self.assertIn("CHANGED since", self.case(page, changes))
        self.assertIn("Given as", self.case(page, changes))
        self.assertIn("NEW since", self.case(page, new))
        page = self.send("kim", "/desk/shift-handover", sign="p101").text
        self.assertIn("p101 is off shift. You have the duty, and what is in hand (3).", page)
        latest = re.search(r'href="(/handover/\d+)"', page)[1]
        page = self.read("kim", latest)
        self.assertIn("by both", page)
        given = re.search(SIGNED.format("Sam Okafor", "p101"), page)[1]
        self.assertEqual(latest, "/handover/" + re.search(SIGNED.format("Kim Reyes", "p102"), page)[1])
        self.assertIn("the same at both signatures", self.case(page, same))
        self.assertIn("CHANGED between the two signatures", self.case(page, changes))
        self.assertIn("NEW between the two signatures", self.case(page, new))
        self.assertEqual(self.read("sam", "/handover/" + given), self.read("sam", latest))

        # What comes later changes nothing of it, and no other desk reads it.
        self.send("kim", f"/cases/{same}/close", **{"outcome": "advice", "without-contact": "not-found", "note": "nobody there"})
        self.assertEqual(self.case(self.read("kim", latest), same), self.case(page, same))
        self.assertEqual(self.browsers["ash"].get(latest).status, 404)
        for path in ("/handover/0", "/handover/007", "/handover/x", "/handover/99999999", "/handover/1"):
            self.assertEqual(self.browsers["kim"].get(path).status, 404, path)

    def test_of_two_who_sign_at_once_one_takes_it(self):
        self.accepted()
        self.send("sam", "/desk/on-shift")
        self.send("sam", "/desk/shift-handover")
        said = {}
        sign = [threading.Thread(target=lambda name=name: said.update({name: self.send(name, "/desk/shift-handover", sign="p101").text}))
                for name in ("kim", "max")]
        for thread in sign:
            thread.start()
        for thread in sign:
            thread.join()
        won = [name for name in said if "p101 is off shift. You have the duty" in said[name]]
        self.assertEqual(len(won), 1, said)
        lost = "max" if won == ["kim"] else "kim"
        self.assertIn(f"{PEOPLE[won[0]][0]} signed that handover before you, and has the duty", said[lost])

    def test_the_same_person_cannot_sign_both_and_may_stay(self):
        self.accepted()
        self.send("sam", "/desk/on-shift")
        self.send("sam", "/desk/shift-handover")
        self.assertIn("Two people sign a handover", self.send("sam", "/desk/shift-handover", sign="p101").text)
        self.assertIn("you are on shift still", self.send("sam", "/desk/on-shift", end="yes").text)
        self.assertIn("NOT SIGNED", self.send("sam", "/desk/shift-handover", cancel="yes").text)
        self.assertIn("NOT SIGNED", self.read("kim"))

    def test_a_coordinator_hands_over_what_teams_have_and_how_teams_stand(self):
        number = self.accepted()
        self.send("sam", "/desk/capacity", places="3")
        self.send("ash", "/desk/on-shift")
        page = self.await_page("ash", "/handover", f"<strong>{number}</strong>")
        self.assertRegex(page, rf"there; has 1 person; could see 3 more, as it said at {stage.CLOCK} \(")
        self.assertIn("has not said how many more it could see", page)
        self.send("ash", "/desk/shift-handover")
        self.assertIn("as it was signed at", self.case(self.read("jo"), number))
        self.send("jo", "/desk/shift-handover", sign="p201")
        self.assertIn("SIGNED", self.read("jo", re.search(r'href="(/handover/\d+)"', self.read("jo"))[1]))
        said = self.send("jo", "/desk/on-shift", end="yes").text
        self.assertIn("This desk has no case in hand; teams have 1 of its cases.", said)
        self.assertNotIn("The teams of your areas", self.read("kim"))


if __name__ == "__main__":
    unittest.main()
