"""The gateway's desks between browsers, a real broker and a real intake: who is served by which desk, and what they are
told if it does not answer.

Usage: test_gateway_desks.py SOURCE BUILD
"""

import os
import time
import unittest

import stage
from browser import FOLDERS, RING_LINK, SECONDS, Browser, add_person, start_gateway


class Desks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = stage.Stage("gateway-desks", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.stage.start_broker()
        cls.stage.start_intake()
        cls.car = cls.stage.device("car")
        keys = [cls.stage.make_key("crisis", "team", "northmoor-crisis"),
                cls.stage.make_key("other", "team", "southfell-crisis"),
                cls.stage.make_key("duty", "coordinator", "northmoor-duty"),
                f"{cls.stage.path('secret', 'car.key_secret')} {cls.stage.intakes['intake']} "
                f"{cls.stage.public_key('intake')}"]
        people = {"crisis": ("p101", "team", "northmoor-crisis"), "other": ("p102", "team", "southfell-crisis"),
                  "duty": ("p201", "coordinator", "northmoor-duty"), "car": ("p301", "referrer", "street-triage"),
                  "nobody": ("p401", "team", "zz-none")}
        cls.people = {name: add_person(cls.stage, "add", person, "--name", f"Sam of {name}", "--role", role, "--of", of)
                      for name, (person, role, of) in people.items()}
        start_gateway(cls.stage, keys)
        cls.inside = {}
        cls.number = cls.refer()

    @classmethod
    def refer(cls):
        """Refers by the car, and waits until the router has numbered the case."""
        command = cls.stage.submission()
        cls.car.request(submit=command)
        while True:
            answer = cls.car.request(get_status=cls.stage.wire.GetStatus(referral=command.referral.id)).answer
            if answer.status.number:
                return answer.status.number
            time.sleep(0.02)  # a device that wants no news asks

    def enter(self, name):
        """Each signs in once: a person has three codes in half a minute at most."""
        if name not in self.inside:
            self.inside[name] = Browser(self.stage.path("gateway.socket"))
            self.assertEqual(self.inside[name].sign_in(self.people[name]).go, "/")
        return self.inside[name]

    def await_page(self, browser, path, status):
        for _ in range(SECONDS * 20):
            page = browser.get(path)
            if page.status == status:
                return page
            time.sleep(0.05)  # a page cannot notify us
        raise AssertionError(f"{path} says {page.status} and not {status}")

    def test_a_desk_sees_what_its_server_lets_it_see(self):
        path = f"/cases/{self.number}"
        for name in ("duty", "car"):
            page = self.await_page(self.enter(name), path, 200)
            self.assertIn("Held by", page.text)
            self.assertIn(self.number, page.text)
        page = self.await_page(self.enter("other"), path, 404)
        self.assertIn("NOT DONE", page.text)
        self.assertNotIn("Held by", page.text)

    def test_a_person_without_a_desk_is_told_so(self):
        page = self.enter("nobody").get(f"/cases/{self.number}")
        self.assertEqual(page.status, 503)
        self.assertIn("is not connected here", page.text)

    def test_a_number_has_one_page_and_needs_a_sign_in(self):
        duty = self.enter("duty")
        for wrong in ("412", "r-0412", "R-412", "R-0412/", "", "R-0412%00"):
            self.assertEqual(duty.get(f"/cases/{wrong}").status, 404)
        self.assertEqual(Browser(self.stage.path("gateway.socket")).get(f"/cases/{self.number}").go, "/sign-in")

    def test_a_desk_whose_key_is_revoked_says_why(self):
        other = self.enter("other")
        self.await_page(other, f"/cases/{self.number}", 404)
        os.remove(self.stage.path("keys", "other.key"))
        for _ in range(SECONDS * 20):
            page = other.get(f"/cases/{self.number}")
            if "revoked" in page.text or page.status == 504:
                break
            time.sleep(0.05)  # the broker reads its folder of keys when it likes
        self.assertEqual(page.status, 404)
        self.assertIn("revoked", page.text)

    def test_without_an_answer_the_page_says_that_nothing_was_changed_and_whom_to_ring(self):
        duty = self.enter("duty")
        self.await_page(duty, f"/cases/{self.number}", 200)
        os.kill(self.stage.processes["broker"].pid, 19)  # it stands still
        page = duty.get(f"/cases/{self.number}")
        os.kill(self.stage.processes["broker"].pid, 18)
        self.assertEqual(page.status, 504)
        self.assertIn("Nothing was changed", page.text)
        self.assertIn(RING_LINK, page.text)
        self.await_page(duty, f"/cases/{self.number}", 200)


if __name__ == "__main__":
    unittest.main()
