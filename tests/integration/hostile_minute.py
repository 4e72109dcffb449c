"""One hostile key of each role, at full speed for a minute, and an honest emergency of another source each second.

It measures the time from the submission until the team that is asked has the offer, without a hostile key, beside the
key of each role, and beside all of them at once; what the ledger and the logs gained by each hostile key; and the
broker's memory. The hostile keys send nothing but what they may send. The hostile source and the honest one share the
places of one team.

Exit code 1 if an emergency was offered later than the greater of TIMES_MAX times the longest quiet time and LATEST_MS,
or if the ledger, the logs or the memory grew beyond their bounds.

Usage: hostile_minute.py SOURCE BUILD [SECONDS]
"""

import os
import signal
import subprocess
import sys
import time

import stage
import test_hostile

TIMES_MAX, LATEST_MS = 3, 250
LEDGER_BYTES_MAX, LINES_MAX = 1_000_000, 2  # of each hostile key, in each minute that has begun
HOSTILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile_roles.py")
OWNERS = {"source": "street-triage", "referrer": "street-triage", "team": "southfell-crisis",
          "coordinator": "southfell-duty", "inspector": "council"}
QUIET, ALL = "quiet", "all"
SCENES = {QUIET: (), **{role: (role,) for role in OWNERS}, ALL: tuple(OWNERS)}


def start_hostile(s, role):
    name = f"hostile-{role}"
    if role == "referrer":
        s.start_intake()
        s.device(name).request(get_board=s.wire.GetBoard())
        endpoint, server = s.intakes["intake"], "intake"
    else:
        s.make_key(name, role, OWNERS[role])
        endpoint, server = s.endpoint, "broker"
    folder = s.path(f"{name}-schema")
    os.mkdir(folder)
    process = subprocess.Popen(
        ["nice", "-n", "19", sys.executable, HOSTILE, role, endpoint, s.public_key(server),
         s.path("secret", f"{name}.key_secret"), os.path.join(stage.SOURCE, "proto"), folder],
        stdout=subprocess.PIPE, encoding="ascii")
    assert process.stdout.readline() == "ready\n"
    return process


def emergency(s, street, team):
    """Submits one, and returns after how many ms the team had its offer. The team accepts it, and closes it, so that its
    places last."""
    from concordat.v1 import codes_pb2
    submit = s.submission(urgency=codes_pb2.URGENCY_EMERGENCY)
    began = time.monotonic()
    assert street.request(submit=submit).answer.done
    while True:
        message = team.next_message()
        assert message, "no offer in 30 seconds"
        if message.WhichOneof("body") == "offer" and message.offer.referral == submit.referral.id:
            took = (time.monotonic() - began) * 1000
            accept = s.wire.Accept(referral=submit.referral.id, attempt=message.offer.attempt)
            assert team.request(accept=accept).answer.done
            met = s.wire.CheckIn(referral=submit.referral.id, step=codes_pb2.STEP_CONTACT)
            assert team.request(check_in=met).answer.done
            close = s.wire.Close(referral=submit.referral.id, outcome=codes_pb2.OUTCOME_ADVICE)
            assert team.request(close=close).answer.done
            return took


def logged(s, role):
    """How many lines of a log are about the key; what an intake saved and delivered for it is not counted."""
    logs = ["broker", *s.intakes]
    return max(sum(f"hostile-{role}" in line and not line.startswith("saved ") for line in s.said(log).splitlines())
               for log in logs)


def measure(scene, roles, seconds):
    with stage.Stage("minute") as s:
        broker = s.start_broker()
        street = s.client("street", "source", "street-triage")
        team = s.client("northmoor", "team", "northmoor-crisis", wants_news=True)
        assert team.request(set_presence=s.wire.SetPresence(present=True, lease_seconds=3600)).answer.done
        emergency(s, street, team)
        began = time.monotonic()
        peers = [start_hostile(s, role) for role in roles]
        waits, memory, first = [], 0, time.monotonic()
        for number in range(int(seconds)):
            time.sleep(max(0, first + number - time.monotonic()))
            waits.append(emergency(s, street, team))
            memory = max(memory, test_hostile.memory_mib(broker.pid))
        minutes, answered = -(-(time.monotonic() - began) // 60), 0
        for peer in peers:
            peer.send_signal(signal.SIGTERM)
            answered += int(peer.communicate()[0] or 0)
        lines = max((logged(s, role) for role in roles), default=0)
        assert s.stop("broker") == 0
        waits.sort()
        return {"p50": waits[len(waits) // 2], "p99": waits[len(waits) * 99 // 100], "max": waits[-1], "memory": memory,
                "answered": answered / seconds, "ledger": os.path.getsize(s.path("state", "ledger.db")), "lines": lines / minutes}


def print_row(scene, one, bound_ms):
    faults = [what for what, bad in (
        ("late", one["max"] > bound_ms), ("ledger", one["ledger"] > LEDGER_BYTES_MAX),
        ("log", one["lines"] > LINES_MAX), ("memory", one["memory"] > test_hostile.BOUND_MIB)) if bad]
    print(f"{scene:12} {one['answered']:9.0f} {one['p50']:8.1f} {one['p99']:8.1f} {one['max']:8.1f} "
          f"{one['ledger'] / 1000:11.0f} {one['lines']:6.1f} {one['memory']:5}  {', '.join(faults)}", flush=True)
    return not faults


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    minutes = max(1, seconds / 60)
    print(f"{seconds:g} s each        answers    offered after, ms          ledger KB  lines   MiB")
    print(f"{'beside':12} {'a second':>9} {'p50':>8} {'p99':>8} {'max':>8} {'a key, min':>11} {'same':>6}")
    good, bound_ms, quiet = True, 0, None
    for scene, roles in SCENES.items():
        one = measure(scene, roles, seconds)
        if scene == QUIET:
            quiet, bound_ms = one["ledger"], max(TIMES_MAX * one["max"], LATEST_MS)
        one["ledger"] = max(0, one["ledger"] - quiet) / minutes / max(1, len(roles))
        good = print_row(scene, one, bound_ms) and good
    print(f"offered within {bound_ms:.0f} ms, ledger at most {LEDGER_BYTES_MAX // 1000} KB and {LINES_MAX} lines a minute "
          f"a key, memory at most {test_hostile.BOUND_MIB} MiB: {'met' if good else 'NOT MET'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
