"""What uses the database during a trial, and what it was told: the one interface behind which it may be exchanged.

BrokerLoad (broker_load.py) is the real routers with the people around them. WriterLoad is two writers (writer.py), each in
a place of its own, of which one leads at a time: they are told a hundred times as much, and nobody heals what the
database loses.
"""

import os
import signal
import time
from collections import namedtuple

import room as rooms
from judge import judge

# What somebody was told is safe: the number and the bytes, by whom, when it was sent and when answered (seconds).
Told = namedtuple("Told", "seq body by epoch sent at")


class Load:
    """What a trial needs of whatever uses the database. Places are where the brokers run, role is who they are there."""

    places = ()
    role = ""

    def close(self):
        """Takes away what is no part of the room."""

    def prepare(self):
        """Makes the tables, once the database is there."""
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def stop(self):
        """Ends everything that sends; what was told stays known. Returns what did not go well, in words."""
        raise NotImplementedError

    def counts(self):
        """How often each of those who wait for answers was told so far that something is safe."""
        raise NotImplementedError

    def found(self, node, since):
        """Holds what was told against the history of the node that won (judge.Found)."""
        raise NotImplementedError

    def leader(self):
        """The place that leads now as far as one can see from outside, or None."""
        raise NotImplementedError

    def kill(self, place):
        raise NotImplementedError

    def start_at(self, place):
        """Starts again what was killed at a place."""
        raise NotImplementedError

    def pattern(self):
        """What the command line of the programs matches, to stop them."""
        raise NotImplementedError


class WriterLoad(Load):
    PAUSE_MS = 2
    SCHEMA = """
    CREATE ROLE writer LOGIN;
    ALTER ROLE writer SET tcp_keepalives_idle = 1;
    ALTER ROLE writer SET tcp_keepalives_interval = 1;
    ALTER ROLE writer SET tcp_keepalives_count = 3;
    CREATE TABLE event(seq bigint PRIMARY KEY, chain bytea NOT NULL CHECK(length(chain) = 32), body bytea NOT NULL);
    CREATE TABLE writer(epoch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host text NOT NULL);
    GRANT SELECT, INSERT ON event, writer TO writer;
    """
    role = "writer"

    def __init__(self, room, cluster):
        self.room, self.cluster = room, cluster
        self.places = [room.add("b1", 11), room.add("b2", 12)]
        for place in self.places:
            place.power_on()

    def prepare(self):
        self.cluster.make_tables(self.SCHEMA, "writer")

    def start(self):
        for place in self.places:
            self.start_at(place)
        rooms.await_true("the first events", lambda: len(self._told()) > 50, 60)

    def start_at(self, place):
        place.start(f"{place.name}-writer", "/usr/bin/python3", os.path.join(os.path.dirname(__file__), "writer.py"),
                    place.name, self._notes(place), str(self.PAUSE_MS),
                    *(node.place.address for node in self.cluster.nodes))

    def stop(self):
        for place in self.places:
            place.go_on(self.pattern())
            place.signal(signal.SIGKILL, self.pattern())
        return []

    def kill(self, place):
        place.signal(signal.SIGKILL, self.pattern())

    def pattern(self):
        return "writer[.]py"

    def _notes(self, place):
        return self.room.path("logs", f"{place.name}-writer.notes")

    def counts(self):
        return [len(self._told())]  # one writer leads, and is told

    def found(self, node, since):
        return judge(self._told(), node.history("SELECT seq, chain, body FROM event ORDER BY seq"), since)

    def _told(self):
        told = []
        for place in self.places:
            for words in lines_of(self._notes(place)):
                if words[0] == "told":
                    _, epoch, seq, body, sent, at = words
                    told.append(Told(int(seq), body, place.name, int(epoch), float(sent), float(at)))
        return sorted(told, key=lambda t: t.at)

    def leader(self):
        told = self._told()
        if not told or time.monotonic() - told[-1].at > 5:
            return None
        return next(place for place in self.places if place.name == told[-1].by)


def lines_of(path):
    """The words of each whole line of a file that somebody may be writing."""
    try:
        with open(path, encoding="utf-8") as file:
            return [line.split() for line in file if line.endswith("\n")]
    except FileNotFoundError:
        return []
