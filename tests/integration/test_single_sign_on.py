"""Single sign-on: what the gateway takes from Apache's socket and what from nobody; and, with `tests/run ci`, a browser that
goes through nginx, Apache by its example and an OpenID provider.

Usage: test_single_sign_on.py SOURCE BUILD
"""

import http.client
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import openid_provider
import stage
from browser import FOLDERS, ORIGIN, RING_LINK, SECONDS, Browser, Connection, Page, add_person, start_gateway
from proxy import start_proxy

ISSUER = "https://id.example/staff"
MODULE = "/usr/lib/apache2/modules/mod_auth_openidc.so"
needs_apache = unittest.skipUnless(os.path.exists(MODULE) and all(map(shutil.which, ("nginx", "openssl", "apache2"))),
                                   "needs nginx, openssl, apache2 and its module auth_openidc")


class Scene(unittest.TestCase):
    """A gateway that listens to `peer` at a second socket; one for all tests of a class, which have people of their own."""

    peer, issuer = None, ISSUER

    @classmethod
    def setUpClass(cls):
        if cls is Scene:
            raise unittest.SkipTest("not a scene by itself")
        cls.stage = stage.Stage("single", FOLDERS)
        cls.addClassCleanup(cls.stage.close)
        cls.people = cls.stage.path("people")
        cls.doors = tempfile.mkdtemp(prefix="concordat-doors-")  # other users reach it, but not the stage
        cls.addClassCleanup(shutil.rmtree, cls.doors)
        cls.listen, cls.single = (os.path.join(cls.doors, name) for name in ("gateway", "single-sign-on"))
        add_person(cls.stage, "add", "p100", "--name", "Sam Okafor", "--role", "team", "--of", "northmoor-crisis")

    @classmethod
    def start(cls, peer):
        key = cls.stage.make_key("gateway", "coordinator", "northmoor-duty")
        start_gateway(cls.stage, [key], "--listen", f"unix:{cls.listen}", "--single-sign-on", f"unix:{cls.single},{peer}")

    @classmethod
    def add(cls, person, subject, *words, name="Ash Moor"):
        return add_person(cls.stage, "add", person, "--name", name, "--role", "coordinator", "--of", "northmoor-duty",
                                  "--issuer", cls.issuer, "--subject", subject, *words)


def claim(subject, issuer=ISSUER):
    return {"X-Concordat-Issuer": issuer, "X-Concordat-Subject": subject}


