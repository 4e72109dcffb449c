"""R15: a coordinator, a team and a referrer write to each other about a case: at once on the screen of whom it is to, never
in anybody else's, marked until seen, sealed on the router and without its words on the intake.

Usage: R15_message_told.py SOURCE BUILD
"""

import glob
import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import faults  # noqa: E402
import stage  # noqa: E402

WORDS = "The door code is 1234"
NOT_YOURS, WRONG_STATE = 9, 17


class Messages(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("message")
        self.addCleanup(self.stage.close)
        self.stage.start_broker()
        self.wire = self.stage.wire
        self.stage.start_intake("street")
        self.nurse = self.stage.device("nurse-1", "street")
        self.nurse.wants_news = True
        self.nurse.request(get_board=self.wire.GetBoard())  # says hello
        self.team = self.stage.client("northmoor-1", "team", "northmoor-crisis", wants_news=True)
        presence = self.wire.SetPresence(present=True, lease_seconds=600)
        self.assertTrue(self.team.request(set_presence=presence).answer.done)
        self.stage.make_key("north-desk", "coordinator", "northmoor-duty")
        submission = self.stage.submission()
        self.case = submission.referral.id
        self.nurse.request(submit=submission)
        offer = self.await_message(self.team, lambda told: told.WhichOneof("body") == "offer")
        self.number = offer.offer.number

    def await_message(self, client, is_it):
        while True:
            message = client.next_message(timeout=20)
            self.assertIsNotNone(message, "the news never came")
            if is_it(message):
                return message

    def typed(self, *words, code=0):
        ran, said = self.stage.concordat("north-desk", *words)
        said = " ".join(said.split())
        self.assertEqual(ran, code, said)
        return said

    def texts(self, status):
        return [(message.text, message.for_you, list(message.unseen_by)) for message in status.messages]

    def test_the_asked_team_is_shown_it_and_nobody_else(self):
        self.assertIn("not seen yet by: team", self.typed("message", self.number, "team", *WORDS.split()))
        offer = self.await_message(self.team, lambda told: told.WhichOneof("body") == "offer").offer
        self.assertEqual(self.texts(offer.status), [(WORDS, True, [2])])
        self.assertEqual(offer.status.messages[0].sender, "Northmoor duty coordinator")
        nurse = self.nurse.request(get_status=self.wire.GetStatus(referral=self.case)).answer.status
        self.assertEqual(list(nurse.messages), [])
        saw = self.wire.SawChanges(referral=self.case, messages_seq=offer.status.messages[0].seq)
        self.assertTrue(self.team.request(saw_changes=saw).answer.done)
        self.assertNotIn("not seen yet", self.typed("status", self.number))

    def test_the_referrer_reads_it_says_so_and_answers(self):
        self.typed("message", self.number, "referrer", *WORDS.split())
        news = self.await_message(self.nurse, lambda told: told.WhichOneof("body") == "status" and told.status.messages)
        self.assertEqual(self.texts(news.status), [(WORDS, True, [1])])
        stored = self.nurse.request(get_status=self.wire.GetStatus(referral=self.case)).answer.status
        self.assertEqual(self.texts(stored), [("", True, [1])])  # the intake keeps no words
        record = self.nurse.request(get_record=self.wire.GetRecord(referral=self.case, reason="read back")).record
        self.assertEqual([typed.text for typed in record.typed], [WORDS])
        saw = self.wire.SawChanges(referral=self.case, messages_seq=news.status.messages[0].seq)
        self.assertTrue(self.nurse.request(saw_changes=saw).answer.done)
        answer = self.wire.SendMessage(referral=self.case, to=3, text="We are at the back door")
        self.assertTrue(self.nurse.request(send_message=answer).answer.done)
        while "We are at the back door" not in self.typed("status", self.number):
            pass
        self.assertIn(f"{self.number} has a message to you", self.typed("board"))
        self.typed("saw", self.number)
        self.assertNotIn("We are at the back door", self.typed("status", self.number))

    def test_a_stranger_and_a_team_that_is_not_asked(self):
        other = self.stage.client("southfell-1", "team", "southfell-crisis")
        send = self.wire.SendMessage(referral=self.case, to=3, text=WORDS)
        self.assertEqual(other.request(send_message=send).answer.refusal, NOT_YOURS)
        self.assertEqual(self.team.request(send_message=send).answer.refusal, 0)

    def test_no_words_lie_open_on_a_disk(self):
        self.typed("message", self.number, "everybody", *WORDS.split())
        self.await_message(self.nurse, lambda told: told.WhichOneof("body") == "status" and told.status.messages)
        sent, = [event for event in faults.events_of(self.stage) if event.WhichOneof("what") == "message_sent"]
        self.assertEqual(([*sent.message_sent.to], [sealed.part for sealed in sent.sealed]), ([1, 2], [3]))
        for path in glob.glob(self.stage.path("**", "*"), recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.assertNotIn(WORDS.encode(), file.read(), path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
