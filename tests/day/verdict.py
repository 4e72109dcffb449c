"""Whether the demo's day held: the auditors' reports, and checks with their figures."""

import asyncio
import json
import os
from dataclasses import dataclass

import kinds
import marks
from programs import run

REPORTS = ("times", "national", "declines", "custody", "open")
LOST = "LOST BY THE ROUTER"  # as an intake logs it
LOOKED_AT = 5  # people whose record is looked at


@dataclass
class Check:
    name: str
    held: bool
    figure: str


async def print_reports(region):
    for name in REPORTS:
        code, said, complaint = await run(region, "inspector", "report", name, "--unsuppressed")
        print(f"\n==== concordat report {name}\n{said if code == 0 else complaint}", flush=True)
    print("The reports count real minutes; the standards of the demo pass as fast as its day.", flush=True)


async def _report(region, name):
    code, said, complaint = await run(region, "inspector", "report", name, "--unsuppressed", "--json")
    if code != 0:
        return {"verdicts": [complaint.strip()]}
    return json.loads(said)


async def _check_referrals(day):
    sent, acknowledged = len(day.referrers), sum(referrer.acknowledged for referrer in day.referrers)
    refused = "; ".join(sorted({referrer.refused for referrer in day.referrers if referrer.refused}))
    yield Check("acknowledged", acknowledged == sent,
                f"{acknowledged} of {sent} referrals submitted {refused}".strip())

    found = {row[0] for row in day.story.ask("SELECT referral FROM referral")}
    lost = [person.id for person in day.people if person.id not in found]
    more = found - set(day.by_id) - {scene.id for scene in day.scenes}
    yield Check("in the trail", not lost and not more,
                f"{sent - len(lost)} of {sent} referrals, {len(lost)} lost, {len(more)} that nobody sent")


async def _check_reports(day):
    volume = (await _report(day.region, "volume"))["verdicts"]
    reconciled = [text for text in volume if f"{day.received()} received" in text and text.endswith(": 0 lost")]
    yield Check("reconciled", bool(reconciled), "; ".join(volume))
    custody = (await _report(day.region, "custody"))["verdicts"]
    yield Check("owned", "0 unowned seconds" in custody, "; ".join(custody))
    opened = (await _report(day.region, "open"))["verdicts"]
    yield Check("closed", any(text.startswith("0 open, 0 without") for text in opened), "; ".join(opened))


async def _followed(day, newest):
    """The newest event in the trail. Waits a moment, so that the audit can catch up with the broker."""
    for _ in range(50):
        followed = day.story.ask("SELECT max(seq) FROM event")[0][0] or 0
        if followed >= newest:
            break
        await asyncio.sleep(0.2)
    return followed


async def _check_trail(day):
    code, said, complaint = await run(day.region, "inspector", "board", "--closed", "--json")
    cases = json.loads(said)["board"].get("cases", []) if code == 0 else []
    newest = max((int(case.get("seq", 0)) for case in cases), default=0)
    followed = await _followed(day, newest)
    yield Check("followed", code == 0 and newest <= followed,
                f"{followed} events in the trail; the broker's newest is {newest} {complaint.strip()}".strip())
    for who, form in (("inspector", "full"), ("auditor", "reduced")):
        code, said, complaint = await run(day.region, who, "verify", "--json")
        result = json.loads(said) if code == 0 else {}
        yield Check(f"{who}'s trail" if who == "auditor" else "trail verified",
                    code == 0 and result.get("verified") is True and result.get("form") == form,
                    f"{result.get('events', 0)} events in the {form} form, {result.get('owned_intervals', 0)} owned "
                    f"intervals, {result.get('finding_count', '?')} findings {complaint.strip()}".strip())


def _check_kinds(day):
    """Each decision that a person asked for has come up, and was as it should be."""
    if not day.scenes:
        return
    failed = [f"{scene.kind.name}: {scene.failed}" for scene in day.scenes if scene.failed]
    shown = {scene.kind.decision for scene in day.scenes}
    missing = [decision for decision in kinds.DECISIONS if decision not in shown]
    steps = sum(scene.held for scene in day.scenes)
    yield Check("kinds", not failed and not missing, "; ".join([*failed, *(f"{decision} has no row" for decision in missing)]) or
                f"{len(day.scenes)} kinds of case in {steps} steps, of all {len(kinds.DECISIONS)} decisions")


