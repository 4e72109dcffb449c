"""The parts of `tests/run bench`: one function for each part, which fills `found` and prints its lines of the table."""

import glob
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from statistics import median

from stand import Stand, free_port, not_installed, run_json

OUTSTANDING = (1, 16, 64, 256)
PROFILED = ("broker_take", "wire_unpack_request", "take_core_command", "record_read_command", "decide", "adopt_for",
            "state_apply", "record_pack_event", "broker_time", "broker_commit", "ledger_write", "ledger_read",
            "ledger_confidential", "news_pack", "offer_make", "stored_referral", "confidential_callback", "statuses_find",
            "outgoing_add", "server_send", "server_receive")
BATCHES = (1, 8, 64, 256)
INTAKES = 4
BOARDS_BOUND = 500  # open boards, for which a bound holds
BOARDS_PAUSE_S = 0.5  # between offers
REPORTS = ("times", "national", "declines", "custody", "open", "breaches", "volume", "section136")


def program(bench, name):
    return os.path.join(bench.build, "tests", "bench", f"bench-{name}")


def middle(runs, *path):
    """Returns the median of one figure over all runs."""
    return median(pick(run, *path) for run in runs)


def pick(run, *path):
    for name in path:
        run = run[name]
    return run


def processor_ticks():
    """Returns the time of all processors since the start, and how much of it a virtual machine's host gave to others."""
    with open("/proc/stat", encoding="utf-8") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return sum(ticks), ticks[7]


def stolen_since(before):
    """Returns the share of the time that the host has given to others since then."""
    (all_before, stolen_before), (all_now, stolen_now) = before, processor_ticks()
    return (stolen_now - stolen_before) / max(1, all_now - all_before)


# ---- 1, 2 and 7: round trips, the machine's limits and Redis, in turn, so that the machine is the same for each ----


def limits_once(bench, sizes):
    limits, s = program(bench, "limits"), bench.quick_seconds
    found = {"disk": run_json(limits, "disk", bench.folder, s)}
    for kind in ("sqlite", "ledger"):
        found[kind] = {str(n): run_json(limits, kind, bench.folder, s, n, *sizes) for n in BATCHES}
    found["curve"] = {str(n): run_json(limits, "curve", s, n) for n in (1, 64)}
    return found


class Redis:
    """A redis-server of our own, durable before each answer."""

    def __init__(self, bench, sizes):
        self.bench, self.sizes = bench, sizes
        self.folder = os.path.join(bench.folder, "redis")
        os.mkdir(self.folder)
        self.port = free_port()
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync",
             "always", "--save", "", "--dir", self.folder, "--auto-aof-rewrite-percentage", "0"],
            stdout=subprocess.DEVNULL)
        time.sleep(0.5)

    def load(self, outstanding):
        received, _, accepted, confidential = self.sizes
        return run_json(program(self.bench, "redis"), self.port, self.process.pid, outstanding, self.bench.seconds,
                        self.bench.warm, received + confidential, accepted)

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def round_trips(bench):
    with Stand(bench.source, bench.build, bench.folder, INTAKES) as stand:
        stand.start()
        load = lambda *options: stand.load("--intakes", INTAKES, "--warm-up", bench.warm, *options)
        load("--seconds", 0.2, "--outstanding", 16)
        sizes = stand.sizes()
        redis = Redis(bench, sizes) if bench.redis else None
        rounds = []
        try:
            for i in range(bench.rounds):
                bench.say(f"round {i + 1} of {bench.rounds}: limits and round trips")
                one = {"limits": limits_once(bench, sizes), "ours": {}, "redis": {}}
                for n in OUTSTANDING:
                    one["ours"][str(n)] = load("--seconds", bench.seconds, "--outstanding", n)
                    if redis:
                        one["redis"][str(n)] = redis.load(n)
                rounds.append(one)
        finally:
            if redis:
                redis.close()
        bench.found["event_bytes"] = dict(zip(("received", "offered", "accepted", "confidential"), sizes))
        bench.found["rounds"] = rounds
        bench.found["half_load"] = half_load(bench, load)
        stand.stop()
    tell_limits(bench, rounds)
    tell_round_trips(bench, rounds)
    if redis:
        tell_redis(bench, rounds)


