"""P9 Private: what a device tells an intake stands in no file of the intake that can be read without its key, and an hour after
the router has it not even with the key. What cannot be opened is named, and costs nobody else.

The outbox is opened here by a reader of its own, which shares no code with the intake.

Usage: P9_outbox.py SOURCE BUILD
"""

import base64
import ctypes
import os
import shutil
import sqlite3
import sys
import unittest
import uuid

sys.path[:0] = [os.path.join(sys.argv[1], "tests", folder) for folder in ("integration", "day")]
import marks  # noqa: E402
import python_client  # noqa: E402
import stage  # noqa: E402
from sealed_folder import NONCE_BYTES, SALT_BYTES, decrypt, sodium  # noqa: E402

RECEIVED = 2
ALTERED = 21
SUBMIT, UPDATE, WITHDRAW = 12, 13, 14
DIGEST_BYTES = 16
PURPOSE = b"concordat-intake outbox 1"


def key_of(key_file):
    """The key of an outbox, as it follows from the intake's secret key."""
    secret = python_client.read_key_file(key_file)["curve/secret-key"].encode()
    key = ctypes.create_string_buffer(32)
    if sodium.crypto_generichash(key, ctypes.c_size_t(32), PURPOSE, ctypes.c_ulonglong(len(PURPOSE)), secret,
                                 ctypes.c_size_t(len(secret))):
        raise ValueError("libsodium does not take this key")
    return key.raw


def opened(key, referral, body):
    """The text that is sealed in a body, without the salt; None if the key is another one."""
    place = b"concordat-seal-1" + referral + bytes(8) + b"\1"
    text = decrypt(key, body[:NONCE_BYTES], body[NONCE_BYTES:], place)
    return text and text[SALT_BYTES:]


