"""What uses the database during a trial, and what it was told: the one interface behind which it may be exchanged.

WriterLoad is two writers (writer.py), each in a place of its own, of which one leads at a time.
"""

import os
import signal
import time
from collections import namedtuple

import room as rooms

# What somebody was told is safe: the number and the bytes, by whom, when it was sent and when answered (seconds).
Told = namedtuple("Told", "seq body by epoch sent at")


class Load:
    """What a trial needs of whatever uses the database. Places are where the brokers run."""

    places = ()

    def start(self):
        raise NotImplementedError

    def stop(self):
        """Ends everything that sends; what was told stays known."""
        raise NotImplementedError

    def acknowledged(self):
        """All that was told so far: a list of Told."""
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

    def __init__(self, room, cluster):
        self.room, self.cluster = room, cluster
        self.places = [room.add("b1", 11), room.add("b2", 12)]
        for place in self.places:
            place.power_on()

    def start(self):
        for place in self.places:
            self.start_at(place)
        rooms.await_true("the first events", lambda: len(self.acknowledged()) > 50, 60)

    def start_at(self, place):
        place.start(f"{place.name}-writer", "/usr/bin/python3", os.path.join(os.path.dirname(__file__), "writer.py"),
                    place.name, self._notes(place), str(self.PAUSE_MS),
                    *(node.place.address for node in self.cluster.nodes))

    def stop(self):
        for place in self.places:
            place.go_on(self.pattern())
            place.signal(signal.SIGKILL, self.pattern())

    def kill(self, place):
        place.signal(signal.SIGKILL, self.pattern())

    def pattern(self):
        return "writer[.]py"

    def _notes(self, place):
        return self.room.path("logs", f"{place.name}-writer.notes")

    def acknowledged(self):
        told = []
        for place in self.places:
            for words in self._lines(place):
                if words[0] == "told":
                    _, epoch, seq, body, sent, at = words
                    told.append(Told(int(seq), body, place.name, int(epoch), float(sent), float(at)))
        return sorted(told, key=lambda t: t.at)

    def _lines(self, place):
        try:
            with open(self._notes(place), encoding="ascii") as file:
                return [line.split() for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def leader(self):
        told = self.acknowledged()
        if not told or time.monotonic() - told[-1].at > 5:
            return None
        return next(place for place in self.places if place.name == told[-1].by)
