"""Forms that were sealed on a device come to the intake through the gateway: without a session, each by its own right, once
and only once. The device is played here, by another implementation of the sealing.

Usage: test_sealed_delivery.py SOURCE BUILD
"""

import base64
import json
import os
import re
import sys
import time
import types
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__))))
import browser  # noqa: E402
import form_sealer  # noqa: E402
import stage  # noqa: E402


def text_of(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SealedDelivery(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("delivery", browser.FOLDERS)
        self.addCleanup(self.stage.close)
        self.officer = self.add("p301", "Kit Moreau")
        self.stage.start_broker()
        self.stage.start_intake()
        self.stage.device("car")
        self.desk = (f"{self.stage.path('secret', 'car.key_secret')} {self.stage.intakes['intake']} "
                     f"{self.stage.public_key('intake')}")
        browser.start_gateway(self.stage, [self.desk])
        self.signed_in = self.browser()
        self.signed_in.sign_in(self.officer)

    def add(self, number, name):
        return browser.add_person(self.stage, "add", number, "--name", name, "--role", "referrer", "--of", "street-triage",
                                  "--staff-role", "police-officer")

    def browser(self):
        return browser.Browser(self.stage.path("gateway.socket"))

    def page(self):
        """What a page with the form brings, once the gateway has heard the intake's key."""
        while True:
            found = dict(re.findall(r'data-([a-z]+)="([^"]*)"', self.signed_in.get("/refer").text))
            if found.get("key"):
                found["rights"] = [right.split(":") for right in found["rights"].split()]
                return found
            time.sleep(0.05)  # a page cannot notify us

    def sealed(self, page, at=0, **fields):
        """What the device posts for the page's right number `at`."""
        referral, token = page["rights"][at]
        key = types.SimpleNamespace(key=bytes_of(page["key"]), public_key=bytes_of(page["point"]))
        form = form_sealer.seal(self.stage.wire, key, uuid.UUID(referral).bytes,
                                {"fields": {"callback": "01632 960111", "narrative": "An invented story.", **fields}})
        return {"referral": referral, "token": token, "key": page["key"], "sender": text_of(form.sender_key),
                "sealed": text_of(form.sealed), "sealed_ms": str(form.sealed_ms)}

    def deliver(self, posted, **options):
        answer = self.browser().post("/sealed", posted, **options)  # which is nobody's session
        return answer.status, json.loads(answer.text) if answer.text.startswith("{") else {}

    def board(self):
        if not hasattr(self, "source"):
            self.source = self.stage.client("intake")
        return self.source.request(get_board=self.stage.wire.GetBoard(with_closed=True)).board.cases

    def test_it_is_delivered_once_without_a_session_also_after_a_restart(self):
        posted = self.sealed(self.page())
        status, said = self.deliver(posted)
        self.assertEqual((status, said["state"]), (200, "received"), said)
        self.assertRegex(said["number"], r"^R-\d+$")
        self.stage.kill("gateway")
        browser.start_gateway(self.stage, [self.desk])
        while (again := self.deliver(posted)[1])["state"] == "again":
            continue
        self.assertEqual((again["state"], again["number"]), ("received", said["number"]))
        self.assertEqual([case.number for case in self.board()], [said["number"]])

    def test_each_right_delivers_its_own_referral_and_no_other(self):
        page = self.page()
        posted, other = self.sealed(page), self.sealed(page, 1)
        for changed in ({"token": other["token"]}, {"referral": other["referral"]}):
            self.assertEqual(self.deliver({**posted, **changed})[1]["state"], "refused")
        for token in ("", "A" * len(posted["token"]), posted["token"][:-1] + ("A" if posted["token"][-1] != "A" else "B")):
            self.assertEqual(self.deliver({**posted, "token": token}), (403, {
                "state": "sign-in", "number": "", "text": "Sign in here, fill the form in again, or ring."}))
        self.assertEqual(list(self.board()), [])
        self.assertEqual(self.deliver(posted)[1]["state"], "received")
        self.assertEqual(self.deliver(other)[1]["state"], "received")

    def test_the_event_names_who_was_signed_in_when_it_was_sealed(self):
        posted = self.sealed(self.page())
        browser.add_person(self.stage, "disable", "p301")  # who wrote it is out; the referral is not
        said = self.deliver(posted)[1]
        self.assertEqual(said["state"], "received")
        from concordat.v1 import event_pb2
        import python_client
        inspector = self.stage.client("inspector", "inspector", "council")
        feed = inspector.request(follow=self.stage.wire.Follow(after=0, credit=500)).feed
        received = [event for event in python_client.Follower(inspector).check(feed, event_pb2.Event)
                    if event.WhichOneof("what") == "received"]
        self.assertEqual([(event.person.id, event.actor_device) for event in received], [("p301", "car")])

    def test_a_form_whose_answer_was_lost_is_the_same_referral(self):
        page = self.page()
        text = self.signed_in.get("/refer").text
        referral = re.search(r'name="referral" value="([^"]+)"', text)[1]
        rights = dict(re.findall(r"([0-9a-f-]{36}):([\w-]+)", text))
        sent = self.signed_in.post("/refer", {"token": re.search(r'name="token" value="([\w-]{43})"', text)[1],
                                              "referral": referral, "callback": "01632 960111", "go": "send"})
        self.assertEqual(sent.status, 200)
        page["rights"] = [(referral, rights[referral])]
        said = self.deliver(self.sealed(page))[1]
        self.assertEqual(said["state"], "received")
        self.assertEqual([case.number for case in self.board()], [said["number"]])

    def test_what_is_wrong_is_said_and_changes_nothing(self):
        page = self.page()
        posted = self.sealed(page)
        self.assertEqual(self.deliver(posted, origin="https://elsewhere.example")[0], 403)
        self.assertEqual(self.deliver({**posted, "more": "1"})[0], 400)
        for change in ({"sealed": "!"}, {"sealed_ms": "soon"}, {"sender": posted["sender"][:-4]}, {"sealed": posted["sealed"][:-4] + "AAAA"}):
            status, said = self.deliver({**posted, **change})
            self.assertEqual(said["state"], "refused", (change, status))
            self.assertTrue(said["text"])
        refused = self.deliver(self.sealed(page, 1, callback="none"))[1]
        self.assertEqual(refused["state"], "refused")
        self.assertIn("callback", refused["text"])
        self.stage.stop("intake")
        self.assertEqual(self.deliver(posted)[1]["state"], "again")
        self.stage.start_intake()
        while (said := self.deliver(posted)[1])["state"] == "again":
            continue
        self.assertEqual(said["state"], "received")


if __name__ == "__main__":
    unittest.main()
