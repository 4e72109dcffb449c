"""The stage of the browser tests: real programs behind nginx, told what to do by lines of JSON.

The first line that it prints says where the pages are and who may sign in. Then each line it reads is a list, the name of
a function below and its arguments, and is answered by a line with what the function returns. It ends when there is no
more to read.

Usage: stage_server.py SOURCE BUILD
"""

import functools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

from google.protobuf import json_format

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
import stage  # noqa: E402
from day import Day  # noqa: E402
from browser import FOLDERS, ORIGIN, add_person, start_gateway  # noqa: E402
from fingerprint import fingerprint  # noqa: E402
from profile_search import files_with_marks, marks  # noqa: E402
from proxy import start_proxy  # noqa: E402

# (id, name, role, of): invented. More than one of some, because a code counts once.
PEOPLE = (
    ("p101", "Sam Okafor", "team", "northmoor-crisis"),
    ("p102", "Robin Ashby", "team", "northmoor-crisis"),
    ("p103", "Lou Tremaine", "team", "northmoor-crisis"),
    ("p104", "Max Idowu", "team", "northmoor-crisis"),
    ("p201", "Ash O'Neil-Żak", "coordinator", "northmoor-duty"),
    ("p202", "Jo Lindqvist", "coordinator", "northmoor-duty"),
    ("p301", "Kit Moreau", "referrer", "street-triage"),
    ("p302", "Alex Brannigan", "referrer", "street-triage"),
    ("p303", "Dana Whitlock", "referrer", "liaison-and-diversion"),
    ("p304", "Ines Carver", "referrer", "emergency-department"),
    ("p305", "Jude Marlow", "referrer", "street-triage"),
    ("p306", "Billie Frost", "referrer", "street-triage"),
    ("p401", "Noor Haddad", "auditor", "council"),
    ("p402", "Ingrid Vale", "inspector", "council"),
    ("p105", "Bea Nowak", "team", "northmoor-crisis"),
    ("p106", "Gwen Pryce", "team", "northmoor-crisis"),
    ("p107", "Theo Lund", "team", "southfell-crisis"),
    ("p108", "Iris Falk", "team", "crisis-line"),
    ("p203", "Imre Castle", "coordinator", "northmoor-duty"),
    ("p204", "Wren Adeyemi", "coordinator", "southfell-duty"),
    ("p307", "Pat Sorrel", "referrer", "street-triage"),
    ("p109", "Bo Lee", "team", "salt-home"),  # for which no desk is connected
)
# The intakes, each with a device for the gateway.
INTAKES = {"intake": ("street-triage", "car"), "custody": ("liaison-and-diversion", "custody-desk"),
           "department": ("emergency-department", "department-desk")}


DESKS = (("team", "northmoor-crisis"), ("coordinator", "northmoor-duty"), ("team", "southfell-crisis"),
         ("team", "crisis-line"), ("coordinator", "southfell-duty"))