class Outbox(unittest.TestCase):
    def setUp(self):
        self.stage = stage.Stage("outbox")
        self.addCleanup(self.stage.close)
        self.state = self.stage.path("intake-state")
        self.wire = self.stage.wire
        self.stage.start_intake()
        self.device = self.stage.device("device")

    def marked(self, **facts):
        """A Submit with the mark in every text of its confidential part."""
        submit = self.stage.submission(**facts)
        for field in submit.confidential.DESCRIPTOR.fields:
            setattr(submit.confidential, field.name, f"{marks.MARK} {field.name} 900123")
        return submit

    def send(self, **command):
        answer = self.device.request(**command).answer
        self.assertTrue(answer.done, answer.text)
        return answer

    def tell_all(self):
        """A referral, a change to it and its withdrawal, each with every text marked. Returns the referral's id."""
        submit = self.marked()
        self.send(submit=submit)
        self.send(update=self.wire.Update(referral=submit.referral, confidential=submit.confidential))
        self.send(withdraw=self.wire.Withdraw(referral=submit.referral.id, reason=f"{marks.MARK} reason"))
        return submit.referral.id

    def assert_no_file_has_a_mark(self):
        looked = list(marks.files_of(self.state))
        self.assertIn(os.path.join(self.state, "outbox.db-wal"), looked)
        self.assertEqual([path for path in looked if marks.in_file(path)], [])

    def rows(self, sql="SELECT command.kind, referral.id, command.request FROM command"
                       " JOIN referral ON referral.row = command.referral ORDER BY command.row"):
        """The outbox of an intake that has been stopped, or of one that runs, as a thief would copy it."""
        copy = self.stage.path("copy")
        shutil.copytree(self.state, copy, dirs_exist_ok=True)
        self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
        db = sqlite3.connect(os.path.join(copy, "outbox.db"))
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def alter(self, sql):
        db = sqlite3.connect(os.path.join(self.state, "outbox.db"))
        with db:
            db.execute(sql)
        db.close()

    def await_received(self, referral):
        while True:
            answer = self.device.request(get_status=self.wire.GetStatus(referral=referral)).answer
            if answer.receipt == RECEIVED and "later message" not in answer.text:
                return answer

    def an_hour_passes(self):
        """As the intake sees it, which starts anew."""
        self.stage.stop("intake")
        self.alter("UPDATE command SET settled_ms = settled_ms - 3600000")
        self.stage.start_intake()

    def await_taken_out(self):
        while self.rows("SELECT 1 FROM command WHERE router IS NOT NULL"):
            self.device.request(get_status=self.wire.GetStatus(number="R-9999"))

    def say(self, name="intake"):
        return self.stage.said(name)

    def test_the_search_finds_a_mark_in_each_form(self):
        for number, content in enumerate((
                marks.MARK.encode(), f"x{marks.MARK}".encode("utf-16-le"), marks.MARK.encode("utf-16-be"),
                *(base64.b64encode(b"an invented story"[:size] + marks.MARK.encode() + b" told") for size in range(3, 9)))):
            path = self.stage.path(f"form-{number}")
            with open(path, "wb") as file:
                file.write(content)
            self.assertTrue(marks.in_file(path), content)

    def test_marks_are_in_no_file_and_an_hour_after_the_delivery_not_even_under_the_key(self):
        key = key_of(self.stage.path("secret", "intake.key_secret"))
        referral = self.tell_all()
        self.assert_no_file_has_a_mark()
        waiting = {kind: opened(key, of, body) for kind, of, body in self.rows()}
        self.assertEqual(sorted(waiting), [SUBMIT, UPDATE, WITHDRAW])
        for kind, text in waiting.items():  # with the key each is there: so it is looked for in the right place
            self.assertTrue(marks.in_bytes(text), kind)
        self.assertIsNone(opened(bytes(32), referral, self.rows()[0][2]))
        self.stage.start_broker()
        self.await_received(referral)
        self.assert_no_file_has_a_mark()
        for kind, of, body in self.rows():  # it is kept for an hour, to be sent again to a router that has lost it
            self.assertTrue(marks.in_bytes(opened(key, of, body)), kind)
        self.an_hour_passes()
        self.await_taken_out()
        self.assert_no_file_has_a_mark()
        for kind, of, body in self.rows():
            text = opened(key, of, body)
            self.assertFalse(marks.in_bytes(text), kind)
            request = self.wire.Request.FromString(text[DIGEST_BYTES:])
            self.assertEqual(request.WhichOneof("command"), {SUBMIT: "submit", UPDATE: "update", WITHDRAW: "withdraw"}[kind])
            self.assertFalse(kind != WITHDRAW and getattr(request, request.WhichOneof("command")).HasField("confidential"))
            self.assertFalse(kind == WITHDRAW and request.withdraw.reason)
        self.assertNotIn(marks.MARK, self.say())

    def test_a_thief_with_the_key_finds_no_old_page_of_what_was_delivered(self):
        referral = self.tell_all()
        before = [body for _, _, body in self.rows()]
        self.stage.start_broker()
        self.await_received(referral)
        self.an_hour_passes()
        self.await_taken_out()
        while any(os.path.getsize(path) for path in marks.files_of(self.state) if path.endswith("-wal")):
            self.device.request(get_status=self.wire.GetStatus(referral=referral))  # until the outbox is swept
        kept = b""
        for path in marks.files_of(self.state):
            with open(path, "rb") as file:
                kept += file.read()
        for body in before:
            self.assertNotIn(body[:64], kept)
            self.assertNotIn(body[-64:], kept)

    def test_another_key_is_named_at_the_start_and_the_one_before_opens_what_waits(self):
        referral = self.tell_all()
        self.stage.stop("intake")
        self.stage.make_key("new", "source", "street-triage")
        with self.assertRaisesRegex(RuntimeError, r"(?s)111.*another key.*not delivered yet: 3.*--old-key"):
            self.stage.start_intake(key="new")
        self.stage.processes.pop("intake").stdin.close()
        self.stage.start_intake("intake", "--old-key", self.stage.path("secret", "intake.key_secret"), key="new")
        self.assertIn("sealed anew (3 in all)", self.say())
        self.stage.stop("intake")
        self.stage.start_intake("intake", "--old-key", self.stage.path("secret", "gone.key_secret"), key="new")
        self.assertIn("gone.key_secret: cannot open", self.say())
        self.device = self.stage.device("phone", key="new")
        self.stage.start_broker()
        self.await_received(referral)
        self.stage.stop("intake")
        self.stage.start_intake()  # nothing waits now, so it starts with any key, and says what that costs
        self.assertIn("(3 in all) cannot be opened any more", self.say())

    def test_an_altered_command_is_named_and_the_others_are_delivered(self):
        lost, torn, others = self.marked(), self.marked(), [self.marked() for _ in range(3)]
        for submit in (others[0], lost, others[1], torn, others[2]):
            self.send(submit=submit)
        self.stage.stop("intake")
        self.alter("UPDATE command SET request = zeroblob(length(request)) WHERE row = 2")
        self.alter("UPDATE command SET request = substr(request, 1, length(request) / 2) WHERE row = 4")
        self.stage.start_intake()
        for submit in (lost, torn):
            self.assertIn(f"or ring the coordinator: {uuid.UUID(bytes=submit.referral.id)}: altered", self.say())
            answer = self.device.request(get_status=self.wire.GetStatus(referral=submit.referral.id)).answer
            self.assertEqual(answer.refusal, ALTERED)
            self.assertIn("send it again", answer.text)
        self.stage.start_broker()
        for submit in others:
            self.await_received(submit.referral.id)
        self.send(submit=lost)  # from the device, which has it still
        self.await_received(lost.referral.id)

    def test_a_key_beside_the_outbox_is_refused(self):
        self.stage.stop("intake")
        shutil.copy(self.stage.path("secret", "intake.key_secret"), os.path.join(self.state, "own.key_secret"))
        os.symlink(os.path.join(self.state, "own.key_secret"), self.stage.path("secret", "linked.key_secret"))
        with self.assertRaisesRegex(RuntimeError, "(?s)111.*beside the outbox that it seals; move it"):
            self.stage.start_intake(key="linked")
        self.stage.processes.pop("intake").stdin.close()


if __name__ == "__main__":
    unittest.main()
