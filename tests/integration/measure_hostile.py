"""Measures how long honest peers wait for answers, alone and beside each kind of hostile peer; and the broker's memory.

The hostile peer stands for a machine of its own. It gets only the processor time that nobody else wants, so that we measure
how the broker handles its messages and not the work of making them. Each round measures every kind, and no hostile peer,
because the machine's own pace changes; the table shows medians. "times" is the p99 divided by the p99 of the same round
without a hostile peer. Exit code 1 if one is above TIMES_MAX, or the memory above its limit.

Usage: measure_hostile.py SOURCE BUILD [SECONDS [ROUNDS]]
"""

import statistics
import sys
import time

import hostile
import stage
import test_hostile

# Before the threads begin, because a thread inherits this from its maker.
WHEN_IDLE = ("chrt", "--idle", "0")
GAP_S = 0.01  # between requests of the honest peer, so that it is not a load itself
TIMES_MAX = 3
NOBODY = "nobody"


def measure(kind, seconds):
    with stage.Stage("measure") as s:
        s.use_region(stage.without_quotas)
        broker = s.start_broker()
        street = s.client("street", "source", "street-triage")
        street.request(submit=s.submission())
        process = None if kind == NOBODY else test_hostile.start_hostile(s, kind, *WHEN_IDLE)
        waits, most, end = [], 0, time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            street.request(submit=s.submission())
            waits.append((time.monotonic() - began) * 1000)
            most = max(most, test_hostile.memory_mib(broker.pid))
            time.sleep(GAP_S)
        if process:
            test_hostile.stop_hostile(process)
    waits.sort()
    return {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100], "memory": most}


def measure_round(number, seconds):
    print(f"round {number}", file=sys.stderr, flush=True)
    seen = {kind: measure(kind, seconds) for kind in (NOBODY, *hostile.KINDS)}
    for one in seen.values():
        one["times"] = one["p99"] / seen[NOBODY]["p99"]
    return seen


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    rounds = [measure_round(i + 1, seconds) for i in range(int(sys.argv[2]) if len(sys.argv) > 2 else 5)]
    good = True
    print(f"{'beside':14} {'p50 ms':>8} {'p99 ms':>8} {'times':>6} {'lowest':>7} {'highest':>8} {'MiB':>6}")
    for kind in rounds[0]:
        seen = sorted((r[kind] for r in rounds), key=lambda one: one["times"])
        middle = {name: statistics.median(one[name] for one in seen) for name in ("p50", "p99", "times")}
        memory = max(one["memory"] for one in seen)
        good = good and middle["times"] <= TIMES_MAX and memory <= test_hostile.BOUND_MIB
        print(f"{kind:14} {middle['p50']:8.1f} {middle['p99']:8.1f} {middle['times']:6.1f} {seen[0]['times']:7.1f} "
              f"{seen[-1]['times']:8.1f} {memory:6}")
    print(f"times at most {TIMES_MAX}, memory at most {test_hostile.BOUND_MIB} MiB: {'met' if good else 'NOT MET'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
