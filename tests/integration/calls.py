"""The calls of a program to the C library, counted and made to fail by call_shim.c, for tests; and a kill of the
program at one of them."""

import mmap
import os
import struct
import subprocess
from dataclasses import dataclass

import stage

FAMILIES = ("open", "accept", "socket", "memory", "read", "look", "write", "sync", "start", "watch", "change")


@dataclass(frozen=True)
class Place:
    """A place in the program that calls: the same in each run."""

    id: int
    call: str
    frames: tuple  # pairs of an object's name and an offset in it, the nearest first


class Calls:
    """A control file, for one program: start the program with env()."""

    HEAD = struct.Struct("<QIIIIII")  # as struct call_control
    OBJECTS, OBJECT_CHARS = 64, 64
    PLACE = struct.Struct("<QII24s16Q")  # as struct call_place
    PLACES = 16384
    PLACES_AT = HEAD.size + OBJECTS * OBJECT_CHARS

    def __init__(self, path, family):
        self.path = path
        size = self.PLACES_AT + self.PLACES * self.PLACE.size
        with open(path, "wb") as file:
            file.truncate(size)
        with open(path, "r+b") as file:
            self.control = mmap.mmap(file.fileno(), size)
        self.HEAD.pack_into(self.control, 0, 0, 0, FAMILIES.index(family), 0, 0, 0, 0)

    def fail(self, place, occurrence):
        """Makes this call at this place fail."""
        struct.pack_into("<QI", self.control, 0, place, occurrence)

    def kill_in(self, count):
        """Has the program killed before the call with this number, counted from now, that changes a file; 0: never."""
        struct.pack_into("<I", self.control, self.HEAD.size - 4, count)

    def left(self):
        """Returns how many such calls are left until the kill."""
        return struct.unpack_from("<I", self.control, self.HEAD.size - 4)[0]

    def env(self):
        # The sanitizers ask to be loaded first, but do not need it.
        options = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        return {"LD_PRELOAD": os.path.join(stage.BUILD, "tests", "libcall_shim.so"), "CALL_CONTROL": self.path,
                "ASAN_OPTIONS": options}

    def failed(self):
        return self.HEAD.unpack_from(self.control)[3]

    def found(self):
        """Returns each place that called, and how often it did."""
        assert self.HEAD.unpack_from(self.control)[4] == 0, "PLACES of call_shim.c is too small"
        objects = [self.text(self.HEAD.size + i * self.OBJECT_CHARS, self.OBJECT_CHARS) for i in range(self.OBJECTS)]
        found = {}
        for at in range(self.PLACES_AT, len(self.control), self.PLACE.size):
            if self.control[at:at + 8] == bytes(8):
                continue
            place, count, depth, call, *frames = self.PLACE.unpack_from(self.control, at)
            frames = tuple((objects[frame >> 48], frame & 0xFFFFFFFFFFFF) for frame in frames[:depth])
            found[Place(place, call.rstrip(b"\0").decode(), frames)] = count
        return found

    def failed_within(self, library):
        """Returns whether the call that failed came out of this library."""
        wanted = self.HEAD.unpack_from(self.control)[0]
        return any(place.id == wanted and any(name.startswith(library) for name, _ in place.frames)
                   for place in self.found())

    def text(self, at, size):
        return self.control[at:at + size].split(b"\0")[0].decode()


def describe(frame):
    """Names the function that a frame is in, if the object is a program of ours, which has debug information."""
    name, offset = frame
    if not name.startswith("concordat-"):
        return f"{name}+{offset:#x}"
    words = ["addr2line", "-f", "-s", "-e", stage.find_program(name), hex(offset - 1)]
    return " ".join(subprocess.run(words, capture_output=True, text=True).stdout.split("\n")[:2])
