"""R15: a coordinator, a team and a referrer write to each other about a case: at once on the screen of whom it is to, never
in anybody else's, marked until seen, sealed on the router and without its words on the intake.

Usage: R15_message_told.py SOURCE BUILD
"""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv[1], "tests", "integration"))
import told  # noqa: E402

WORDS = "The door code is 1234"
NOT_YOURS, WRONG_STATE = 9, 17


class Messages(told.Router):
    def setUp(self):
        super().setUp()
        self.stage.start_intake("street")
        self.nurse = self.stage.device("nurse-1", "street")
        self.nurse.wants_news = True
        self.nurse.request(get_board=self.wire.GetBoard())  # says hello
        self.team = self.present("northmoor-1", "northmoor-crisis")
        self.stage.make_key("duty", "coordinator", "northmoor-duty")
        submission = self.stage.submission()
        self.case = submission.referral.id
        self.nurse.request(submit=submission)
        self.number = self.await_news(self.team, "offer").number

    def texts(self, status):
        return [(message.text, message.for_you, list(message.unseen_by)) for message in status.messages]

    def test_the_asked_team_is_shown_it_and_nobody_else(self):
        self.assertIn("not seen yet by: team", self.typed("duty", "message", self.number, "team", *WORDS.split()))
        offer = self.await_news(self.team, "offer")
        self.assertEqual(self.texts(offer.status), [(WORDS, True, [2])])
        self.assertEqual(offer.status.messages[0].sender, "Northmoor duty coordinator")
        nurse = self.nurse.request(get_status=self.wire.GetStatus(referral=self.case)).answer.status
        self.assertEqual(list(nurse.messages), [])
        saw = self.wire.SawChanges(referral=self.case, messages_seq=offer.status.messages[0].seq)
        self.assertTrue(self.team.request(saw_changes=saw).answer.done)
        self.assertNotIn("not seen yet", self.typed("duty", "status", self.number))

    def test_the_referrer_reads_it_says_so_and_answers(self):
        self.typed("duty", "message", self.number, "referrer", *WORDS.split())
        news = self.await_status(self.nurse, lambda status: status.messages)
        self.assertEqual(self.texts(news), [(WORDS, True, [1])])
        stored = self.nurse.request(get_status=self.wire.GetStatus(referral=self.case)).answer.status
        self.assertEqual(self.texts(stored), [("", True, [1])])  # the intake keeps no words
        record = self.nurse.request(get_record=self.wire.GetRecord(referral=self.case, reason="read back")).record
        self.assertEqual([typed.text for typed in record.typed], [WORDS])
        saw = self.wire.SawChanges(referral=self.case, messages_seq=news.messages[0].seq)
        self.assertTrue(self.nurse.request(saw_changes=saw).answer.done)
        answer = self.wire.SendMessage(referral=self.case, to=3, text="We are at the back door")
        self.assertTrue(self.nurse.request(send_message=answer).answer.done)
        while "We are at the back door" not in self.typed("duty", "status", self.number):
            pass
        self.assertIn(f"{self.number} has a message to you", self.typed("duty", "board"))
        self.typed("duty", "saw", self.number)
        self.assertNotIn("We are at the back door", self.typed("duty", "status", self.number))

    def test_a_stranger_and_a_team_that_is_not_asked(self):
        other = self.stage.client("southfell-1", "team", "southfell-crisis")
        send = self.wire.SendMessage(referral=self.case, to=3, text=WORDS)
        self.assertEqual(other.request(send_message=send).answer.refusal, NOT_YOURS)
        self.assertEqual(self.team.request(send_message=send).answer.refusal, 0)

    def test_no_words_lie_open_on_a_disk(self):
        self.typed("duty", "message", self.number, "everybody", *WORDS.split())
        self.await_status(self.nurse, lambda status: status.messages)
        sent, = self.events("message_sent")
        self.assertEqual(([*sent.message_sent.to], [sealed.part for sealed in sent.sealed]), ([1, 2], [3]))
        self.assert_in_no_file(WORDS)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
