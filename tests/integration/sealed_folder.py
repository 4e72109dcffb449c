"""A reader of the sealed texts in a broker's state, for somebody who has that, the master key, and nothing
else. It was written from broker/README.md and shares no code with the broker."""

import ctypes
import ctypes.util
import struct
from dataclasses import dataclass, field

import ledger_home

HEADER_BYTES, SLOT_BYTES, STEP_SLOTS = 4096, 256, 2048
LEDGER_AT, LEDGER_BYTES = 16, 16
NONCE_BYTES, SALT_BYTES, TAG_BYTES, KEY_BYTES = 24, 32, 16, 32
LIVE, ERASED = 1, 2
RECORD, CALLBACK = 1, 2  # parts

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))


def decrypt(key, nonce, body, place):
    """The text that is sealed in a body; None if the key, the place or the body is another one."""
    text = ctypes.create_string_buffer(len(body))
    rc = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        text, None, None, body, ctypes.c_ulonglong(len(body)), place, ctypes.c_ulonglong(len(place)), nonce, key)
    return None if rc else text.raw[:len(body) - TAG_BYTES]


def callback_key(key):
    made = ctypes.create_string_buffer(KEY_BYTES)
    text = b"concordat-callback-1"
    sodium.crypto_generichash(made, ctypes.c_size_t(KEY_BYTES), text, ctypes.c_ulonglong(len(text)), key,
                              ctypes.c_size_t(KEY_BYTES))
    return made.raw


@dataclass
class Case:
    referral: bytes
    number: int
    drill: bool
    seq: int  # of the event that received it
    erased: bool = False
    texts: dict = field(default_factory=dict)  # by part, those that opened
    sealed: int = 0  # parts that it has


class Folder:
    def __init__(self, state, master_key):
        self.seals = ledger_home.keys(state)
        with open(master_key, encoding="ascii") as file:
            self.master = {int(number): bytes.fromhex(key) for number, key in map(str.split, file)}
        self.state = state

    def slot(self, number, drill=False):
        step, within = divmod(number - 1, STEP_SLOTS)
        at = HEADER_BYTES + SLOT_BYTES * (STEP_SLOTS * (2 * step + drill) + within)
        return self.seals[at:at + SLOT_BYTES]

    def key(self, number, drill=False):
        """The key of a referral; None if no slot opens."""
        slot = self.slot(number, drill)
        if slot[5:6] != bytes([LIVE]) or slot[6] not in self.master:
            return None
        place = b"concordat-slot-1" + self.seals[LEDGER_AT:LEDGER_AT + LEDGER_BYTES] + slot[:5] + slot[6:7]
        return decrypt(self.master[slot[6]], slot[8:8 + NONCE_BYTES], slot[32:80], place)

    def is_erased(self, number, drill=False):
        """Whether a slot says that it was erased, and holds nothing else but its check."""
        slot = self.slot(number, drill)
        return slot[5] == ERASED and not any(slot[6:80]) and not any(slot[88:])

    def cases(self, event_type):
        """Every case of the ledger, with the texts of its referral that open."""
        rows = ledger_home.ask(
            self.state, "SELECT event.body, sealed.body AS sealed FROM event LEFT JOIN sealed USING (seq) ORDER BY seq")
        found = {}
        for body, sealed in rows:
            event = event_type.FromString(body)
            if event.WhichOneof("what") == "received":
                drill = event.received.referral.drill
                case = found[event.referral] = Case(event.referral, event.number, drill, event.seq)
                self.open(case, sealed)
            elif event.WhichOneof("what") == "erased":
                found[event.referral].erased = True
        return list(found.values())

    def open(self, case, sealed):
        key = self.key(case.number, case.drill)
        while sealed:
            part, size = sealed[0], int.from_bytes(sealed[1:4], "big")
            body, sealed = sealed[4:4 + size], sealed[4 + size:]
            case.sealed += 1
            if key is None:
                continue
            place = b"concordat-seal-1" + case.referral + struct.pack(">QB", case.seq, part)
            text = decrypt(callback_key(key) if part == CALLBACK else key, body[:NONCE_BYTES], body[NONCE_BYTES:], place)
            if text is not None:
                case.texts[part] = text[SALT_BYTES:]
