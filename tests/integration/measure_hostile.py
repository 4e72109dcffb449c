"""Measures what honest peers wait for their answers, alone and beside each kind of hostile peer, and the broker's memory.

Usage: measure_hostile.py SOURCE BUILD [SECONDS]
"""

import sys
import time

import hostile
import stage
import test_hostile

GAP_S = 0.01  # between requests of the honest peer: it is no load itself


def measure(kind, seconds):
    with stage.Stage("measure") as s:
        broker = s.start_broker()
        street = s.client("street", "source", "street-triage")
        street.request(submit=s.submission())
        process = test_hostile.start_hostile(s, kind) if kind else None
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
    return waits[len(waits) // 2], waits[len(waits) * 99 // 100], most


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'beside':14} {'p50 ms':>8} {'p99 ms':>8} {'times':>6} {'MiB':>6}")
    alone = None
    for kind in (None, *hostile.KINDS):
        p50, p99, memory = measure(kind, seconds)
        alone = alone or p99
        print(f"{kind or 'nobody':14} {p50:8.1f} {p99:8.1f} {p99 / alone:6.1f} {memory:6}", flush=True)
    print(f"memory bound {test_hostile.BOUND_MIB} MiB")


if __name__ == "__main__":
    main()
