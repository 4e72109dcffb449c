"""Three nodes set up as deploy/MACHINES.md says, by what the package concordat-database installs, with its certificates and
passwords: they have a primary and a standby that confirms, the router's look at them finds nothing, and when the primary's
machine vanishes a router leads again on what was acknowledged. A room has no watchdog, and the package stands in a folder of
its own: that alone is changed.

Usage: test_database.py SOURCE BUILD, by enter.py
"""

import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

SOURCE, BUILD = sys.argv[1:3]
sys.path[1:1] = [os.path.join(SOURCE, "tests", "integration")]

import room as rooms  # noqa: E402
import stage  # noqa: E402

PAGE = os.path.join(SOURCE, "deploy", "MACHINES.md")
STEP = re.compile(r"^\*\*(\d)\.\*\*.*?^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ON_THE_PAGE, IN_THE_ROOM = "10.0.0.", f"{rooms.NETWORK}."
OWN_FOLDERS = ("/etc", "/root", "/var/lib/postgresql", "/var/lib/etcd")
DISK_MB, PATIENCE_S = 1024, 90
PASSWORD = "an-invented-password"
NO_WATCHDOG = "WRONG: this node: watchdog: mode is not required, so a machine that hangs is not ended"
PORT = 5170
# The unit starts a router again a second after its end.
KEEP = 'while :; do "$@"; echo "ended with $?"; sleep 1; done'


def steps():
    """The commands of the page's section, by the number of the step."""
    with open(PAGE, encoding="utf-8") as file:
        section = file.read().split("\n## The database\n")[1].split("\n## ")[0]
    return dict(STEP.findall(section))


def http_code(url, context, method="GET"):
    """The code of an answer, or None if there is none."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, data=b"{}" if method != "GET" else None), timeout=10,
                                    context=context) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


class Node:
    """A machine that has the packages, and folders of its own for what they write."""

    def __init__(self, room, name, number):
        self.room, self.name, self.place = room, name, room.add(name, number)
        self.disk = rooms.mount_disk(room, name, DISK_MB, "root")
        os.chmod(self.disk, 0o755)
        self.place.power_on()  # it sees what is mounted by now
        rooms.do("cp", "-a", "--no-target-directory", "/etc", self.path("/etc"))
        for folder, owner in zip(OWN_FOLDERS, (None, "root", "postgres", "etcd")):
            os.makedirs(self.path(folder), exist_ok=True)
            if owner:
                shutil.chown(self.path(folder), owner, owner)
            self.place.inside("mount", "--bind", self.path(folder), folder)
        self.place.inside("sh", "-c", "mount -t tmpfs tmpfs /run/postgresql && chown postgres /run/postgresql")

    def path(self, path):
        return os.path.join(self.disk, path.lstrip("/"))

    def type(self, text):
        """Runs a command in this machine. Returns its exit code, and what it said."""
        installed = self.room.path("installed")
        text = text.replace(ON_THE_PAGE, IN_THE_ROOM).replace("/usr/lib/concordat", f"{installed}/usr/lib/concordat")
        words = self.place.enter() + ["env", f"PATH={installed}/usr/sbin:{os.environ['PATH']}", "bash", "-ec", text]
        ran = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return ran.returncode, ran.stdout

    def wrong(self):
        """What `concordat-database check` says is wrong."""
        return [line for line in self.type("concordat-database check")[1].splitlines() if line.startswith("WRONG")]

    def sql(self, sql):
        return self.type(f"runuser -u postgres -- psql -d concordat -Atc \"{sql}\"")

    def leads(self):
        return self.place.is_on() and self.type("runuser -u postgres -- psql -Atc 'SELECT pg_is_in_recovery()'") == (0, "f\n")

    def said(self):
        with open(self.room.path("logs", f"{self.name}-agent.log"), encoding="utf-8", errors="replace") as file:
            return file.read()


class Database(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="concordat-database-")
        self.addCleanup(shutil.rmtree, folder)
        self.room = rooms.Room(folder)
        self.addCleanup(self.room.close)
        rooms.do("env", f"DESTDIR={self.room.path('installed')}", "cmake", "--install", BUILD, "--component", "database")
        self.nodes = [Node(self.room, name, number) for number, name in enumerate("abc", 1)]
        self.addCleanup(self.tell_why)

    def tell_why(self):
        """The last lines of each log, if something went wrong."""
        if any(error for _, error in self._outcome.result.errors + self._outcome.result.failures):
            for name in sorted(os.listdir(self.room.path("logs"))):
                with open(self.room.path("logs", name), encoding="utf-8", errors="replace") as file:
                    print(f"==== {name}", *file.read().splitlines()[-25:], sep="\n", file=sys.stderr)

    def do(self, node, text):
        code, said = node.type(text)
        self.assertEqual(code, 0, f"{text}: {said}")
        return said

    # ---- The steps of the page ----

    def set_up(self):
        a = self.nodes[0]
        for line in steps()["2"].splitlines():
            copied = re.match(r"scp -pr (\S+) root@10\.0\.0\.(\d):(\S+)$", line)
            if copied:
                shutil.copytree(a.path(copied[1]), self.nodes[int(copied[2]) - 1].path(copied[3]))
            else:
                self.do(a, line)
        for node in self.nodes:
            for line in steps()["3"].splitlines():
                if line.startswith("systemctl enable"):
                    self.start(node)
                elif not line.startswith("systemctl"):
                    self.do(node, line)
        rooms.await_true("all is well", self.all_is_well, PATIENCE_S, 0.5)

    def start(self, node):
        """What the units do."""
        path = node.path("/etc/patroni/config.yml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        changed = text.replace("mode: required", "mode: off")
        self.assertNotEqual(changed, text)
        changed = changed.replace("/usr/lib/concordat", self.room.path("installed/usr/lib/concordat"))
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        node.place.start(f"{node.name}-vote", "sh", "-c", "set -a; . /etc/etcd/settings; exec /usr/bin/etcd", user="etcd")
        self.start_agent(node)
        node.place.start(f"{node.name}-named-standby", "/usr/bin/python3", "-B",
                         self.room.path("installed/usr/lib/concordat/database/named_standby.py"), "/etc/patroni/config.yml",
                         user="postgres")

    def start_agent(self, node):
        node.place.start(f"{node.name}-agent", "/usr/bin/patroni", "/etc/patroni/config.yml", user="postgres")

    def all_is_well(self):
        return all(node.wrong() == [NO_WATCHDOG] for node in self.nodes)

    def leader(self):
        return next(node for node in self.nodes if node.leads())

    def make_tables(self):
        *lines, ask = steps()["5"].splitlines()
        for line in lines:
            self.do(self.leader(), line)
        self.assertIn("\\password concordat_broker", ask)
        self.do(self.leader(), f"runuser -u postgres -- psql -c \"ALTER ROLE concordat_broker PASSWORD '{PASSWORD}'\"")

    # ---- The router ----

    def prepare_router(self):
        self.stage = stage.Stage("database")
        self.addCleanup(self.stage.close)
        s = self.stage
        shutil.copy(self.nodes[0].path("/root/nodes/ca.pem"), s.path("database.pem"))
        stage.write(s.path("passfile"), [f"*:5432:concordat:concordat_broker:{PASSWORD}"], 0o600)
        address = re.search(r"--ledger '(.*)'", steps()["6"])[1].replace(ON_THE_PAGE, IN_THE_ROOM)
        address = re.sub(r"passfile=[^&]*", f"passfile={s.path('passfile')}", address)
        self.address = re.sub(r"sslrootcert=.*", f"sslrootcert={s.path('database.pem')}", address)
        self.router = self.room.add("r", 11)
        self.router.power_on()

    def look(self):
        """How the router's look at the servers ended, and what it said."""
        words = self.router.enter() + [stage.find_program("concordat-broker"), "--check", self.stage.path("region.yaml"),
                                            "--ledger", self.address]
        ran = subprocess.run(words, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    def start_router(self):
        s = self.stage
        self.router.start("router", "sh", "-c", KEEP, "keep", stage.find_program("concordat-broker"),
                          "--policy", s.path("region.yaml"), "--state", self.room.path("run", "state"),
                          "--ledger", self.address, "--listen", f"tcp://{self.router.address}:{PORT}",
                          "--key", s.path("secret", "broker.key_secret"), "--keys", s.path("keys"),
                          "--master-key", s.path("master-key"))
        self.await_led(1)
        s.endpoint = f"tcp://{self.router.address}:{PORT}"
        s.make_key("source", "source", "street-triage")

    def await_led(self, times):
        def led():
            with open(self.room.path("logs", "router.log"), encoding="utf-8", errors="replace") as file:
                return file.read().count("ready on") >= times
        rooms.await_true("a router that leads", led, PATIENCE_S)

    def refer(self):
        s = self.stage
        client = s.client("source")
        answer = client.request(submit=s.submission()).answer
        self.assertTrue(answer.done, answer)

    # ---- What is promised ----

    def test_the_page_makes_nodes_on_which_a_router_leads_whatever_machine_is_lost(self):
        self.set_up()
        self.make_tables()
        self.prepare_router()
        self.refuses_strangers()
        self.check_sees_what_is_wrong()
        leader = self.leader()
        leader.place.signal(signal.SIGKILL, "^/usr/bin/python3 /usr/bin/patroni ")
        self.start_agent(leader)
        rooms.await_true("one named standby", lambda: self.look()[0] == 0, PATIENCE_S, 0.5)
        self.assertRegex(self.look()[1], "leads, and is set as a ledger needs it")
        self.start_router()
        self.refer()
        lost = self.leader()
        lost.place.power_off()
        since = time.monotonic()
        self.await_led(2)
        print(f"a router led again {time.monotonic() - since:.0f} s after the machine was lost")
        now = self.leader()
        self.assertRegex(now.said(), r"own timeline 1, the others' \[(1, None|None, 1)\]")  # the guard was let in by its file
        self.refer()
        self.assertEqual(now.sql("SELECT count(DISTINCT referral) FROM event"), (0, "2\n"))
        self.assertEqual([line for line in now.wrong() if lost.place.address not in line], [NO_WATCHDOG])

    def refuses_strangers(self):
        """Nobody gets in without TLS, a password or a certificate."""
        def refused(user, database, more, why):
            said = subprocess.run(self.router.enter() + [
                "/usr/lib/postgresql/15/bin/psql", "-w", f"host={self.leader().place.address} user={user} dbname={database} {more}"],
                                  capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
            self.assertNotEqual(said.returncode, 0, said)
            self.assertRegex(said.stderr, why)
        refused("concordat_broker", "concordat", "sslmode=disable", "no pg_hba.conf entry.*no encryption")
        refused("concordat_broker", "concordat", "sslmode=require password=another", "password authentication failed")
        refused("concordat_broker", "concordat", "sslmode=verify-full sslrootcert=/etc/ssl/certs/ca-certificates.crt",
                "certificate verify failed")
        refused("postgres", "postgres", "sslmode=require", "no pg_hba.conf entry")
        refused("replicator", "postgres", "sslmode=require", "no pg_hba.conf entry")
        a = self.nodes[0]
        own = ssl.create_default_context(cafile=a.path("/etc/etcd/ca.pem"))
        stranger = ssl.create_default_context(cafile=a.path("/etc/etcd/ca.pem"))
        own.load_cert_chain(a.path("/etc/etcd/node.pem"), a.path("/etc/etcd/node.key"))
        store, agent = f"https://{a.place.address}:2379/v2/keys/", f"https://{a.place.address}:8008/config"
        self.assertEqual(http_code(store, own), 200)
        self.assertIsNone(http_code(store, stranger))
        self.assertEqual((http_code(agent, stranger), http_code(agent, stranger, "PATCH")), (200, 403))

    def check_sees_what_is_wrong(self):
        """`concordat-database check` names each setting that could lose an event."""
        a = self.nodes[0]
        self.do(a, "cd /; patronictl -c /etc/patroni/config.yml edit-config --quiet --force -s synchronous_mode_strict=false")
        wrong = "WRONG: synchronous_mode_strict is False, and must be true: patronictl edit-config"
        rooms.await_true("what is wrong to be named", lambda: wrong in a.wrong(), PATIENCE_S, 0.5)  # an agent looks now and then
        self.do(a, "cd /; patronictl -c /etc/patroni/config.yml edit-config --quiet --force -s synchronous_mode_strict=true")
        rooms.await_true("all is well", self.all_is_well, PATIENCE_S, 0.5)
        self.do(a, "sed 's/^etcd:/etcd3:/; s/  pre_promote:/  post_promote:/' /etc/patroni/config.yml >/root/other.yml")
        code, said = a.type("concordat-database check /root/other.yml")
        self.assertEqual(code, 1)
        self.assertRegex(said, "with etcd3 can bring an old history back")
        self.assertRegex(said, "pre_promote does not ask the guard")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
