"""Trials of several machines: each builds a room of three database nodes and two routers with people around
them, does what is drawn from the seed to it, and holds what was acknowledged against the history that won. enter.py runs it.

Usage: trials.py SOURCE BUILD TRIALS [OPTIONS]; --help lists them.
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
from broker_load import BrokerLoad
from cluster import Cluster
from fault_table import FAULTS, deal
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
    """Begins and ends the faults when it is time."""
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


def answers_again(load):
    """Whether everybody who waits for an answer gets one."""
    before = load.counts()
    try:
        rooms.await_true("answers", lambda: all(now > then for now, then in zip(load.counts(), before)), AFTERWARDS_S)
    except TimeoutError:
        return False
    return True


def settle(cluster, load):
    """Waits until one node leads and something more is acknowledged. Returns the node, and what did not go well, in words."""
    winner, settled = cluster.winner(AFTERWARDS_S)
    if winner is None:
        raise RuntimeError(f"no node leads {AFTERWARDS_S} s after the last fault's end")
    if settled and answers_again(load):
        return winner, []
    return winner, [f"no writes within {AFTERWARDS_S} s of the last fault's end; the machine's load is {os.getloadavg()[0]:.1f}"]


def trials_in_a_room(options, hands, seed, folder, say):
    """Plays one hand of faults after another. Returns what was found in the end (judge.Found), and what did not go well."""
    chance = random.Random(seed)
    room = rooms.Room(folder)
    load = None
    try:
        cluster = Cluster(room, options.store, options.timing, rewind=not options.keep_diverged, guard=not options.no_guard,
                          fake_clocks=any(fault.name == "move clock" for hand in hands for fault in hand))
        load = (WriterLoad if options.writer else BrokerLoad)(room, cluster)
        cluster.start()
        load.prepare()
        load.start()
        say("all is there")
        began, wrong = time.monotonic(), []
        for hand in hands:
            play(World(room, cluster, load, chance, say), hand, options.seconds)
            winner, missed = settle(cluster, load)
            wrong += missed
        wrong += load.stop()
        return load.found(winner, began), wrong
    finally:
        room.close()
        if load:
            load.close()


def read_options():
    parser = argparse.ArgumentParser(prog="tests/run ha-trials")
    parser.add_argument("trials", type=int, nargs="?", default=25)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--only", metavar="FAULT", choices=[fault.name for fault in FAULTS], action="append", default=[],
                        help="one fault a trial, this; or one of these, if it is given several times")
    parser.add_argument("--keep-logs", action="store_true", help="also the logs of trials in which all was well")
    parser.add_argument("--one-room", action="store_true",
                        help="the machines of the first trial stay for the others, which saves their start")
    parser.add_argument("--store", choices=STORES, default="etcd2", help="where the agents keep who leads")
    parser.add_argument("--timing", default="5/1/2", help="of the agents: ttl/loop_wait/retry_timeout, in seconds",
                        type=lambda text: tuple(int(number) for number in text.split("/")))
    parser.add_argument("--keep-diverged", action="store_true",
                        help="the agents do not rewind a server that has more than the new primary")
    parser.add_argument("--writer", action="store_true",
                        help="two programs that only write are in place of the routers: the database alone is tried")
    parser.add_argument("--no-guard", action="store_true",
                        help="the agents promote without asking for the others' timelines (may_lead.py)")
    parser.add_argument("--seconds", metavar="FROM-TO", help="how long a fault lasts",
                        type=lambda text: tuple(float(number) for number in text.split("-")))
    return parser.parse_args()


def report(say, one, wrong):
    say(f"{one.acknowledged} acknowledged, {one.lost} lost, {one.doubled} doubled, {one.two_leaders} two leaders, "
        f"{one.chain_breaks} breaks of the chain, longest silence {one.silence_s:.1f} s")
    for what in wrong + ([f"{one.healed} were lost by the database, and sent again by intakes"] if one.healed else []):
        say(what)


def run(options, rounds, logs, chance):
    """Plays all trials; a round is what is played in one room. Returns what was found, how many trials that was, and how many
    rounds failed."""
    found, played, failed = [], 0, 0
    for number, hands in enumerate(rounds, 1):
        folder, began = os.path.join(logs, f"room-{number}"), time.monotonic()
        os.makedirs(folder)

        def say(text, number=number, began=began):
            print(f"{time.strftime('%H:%M:%S')} [{number} {time.monotonic() - began:5.1f}] {text}", flush=True)

        say(", then ".join(" and ".join(fault.name for fault in hand) for hand in hands))
        try:
            one, wrong = trials_in_a_room(options, hands, chance.getrandbits(32), folder, say)
            report(say, one, wrong)
            found.append(one)
            played += len(hands)
            good = not (wrong or one.lost or one.doubled or one.two_leaders or one.chain_breaks)
        except Exception:  # pylint: disable=broad-exception-caught  # the other trials go on
            traceback.print_exc()
            good = False
        if good and not options.keep_logs:
            shutil.rmtree(folder)
        else:
            failed += not good
            say(f"{'failed. ' if not good else ''}Its logs: {folder}")
    return found, played, failed


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = read_options()
    chance = random.Random(options.seed)
    faults = [fault for fault in FAULTS if fault.name in options.only or not (options.only or fault.only_by_name)]
    hands = deal(faults, options.trials, chance, 1 if options.only else FAULTS_A_TRIAL)
    rounds = [hands] if options.one_room else [[hand] for hand in hands]
    print(f"seed {options.seed}, store {options.store}, timing {'/'.join(map(str, options.timing))}")
    for fault in faults:
        print(f"  {sum(hand.count(fault) for hand in hands)} x {fault.name}")
    logs = tempfile.mkdtemp(prefix="concordat-ha-")
    os.chmod(logs, 0o755)
    try:
        found, played, failed = run(options, rounds, logs, chance)
    except KeyboardInterrupt:
        shutil.rmtree(logs)
        sys.exit(130)
    if failed:
        print(f"{failed} of {len(rounds)} rooms failed. Their logs: {logs}")
    elif not options.keep_logs:
        shutil.rmtree(logs)
    total = Counter()
    for one in found:
        total.update(one._asdict())
    if total["healed"]:
        print(f"{total['healed']} were lost by the database, and sent again by intakes")
    silences = [one.silence_s for one in found] or [0]
    print(f"{played} trials, {total['acknowledged']} acknowledged, {total['lost']} lost, {total['doubled']} doubled, "
          f"{total['two_leaders']} two leaders, writes again {statistics.median(silences):.1f}/{max(silences):.1f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
