"""Stands in place of a broker and of an intake: it leads or waits, numbers what it commits, and notes what it was told.

It appends as the broker does: it leads while its one connection holds the lock, claims by a commit of its own before it
reads, stores each event only behind the exact event that it believes to be last, takes any WARNING and any silence as
an unknown outcome, and then goes to the next address. Lines of its notes, with instants of the clock that nothing sets:

    lead EPOCH HEAD AT                       it leads from here
    told EPOCH SEQ BODY SENT AT              this event is acknowledged
    over EPOCH WHY AT                        it leads no longer

Usage: writer.py NAME NOTES PAUSE_MS ADDRESS...
"""

import hashlib
import os
import select
import sys
import time

import psycopg2
import psycopg2.extensions

PATIENCE_S = 1.5  # for a commit, and for an address
PULSE_S = 3  # a holder of the lock that commits nothing for so long has its connection ended
FOLLOW_S = 0.05
LOCK = 4711
APPEND = """
WITH before AS (SELECT WHERE %(last)s = 0 OR EXISTS (SELECT FROM event WHERE seq = %(last)s AND chain = %(behind)s)),
     added AS (INSERT INTO event SELECT %(seq)s, %(chain)s, %(body)s FROM before RETURNING seq)
SELECT count(*) FROM added"""


class Over(Exception):
    """This connection is done with: its outcome may be unknown."""


def wait(connection, until):
    while True:
        try:
            state = connection.poll()
        except psycopg2.Error as error:
            raise Over(first_line(error)) from error
        if time.monotonic() > until:
            raise Over("silence")  # also if an answer is there: this process may have slept meanwhile
        if state == psycopg2.extensions.POLL_OK:
            return
        left = max(0, until - time.monotonic())
        if state == psycopg2.extensions.POLL_READ:
            select.select([connection.fileno()], [], [], left)
        else:
            select.select([], [connection.fileno()], [], left)


def first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0].replace(" ", "_")


class Pen:
    """One connection, and what it may ask."""

    def __init__(self, address):
        until = time.monotonic() + PATIENCE_S
        try:
            self.connection = psycopg2.connect(
                host=address, dbname="postgres", user="writer", application_name="concordat", async_=1,
                target_session_attrs="read-write", keepalives_idle=1, keepalives_interval=1, keepalives_count=3,
                tcp_user_timeout=4000)
            wait(self.connection, until)
        except psycopg2.Error as error:
            raise Over(first_line(error)) from error

    def ask(self, sql, values=None):
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql, values)
        except psycopg2.Error as error:
            raise Over(first_line(error)) from error
        wait(self.connection, time.monotonic() + PATIENCE_S)
        if any(notice.startswith("WARNING") for notice in self.connection.notices):
            raise Over("warning")
        return cursor.fetchall() if cursor.description else []

    def close(self):
        self.connection.close()


class Writer:
    def __init__(self, name, notes, pause_s, addresses):
        self.name, self.pause_s, self.addresses = name, pause_s, addresses
        self.notes = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.epoch = None

    def note(self, *words):
        os.write(self.notes, (" ".join(str(word) for word in words) + "\n").encode())

    def run(self):
        turn = 0
        while True:
            address = self.addresses[turn % len(self.addresses)]
            turn += 1
            pen = None
            try:
                pen = Pen(address)
                self.follow(pen)
                self.lead(pen)
            except Over as over:
                if self.epoch is not None:
                    self.note("over", self.epoch, over, f"{time.monotonic():.6f}")
                    self.epoch = None
            if pen:
                pen.close()
            time.sleep(FOLLOW_S)

    def follow(self, pen):
        """Returns when this connection holds the lock."""
        head, since = None, time.monotonic()
        while pen.ask("SELECT pg_try_advisory_lock(%s)", (LOCK,)) != [(True,)]:
            now = pen.ask("SELECT max(seq) FROM event")
            if now != head:
                head, since = now, time.monotonic()
            elif time.monotonic() - since > PULSE_S:
                pen.ask("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
                since = time.monotonic()
            time.sleep(FOLLOW_S)

    def lead(self, pen):
        epoch = pen.ask("INSERT INTO writer(host) VALUES (%s) RETURNING epoch", (self.name,))[0][0]
        rows = pen.ask("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1")
        last, behind = (rows[0][0], bytes(rows[0][1])) if rows else (0, bytes(32))
        self.epoch = epoch
        self.note("lead", epoch, last, f"{time.monotonic():.6f}")
        while True:
            body = os.urandom(12).hex()
            seq, chain = last + 1, hashlib.sha256(behind + body.encode()).digest()
            sent = time.monotonic()
            stored = pen.ask(APPEND, {"last": last, "behind": psycopg2.Binary(behind), "seq": seq,
                                      "chain": psycopg2.Binary(chain), "body": psycopg2.Binary(body.encode())})
            if stored != [(1,)]:
                raise Over("fenced")
            self.note("told", epoch, seq, body, f"{sent:.6f}", f"{time.monotonic():.6f}")
            last, behind = seq, chain
            time.sleep(self.pause_s)


if __name__ == "__main__":
    Writer(sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000, sys.argv[4:]).run()
