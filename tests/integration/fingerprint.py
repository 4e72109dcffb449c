"""What a browser is told of a certificate that nobody signed, so that it takes it."""

import base64
import hashlib
import subprocess


def fingerprint(certificate):
    """A browser takes a certificate that nobody signed if it is told the hash of its key."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], capture_output=True, check=True)
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key.stdout, capture_output=True, check=True)
    return base64.b64encode(hashlib.sha256(der.stdout).digest()).decode()
