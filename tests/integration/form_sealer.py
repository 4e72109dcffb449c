"""Seals a form as a browser does, written from services/README.md. It shares no code with the intake, and has its
cryptography from Debian's python3-cryptography."""

import json
import struct
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def point_of(key):
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def seal_text(point, referral, sealed_ms, text, sender):
    """The sealed bytes of a text, for the intake with this public key, by a sender's private key."""
    intake = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    derived = HKDF(hashes.SHA256(), 44, salt=point + point_of(sender),
                   info=b"concordat-form-1" + referral + struct.pack(">q", sealed_ms)).derive(
                       sender.exchange(ec.ECDH(), intake))
    return AESGCM(derived[:32]).encrypt(derived[32:], text, None)


def seal(wire, key, referral, form, sealed_ms=None):
    """A SubmitSealed of a form ({"referral": ..., "confidential": ...}) for a FormKey."""
    sender = ec.generate_private_key(ec.SECP256R1())
    sealed_ms = sealed_ms or time.time_ns() // 1_000_000
    return wire.SubmitSealed(
        referral=referral, key=key.key, sender_key=point_of(sender), sealed_ms=sealed_ms,
        sealed=seal_text(key.public_key, referral, sealed_ms, json.dumps(form).encode(), sender))
