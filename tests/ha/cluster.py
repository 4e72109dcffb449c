"""The database on three nodes: PostgreSQL 15, Patroni's agent and one vote of its store on each, and how to ask it things.

One named synchronous standby, strict: only it may be promoted, and without it nothing is committed. The agents rewind a
server that has more than the new primary. Without that the cluster can stand still for want of a synchronous standby:
the third node may have had the last commit before the standby had it, and then it cannot follow the new primary.
"""

import json
import os
import shlex
import shutil
import struct
import time
import urllib.error
import urllib.request

import psycopg2
import yaml

import room as rooms
from stores import STORES, USER, addresses, deployed, DEPLOYED

PROGRAMS = "/usr/lib/postgresql/15/bin"
POSTGRES, AGENT = 5432, 8008
DISK_MB = 640
# A program that is preloaded with it tells the time that a file says. Debian's faketime will not do: Python's sleep fails
# below it unless the clock that nothing sets is moved too.
CLOCK_SHIM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "integration", "fault_shim.c")
GUARD = os.path.join(DEPLOYED, "may_lead.py")
NAMED_STANDBY = os.path.join(DEPLOYED, "named_standby.py")
PASSWORDS = {"replicator": "", "rewind": ""}  # nobody asks for one in a room
CLOCK_FILE = "<qqiiii"  # struct control of the shim: the first is what is added, in milliseconds
START_S = 90  # patience of the trials, for a machine that others use too