def half_load(bench, load):
    """Measures delays at half of the rate that went through just before, because the machine's pace changes from minute to
    minute. Each round also notes what the disk alone did before it, and what the host gave to others: both cause delay."""
    found = []
    for i in range(bench.rounds):
        most = load("--seconds", bench.seconds, "--outstanding", OUTSTANDING[-1])
        half = most["round_trips_per_s"] / 2
        bench.say(f"half load, {half:.0f} round trips a second for {bench.half_seconds:g} s: {i + 1} of {bench.rounds}")
        disk = run_json(program(bench, "limits"), "disk", bench.folder, bench.quick_seconds)
        before = processor_ticks()
        ours = load("--seconds", bench.half_seconds, "--rate", half)
        found.append({"disk": disk, "ours": ours, "stolen": stolen_since(before)})
    return found


def tell_limits(bench, rounds):
    bench.head("The machine's limits")
    p50, p99 = (middle(rounds, "limits", "disk", "delay", p) for p in ("p50_us", "p99_us"))
    bench.row("4 KiB append and fdatasync", f"{middle(rounds, 'limits', 'disk', 'per_s'):.0f}/s",
              f"p50 {p50:.0f} us, p99 {p99:.0f} us: {p99 / p50:.1f} times")
    for n in BATCHES:
        bare, own = (middle(rounds, "limits", kind, str(n), "events_per_s") for kind in ("sqlite", "ledger"))
        bench.row(f"SQLite, {n} of our events a commit", f"{bare:.0f} events/s",
                  f"p50 {middle(rounds, 'limits', 'sqlite', str(n), 'delay', 'p50_us'):.0f} us; our ledger "
                  f"{own:.0f} events/s, {own / bare * 100:.0f} %")
    for n in (1, 64):
        bench.row(f"ROUTER and DEALER with CURVE, {n} outstanding",
                  f"{middle(rounds, 'limits', 'curve', str(n), 'per_s'):.0f}/s",
                  f"p50 {middle(rounds, 'limits', 'curve', str(n), 'delay', 'p50_us'):.0f} us")


def tell_round_trips(bench, rounds):
    bench.head("Referral round trips (CURVE, fsync; each with its close: four events)")
    for n in OUTSTANDING:
        ours = [one["ours"][str(n)] for one in rounds]
        shares = [one["ours"][str(n)]["events_per_s"] / one["limits"]["sqlite"]["64"]["events_per_s"]
                  for one in rounds]
        bench.row(f"{n} outstanding", f"{middle(ours, 'round_trips_per_s'):.0f}/s",
                  f"{middle(ours, 'events_per_s'):.0f} events/s, {median(shares) * 100:.0f} % of bare SQLite in batches of 64; "
                  f"{middle(ours, 'broker_cpu_s_per_10000'):.2f} CPU s per 10 000 "
                  f"({middle(ours, 'broker_first_thread_s') / middle(ours, 'broker_cpu_s') * 100:.0f} % first thread); "
                  f"{max(pick(run, 'broker_peak_kib') for run in ours) / 1024:.0f} MiB; "
                  f"repeats {sum(run['repeats'] for run in ours)}")
        if n == 64:
            bench.must(1, "events/s at 64 outstanding, of bare SQLite in batches of 64", shares, ">=", 0.5)
    delays(bench, "one outstanding", [one["ours"]["1"] for one in rounds])
    ratios = [one["ours"]["1"]["submit_to_acknowledged"]["p50_us"] /
              (one["limits"]["sqlite"]["1"]["delay"]["p50_us"] + one["limits"]["curve"]["1"]["delay"]["p50_us"])
              for one in rounds]
    bench.must(2, "submit to acknowledged at one, of a bare commit and a CURVE round trip", ratios, "<=", 2)
    tell_half_load(bench, bench.found["half_load"])


def tell_half_load(bench, rounds):
    ours = [one["ours"] for one in rounds]
    seconds = f"{ours[0]['seconds']:g} s"
    rates = sorted(one["rate"] for one in ours)
    delays(bench, f"half load ({rates[0]:.0f} to {rates[-1]:.0f}/s, {seconds})", ours)
    p50, p99 = (middle(rounds, "disk", "delay", p) for p in ("p50_us", "p99_us"))
    bench.row("half load: 4 KiB append and fdatasync before each", f"p50 {p50:.0f} us", f"p99 {p99:.0f} us")
    ratios = [one["submit_to_acknowledged"]["p99_us"] / one["submit_to_acknowledged"]["p50_us"] for one in ours]
    bench.row("half load: p99 of p50, where the host kept", "",
              ", ".join(f"{ratio:.1f} ({one['stolen'] * 100:.1f} %)" for ratio, one in zip(ratios, rounds)))
    bench.must(4, f"p99 of p50 at half load over {seconds}", ratios, "<=", 8)


def delays(bench, name, runs):
    for what in ("submit_to_acknowledged", "submit_to_offered", "accept_to_acknowledged"):
        p50, p99, p999 = (middle(runs, what, p) for p in ("p50_us", "p99_us", "p999_us"))
        bench.row(f"{name}: {what.replace('_', ' ')}", f"p50 {p50:.0f} us", f"p99 {p99:.0f}, p99.9 {p999:.0f} us")


