"""The parts of `tests/run bench` about a ledger on servers of PostgreSQL: all of them, and their disks, on this one machine."""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from statistics import median

from sections import INTAKES, generate, middle
from stand import Stand, free_port

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "worlds"))
import postgres  # noqa: E402

OUTSTANDING = (1, 16, 64)
KINDS = ("a file", "one server", "server and standby")
BOUND_KILL_S, BOUND_HANG_S = 2, 5


class Database:
    """A server, perhaps with its synchronous standby, in a folder of their own, with an empty ledger."""

    def __init__(self, bench, name, standby=True):
        self.folder = os.path.join(bench.folder, name)
        os.mkdir(self.folder, 0o755)
        os.chmod(bench.folder, 0o711)
        self.servers = postgres.Servers(self.folder, standby)
        schema = subprocess.run([os.path.join(bench.build, "broker", "tools", "concordat-ledger"), "schema"],
                                stdout=subprocess.PIPE, text=True, check=True)
        self.servers.a.set("autovacuum", "on")
        self.servers.a.reload()
        self.servers.a.sql("CREATE DATABASE concordat")
        self.servers.a.sql(schema.stdout, "concordat")
        self.address = self.servers.address("concordat")

    def close(self):
        self.servers.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def round_trips(bench):
    """The three in turn, so that the machine is the same for each."""
    databases = {kind: Database(bench, name, standby=name == "pair") for kind, name in zip(KINDS[1:], ("alone", "pair"))}
    stands = {kind: Stand(bench.source, bench.build, bench.folder, INTAKES, ledger=databases[kind].address if kind in databases
                          else None) for kind in KINDS}
    rounds = []
    try:
        for kind, stand in stands.items():
            stand.start()
            stand.load("--intakes", INTAKES, "--warm-up", bench.warm, "--seconds", 0.2, "--outstanding", 16)
        for i in range(bench.rounds):
            bench.say(f"round {i + 1} of {bench.rounds}: a file, one server, a server and its standby")
            rounds.append({kind: {str(n): stand.load("--intakes", INTAKES, "--warm-up", bench.warm, "--seconds", bench.seconds,
                                                     "--outstanding", n) for n in OUTSTANDING}
                           for kind, stand in stands.items()})
        for stand in stands.values():
            stand.stop()
    finally:
        for stand in stands.values():
            stand.close()
        for database in databases.values():
            database.close()
    bench.found["machines"] = rounds
    tell_round_trips(bench, rounds)


def tell_round_trips(bench, rounds):
    bench.head("Referral round trips by where the ledger is (all servers on this machine's disk)")
    for kind in KINDS:
        for n in OUTSTANDING:
            runs = [one[kind][str(n)] for one in rounds]
            bench.row(f"{kind}, {n} outstanding", f"{middle(runs, 'round_trips_per_s'):.0f}/s",
                      f"submit to acknowledged p50 {middle(runs, 'submit_to_acknowledged', 'p50_us') / 1000:.2f} ms, "
                      f"p99 {middle(runs, 'submit_to_acknowledged', 'p99_us') / 1000:.2f} ms")
    shares = [one[KINDS[2]]["64"]["round_trips_per_s"] / one[KINDS[0]]["64"]["round_trips_per_s"] for one in rounds]
    bench.must(8, "round trips at 64 with server and standby, of a file's", shares, ">=", 0.25)


# ---- The standby takes over ----


def takeover(bench):
    """From the death of the router that leads to the first offer by the one that followed."""
    bench.head("Takeover: from the end of the router that leads to the first offer by the other")
    bench.found["takeover"] = {}
    for events in bench.ledgers[1:]:
        bench.say(f"takeover with {events} events")
        found = {"kill": [], "hang": []}
        with Stand(bench.source, bench.build, bench.folder) as leader:
            generate(bench, leader, events, 10)
            database = Database(bench, f"takeover-{events}")
            try:
                copy_ledger(bench, leader, database.address)
                leader.ledger = database.address
                for how, number in (("kill", signal.SIGKILL), ("hang", signal.SIGSTOP)):
                    for _ in range(3):
                        found[how].append(take_over(bench, leader, number))
            finally:
                database.close()
        bench.found["takeover"][str(events)] = found
        bench.row(f"{events} events", f"{median(found['kill']):.2f} s",
                  f"killed: at most {max(found['kill']):.2f} s; hangs: {median(found['hang']):.2f} s, at most "
                  f"{max(found['hang']):.2f} s")
        bench.must(9, f"takeover from a killed router at {events} events, seconds", found["kill"], "<=", BOUND_KILL_S)
        bench.must(9, f"takeover from a router that hangs at {events} events, seconds", found["hang"], "<=", BOUND_HANG_S)


def copy_ledger(bench, stand, address):
    started = time.monotonic()
    subprocess.run([stand.program("broker", "tools", "concordat-ledger"), "copy", stand.path("state"), address], check=True,
                   stdout=subprocess.DEVNULL)
    bench.say(f"copied in {time.monotonic() - started:.1f} s")


def take_over(bench, leader, number):
    """Both routers have the region of the leader; the other one has an address, a folder and a log of its own."""
    endpoint, other = leader.endpoint, f"tcp://127.0.0.1:{free_port()}"
    leader.start()
    command = leader.broker_command()
    command[command.index("--listen") + 1] = other
    command[command.index("--state") + 1] = leader.path("other")
    shutil.rmtree(leader.path("other"), ignore_errors=True)
    os.mkdir(leader.path("other"), 0o700)
    for snapshot in glob.glob(leader.path("state", "snapshot*")):
        shutil.copy(snapshot, leader.path("other"))
    log = leader.path("other.log")
    with open(log, "wb") as file:
        follower = subprocess.Popen(command, stderr=file, stdout=file)
    try:
        await_line(follower, log, "and follows")
        leader.endpoint = other
        waiting = subprocess.Popen(leader.load_command("--first-offer"), stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)  # its clients try to connect every millisecond from then on
        began_ns = time.monotonic_ns()
        leader.broker.send_signal(number)
        said, _ = waiting.communicate(timeout=300)
    finally:
        leader.endpoint = endpoint
        leader.broker.kill()
        leader.broker.wait()
        leader.broker = None
        os.unlink(leader.path("broker.log"))
        follower.send_signal(signal.SIGTERM)
        follower.wait()
    return (json.loads(said)["first_offer_ns"] - began_ns) / 1e9


def await_line(process, log, words):
    """A file does not say when it grows."""
    while True:
        with open(log, encoding="utf-8") as file:
            if words in (said := file.read()):
                return
        if process.poll() is not None:
            raise RuntimeError(f"the router ended: {said}")
        time.sleep(0.01)
