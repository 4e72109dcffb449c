"""Kills the real broker with SIGKILL at random instants under load and starts it again on the same ledger. In the end,
checks the chain and compares the ledger with everything that was acknowledged.

One kill in five comes while the broker starts, the others while it serves. The test of promise P1 runs a few trials;
`tests/run kill-trials` runs many, several at a time.

Usage: kill_trials.py SOURCE BUILD KILLS [SEED]
"""

import os
import random
import sys
import time

import faults
import ledger_home
import stage

# At most, until the kill; servers sync each commit on two disks.
SERVING_S, STARTING_S = 0.5 if ledger_home.SERVED else 0.12, 0.03
FEWEST_PER_KILL = 1  # acknowledged commands; fewer would prove nothing


def trials(s, kills, chance):
    """Runs the trials in a stage, and returns what it found."""
    s.start_broker()
    loads = [faults.Submitting(s), faults.Accepting(s)]
    for load in loads:
        load.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0, SERVING_S))  # until the random instant
        s.kill("broker")
        if chance.random() < 0.2:
            s.start_broker(ready="")
            time.sleep(chance.uniform(0, STARTING_S))  # until that instant
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
