"""Searches every file of a browser's profile for the mark of marks.py, as somebody would who has the device: as it stands,
and after taking apart what the browser compressed (LevelDB's blocks and IndexedDB's values, by snappy; answers kept as they
came, by gzip).
"""

import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "day"))
import marks  # noqa: E402

TABLE_MAGIC = 0xdb4775248b80fb57
FOOTER_BYTES, TRAILER_BYTES = 48, 5
SNAPPY_BLOCK = 1
SNAPPY_VALUE = b"\xff\x11\x02"  # before a value that the browser's IndexedDB compressed
GZIP = b"\x1f\x8b\x08"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def unsnappy(data):
    """Opens what snappy compressed, or as much of it as there is."""
    try:
        size, at = varint(data, 0)
        out = bytearray()
        while at < len(data) and len(out) < size:
            tag, kind = data[at], data[at] & 3
            at += 1
            if kind == 0:
                length = (tag >> 2) + 1
                if length > 60:
                    more = length - 60
                    length = int.from_bytes(data[at:at + more], "little") + 1
                    at += more
                out += data[at:at + length]
                at += length
                continue
            if kind == 1:
                length, back = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
                at += 1
            else:
                width = 2 if kind == 2 else 4
                length, back = (tag >> 2) + 1, int.from_bytes(data[at:at + width], "little")
                at += width
            if back == 0 or back > len(out):
                break
            for _ in range(length):
                out.append(out[-back])
        return bytes(out)
    except IndexError:
        return b""


def blocks_of(data):
    """The blocks of a table of LevelDB, opened; none if the bytes are no table."""
    if len(data) < FOOTER_BYTES or struct.unpack("<Q", data[-8:])[0] != TABLE_MAGIC:
        return
    _, at = varint(data, len(data) - FOOTER_BYTES)
    _, at = varint(data, at)
    index = block_at(data, *handle_at(data, at))
    yield index
    at, end = 0, len(index) - 4 - 4 * struct.unpack("<I", index[-4:])[0]
    while at < end:
        _, at = varint(index, at)
        key, at = varint(index, at)
        value, at = varint(index, at)
        yield block_at(data, *handle_at(index, at + key))
        at += key + value


def handle_at(data, at):
    offset, at = varint(data, at)
    return offset, varint(data, at)[0]


def block_at(data, offset, size):
    block = data[offset:offset + size]
    return unsnappy(block) if data[offset + size] == SNAPPY_BLOCK else block


def found_at(data, magic):
    at = data.find(magic)
    while at >= 0:
        yield at
        at = data.find(magic, at + 1)


def ungzip(data):
    try:
        return zlib.decompressobj(31).decompress(data)
    except zlib.error:
        return b""


def texts_of(data):
    """The bytes of a file, and all that can be opened of them."""
    for part in (data, *blocks_of(data)):
        yield part
        yield from (unsnappy(part[at + len(SNAPPY_VALUE):]) for at in found_at(part, SNAPPY_VALUE))
        yield from (ungzip(part[at:]) for at in found_at(part, GZIP))


def files_with_marks(profile):
    """Returns the files that have the mark, and how many were looked at."""
    found, looked = [], 0
    for path in marks.files_of(profile):
        with open(path, "rb") as file:
            data = file.read()
        looked += 1
        if any(marks.in_bytes(text) for text in texts_of(data)):
            found.append(os.path.relpath(path, profile))
    return found, looked