class Node:
    """One machine of the database."""

    def __init__(self, room, number):
        self.number, self.name = number, f"n{number}"
        self.place = room.add(self.name, number)
        self.room = room
        self.disk = rooms.mount_disk(room, f"{self.name}-data", DISK_MB, USER)
        self.vote_disk = rooms.mount_disk(room, f"{self.name}-vote", DISK_MB, USER)
        self.configuration = room.path("run", f"{self.name}.yml")
        self.clock = room.path("run", f"{self.name}.clock")
        self.agent = f"/usr/bin/patroni {self.configuration}"
        self.postmaster = f"^{PROGRAMS}/postgres "

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        for owned in (os.path.dirname(path), path):
            shutil.chown(owned, USER, USER)

    def ask(self, sql, seconds=2, user=USER, database=USER):
        """Rows of an answer, or None if this node answers no question."""
        try:
            connection = psycopg2.connect(host=self.place.address, port=POSTGRES, dbname=database, user=user,
                                          connect_timeout=2, options=f"-c statement_timeout={seconds * 1000}",
                                          keepalives_idle=1, keepalives_count=2, keepalives_interval=1,
                                          tcp_user_timeout=seconds * 1000)
        except psycopg2.Error:
            return None
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.Error:
            return None
        finally:
            connection.close()

    def history(self, sql, database=USER):
        rows = self.ask(sql, seconds=60, database=database)
        if rows is None:
            raise RuntimeError(f"{self.name} does not show its history")
        return rows

    def is_primary(self):
        return self.ask("SELECT NOT pg_is_in_recovery()") == [(True,)]

    def agent_says(self, path="patroni"):
        try:
            with urllib.request.urlopen(f"http://{self.place.address}:{AGENT}/{path}", timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except (OSError, ValueError):
            return None


class Cluster:
    def __init__(self, room, store, timing, fake_clocks=False, rewind=True, guard=True):
        self.room, self.store = room, STORES[store]
        self.ttl, self.loop_wait, self.retry_timeout = timing
        self.clock_library = self._make_clock_library() if fake_clocks else None
        self.rewind = rewind
        self.guard = shutil.copy(GUARD, room.path("run")) if guard else None
        self.nodes = [Node(room, number) for number in (1, 2, 3)]

    # ---- Start ----

    def start(self):
        for node in self.nodes:
            node.place.power_on()
            self.start_vote(node)
        for node in self.nodes:
            rooms.await_true(f"the vote of {node.name}", lambda node=node: self.store.is_ready(node), START_S)
            self._configure(node)
            self.start_agent(node)
            self.start_named_standby(node)
        rooms.await_true("a primary with two standbys", lambda: self._is_whole(), START_S, 0.2)

    def make_tables(self, schema, table, database=USER):
        """Makes the tables in a database, and returns when each node has the one that is named."""
        if database != USER:
            self.primary().ask(f"CREATE DATABASE {database}", seconds=60)
        self.primary().ask(schema, seconds=20, database=database)
        rooms.await_true("the tables on each node", lambda: all(
            node.ask(f"SELECT 1 FROM {table}", database=database) == [] for node in self.nodes), START_S)

    def _is_whole(self):
        primary = self.primary()
        rows = primary and primary.ask("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")
        return rows and len(rows) == 2 and ("sync",) in rows

    def start_vote(self, node):
        self.store.start(node, self.nodes)

    def start_agent(self, node):
        env = {}
        if self.clock_library:
            if not os.path.exists(node.clock):
                self.set_clock(node, 0)
            env = {"LD_PRELOAD": self.clock_library, "FAULT_CONTROL": node.clock}
        node.place.start(f"{node.name}-agent", "/usr/bin/python3", "/usr/bin/patroni", node.configuration, user=USER,
                         env=env)

    def start_named_standby(self, node):
        node.place.start(f"{node.name}-named-standby", "/usr/bin/python3", NAMED_STANDBY, node.configuration, user=USER,
                         env={"PYTHONDONTWRITEBYTECODE": "1"})

    def _make_clock_library(self):
        library = self.room.path("run", "clock.so")
        rooms.do("cc", "-O2", "-shared", "-fPIC", "-o", library, CLOCK_SHIM)
        return library

    def set_clock(self, node, seconds):
        """Moves the clock of a node's agent and server. The votes of etcd, written in Go, ask the kernel itself."""
        with open(node.clock, "r+b" if os.path.exists(node.clock) else "wb") as file:
            file.write(struct.pack(CLOCK_FILE, seconds * 1000, 0, 0, 0, 0, 0))
        shutil.chown(node.clock, USER, USER)

    def _configure(self, node):
        """Writes what the agent is told: the configuration that a site has, but for what a room has otherwise."""
        settings = yaml.safe_load(deployed.fill("patroni.yml", addresses(self.nodes), self.nodes.index(node), PASSWORDS))
        restapi, postgresql, dcs = settings["restapi"], settings["postgresql"], settings["bootstrap"]["dcs"]
        # Everybody in the room is trusted, and nothing is encrypted; no machine of it has a watchdog.
        for name in ("etcd", "ctl", "watchdog"):
            del settings[name]
        settings["restapi"] = {name: restapi[name] for name in ("listen", "connect_address")}
        settings.update(self.store.settings(node, self.nodes))
        for account in postgresql["authentication"].values():
            for name in ("password", "sslmode", "sslrootcert"):
                account.pop(name, None)
        postgresql["pg_hba"] = ["local all all trust", "host all all 10.77.0.0/24 trust",
                                "host replication all 10.77.0.0/24 trust"]
        # Disks and memory are small.
        postgresql |= {"data_dir": f"{node.disk}/data", "pgpass": f"{node.disk}/pgpass"}
        postgresql["parameters"]["unix_socket_directories"] = node.disk
        parameters = dcs["postgresql"]["parameters"]
        for name in ("ssl", "ssl_cert_file", "ssl_key_file"):
            del parameters[name]
        parameters |= {"max_slot_wal_keep_size": "128MB", "min_wal_size": "32MB", "max_wal_size": "96MB",
                       "wal_keep_size": "32MB", "shared_buffers": "32MB", "max_connections": 60, "lc_messages": "C"}
        settings["bootstrap"]["initdb"].append({"wal-segsize": "4"})
        # The options of the trials.
        dcs |= {"ttl": self.ttl, "loop_wait": self.loop_wait, "retry_timeout": self.retry_timeout}
        dcs["postgresql"]["use_pg_rewind"] = self.rewind
        asked = postgresql.pop("pre_promote")
        if self.guard:
            _, _, *servers = shlex.split(asked)
            postgresql["pre_promote"] = " ".join(["/usr/bin/python3", self.guard, "user=replicator", *servers])
        node.write(node.configuration, json.dumps(settings, indent=1))  # JSON is YAML

    # ---- Questions ----

    def primaries(self):
        """Nodes that say that they may write: after a failure there may be two, and only one that can commit."""
        return [node for node in self.nodes if node.place.is_on() and node.is_primary()]

    def primary(self):
        return next(iter(self.primaries()), None)

    def synchronous(self):
        """The node that alone may be promoted, or None."""
        primary = self.primary()
        rows = primary and primary.ask("SELECT application_name FROM pg_stat_replication WHERE sync_state = 'sync'")
        return next((node for node in self.nodes if rows and (node.name,) in rows), None)

    def winner(self, seconds):
        """Waits until one node and no other is primary, with its synchronous standby, for three turns of an agent. Returns
        it, and whether that came within the time; if not, the node that the agents hold for the leader."""
        end, since, was = time.monotonic() + seconds, 0, None
        while time.monotonic() < end:
            primaries = self.primaries()
            now = primaries[0] if len(primaries) == 1 and self.synchronous() else None
            if now is None or now is not was:
                since, was = time.monotonic(), now
            elif time.monotonic() - since > 3 * self.loop_wait + 1:
                return now, True
            time.sleep(0.2)
        return self._leader_in_store() or self.primary(), False

    def _leader_in_store(self):
        for node in self.nodes:
            members = (node.agent_says("cluster") or {}).get("members", ())
            for leader in (member["name"] for member in members if member["role"] == "leader"):
                return next(other for other in self.nodes if other.name == leader)
        return None

    def switch_over(self):
        """As an administrator does it. Returns what patronictl said."""
        primary, standby = self.primary(), self.synchronous()
        if not primary or not standby:
            return "nobody to switch to"
        return primary.place.inside("/usr/bin/patronictl", "-c", primary.configuration, "switchover", "--master",
                                    primary.name, "--candidate", standby.name, "--force", user=USER)