class Server:
    def __init__(self, scene):
        self.scene = scene
        self.socket = scene.path("gateway.socket")
        self.followed = scene.path("audit-state", "trail.db")
        self.trail = scene.path("read.db")  # what the pages read: a link
        self.people = {person[0]: self.add_person(*person) for person in PEOPLE}
        self.port = stage.free_port()

    def add_person(self, number, name, role, of):
        made = add_person(self.scene, "add", number, "--name", name, "--role", role, "--of", of)
        return {**made, "name": name, "role": role, "of": of}

    def begin(self):
        """Starts everything. Returns what the browser must know."""
        self.desks = [self.scene.make_key(f"{of}-desk", role, of) for role, of in DESKS]
        self.disk = self.scene.path("intake-state")
        # In one day here a team is asked to take more people than a team has places for.
        self.scene.use_region(lambda text: stage.with_room(stage.without_quotas(text)))
        self.start("broker")
        for intake, (source, device) in INTAKES.items():
            self.start(intake)
            self.scene.device(device, intake, source)
            self.desks.append(f"{self.scene.path('secret', device + '.key_secret')} {self.scene.intakes[intake]} "
                              f"{self.scene.public_key(intake)}")
        self.scene.make_key("audit", "auditor", "council")
        self.scene.start_audit()
        self.day = Day(self.scene)
        cases = self.day.begin()
        await_trail(self.followed, cases)
        self.read_the_day()
        self.start("gateway")
        self.delivers = self.scene.client("intake")
        certificate = start_proxy(self.scene, "nginx", self.port, self.socket)
        return {"origin": ORIGIN, "port": self.port, "people": list(self.people.values()), "cases": cases,
                "certificate": fingerprint(certificate)}

    def start(self, name):
        scene = self.scene
        if name == "broker":
            scene.start_broker()
        if name in INTAKES:
            disk = {"state": self.disk} if name == "intake" else {}
            scene.start_intake(name, source=INTAKES[name][0], **disk)
        if name == "gateway":
            start_gateway(scene, self.desks, "--trail", self.trail)
        if name == "nginx":
            scene.start("nginx", "nginx", "-c", scene.path("nginx.conf"), "-e", "stderr", ready="start worker process")

    def read_the_day(self):
        """The pages for auditors read the trail of the day that is played here."""
        self.read(self.followed)

    def read_two_years(self):
        """They read an inspector's trail of two years, which is made once."""
        made = self.scene.path("two-years.db")
        if not os.path.exists(made):
            subprocess.run([stage.find_program("story-of-a-year", ("tests",)), made, "2"], check=True)
            self.read(made)
            # Its editions are made once, which takes longer than a page may.
            subprocess.run([stage.find_program("concordat"), "report", "change", "--trail", self.trail], check=True,
                           stdout=subprocess.DEVNULL)
        self.read(made)

    def read(self, trail):
        next_link = self.trail + ".next"
        os.symlink(trail, next_link)
        os.replace(next_link, self.trail)
        if os.path.exists(self.trail + ".verified"):
            os.remove(self.trail + ".verified")  # it is of another trail

    def kill(self, name):
        self.scene.kill(name)

    def cut(self):
        """Ends every connection: nginx starts its worker anew."""
        nginx = self.scene.processes["nginx"].pid
        with open(f"/proc/{nginx}/task/{nginx}/children", encoding="ascii") as file:
            for worker in file.read().split():
                os.kill(int(worker), signal.SIGKILL)

    def refer(self, facts=None):
        """Refers somebody from the street, with these facts of a Referral as JSON. Returns the number of the case,
        which a team is asked to take."""
        submit = self.scene.submission()
        json_format.ParseDict(facts or {}, submit.referral)
        answer = self.source().request(submit=submit).answer
        assert answer.done, answer.text
        return answer.status.number

    def refer_by_car(self):
        """The same, by a device of the intake that the gateway speaks to."""
        return self.day.refer("car-2", ("--urgency", "urgent", "--postcode", "ZX1"))

    def say(self, who, *words):
        """What somebody types elsewhere."""
        self.day.say(who, *words)

    @functools.cache
    def source(self):
        return self.scene.client("refers", "source", "street-triage")

    def standing(self, number):
        """How a case stands at the router: its state, as the protocol calls it, and who holds it."""
        status = self.duty().request(get_status=self.scene.wire.GetStatus(number=number)).answer.status
        return {"state": status.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[status.state].name,
                "owner": status.owner}

    @functools.cache
    def duty(self):
        return self.scene.client("duty-person")

    def log(self, name):
        return self.scene.said(name)

    def account(self, verb, number):
        """`concordat people disable` or `reset`. Returns what is new of the person."""
        return add_person(self.scene, verb, number)

    def stop(self, name):
        self.scene.stop(name)

    def sent(self):
        """[path, bytes] of each answer that nginx has sent since this was asked last. It must be stopped: it says so after
        the browser has the answer."""
        with open(self.scene.path("nginx.sent"), "r+", encoding="ascii") as file:
            said = [line.split() for line in file]
            file.truncate(0)
        return [(path, int(size)) for path, size in said]

    def age_form_keys(self, days):
        """As if so many days had gone by at the intake."""
        self.stop("intake")
        db = sqlite3.connect(os.path.join(self.disk, "outbox.db"))
        with db:
            db.execute("UPDATE form_key SET made_ms = made_ms - ?", (days * 86_400_000,))
        db.close()
        self.start("intake")

    def replace_disk(self):
        """The intake begins anew, on an empty disk."""
        self.stop("intake")
        self.disk += "-new"
        self.start("intake")

    def profile(self):
        """A folder for a browser's profile, and the mark to look for there."""
        return {"folder": self.scene.path("profile"), "mark": marks.MARK}

    def search_profile(self):
        found, looked = files_with_marks(self.scene.path("profile"))
        return {"found": found, "looked": looked}

    def cases(self):
        """How many cases of the source the router has."""
        return len(self.delivers.request(get_board=self.scene.wire.GetBoard(with_closed=True)).board.cases)


def await_trail(path, cases):
    """Waits until the trail has the last case that was typed."""
    while True:
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as trail:
                if trail.execute("SELECT count(*) FROM referral WHERE number = ?", (max(cases.values()),)).fetchone()[0]:
                    return
        except sqlite3.OperationalError:
            pass  # not begun yet
        time.sleep(0.02)  # a file cannot notify us


def main():
    with stage.Stage("browser", FOLDERS) as scene:
        server = Server(scene)
        print(json.dumps(server.begin()), flush=True)
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            print(json.dumps(getattr(server, name)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