def tell_redis(bench, rounds):
    bench.head("Beside Redis streams, appendfsync always: the same work without routing, encryption or audit")
    for n in OUTSTANDING:
        shares = [one["ours"][str(n)]["round_trips_per_s"] / one["redis"][str(n)]["round_trips_per_s"]
                  for one in rounds]
        theirs = [one["redis"][str(n)] for one in rounds]
        bench.row(f"{n} outstanding: Redis", f"{middle(theirs, 'round_trips_per_s'):.0f}/s",
                  f"ours is {median(shares):.2f} of it; {middle(theirs, 'cpu_s_per_10000'):.2f} CPU s per 10 000; "
                  f"{max(run['peak_kib'] for run in theirs) / 1024:.0f} MiB; "
                  f"round trip p50 {middle(theirs, 'round_trip', 'p50_us'):.0f} us")
        if n > 1:
            bench.must(3, f"round trips at {n} outstanding, of Redis", shares, ">", 1)
    ratios = [one["ours"]["1"]["round_trip"]["p50_us"] / one["redis"]["1"]["round_trip"]["p50_us"] for one in rounds]
    bench.must(3, "round trip at one outstanding, of Redis", ratios, "<=", 1.5)


# ---- 3: the core alone ----


def core(bench):
    bench.say("the core")
    counts = (10, 500, 10000)
    runs = [{str(n): run_json(program(bench, "core"), n) for n in counts} for _ in range(5)]
    bench.found["core"] = runs
    bench.head("The core alone")
    for n in counts:
        for what, words in (("decide_submit", "deciding on a submission"), ("decide_accept", "deciding on an acceptance"),
                            ("apply", "applying an event")):
            bench.row(f"{n} teams: {words}", f"{middle(runs, str(n), what, 'ns'):.0f} ns",
                      f"{middle(runs, str(n), what, 'per_s'):.0f}/s, "
                      f"{middle(runs, str(n), what, 'allocations'):.3f} allocations each")
    ratios = [run["10000"]["decide_submit"]["ns"] / run["10"]["decide_submit"]["ns"] for run in runs]
    bench.must(7, "decide with 10 000 teams, of 10 teams", ratios, "<=", 3)


# ---- sealing alone ----


def sealing(bench):
    bench.say("sealing")
    runs = []
    for number in range(5):
        folder = os.path.join(bench.folder, f"seals-{number}")
        os.mkdir(folder)
        runs.append(run_json(program(bench, "seal"), folder))
    bench.found["sealing"] = runs
    bench.head("Sealing alone")
    for size in ("300", "1500", "8900"):
        bench.row(f"a text of {size} bytes, sealed", f"{middle(runs, size, 'seal', 'us'):.1f} us",
                  f"opened {middle(runs, size, 'open', 'us'):.1f} us; its salted digest alone "
                  f"{middle(runs, size, 'digest', 'us'):.1f} us")
    bench.row("a referral's key, made", f"{middle(runs, 'make', 'us'):.1f} us",
              f"found {middle(runs, 'find', 'us'):.1f} us, wrapped again {middle(runs, 'rewrap', 'us'):.1f} us")
    bench.row("a key erased and synced, median", f"{middle(runs, 'erase', 'p50_us'):.0f} us")


# ---- 4, 5 and 6: ledgers of years ----


def generate(bench, stand, events, years):
    """Gives the stand a ledger of so many events, with a snapshot. Makes it once and copies it then."""
    kept = os.path.join(bench.folder, f"ledger-{events}-{years}")
    if not os.path.exists(kept):
        os.mkdir(kept)
        made = run_json(program(bench, "generate"), stand.path("region.yaml"), kept, events, years, "snapshot")
        with open(os.path.join(kept, "made.json"), "w", encoding="utf-8") as file:
            json.dump(made, file)
    shutil.copytree(kept, stand.path("state"))
    if os.path.exists(kept + ".master-key"):
        shutil.copy(kept + ".master-key", stand.path("master-key"))
    os.sync()  # otherwise the next measurement would wait for the gigabytes of the copy
    with open(stand.path("state", "made.json"), encoding="utf-8") as file:
        return json.load(file)


def first_offer(stand):
    """Returns the seconds from the broker's start until a team has its first offer."""
    waiting = subprocess.Popen(stand.load_command("--first-offer"), stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)  # the team starts before the broker, and tries to connect every millisecond
    started_ns = time.monotonic_ns()
    stand.start()
    said, _ = waiting.communicate(timeout=900)
    stand.stop()
    return (json.loads(said)["first_offer_ns"] - started_ns) / 1e9


