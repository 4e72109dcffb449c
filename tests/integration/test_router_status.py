"""`concordat status --router` against a real router: what needs somebody, who waits and how long, and which role is told what.

Usage: test_router_status.py SOURCE BUILD
"""

import json
import re
import signal
import subprocess
import time
import unittest

import stage



class RouterStatus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = s = stage.Stage("router-status")
        cls.addClassCleanup(s.close)
        s.start_broker()
        s.start_intake()
        cls.device = s.device("car")
        cls.duty = s.client("duty", "coordinator", "northmoor-duty")
        cls.source = s.client("source", "source", "street-triage")
        for name, role, of in (("coordinator", "coordinator", "southfell-duty"), ("inspector", "inspector", "council"),
                               ("auditor", "auditor", "council"), ("team", "team", "northmoor-crisis")):
            s.client(name, role, of)

    def ask(self, key, *words):
        code, said = self.s.concordat(key, "status", "--router", *words)
        return code, said

    def facts(self, key="inspector"):
        code, said = self.ask(key, "--json")
        self.assertEqual(code, 0, said)
        return json.loads(said)["standing"]

    def test_it_tells_who_waits_how_long_and_what_needs_somebody(self):
        before = self.facts()["cases"]
        case = self.source.request(submit=self.s.submission()).answer.status
        self.duty.request(take=self.s.wire.Take(referral=case.referral))
        after = self.facts()["cases"]
        self.assertEqual(after["withoutTeam"], before.get("withoutTeam", 0) + 1)
        area = {area["area"]: area for area in after["areas"]}["northmoor"]
        self.assertEqual((area["name"], area["ofCoordinator"]), ("Northmoor", area["open"]))
        code, said = self.ask("coordinator")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, rf"Waiting +{after['withoutTeam']} with no team; the one who has waited longest: \d+")
        self.assertRegex(said, r"Area +Northmoor \(northmoor\): \d+ open, \d+ with the coordinator")
        self.assertRegex(said, r"Connected +source \d+, team \d+, coordinator \d+, auditor \d+, inspector \d+")
        self.assertRegex(said, r"Program +concordat-broker \S+, \d+ events")
        self.assertNotRegex(said, r"07700|car-1|p117")

    def test_small_numbers_are_for_coordinators_and_inspectors(self):
        for key in ("auditor", "source"):
            with self.subTest(key):
                self.assertNotIn("cases", self.facts(key))
                self.assertRegex(self.ask(key)[1], "Cases +told to coordinators and inspectors only")

    def test_a_team_and_a_referrer_may_not_ask(self):
        code, said = self.ask("team")
        self.assertEqual(code, 1, said)
        self.assertIn("NOT DONE", said)
        answer = self.device.request(get_standing=self.s.wire.GetStanding()).answer
        self.assertFalse(answer.done)
        self.assertNotEqual(answer.refusal, 0)

    def test_a_policy_that_was_not_loaded_is_told_until_it_is(self):
        says = "The policy on the disk is not the one in force"
        self.assertNotIn(says, self.ask("auditor")[1].replace("\n", " "))
        self.s.use_region(lambda text: text + "# A line that the running router has not read.\n")
        said = re.sub(r"\s+", " ", self.ask("auditor")[1])
        self.assertIn(says, said)
        self.assertTrue(said.startswith("LOOK AFTER"), said)
        self.assertTrue(self.facts("auditor")["policyIsAnother"])
        at = len(self.s.said("broker").encode())
        self.s.processes["broker"].send_signal(signal.SIGHUP)
        self.s.await_said("broker", "policy loaded again", since=at)
        self.assertNotIn(says, re.sub(r"\s+", " ", self.ask("auditor")[1]))

    def test_bank_holidays_that_run_out(self):
        last = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        self.s.use_region(lambda text: re.sub(r"(?m)^bank_holidays:(\n  - .*)+", f"bank_holidays:\n  - {last}", text))
        at = len(self.s.said("broker").encode())
        self.s.processes["broker"].send_signal(signal.SIGHUP)
        self.s.await_said("broker", "policy loaded again", since=at)
        self.assertRegex(re.sub(r"\s+", " ", self.ask("source")[1]), r"The last bank holiday of the policy is in (30|31) days")

    def test_slips(self):
        for words, says in ((("status", "--router", "R-0001"), "is too much: --router asks about no case"), (("status", "--rou"), "write --router in full")):
            ran = subprocess.run([stage.find_program("concordat"), *words], capture_output=True, text=True, check=False)
            self.assertEqual(ran.returncode, 100)
            self.assertIn(says, ran.stderr)


if __name__ == "__main__":
    unittest.main()
