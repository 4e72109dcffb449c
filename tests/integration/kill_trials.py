"""Kills the real broker with SIGKILL at random instants under load, starts it again on the same ledger, and in the end
holds the ledger, chain checked, against everything that was acknowledged.

The kills fall while it serves and, one in five, while it starts. The same trials are the test of promise P1 (a few) and
deploy/kill-trials (many, several at a time).

Usage: kill_trials.py SOURCE BUILD KILLS [SEED]
"""

import os
import random
import sys
import time

import faults
import stage

SERVING_S, STARTING_S = 0.12, 0.03  # at most, until the kill
FEWEST_PER_KILL = 1  # acknowledged; less would prove nothing


def trials(s, kills, chance):
    """Runs them in a stage; returns what was found."""
    s.start_broker()
    loads = [faults.Submitting(s), faults.Accepting(s)]
    for load in loads:
        load.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0, SERVING_S))  # the random instant itself
        s.kill("broker")
        if chance.random() < 0.2:
            s.start_broker(ready="")
            time.sleep(chance.uniform(0, STARTING_S))  # and this one
            s.kill("broker")
        s.start_broker()
        for load in loads:
            load.anew.set()
    faults.stop_all(loads)
    return faults.hold_against_ledger(s, loads)


def main():
    kills = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 2**32
    with stage.Stage("kills") as s:
        found = trials(s, kills, random.Random(seed))
    print(f"{kills} kills, {found.acknowledged} acknowledged, {found.lost} lost, {found.doubled} doubled, "
          f"{found.invented} invented, {found.events} events, seed {seed}", flush=True)
    if found.lost or found.doubled or found.invented or found.acknowledged < kills * FEWEST_PER_KILL:
        sys.exit(1)


if __name__ == "__main__":
    main()