def recovery(bench):
    bench.head("Recovery: from the start of the process to the first offer")
    bench.found["recovery"] = {}
    for events in bench.ledgers:
        bench.say(f"recovery with {events} events")
        with Stand(bench.source, bench.build, bench.folder) as stand:
            made = generate(bench, stand, events, 10)
            size = os.path.getsize(stand.path("state", "ledger.db"))
            snapshot = max(map(os.path.getsize, glob.glob(stand.path("state", "snapshot*"))))
            with_snapshot = [first_offer(stand) for _ in range(5)]
            without = []
            for _ in range(1 if events > 1000000 else 3):
                for path in glob.glob(stand.path("state", "snapshot*")):
                    os.unlink(path)
                without.append(first_offer(stand))
        found = {"with_snapshot_s": with_snapshot, "replayed_s": without, "ledger_bytes": size,
                 "snapshot_bytes": snapshot, **made}
        bench.found["recovery"][str(events)] = found
        bench.row(f"{events} events, {made['referrals']} referrals", f"{median(with_snapshot):.3f} s",
                  f"replayed from the first event: {median(without):.2f} s, {events / median(without):.0f} events/s; "
                  f"{size / made['referrals']:.0f} bytes of ledger a referral; snapshot {snapshot / 2**20:.0f} MiB")
    bench.must(5, f"restart to first offer at {bench.ledgers[-1]} events, seconds", with_snapshot, "<", 1)


def audit(bench):
    bench.head("Audit")
    bench.found["audit"] = {}
    for years in bench.audit_years:
        events = int(bench.events_a_year * years)
        bench.say(f"audit of {events} events")
        with Stand(bench.source, bench.build, bench.folder) as stand:
            generate(bench, stand, events, years)
            stand.start()
            found = {"events": events, "follow_s": follow(stand, events)}
            stand.stop()
            trail = stand.path("trail", "trail.db")
            concordat = stand.program("services", "cli", "concordat")
            found["verify_s"] = timed(concordat, "verify", "--trail", trail)
            found["reports_s"] = {name: timed(concordat, "report", name, "--unsuppressed", "--trail", trail) for name in REPORTS}
        bench.found["audit"][str(years)] = found
        bench.row(f"{years} years, {events} events: followed", f"{events / found['follow_s']:.0f} events/s")
        bench.row("  verified", f"{events / found['verify_s']:.0f} events/s", f"{found['verify_s']:.2f} s")
        bench.row("  reports", f"{sum(found['reports_s'].values()):.2f} s",
                  ", ".join(f"{name} {s:.2f}" for name, s in found["reports_s"].items()))


def follow(stand, events):
    """Returns the seconds until an auditor who begins with nothing has all events."""
    started = time.monotonic()
    auditor = subprocess.Popen(
        [stand.program("services", "audit", "concordat-audit"), "--broker", stand.endpoint, "--broker-key",
         stand.path("secret", "broker.key"), "--key", stand.path("secret", "auditor.key_secret"), "--state",
         stand.path("trail")], stderr=subprocess.DEVNULL)
    try:
        while newest(stand.path("trail", "trail.db")) < events:
            if auditor.poll() is not None or time.monotonic() - started > 3000:
                raise RuntimeError("the auditor does not get on")
            time.sleep(0.02)
        return time.monotonic() - started
    finally:
        auditor.terminate()
        auditor.wait()


def newest(path):
    try:
        trail = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return trail.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        finally:
            trail.close()
    except sqlite3.OperationalError:
        return 0


def timed(*command):
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=3000)
    return time.monotonic() - started


