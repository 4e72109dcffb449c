"""Makes the golden folder of a version: what its programs leave behind, with invented people, and what they say to each other.

Usage: make.py SOURCE BUILD VERSION
"""

import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(1, os.path.join(sys.argv[1], "tests", "integration"))
VERSION = sys.argv.pop(3)

import golden_site  # noqa: E402
import schema  # noqa: E402
import stage  # noqa: E402
from browser import FOLDERS  # noqa: E402
from golden_site import BEGAN, TRAIL  # noqa: E402

EXAMPLES = os.path.join(stage.SOURCE, "deploy", "examples")
REPORTS = ("times", "national", "declines", "custody", "open", "breaches", "volume", "section136", "referrals")
SHEET = """id,name,type,telephone,ages,hours,places
north-crisis,Northmoor Crisis Team,A02,01632 960110,18+,,20
beacon,The Beacon,A20,01632 960170,,,3
line,Crisis Line,A19,01632 960180,,,
"""
# How many examples of each kind of message are kept.
EXAMPLES_OF_A_KIND = 3


def set_up(site):
    """Returns how the first person signs in."""
    said = site.set_up("--region", os.path.join(EXAMPLES, "region.yaml"), "--organisation", "ZZM01", "--sources", "street-triage=ZZP01",
                       "--host", "concordat.example", "--certificate", "none", "--person", "p101", "--person-name", "Robin Example")
    site.run("people", "add", "p117", "--name", "Sam Okafor", "--role", "team", "--of", "northmoor-crisis", "--file",
             site.at(golden_site.PEOPLE))
    token = site.run("people", "token", "add", "p117", "--label", "A screen", "--file", site.at(golden_site.PEOPLE))
    return {"id": "p101", "password": re.search(r"^Password +(\S+)$", said, re.M)[1], "secret": re.search(r"secret=(\w+)", said)[1],
            "token": re.search(r"\bconcordat_[\w-]+", token)[0]}


def refer(site, *words):
    """Returns the number that people say."""
    answer = site.asked("street-triage", "refer", "--source", "street-triage", "--callback", "07700 900123", *words)[0]["answer"]
    return answer["status"]["number"]


def play(site):
    """A morning: a case of each kind that a ledger holds for long. Returns the numbers of those that stay open."""
    crisis, duty, car = "northmoor-crisis", "northmoor-duty", "street-triage"
    site.do(duty, "on-shift", "--as", "p101")
    seen = refer(site, "--postcode", "ZX1", "--urgency", "very-urgent", "--age", "34", "--narrative", "-")
    site.until("an offer", lambda: seen in site.do(crisis, "offers"))
    for words in (("seen", seen), ("accept", seen, "20"), ("checkin", seen, "travelling", "15"), ("checkin", seen, "arrived"),
                  ("checkin", seen, "contact", "face-to-face", "--assessed", "yes"), ("message", seen, "referrer", "We are at the door."),
                  ("ask", seen, "interpreter"), ("answer", seen, "interpreter", "yes"), ("close", seen, "crisis-home-treatment")):
        site.do(crisis, *words)
    declined = refer(site, "--postcode", "ZX1", "--age", "41")
    site.until("an offer", lambda: declined in site.do(crisis, "offers"))
    site.do(car, "update", declined, "--age", "42", "--narrative", "-")
    site.do(crisis, "decline", declined, "no-capacity", "Nobody is free until noon.")
    site.do(duty, "take", declined, "The", "family", "rang", "again.")
    site.do(duty, "show", declined, "To", "ring", "the", "family.")
    detained = refer(site, "--postcode", "ZX1", "--age", "52", "--section-136", "--section-136-at", "09:40")
    site.do(car, "detention", detained, "arrived", "health-based")
    site.do(duty, "acknowledge", declined, "--as", "p101")
    open_case = refer(site, "--postcode", "ZX1", "--age", "28")
    site.until("an offer", lambda: open_case in site.do(crisis, "offers"))
    site.do(crisis, "accept", open_case, "30")
    withdrawn = refer(site, "--postcode", "ZX1", "--age", "19")
    site.do(car, "withdraw", withdrawn, "They", "are", "at", "home.")
    refer(site, "--drill", "--postcode", "ZX1", "--age", "60")
    return {"open": open_case, "held": declined, "detained": detained, "closed": seen}


def start(site):
    site.start_broker()
    site.start_intake()
    site.start_audit()
    site.start_team("northmoor-crisis")


def run_february(site):
    """A case of a month whose reports can be published on the morning."""
    site.set_clock(BEGAN - 18 * 24 * 3600)
    start(site)
    number = refer(site, "--postcode", "ZX1", "--age", "37")
    site.until("an offer", lambda: number in site.do("northmoor-crisis", "offers"))
    for words in (("accept", number, "20"), ("checkin", number, "contact", "face-to-face"), ("close", number, "crisis-home-treatment")):
        site.do("northmoor-crisis", *words)
    for name in ("northmoor-crisis", golden_site.AUDIT, golden_site.INTAKE, golden_site.BROKER):
        site.stage.stop(name)