class Socket(Scene):
    """This test is the peer that the gateway expects."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ash = cls.add("p201", "6f1c 02%d4")
        cls.both = cls.add("p202", "9b2d", "--password", name="Robin Sadiq")
        cls.add("p203", "1e77")
        add_person(cls.stage, "disable", "p203")
        cls.start(os.geteuid())

    def setUp(self):
        self.apache = Browser(self.single)

    def test_whom_their_organisation_signs_in_is_signed_in_and_led_on_by_a_page_of_ours(self):
        self.assertNotIn("password", self.ash)
        page = self.apache.ask("GET", "/signin/oidc", **claim("6f1c 02%d4"))
        self.assertEqual((page.status, page.go), (200, None))
        self.assertIn("You are signed in as Ash Moor.", page.text)
        self.assertRegex(page.text, r'<a [^>]*href="/">Go on</a>')
        self.assertIn("SameSite=Strict", page.headers["Set-Cookie"])
        browser = Browser(self.listen)
        browser.cookie = self.apache.cookie
        self.assertIn("Signed in: Ash Moor", browser.get("/").text)
        self.assertIn('<a href="/signin/oidc"', Browser(self.listen).get("/sign-in").text)

    def test_signing_in_ends_the_session_before_if_the_browser_sends_its_cookie(self):
        self.apache.ask("GET", "/signin/oidc", **claim("9b2d"))
        before = self.apache.cookie
        self.apache.ask("GET", "/signin/oidc", **claim("6f1c 02%d4"))
        browser = Browser(self.listen)
        browser.cookie = before
        self.assertEqual(browser.get("/").go, "/sign-in")

    def test_a_password_counts_beside_single_sign_on_only_if_one_was_drawn(self):
        self.assertEqual(Browser(self.listen).sign_in(self.both).status, 303)
        nothing = {"id": self.ash["id"], "password": "", "secret": "A" * 32}
        self.assertEqual(Browser(self.listen).sign_in(nothing).status, 403)

    def test_a_person_whom_nobody_added_and_one_who_is_disabled_read_whom_to_ask_and_are_not_in(self):
        for subject in ("<b>new", "1e77", "6F1C 02%D4", "6f1c"):
            page = self.apache.ask("GET", "/signin/oidc", **claim(subject))
            self.assertEqual(page.status, 403)
            self.assertIsNone(page.headers["Set-Cookie"])
            self.assertIn(RING_LINK, page.text)
            self.assertIn(f">{subject.replace('<', '&lt;').replace('>', '&gt;')}</dd>", page.text)
            self.assertIn(f">{ISSUER}</dd>", page.text)
        self.assertEqual(self.apache.ask("GET", "/signin/oidc", **claim("9b2d", "https://other.example")).status, 403)

    def test_what_apache_would_never_send_is_refused(self):
        self.assertEqual(self.apache.get("/signin/oidc").status, 400)
        for headers in (claim(""), claim("x", ""), claim("x" * 256), claim("x", "http://id.example"), claim("\xe9")):
            self.assertEqual(self.apache.ask("GET", "/signin/oidc", **headers).status, 400)
        for name in claim(""):
            connection = Connection(self.single)
            connection.putrequest("GET", "/signin/oidc")
            for header, value in [*claim("9b2d").items(), (name, "9b2d")]:
                connection.putheader(header, value)
            connection.endheaders()
            self.assertEqual(connection.getresponse().status, 400)
            connection.close()
        self.assertEqual(self.apache.post("/signin/oidc", {"a": "b"}).status, 405)
        for path in ("/", "/sign-in", "/status", "/signin/oidc/", "/signin/oidc/back", "/signin/%6fidc"):
            self.assertEqual(self.apache.ask("GET", path, **claim("9b2d")).status, 404)

    def test_at_the_socket_of_the_proxy_nobody_can_say_who_they_are(self):
        for path in ("/", "/sign-in", "/status", "/signin/oidc"):
            for name, value in claim("9b2d").items():
                page = Browser(self.listen).ask("GET", path, **{name.lower(): value})
                self.assertEqual(page.status, 400)
                self.assertIsNone(page.headers["Set-Cookie"])
        self.assertEqual(Browser(self.listen).get("/signin/oidc").status, 404)

    def test_two_people_never_share_an_identity(self):
        words = ("people", "add", "p209", "--name", "X", "--role", "team", "--of", "x", "--file", self.people)
        for more, code, why in ((("--issuer", ISSUER, "--subject", "9b2d"), 1, "p202 has this issuer and subject already"),
                                (("--issuer", ISSUER), 100, "both or neither"),
                                (("--issuer", "http://id.example", "--subject", "x"), 100, "--issuer is https://"),
                                (("--issuer", ISSUER, "--subject", "Żak"), 100, "255 characters of ASCII"),
                                (("--password",), 100, "both or neither")):
            ran = subprocess.run([stage.find_program("concordat"), *words, *more], capture_output=True, text=True,
                                 timeout=SECONDS, check=False)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertIn(why, ran.stderr)


class WrongPeer(Scene):
    def test_a_program_of_another_user_signs_nobody_in(self):
        self.add("p201", "6f1c")
        self.start("daemon" if os.geteuid() == pwd.getpwnam("nobody").pw_uid else "nobody")
        page = Browser(self.single).ask("GET", "/signin/oidc", **claim("6f1c"))
        self.assertEqual(page.status, 403)
        self.assertIsNone(page.headers["Set-Cookie"])
        self.stage.await_said("gateway", f"a program of uid {os.geteuid()} was refused")

    def test_it_does_not_start_without_a_user_and_a_socket(self):
        program = stage.find_program("concordat-gateway", ("services/gateway",))
        for text in ("unix:/x", "unix:/x,", "unix:/x,no-such-user", "127.0.0.1:80,root", "unix:/x,-1", "unix:/x,1x"):
            ran = subprocess.run([program, "--single-sign-on", text], capture_output=True, text=True, timeout=SECONDS,
                                 check=False)
            self.assertEqual(ran.returncode, 100)
            self.assertIn("--single-sign-on is unix:/PATH,USER", ran.stderr)


def with_tls(address):
    return http.client.HTTPSConnection(address, timeout=SECONDS, context=ssl._create_unverified_context())


class Roaming:
    """A browser that goes from site to site, and sends a cookie only where its path and SameSite let it."""

    def __init__(self, our_site):
        """`our_site` makes a connection to whoever answers for the gateway's name."""
        self.our_site, self.cookies, self.seen = our_site, {}, []

    def get(self, url, from_other_site=False, **headers):
        """One answer."""
        parts = urllib.parse.urlsplit(url)
        path = parts.path or "/"
        connection = self.our_site() if parts.netloc == "concordat.example" else with_tls(parts.netloc)
        sent = [f"{name}={value}" for (site, name), (value, under, strict) in self.cookies.items()
                if site == parts.netloc and path.startswith(under) and not (strict and from_other_site)]
        if sent:
            headers["Cookie"] = "; ".join(sent)
        connection.request("GET", path + ("?" + parts.query if parts.query else ""),
                           headers={"Host": parts.netloc, "Accept": "text/html", **headers})
        response = connection.getresponse()
        for line in response.headers.get_all("Set-Cookie", []):
            self.keep(parts.netloc, line)
        page = Page(response)
        connection.close()
        return page

    def keep(self, site, line):
        pair, *words = line.split("; ")
        name, value = pair.split("=", 1)
        words = dict(word.lower().partition("=")[::2] for word in words)
        if words.get("max-age") == "0" or "1970" in words.get("expires", ""):
            self.cookies.pop((site, name), None)
        else:
            self.cookies[site, name] = (value, words.get("path", "/"), words.get("samesite") == "strict")

    def follow(self, url, **headers):
        """The page at which redirects end. The sites on the way are in `seen`."""
        self.seen, other = [], False
        for _ in range(8):
            site = urllib.parse.urlsplit(url).netloc
            other |= bool(self.seen) and self.seen[-1] != site
            self.seen.append(site)
            page = self.get(url, other, **headers)
            if not page.go:
                return page
            url = urllib.parse.urljoin(url, page.go)
        raise AssertionError("redirects without end")


