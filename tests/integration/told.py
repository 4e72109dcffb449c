"""A router with the people around a case, and what each of them is told: by news, and by the command `concordat`."""

import datetime
import os
import unittest

import faults
import stage

NEWS_S = 60  # far longer than any news takes, even on a busy machine


class Router(unittest.TestCase):
    """A router on a stage. A test says who else is there."""

    def setUp(self):
        self.stage = stage.Stage("told")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.stage.use_region(self.region)
        self.stage.start_broker(env=self.env())

    def region(self, text):
        """The router's region, made of the text of the example."""
        return text

    def env(self):
        """Variables in the router's environment."""
        return {}

    # ---- The people ----

    def coordinator(self, name, of):
        client = self.stage.client(name, "coordinator", of, wants_news=True)
        client.request(get_board=self.wire.GetBoard())  # from its hello on it is told
        return client

    def present(self, name, of):
        """A team that is there."""
        team = self.stage.client(name, "team", of, wants_news=True)
        presence = self.wire.SetPresence(present=True, lease_seconds=600)
        self.assertTrue(team.request(set_presence=presence).answer.done)
        return team

    # ---- What they are told ----

    def typed(self, key, *words, code=0):
        """Types a command of `concordat`, which ends with that code. Returns what it said, in one line."""
        ran, said = self.stage.concordat(key, *words)
        said = " ".join(said.split())
        self.assertEqual(ran, code, said)
        return said

    def await_news(self, client, kind, wanted=lambda news: True):
        """Returns the next news of a kind for which `wanted` is true, whatever comes before it."""
        while True:
            message = client.next_message(timeout=NEWS_S)
            self.assertIsNotNone(message, "the news never came")
            if message.HasField(kind) and wanted(getattr(message, kind)):
                return getattr(message, kind)

    def await_status(self, client, wanted):
        return self.await_news(client, "status", wanted)

    # ---- What stays ----

    def events(self, *kinds):
        """The events of the ledger that are of these kinds."""
        return [event for event in faults.events_of(self.stage) if event.WhichOneof("what") in kinds]

    def assert_in_no_file(self, words):
        for folder, _, names in os.walk(self.stage.path()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(words.encode(), file.read(), name)


class Told(Router):
    """A router with a source, which refers, and the coordinator of the area."""

    def setUp(self):
        super().setUp()
        self.source = self.stage.client("street", "source", "street-triage", wants_news=True)
        self.duty = self.coordinator("duty", "northmoor-duty")

    def referred(self, **facts):
        """Refers somebody. Returns the status."""
        answer = self.source.request(submit=self.stage.submission(**facts)).answer
        self.assertTrue(answer.done, answer)
        return answer.status

    def accepted(self, key="northmoor-1"):
        """Refers somebody whom a team accepts. Returns the id of the case and its number."""
        status = self.referred()
        self.typed(key, "accept", status.number, "20")
        return status.referral, status.number

    def status(self, number):
        return self.source.request(get_status=self.wire.GetStatus(number=number)).answer.status

    def words_on_record(self, case):
        """What people typed about a case, as the coordinator reads it: each with the part that it is."""
        record = self.duty.request(get_record=self.wire.GetRecord(referral=case, reason="a check")).record
        return [(typed.part, typed.text) for typed in record.typed]


def minute(after):
    """The minute so many minutes from now, as a person types it."""
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=after)
    return at.strftime("%Y-%m-%dT%H:%M:00Z")
