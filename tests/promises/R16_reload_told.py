"""R16 A running router that loads a policy without a case's coordinator tells everybody concerned who holds the case now,
with a number to ring.

Usage: R16_reload_told.py SOURCE BUILD
"""

import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import two_areas  # noqa: E402

COORDINATOR = 2
ADVICE = 1


class Reload(two_areas.TwoAreas):
    def submit(self):
        return self.source.request(submit=self.stage.submission()).answer.status

    def rename(self, before, after):
        self.stage.use_region(lambda text: text.replace(before, after))
        self.stage.processes["broker"].send_signal(signal.SIGHUP)

    def test_a_held_case_gets_a_coordinator_with_a_number(self):
        news = self.stage.client("news", "source", "street-triage", wants_news=True)
        status = news.request(submit=self.stage.submission()).answer.status
        self.assertEqual((status.owner_kind, status.owner), (COORDINATOR, "northmoor-duty"))
        self.rename("northmoor-duty", "northmoor-night")
        told = self.await_status(news, lambda status: status.owner == "northmoor-night")
        self.assertEqual((told.ring, told.coordinator_ring), ("01632 960100", "01632 960100"))
        left = self.await_status(self.north, lambda status: status.owner == "northmoor-night")
        self.assertEqual(left.number, status.number)
        passed = self.events("passed_over")
        self.assertEqual([(event.passed_over.previous, event.passed_over.coordinator) for event in passed],
                         [("northmoor-duty", "northmoor-night")])

    def test_of_a_case_that_has_ended_the_coordinator_of_the_area_is_rung(self):
        status, waiting = self.submit(), self.submit()
        self.north.request(take=self.wire.Take(referral=status.referral))
        closed = self.north.request(close=self.wire.Close(
            referral=status.referral, outcome=ADVICE, without_contact=4, note="an invented note"))
        self.assertTrue(closed.answer.done, closed.answer.text)
        self.rename("northmoor-duty", "northmoor-night")
        self.await_status(self.north, lambda shown: (shown.number, shown.owner) == (waiting.number, "northmoor-night"))
        shown = self.source.request(get_status=self.wire.GetStatus(referral=status.referral)).answer.status
        self.assertEqual((shown.coordinator_name, shown.ring), ("Northmoor duty coordinator", "01632 960100"))

    def test_a_restart_under_another_policy_passes_cases_over_too(self):
        status = self.submit()
        self.stage.stop("broker")
        self.stage.use_region(lambda text: text.replace("northmoor-duty", "northmoor-night"))
        self.stage.start_broker(env=self.machine.env())
        night = self.coordinator("night-desk", "northmoor-night")
        told = self.await_status(night, lambda shown: shown.number == status.number)
        self.assertEqual((told.owner, told.ring), ("northmoor-night", "01632 960100"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