@needs_apache
class Apache(Scene):
    """nginx, Apache and the gateway as deploy/examples has them, and a provider."""

    user = "www-data" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.chmod(cls.doors, 0o2710)
        os.chown(cls.doors, -1, pwd.getpwnam(cls.user).pw_gid)
        cls.provider = openid_provider.Provider(cls.doors, "concordat", "secret-of-the-tests", f"{ORIGIN}/signin/oidc/back")
        cls.addClassCleanup(cls.provider.close)
        cls.issuer = cls.provider.issuer
        cls.add("p201", "6f1c")
        cls.add("p202", "9b2d", name="Robin Sadiq")
        cls.add("p203", "1e77")
        add_person(cls.stage, "disable", "p203")
        cls.start(cls.user)
        cls.port, cls.apache = stage.free_port(), f"127.0.0.1:{stage.free_port()}"
        cls.start_apache()
        path = cls.doors + "/more.conf"
        stage.write(path, [cls.example("nginx-single-sign-on.conf", ("127.0.0.1:5180", cls.apache))], 0o644)
        start_proxy(cls.stage, "nginx", cls.port, cls.listen, f"include {path};\n")

    @staticmethod
    def example(name, *changes):
        with open(os.path.join(stage.SOURCE, "deploy", "examples", name), encoding="utf-8") as file:
            text = file.read()
        for mark, ours in changes:
            assert mark in text, mark
            text = text.replace(mark, ours)
        return text

    @classmethod
    def start_apache(cls):
        site = cls.example(
            "apache-openidc.conf", ("127.0.0.1:5180", cls.apache), ("/run/concordat-gateway/single-sign-on", cls.single),
            ("https://id.example/.well-known", f"{cls.issuer}/.well-known"),
            ('"exec:/bin/cat /etc/concordat/openid-client-secret"', '"secret-of-the-tests"'),
            ("${APACHE_LOG_DIR}/concordat.log", "/dev/stderr"))
        modules = "authn_core authz_core authz_user auth_openidc headers mpm_event proxy proxy_http".split()
        lines = [f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules]
        lines += [f"PidFile {cls.stage.path('apache.pid')}", f"DefaultRuntimeDir {cls.doors}", "ErrorLog /dev/stderr",
                  "ServerName concordat.example", f"OIDCCABundlePath {cls.provider.certificate}", "StartServers 1"]
        if os.geteuid() == 0:
            lines += [f"User {cls.user}", f"Group {cls.user}"]
        config = cls.stage.path("apache.conf")
        stage.write(config, [*lines, site], 0o600)
        cls.stage.start("apache", "apache2", "-DFOREGROUND", "-f", config, ready="resuming normal operations")

    def setUp(self):
        self.browser = Roaming(lambda: with_tls(f"127.0.0.1:{self.port}"))
        self.round_nginx = Roaming(lambda: http.client.HTTPConnection(self.apache, timeout=SECONDS))
        self.forged = {**claim("9b2d", self.issuer), "OIDC_CLAIM_sub": "9b2d", "OIDC-CLAIM-sub": "9b2d"}

    def sign_in(self, subject, **headers):
        self.provider.subject = subject
        return self.browser.follow(ORIGIN + "/signin/oidc", **headers)

    def test_a_person_signs_in_by_the_provider_and_goes_on_as_themselves(self):
        page = self.sign_in("6f1c")
        self.assertEqual(page.status, 200, page.text + self.stage.said("apache"))
        self.assertIn("You are signed in as Ash Moor.", page.text, self.stage.said("apache"))
        self.assertIn(urllib.parse.urlsplit(self.issuer).netloc, self.browser.seen)
        self.assertIn("Signed in: Ash Moor", self.browser.get(ORIGIN + "/").text)
        self.assertEqual(self.browser.get(ORIGIN + "/", from_other_site=True).go, "/sign-in")
        self.assertEqual(self.provider.asked[-1]["prompt"], "login")

    def test_the_next_sign_in_asks_the_provider_again(self):
        self.sign_in("6f1c")
        self.assertIn("You are signed in as Robin Sadiq.", self.sign_in("9b2d").text)
        self.assertIn("Signed in: Robin Sadiq", self.browser.get(ORIGIN + "/").text)
        self.sign_in("nobody here")
        self.assertIn("You are signed in as Ash Moor.", self.sign_in("6f1c").text)
        self.assertFalse([name for _, name in self.browser.cookies if name.startswith("mod_auth")])

    def test_somebody_unknown_or_disabled_is_not_in(self):
        for subject in ("nobody here", "1e77"):
            page = self.sign_in(subject)
            self.assertEqual(page.status, 403)
            self.assertIn(f">{subject}</dd>", page.text)
            self.assertIn(f">{self.issuer}</dd>", page.text)
            self.assertEqual(self.browser.get(ORIGIN + "/").go, "/sign-in")

    def test_apache_takes_no_token_of_a_program_and_nginx_brings_it_to_the_gateway_alone(self):
        token = add_person(self.stage, "token", "add", "p202", "--label", "Board")["token"]
        credentials = {"Authorization": f"Bearer {token}"}
        for browser in (self.browser, self.round_nginx):
            page = browser.get(ORIGIN + "/signin/oidc", **credentials)
            self.assertEqual(page.status, 302)
            self.assertTrue(page.go.startswith(self.issuer), page.go)
            self.provider.subject = "6f1c"
            self.assertIn("You are signed in as Ash Moor.", browser.follow(ORIGIN + "/signin/oidc", **credentials).text)
        self.assertNotIn(token, self.stage.said("apache"))
        deadline = time.monotonic() + SECONDS
        while (page := self.browser.get(ORIGIN + "/api/v1/cases/", **credentials)).status == 401 and time.monotonic() < deadline:
            time.sleep(0.05)  # until the gateway has read the file
        self.assertIsNotNone(page.headers["RateLimit"], page.text)  # which is told to who is known
        self.assertEqual(self.browser.get(ORIGIN + "/", **credentials).status, 400)

    def test_headers_that_a_browser_forges_change_nothing_at_any_door(self):
        for browser in (self.browser, self.round_nginx):
            for path, status in (("/", 303), ("/status", 503), ("/sign-in", 200), ("/signin", 404), ("/signin/oidcs", 404),
                                 ("/signin/oidc/x", 404), ("/signin/oidc", 302)):
                page = browser.get(ORIGIN + path, **self.forged)
                self.assertIn(page.status, (status, 302 if path == "/signin/oidc/x" else 404), path)
                self.assertTrue(page.status != 302 or page.go.startswith(self.issuer), page.go)
            self.provider.subject = "6f1c"
            page = browser.follow(ORIGIN + "/signin/oidc", **self.forged)
            self.assertIn("You are signed in as Ash Moor.", page.text)


if __name__ == "__main__":
    unittest.main()
