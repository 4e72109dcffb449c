"""Measures Concordat on this machine, and beside it the machine's own limits. Started by `tests/run bench`."""

import argparse
import json
import os
import platform
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from statistics import median

import zmq

import machines
import sections

PARTS = {"round-trips": sections.round_trips, "core": sections.core, "sealing": sections.sealing,
         "recovery": sections.recovery, "growth": sections.growth, "audit": sections.audit, "boards": sections.boards,
         "machines": machines.round_trips, "takeover": machines.takeover, "profile": sections.profile}
APART = ("machines", "takeover", "profile")  # only if somebody asks for them


class Bench:
    """How much to measure, what was found, and the table."""

    def __init__(self, options):
        self.source, self.build, self.redis = options.source, options.build, options.against == "redis"
        self.folder = tempfile.mkdtemp(prefix="concordat-bench-", dir=options.folder)
        self.found, self.lines, self.musts = {"machine": machine(self.folder)}, [], []
        if options.quick:
            self.seconds, self.warm, self.quick_seconds, self.half_seconds = 0.4, 0.1, 0.1, 0.6
            self.rounds, self.growth_rounds = 5, 2
            self.ledgers, self.grown = (10_000, 100_000), (50_000,)
            self.events_a_year, self.audit_years = 10_000, (1,)
            self.board_rounds, self.board_offers = {500: 1}, 10
        else:
            self.seconds, self.warm, self.quick_seconds, self.half_seconds = 3, 0.5, 1, 60
            self.rounds, self.growth_rounds = 5, 5
            self.ledgers = tuple(sorted({10_000, min(1_000_000, options.events), options.events}))
            self.grown = self.ledgers[1:]
            self.events_a_year, self.audit_years = options.events // 10, (1, 10)
            self.board_rounds, self.board_offers = {500: 3, 5000: 1}, 60

    def say(self, text):
        print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)

    def head(self, text):
        self.lines.append(f"\n{text}")

    def row(self, what, figure, beside=""):
        self.lines.append(f"  {what:52} {figure:>18}  {beside}")

    def must(self, number, what, values, relation, bound):
        """The median of the rounds counts; their spread says how reliable it is."""
        value = median(values)
        met = {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[relation]
        self.musts.append({"number": number, "what": what, "value": value, "least": min(values), "most": max(values),
                           "rounds": len(values), "relation": relation, "bound": bound, "met": met})

    def table(self):
        m = self.found["machine"]
        busy = m["load_average"][0] > m["cores"] / 4
        lines = [f"Concordat on {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB, {m['system']}; SQLite "
                 f"{m['sqlite']}, libzmq {m['libzmq']}; load average before: {m['load_average'][0]:.1f}",
                 *(["The machine had other work: shares hold within limits, figures do not."] if busy else []),
                 *self.lines]
        if self.musts:
            lines.append("\nWhat it must show")
            for must in sorted(self.musts, key=lambda one: one["number"]):
                lines.append(f"  {must['number']} {must['what']:72} {must['value']:8.2f} {must['relation']:>2} "
                             f"{must['bound']:<5} {'met' if must['met'] else 'NOT MET':8} "
                             f"({must['least']:.2f} to {must['most']:.2f} in {must['rounds']})")
        return "\n".join(lines)


def machine(folder):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.machine(), "cores": os.cpu_count(),
            "memory_gib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
            "system": f"{platform.system()} {platform.release()}", "sqlite": sqlite3.sqlite_version,
            "libzmq": zmq.zmq_version(), "load_average": os.getloadavg(), "free_bytes": shutil.disk_usage(folder).free}


def read_options():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--source", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="all parts, in a minute and a half")
    parser.add_argument("--json", metavar="FILE", help="write every figure there too")
    parser.add_argument("--against", choices=["redis"], help="the same work with another queue, in turn with ours")
    parser.add_argument("--only", metavar="PART", action="append", choices=PARTS,
                        help=f"only this part: {', '.join(PARTS)}; can be given several times. "
                             f"{', '.join(APART)} are not part of the whole")
    parser.add_argument("--events", type=int, default=10_000_000, help="of the largest ledger (ten million)")
    parser.add_argument("--folder", default="/var/tmp", help="on the disk that is measured (/var/tmp)")
    return parser.parse_args()


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    bench = Bench(options)
    started, ticks = time.monotonic(), sections.processor_ticks()
    try:
        for name in options.only or [name for name in PARTS if name not in APART]:
            PARTS[name](bench)
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)
        show(bench, options.json, time.monotonic() - started, sections.stolen_since(ticks))


def show(bench, path, took_s, stolen):
    """Writes the results even if a part has failed, because those before it took a long time."""
    bench.found.update(must_show=bench.musts, took_s=took_s, stolen=stolen)
    print(bench.table())
    print(f"\n{took_s:.0f} s in all, in which this machine's host kept {stolen * 100:.1f} % of the processors' time",
          flush=True)
    if path:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(bench.found, file, indent=1)


if __name__ == "__main__":
    main()