def run_the_morning(site):
    site.set_clock(BEGAN)
    start(site)
    cases = play(site)
    site.until("the trail", site.trail_is_whole)
    site.stage.stop("northmoor-crisis")
    site.stage.stop(golden_site.BROKER)
    # The router is away: this one waits in the intake's queue.
    site.try_to(*site.line("street-triage", "refer", "--source", "street-triage", "--callback", "07700 900124", "--postcode", "ZX1",
                           "--age", "45", "--timeout", "1"))
    site.stage.stop(golden_site.INTAKE)
    site.stage.stop(golden_site.AUDIT)
    return cases


def tell(lines):
    """Each message as JSON, by the programs' own code."""
    program = stage.find_program("tell-messages", ("tests",))
    ran = subprocess.run([program], input="".join(f"{line}\n" for line in lines), capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


def write_messages(site, path, old):
    """A few of each kind of message: how it was said, in hexadecimal digits, and what it means."""
    events = site.events()
    said = [("Event", data) for data in events] + [(item.kind, item.data) for item in site.relay.said]
    kept, lines = {}, []
    for kind, data in said:
        message = getattr(old, kind).FromString(data)
        which = message.WhichOneof({"Event": "what", "Request": "command", "Message": "body"}[kind])
        of_kind = kept.setdefault((kind, which), [])
        if len(of_kind) < EXAMPLES_OF_A_KIND and len(data) < 8000 and data not in of_kind:
            of_kind.append(data)
            lines.append(f"{kind} {data.hex()}")
    with open(path, "w", encoding="utf-8") as file:
        for line, means in zip(lines, tell(lines)):
            assert not means.startswith("refused"), (line, means)
            file.write(f"{line} {means}\n")


def write_what_auditors_have(site, into, cases):
    trail = site.at(TRAIL)
    site.run("verify", "--trail", trail)
    os.mkdir(os.path.join(into, "reports"))
    for name in REPORTS:
        with open(os.path.join(into, "reports", f"{name}.json"), "w", encoding="utf-8") as file:
            file.write(site.run("report", name, "--json", "--unsuppressed", "--trail", trail))
    site.run("report", "times", "--period", "2026-02", "--json", "--trail", trail)
    site.run("story", cases["closed"], "--trail", trail, "--out", os.path.join(into, "story"))


def write_examples(into):
    os.mkdir(os.path.join(into, "referrals"))
    for name in sorted(os.listdir(EXAMPLES)):
        if name.endswith(".json"):
            shutil.copy(os.path.join(EXAMPLES, name), os.path.join(into, "referrals", name))
    shutil.copy(os.path.join(stage.SOURCE, "deploy", "report.schema.json"), into)


def write_policy_of_a_sheet(scene, site, path):
    """The policy that setup makes of a spreadsheet of teams."""
    stage.write(scene.path("teams.csv"), [SHEET.rstrip("\n")], 0o644)
    root = scene.path("sheet")
    site.run("setup", "--teams", scene.path("teams.csv"), "--name", "Northmoor", "--postcodes", "ZX1", "--duty-telephone", "01632 960100",
             "--organisation", "ZZM01", "--sources", "street-triage", "--host", "concordat.example", "--certificate", "none", "--person",
             "p101", "--person-name", "Robin Example", "--root", root)
    shutil.copy(os.path.join(root, "etc/concordat/region.yaml"), path)


def main():
    said = subprocess.run([stage.find_program("concordat", FOLDERS), "--version"], capture_output=True, text=True, check=True).stdout
    if said.split()[1] != VERSION:
        sys.exit(f"make.py: the programs in {stage.BUILD} are of {said.split()[1]}, not {VERSION}: build that version")
    if f"## [{VERSION}]" in golden_site.read(stage.SOURCE, "CHANGELOG.md"):
        sys.exit(f"make.py: {VERSION} is released, by CHANGELOG.md: its folder stays as it is for ever")
    into = os.path.join(golden_site.GOLDEN, VERSION)
    shutil.rmtree(into, ignore_errors=True)
    os.mkdir(into)
    schema.compile_schema(os.path.join(stage.SOURCE, "proto"), os.path.join(into, "schema.bin"))
    old = schema.Schema(os.path.join(into, "schema.bin"))
    with stage.Stage("golden", FOLDERS) as scene:
        site = golden_site.Site(scene)
        site.set_clock(BEGAN)
        person = set_up(site)
        site.open_relay()
        run_february(site)
        cases = run_the_morning(site)
        ended = site.clock()
        site.close()
        write_messages(site, os.path.join(into, "messages.txt"), old)
        write_what_auditors_have(site, into, cases)
        write_examples(into)
        write_policy_of_a_sheet(scene, site, os.path.join(into, "region-of-a-sheet.yaml"))
        site.pack(os.path.join(into, "site.tar.xz"))
        about = {"version": VERSION, "ended": int(ended), "cases": cases, "person": person, "numbers": site.numbers(old), "head": site.head()}
    with open(os.path.join(into, "about.json"), "w", encoding="utf-8") as file:
        json.dump(about, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
