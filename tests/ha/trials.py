"""Trials of several machines: each builds a room of three database nodes and two brokers, does what is drawn from the
seed to it, and holds what was acknowledged against the history that won.

Usage: trials.py TRIALS [OPTIONS]; --help lists them.
"""

import argparse
import heapq
import itertools
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter

import room as rooms
from cluster import Cluster
from fault_table import FAULTS, deal
from judge import judge
from load import WriterLoad
from stores import STORES

FAULTS_A_TRIAL = 2
APART_S = 8  # the second fault begins at most so long after the first
AGAIN_S, HIT_S = 0.5, 120  # a fault of what is not there just now waits for it
AFTERWARDS_S = 60  # writes must be answered so soon after the last fault's end: a lease, and a slow machine


class World:
    """What a fault may reach."""

    def __init__(self, room, cluster, load, chance, say):
        self.room, self.cluster, self.load, self.chance, self.say = room, cluster, load, chance, say


def play(world, faults, seconds):
    """Begins and ends the faults when it is time. Returns when the first began and the last ended."""
    at, order, actions = time.monotonic(), itertools.count(), []

    def do_at(instant, action, *words):
        heapq.heappush(actions, (instant, next(order), action, words))

    def begin(fault, give_up_at):
        hit = fault.hits(world)
        if hit is None and time.monotonic() < give_up_at:
            do_at(time.monotonic() + AGAIN_S, begin, fault, give_up_at)
        elif hit is None:
            raise RuntimeError(f"{fault.name}: nobody to hit within {HIT_S} s")
        else:
            shortest, longest = seconds if seconds and fault.seconds[1] else fault.seconds
            lasts = world.chance.uniform(shortest, longest)
            world.say(f"{fault.name}: {hit.name} for {lasts:.1f} s")
            end = fault.begin(world, hit)
            if end:
                do_at(time.monotonic() + lasts, finish_fault, fault, end)

    def finish_fault(fault, end):
        world.say(f"{fault.name} ends")
        end()

    for number, fault in enumerate(faults):
        instant = at + (world.chance.uniform(0, APART_S) if number else 0)
        do_at(instant, begin, fault, instant + HIT_S)
    while actions:
        due, _, action, words = heapq.heappop(actions)
        time.sleep(max(0, due - time.monotonic()))  # until it is time
        action(*words)
    return at, time.monotonic()


def history_of(node):
    if node is None:
        raise RuntimeError(f"no node leads {AFTERWARDS_S} s after the last fault's end")
    rows = node.ask("SELECT seq, chain, body FROM event ORDER BY seq", seconds=60)
    if rows is None:
        raise RuntimeError(f"{node.name} does not show its history")
    return rows


def answers_after(load, instant):
    """Whether somebody is answered again."""
    try:
        rooms.await_true("an answer", lambda: any(t.at > instant for t in load.acknowledged()[-1:]), AFTERWARDS_S)
    except TimeoutError:
        return False
    return True


def trial(options, faults, seed, folder, say):
    chance = random.Random(seed)
    room = rooms.Room(folder)
    try:
        cluster = Cluster(room, options.store, options.timing, rewind=not options.keep_diverged, guard=not options.no_guard,
                          fake_clocks=any(fault.name == "move clock" for fault in faults))
        load = WriterLoad(room, cluster)
        cluster.start()
        load.start()
        began, ended = play(World(room, cluster, load, chance, say), faults, options.seconds)
        winner, recovered = cluster.winner(AFTERWARDS_S)
        recovered = recovered and answers_after(load, ended)
        load.stop()
        return judge(load.acknowledged(), history_of(winner), began), recovered
    finally:
        room.close()


def read_options():
    parser = argparse.ArgumentParser(prog="tests/run ha-trials")
    parser.add_argument("trials", type=int, nargs="?", default=25)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--only", metavar="FAULT", choices=[fault.name for fault in FAULTS], help="one fault a trial, this")
    parser.add_argument("--store", choices=STORES, default="etcd2", help="where the agents keep who leads")
    parser.add_argument("--timing", default="5/1/2", help="of the agents: ttl/loop_wait/retry_timeout, in seconds",
                        type=lambda text: tuple(int(number) for number in text.split("/")))
    parser.add_argument("--keep-diverged", action="store_true",
                        help="the agents do not rewind a server that has more than the new primary")
    parser.add_argument("--no-guard", action="store_true",
                        help="the agents promote without asking for the others' timelines (may_lead.py)")
    parser.add_argument("--seconds", metavar="FROM-TO", help="how long a fault lasts",
                        type=lambda text: tuple(float(number) for number in text.split("-")))
    return parser.parse_args()


def report(say, one, recovered):
    say(f"{one.acknowledged} acknowledged, {one.lost} lost, {one.doubled} doubled, {one.two_leaders} two leaders, "
        f"{one.chain_breaks} breaks of the chain, longest silence {one.silence_s:.1f} s")
    if not recovered:
        say(f"no writes within {AFTERWARDS_S} s of the last fault's end; the machine's load is {os.getloadavg()[0]:.1f}")


def run(options, hands, logs, chance):
    """Plays all trials. Returns what was found, and how many failed."""
    found, failed = [], 0
    for number, hand in enumerate(hands, 1):
        folder, began = os.path.join(logs, f"trial-{number}"), time.monotonic()
        os.makedirs(folder)

        def say(text, number=number, began=began):
            print(f"[{number} {time.monotonic() - began:5.1f}] {text}", flush=True)

        say(" and ".join(fault.name for fault in hand))
        try:
            one, good = trial(options, hand, chance.getrandbits(32), folder, say)
            report(say, one, good)
            found.append(one)
            good = good and not (one.lost or one.doubled or one.two_leaders or one.chain_breaks)
        except Exception:  # pylint: disable=broad-exception-caught  # the other trials go on
            traceback.print_exc()
            good = False
        if good:
            shutil.rmtree(folder)
        else:
            failed += 1
            say(f"failed. Its logs: {folder}")
    return found, failed


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = read_options()
    chance = random.Random(options.seed)
    faults = [fault for fault in FAULTS if options.only == fault.name or not (options.only or fault.only_by_name)]
    hands = deal(faults, options.trials, chance, 1 if options.only else FAULTS_A_TRIAL)
    print(f"seed {options.seed}, store {options.store}, timing {'/'.join(map(str, options.timing))}")
    for fault in faults:
        print(f"  {sum(hand.count(fault) for hand in hands)} x {fault.name}")
    logs = tempfile.mkdtemp(prefix="concordat-ha-")
    os.chmod(logs, 0o755)
    try:
        found, failed = run(options, hands, logs, chance)
    except KeyboardInterrupt:
        shutil.rmtree(logs)
        sys.exit(130)
    if failed:
        print(f"{failed} of {len(hands)} trials failed. Their logs: {logs}")
    else:
        shutil.rmtree(logs)
    total = Counter()
    for one in found:
        total.update(one._asdict())
    silences = [one.silence_s for one in found] or [0]
    print(f"{len(found)} trials, {total['acknowledged']} acknowledged, {total['lost']} lost, {total['doubled']} doubled, "
          f"{total['two_leaders']} two leaders, writes again {statistics.median(silences):.1f}/{max(silences):.1f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