def growth(bench):
    """Measures 64 outstanding with more and more events in the ledger, and with more and more peers, in turn."""
    stands = {}
    try:
        for events in (0, *bench.grown):
            bench.say(f"a ledger of {events} events")
            stands[f"{events} events"] = stand = Stand(bench.source, bench.build, bench.folder, INTAKES)
            if events:
                generate(bench, stand, events, 10)
            stand.options = ("--intakes", INTAKES)
        for peers in (2, 50, 500):
            intakes = max(peers // 2, 1)
            stands[f"{peers} peers"] = stand = Stand(bench.source, bench.build, bench.folder, intakes,
                                                     peers - 1 - intakes)
            stand.options = ("--intakes", intakes, "--idle", peers - 1 - intakes)
        rounds = []
        for i in range(bench.growth_rounds):
            bench.say(f"growth, round {i + 1} of {bench.growth_rounds}")
            rounds.append({name: grown_load(bench, stand) for name, stand in stands.items()})
    finally:
        for stand in stands.values():
            stand.close()
    bench.found["growth"] = rounds
    tell_growth(bench, rounds)


def grown_load(bench, stand):
    stand.start()
    run = stand.load(*stand.options, "--warm-up", bench.warm, "--seconds", bench.seconds, "--outstanding", 64)
    stand.stop()
    return run


def tell_growth(bench, rounds):
    bench.head("Growth: at 64 outstanding")
    for name in rounds[0]:
        first = "2 peers" if "peers" in name else "0 events"
        shares = [one[name]["round_trips_per_s"] / one[first]["round_trips_per_s"] for one in rounds]
        bench.row(name, f"{middle(rounds, name, 'round_trips_per_s'):.0f}/s", f"{median(shares) * 100:.0f} % of {first}")
        if name == f"{(0, *bench.grown)[-1]} events":
            bench.must(6, f"throughput at {name}, of an empty ledger", shares, ">=", 0.9)
        if name == "500 peers":
            bench.must(6, "throughput with 500 peers, of one intake and one team", shares, ">=", 0.8)


# ---- 8: boards that are open in browsers ----


def boards(bench):
    bench.head("Open boards: from an offer in the ledger until a board has it, behind nginx, with TLS and HTTP/2")
    if missing := not_installed("nginx", "openssl"):
        bench.row("skipped", "", f"{' and '.join(missing)} is not installed: apt-get install nginx-light openssl")
        return
    bench.found["boards"] = {}
    for count, rounds in bench.board_rounds.items():
        runs = bench.found["boards"][str(count)] = []
        for i in range(rounds):
            bench.say(f"{count} open boards, round {i + 1} of {rounds}")
            before = processor_ticks()
            runs.append(open_boards(bench, count))
            runs[-1]["stolen"] = stolen_since(before)
        tell_boards(bench, count, runs)


def open_boards(bench, count):
    script = os.path.join(bench.source, "tests", "bench", "boards.py")
    environment = {**os.environ, "TMPDIR": bench.folder}  # so that its ledger is on the disk that is measured
    return run_json("/usr/bin/python3", "-B", script, bench.source, bench.build, count, bench.board_offers,
                    BOARDS_PAUSE_S, env=environment)


def tell_boards(bench, count, runs):
    p50, p99 = (middle(runs, "ms", p) for p in ("p50", "p99"))
    gateway, nginx = (middle(runs, "cores", program) for program in ("gateway", "nginx"))
    memory = max(run["mib"]["gateway"] for run in runs)
    bench.row(f"{count} boards", f"p50 {p50:.1f} ms", f"p99 {p99:.1f} ms, most {max(run['ms']['max'] for run in runs):.1f} ms; "
              f"the last board of an offer p50 {middle(runs, 'ms', 'last_board_p50'):.1f} ms; gateway {gateway:.2f} of a "
              f"core and {memory:.0f} MiB, nginx {nginx:.2f} of a core")
    heard = [run["heard_by_all"] / run["offers"] for run in runs]
    bench.must(8, f"offers that each of {count} boards heard", heard, ">=", 1)
    if count == BOARDS_BOUND:
        bench.must(8, f"p99 until a board of {count} has an offer, ms", [run["ms"]["p99"] for run in runs], "<=", 100)


# ---- Where the time goes ----


def profile(bench):
    """Counts the instructions of the broker's first thread by function, with what each calls, under callgrind."""
    bench.say("a profile, under valgrind")
    with Stand(bench.source, bench.build, bench.folder, INTAKES) as stand:
        out = stand.path("callgrind.out")
        stand.start("valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={out}")
        stand.load("--intakes", INTAKES, "--seconds", 10, "--outstanding", 64)
        stand.stop()
        ledger = sqlite3.connect(f"file:{stand.path('state', 'ledger.db')}?mode=ro", uri=True)
        trips, = ledger.execute("SELECT count(*) FROM event WHERE kind = 27").fetchone()
        ledger.close()
        report = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", f"{out}-01"],
                                capture_output=True, text=True, check=True).stdout
    counts = {name: int(count.replace(",", "")) for count, name in
              re.findall(r"^\s*([\d,]+) .*?\S+\.c:(\w+) \[", report, re.MULTILINE)}
    bench.found["profile"] = {name: counts[name] / trips for name in ("main", *PROFILED) if name in counts}
    bench.head("Where the time goes: instructions of the first thread a round trip, each with what it calls")
    for name, count in bench.found["profile"].items():
        bench.row(name, f"{count:.0f}", f"{count / bench.found['profile']['main'] * 100:.1f} %")
