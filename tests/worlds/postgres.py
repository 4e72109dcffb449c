#!/usr/bin/python3
"""PostgreSQL of a test's own: servers in a folder, reached only by sockets in that folder, gone with the test.

As a program: postgres.py FOLDER [--standby]. It prints "ready" when the servers answer, and stops them when its input ends.
Exit code 77: PostgreSQL is not installed.
"""
import argparse
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys

import noted

PROGRAMS = pathlib.Path("/usr/lib/postgresql/15/bin")
SETTINGS = {"listen_addresses": "''", "shared_buffers": "32MB", "max_connections": "60", "wal_level": "replica",
            "max_wal_senders": "4", "wal_receiver_timeout": "3s", "wal_retrieve_retry_interval": "100ms",
            "log_min_messages": "fatal", "autovacuum": "off"}


def is_installed():
    return (PROGRAMS / "postgres").exists()


def as_its_user():
    """PostgreSQL does not run as root: then it runs as the user that Debian made for it."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    os.umask(0o077)


def run(name, *arguments, told=""):
    done = subprocess.run([PROGRAMS / name, *arguments], preexec_fn=as_its_user, cwd="/", input=told,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{name} {' '.join(map(str, arguments))}: {done.stdout}")
    return done.stdout


def sql(socket, text, database):
    """What the owner asks by the socket in a folder; one row a line."""
    return run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", "owner", "-d", database, told=text)


def address(sockets, database, user="concordat_broker"):
    """What a router or a tool is told."""
    return f"postgresql://{user}@/{database}?host={','.join(map(str, sockets))}"


class Server:
    """One server; its socket is in its own folder."""

    def __init__(self, folder, name):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.data = self.folder / "data"
        self.killed = False
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def make(self):
        run("initdb", "-D", self.data, "-U", "owner", "-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale")

    def copy(self, leader):
        run("pg_basebackup", "-D", self.data, "-d", f"host={leader.folder} user=owner", "-c", "fast", "--no-sync")
        self.follow(leader)

    def follow(self, leader):
        (self.data / "standby.signal").touch()
        if os.geteuid() == 0:
            shutil.chown(self.data / "standby.signal", "postgres", "postgres")
        self.set("primary_conninfo", f"'host={leader.folder} user=owner application_name={self.name}'")

    def set(self, name, value):
        with open(self.data / "postgresql.auto.conf", "a", encoding="ascii") as settings:
            settings.write(f"{name} = {value}\n")

    def start(self):
        for name, value in {**SETTINGS, "unix_socket_directories": f"'{self.folder}'"}.items():
            self.set(name, value)
        run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start")
        self.killed = False

    def reload(self):
        run("pg_ctl", "-D", self.data, "reload")

    def promote(self):
        run("pg_ctl", "-D", self.data, "-w", "promote")

    def stop(self, how="immediate"):
        if not self.killed and (self.data / "postmaster.pid").exists():
            run("pg_ctl", "-D", self.data, "-m", how, "-w", "stop")

    def kill(self):
        """As a machine that loses its power: the server and all that it started."""
        postmaster = int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
        self.killed = True
        for pid in [postmaster, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):  # a child may have ended meanwhile
                os.kill(pid, signal.SIGKILL)

    def sql(self, text, database="postgres"):
        return sql(self.folder, text, database)


class Servers:
    """A server `a`, with a standby a server `b` that confirms each commit, and with a third a server `c` that only follows."""

    def __init__(self, folder, standby=False, third=False, program=None):
        noted.note(program or noted.program())
        self.a = Server(folder, "a")
        self.a.make()
        self.a.start()
        self.all = [self.a]
        if standby:
            self.b = Server(folder, "b")
            self.b.copy(self.a)
            self.b.start()
            self.all.append(self.b)
            self.a.set("synchronous_standby_names", "'b'")
            self.a.reload()
        if third:
            self.c = Server(folder, "c")
            self.c.copy(self.a)
            self.c.start()
            self.all.append(self.c)

    def fail_over(self):
        """What the agents of three servers do when the machine of `a` is lost: `b` leads, and `c` confirms its commits."""
        self.a.kill()
        self.b.set("synchronous_standby_names", "'c'")
        self.b.reload()
        self.c.follow(self.b)
        self.c.reload()
        self.b.promote()

    def address(self, database, order=("a", "b"), user="concordat_broker"):
        return address([server.folder for name in order for server in self.all if server.name == name], database, user)

    def close(self):
        for server in reversed(self.all):
            server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--standby", action="store_true")
    options = parser.parse_args()
    if not is_installed():
        sys.exit(77)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    servers = Servers(options.folder, options.standby, program=noted.program(of_parent=True))
    try:
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        servers.close()


if __name__ == "__main__":
    main()
