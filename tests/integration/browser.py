"""Browsers for tests of the gateway, played by Python's own HTTP client, and the gateway on a stage with its people.

One-time codes are made here from RFC 6238.
"""

import base64
import gzip
import hashlib
import hmac
import http.client
import json
import re
import socket
import struct
import subprocess
import time
import urllib.parse

import stage

ORIGIN = "https://concordat.example"
FORM = "application/x-www-form-urlencoded"
SECONDS = 60
# Whom to ring, and how a page writes it.
RING = "Duty coordinator 01632 960100"
RING_LINK = 'Duty coordinator <a href="tel:01632960100">01632&nbsp;960100</a>'
FOLDERS = (*stage.PROGRAM_FOLDERS, "services/gateway", "/usr/sbin")


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("concordat.example", timeout=SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.path)

    def send(self, data):
        """A request that is refused by its head is answered, and its body is not read."""
        try:
            super().send(data)
        except BrokenPipeError:
            pass


class Page:
    def __init__(self, response):
        self.status, self.headers, text = response.status, response.headers, response.read()
        self.text = (gzip.decompress(text) if self.headers["Content-Encoding"] == "gzip" else text).decode()
        self.go = response.headers.get("Location")

    def token(self):
        return re.search(r'name="token" value="([\w-]{43})"', self.text)[1]


class Events:
    """A stream of events, as a board reads it."""

    def __init__(self, browser, after=None, last=None):
        self.connection = Connection(browser.path)
        headers = {"Cookie": browser.cookie} if browser.cookie else {}
        if last:
            headers["Last-Event-ID"] = last
        self.connection.request("GET", f"/events?after={after}" if after else "/events", None, headers)
        self.response = self.connection.getresponse()

    def __iter__(self):
        """Each event as (name, data); it ends with the stream."""
        lines = iter(self.response.readline, b"")
        for name in lines:
            if name.startswith(b"event: "):
                yield name[7:].decode().strip(), next(lines)[6:].decode().strip()

    def of(self, *names):
        """The next event of one of these names; beats are passed over, and nothing else is."""
        found = next(event for event in self if event[0] != "beat")
        assert found[0] in names, found
        return found


class Browser:
    """Keeps the cookie, as a browser does."""

    def __init__(self, path):
        self.path, self.cookie = path, None

    def ask(self, method, path, body=None, **headers):
        connection = Connection(self.path)
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        page = Page(connection.getresponse())
        connection.close()
        if set_cookie := page.headers.get("Set-Cookie"):
            self.cookie = None if "Max-Age=0" in set_cookie else set_cookie.split(";")[0]
        return page

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, fields, origin=ORIGIN):
        headers = {"Origin": origin} if origin else {}
        return self.ask("POST", path, urllib.parse.urlencode(fields), Content_Type=FORM, **headers)

    def sign_in(self, person, code=None, **changed):
        fields = {"id": person["id"], "password": person["password"], "code": code or fresh_code(person)}
        return self.post("/sign-in", {**fields, **changed})


def code_of(secret, step):
    mac = hmac.new(base64.b32decode(secret), struct.pack(">q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


def fresh_code(person):
    """The code that the telephone shows, or the next one if this one was used: clocks may differ by a step."""
    step = max((int(time.time()) + 5) // 30 - 1, person.get("used", 0) + 1)  # 5 s: it must count when it comes there too
    person["used"] = step
    return code_of(person["secret"], step)


def add_person(scene, *words):
    """Runs `concordat people` on the stage's people file. Returns what it prints."""
    ran = subprocess.run([stage.find_program("concordat"), "people", *words, "--file", scene.path("people"), "--json"],
                         capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def start_gateway(scene, desks, *options, env=None):
    """Starts a gateway for these desks: each a key file, or words as in a line of the desks file. Pages are not locked
    while a slow test looks at another one."""
    with open(scene.path("desks"), "w", encoding="utf-8") as file:
        file.write("# desks\n\n" + "".join(f"{desk}\n" for desk in desks))
    return scene.start(
        "gateway", "concordat-gateway", "--listen", f"unix:{scene.path('gateway.socket')}", "--origin", ORIGIN,
        "--people", scene.path("people"), "--desks", scene.path("desks"), "--broker", scene.endpoint, "--broker-key",
        scene.public_key("broker"), "--ring", RING, "--lock-minutes", "30",
        *options, ready="listening", env=env)
