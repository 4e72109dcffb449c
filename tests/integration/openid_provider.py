"""A small OpenID provider on the loopback, which signs in whomever a test names, without asking: the authorization code
flow with PKCE, and id tokens signed with RS256 (OpenID Connect Core 1.0, 3.1; RFC 7636).

It refuses what a careful provider refuses, so that a test of a relying party fails if that one is careless.
"""

import base64
import datetime
import hashlib
import http.server
import ipaddress
import json
import secrets
import ssl
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Provider:
    """`subject` is who is at the browser; `certificate` is a file that makes this provider's TLS trusted."""

    def __init__(self, folder, client, secret, redirect):
        self.client, self.secret, self.redirect = client, secret, redirect
        self.subject, self.codes, self.asked = "nobody", {}, []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"provider": self}))
        self.issuer = f"https://127.0.0.1:{self.server.server_address[1]}"
        self.certificate = f"{folder}/provider.pem"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.write_certificate(f"{folder}/provider.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def write_certificate(self, key_path):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.utcnow()
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
                       .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
                       .not_valid_after(now + datetime.timedelta(days=2)).add_extension(names, False)
                       .add_extension(x509.BasicConstraints(True, None), True).sign(self.key, hashes.SHA256()))
        with open(self.certificate, "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
        with open(key_path, "wb") as file:
            file.write(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()))
        return key_path

    def metadata(self):
        return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"]}

    def keys(self):
        public = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": number(public.n),
                          "e": number(public.e)}]}

    def authorize(self, asked):
        """The browser goes on to what is returned; None refuses."""
        wanted = {"client_id": self.client, "redirect_uri": self.redirect, "response_type": "code",
                  "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in wanted.items()) or not asked.get("state"):
            return None
        self.asked.append(asked)
        code = secrets.token_urlsafe(24)
        self.codes[code] = (asked["code_challenge"], asked["nonce"], self.subject)
        return self.redirect + "?" + urllib.parse.urlencode({"code": code, "state": asked["state"]})

    def token(self, authorization, form):
        """The tokens for a code, which counts once; None refuses."""
        client = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        challenge, nonce, subject = self.codes.pop(form.get("code"), (None, None, None))
        verifier = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if authorization != f"Basic {client}" or challenge != verifier or form.get("redirect_uri") != self.redirect:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": subject, "aud": self.client, "iat": now, "exp": now + 60, "nonce": nonce}
        parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "one"}, claims)]
        signature = self.key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"id_token": ".".join([*parts, base64url(signature)]), "access_token": secrets.token_urlsafe(24),
                "token_type": "Bearer", "expires_in": 60}


class Handler(http.server.BaseHTTPRequestHandler):
    provider = None

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def answer(self, found):
        body = json.dumps(found or {"error": "invalid_request"}).encode()
        self.send_response(200 if found else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path != "/authorize":
            pages = {"/.well-known/openid-configuration": self.provider.metadata, "/keys": self.provider.keys}
            self.answer(pages.get(url.path, dict)())
            return
        back = self.provider.authorize(dict(urllib.parse.parse_qsl(url.query)))
        if not back:
            self.answer(None)
            return
        self.send_response(302)
        self.send_header("Location", back)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(self.provider.token(self.headers["Authorization"], dict(urllib.parse.parse_qsl(form))))