async def _check_clocks(day):
    """Each clock, recomputed from the events by a program that knows nothing of the demo."""
    path = day.region.path
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", os.path.join(day.region.source, "tests", "day", "clocks.py"), path("inspection", "trail.db"),
        "--proto", os.path.join(day.region.source, "proto"), "--concordat", day.region.program("concordat"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    print(f"\n==== Every clock, recomputed from the events\n{said.decode()}", flush=True)
    yield Check("clocks", process.returncode == 0, said.decode().strip().splitlines()[-1])


async def _check_published(day):
    """The official national figures, counted by the publication's own steps by a program that knows nothing of the demo."""
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", os.path.join(day.region.source, "tests", "day", "published_rule.py"),
        day.region.path("inspection", "trail.db"), "--concordat", day.region.program("concordat"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    print(f"\n==== The published measures, counted by the publication's rule\n{said.decode()}", flush=True)
    yield Check("published", process.returncode == 0, said.decode().strip().splitlines()[-1])


def _check_processes(day):
    faults = day.faults()
    killed = f", {day.kills} killed and started again" if day.options.kills else ""
    return Check("processes", not faults, "; ".join(faults) or f"{len(day.programs())} ran and none failed{killed}")


def _check_database(day):
    """The server that led was killed: a router had to find the next one, and no intake had to send anything again."""
    if not day.database:
        return
    lost = sum(LOST in line for intake in day.intakes for line in intake.last_words(None))
    deposed = sum(broker.deposed for broker in day.brokers)
    yield Check("servers", day.database.failed_over and deposed > 0 and lost == 0,
                f"the server that led was {'' if day.database.failed_over else 'NOT '}killed, a router began anew {deposed} times, "
                f"{lost} acknowledged and lost")


async def _record(day, person):
    """A person's record as a coordinator is shown it, whose case it is."""
    for coordinator in day.region.coordinators:
        code, said, _ = await run(day.region, coordinator, "show", person.id, "to", "see", "how", "it", "went", "--json")
        if code == 0:
            return said
    return ""


async def _check_shown(day):
    """A search that finds no mark proves nothing if nobody is shown one."""
    missing, looked = [], 0
    for person in day.people[:LOOKED_AT]:
        record = await _record(day, person)
        told = marks.told_in(person.submission(lambda minutes: ""))
        looked += len(told)
        missing += [text for text in told if text not in record]
    return Check("shown", looked > 0 and not missing,
                 "; ".join(missing) or f"{looked} marked texts of {LOOKED_AT} people, each to their coordinator")


async def _check_pages(day):
    status = await day.pages.status()
    return Check("pages", status == 200, f"{day.pages.tls.origin}/status answers {status}")


def _check_private(day):
    told = sum(referrer.acknowledged for referrer in day.referrers)
    wrong = [*(f"in the file {name}" for name in day.marks.found(day.region.folder)),
             *(f"in the arguments of {name}" for name in day.marks.processes)]
    return Check("private", told > 0 and day.marks.looks > 0 and not wrong,
                 "; ".join(wrong) or f"marks told in {told} referrals, and in no file; all processes seen {day.marks.looks} times")


def _what_happened(day):
    counted = dict(day.story.ask("SELECT ended_as, count(*) FROM offer GROUP BY ended_as"))
    held = day.story.ask("SELECT count(*) FROM decision WHERE coordinator IS NOT NULL")[0][0]
    lapsed = day.story.ask("SELECT count(*) FROM event WHERE kind = 'lease_lapsed'")[0][0]
    offers = ", ".join(f"{count} {how}" for how, count in sorted(counted.items(), key=str))
    return f"{sum(counted.values())} offers ({offers}); {held} times held by a coordinator; {lapsed} leases lapsed"


async def verdict(day, stop=None):
    """Prints each check and returns whether all held. With `stop` it stops everything first, so that a program that
    ends badly counts."""
    checks = [await _check_shown(day), await _check_pages(day)]
    checks += [check async for check in _check_trail(day)]
    if stop:
        await stop()
    checks.append(_check_processes(day))
    checks += _check_database(day)
    checks.append(_check_private(day))
    checks += [check async for check in _check_reports(day)]
    checks += [check async for check in _check_referrals(day)]
    checks += _check_kinds(day)
    checks += [check async for check in _check_clocks(day)]
    checks += [check async for check in _check_published(day)]
    print(f"\n==== The day, seed {day.options.seed}: {_what_happened(day)}")
    for check in checks:
        print(f"{'ok' if check.held else 'FAILED':7}{check.name:15} {check.figure}")
    failed = [check.name for check in checks if not check.held]
    print(f"FAILED: {', '.join(failed)}" if failed else "All of it held.", flush=True)
    return not failed
