"""The people of the demo: referrers, crisis teams and duty coordinators, each with a program of their own."""

import asyncio
import datetime
import json
import signal

import mix
from programs import Program, run

REFER_SECONDS = 20      # a referrer waits this long to hear who comes
ANSWER_SECONDS = 5      # after this long without news a team looks at its board and repeats its command
TRIES = 12
WITH_TEAM = ("STATE_ACCEPTED", "STATE_TRAVELLING", "STATE_ARRIVED", "STATE_IN_CONTACT")


def minutes(count):
    """A pause of this many minutes of the demo's day: the time that a person would need."""
    return asyncio.sleep(count * 60 / mix.SPEED)


def minutes_ago(count):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=count / mix.SPEED)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait_of(said):
    """For how many seconds a server that had too much asks its sender to wait; 0 if its answer says something else."""
    for line in said.splitlines():
        answer = json.loads(line).get("answer", {})
        if answer.get("refusal") == "REFUSAL_TOO_MANY":
            return max(1, int(answer.get("retryAfterMs", 0)) / 1000)
    return 0


class Referrer:
    """Makes one referral, repeats it under the same id until it is answered, and waits to hear who comes."""

    def __init__(self, region, person):
        self.region, self.person = region, person
        self.device = region.device(person)
        self.acknowledged = False
        self.refused = ""

    async def act(self):
        submission = self.person.submission(minutes_ago)
        stay = () if self.person.withdrawn else ("--wait", str(REFER_SECONDS))
        if not await self._until_answered("refer", "-", *stay, given=submission):
            return
        self.acknowledged = True
        if self.person.withdrawn:
            await self._until_answered("withdraw", self.person.id, "went", "home", "with", "family")

    async def _until_answered(self, *words, given=None):
        for _ in range(TRIES):
            code, said, complaint = await run(self.region, self.device, *words, "--json", given=given)
            if code == 0:
                return True
            if code == 1 and (pause := wait_of(said)):
                await asyncio.sleep(pause)
                continue
            if code not in (2, 111):
                self.refused = f"concordat {words[0]} ended with {code}: {(said or complaint).strip()[:200]}"
                return False
        self.refused = f"no answer from the intake after {TRIES} tries"
        return False


class Team(Program):
    """A crisis team's device: it answers offers and sees people as the seed says."""

    talks = True

    def __init__(self, region, name, seed, people, *options):
        super().__init__(region, f"team-{name}", "concordat-team", "--json", "--lease", "5", *options,
                         environment=region.environment(name))
        self.team, self.seed, self.people = name, seed, people
        self.off_duty = False   # after the day a person may answer in the team's place
        self.cases, self.visits, self.answered = {}, {}, set()
        self.news = {}
        self.scenes = {}        # cases about which the team says what their script has (scene.py)
        self.texts = []         # what the screen was answered

    def on_start(self):
        self.answered.clear()  # an offer that still stands is shown to a device that starts again
        self.type("board")

    def on_line(self, document):
        event = document.get("event")
        if event == "offer":
            self.note(document["offer"].get("status", {}))
            self.be_asked(document["offer"])
        elif event == "status":
            self.note(document["status"])
        elif event == "answer":
            self.note(document["answer"].get("status", {}))
            self.texts.append(document["answer"].get("text", ""))
        elif event == "offer-over":
            self.note(document["offerOver"].get("status", {}))
        elif event == "board":
            self.note_board(document["board"].get("cases", []))

    def be_asked(self, offer):
        what = (offer["referral"], offer["attempt"])
        if what in self.answered:
            return
        self.answered.add(what)
        if offer["referral"] in self.people:
            self.begin(self.answer(offer, self.people[offer["referral"]]))
        elif offer["referral"] in self.scenes:
            self.type_answer(offer, self.scenes[offer["referral"]].answer_of(self.team))

    async def answer(self, offer, person):
        words, pause = mix.answer_to_offer(self.seed, person, self.team, offer["attempt"])
        await minutes(pause)
        if not self.off_duty:
            self.type_answer(offer, words)

    def type_answer(self, offer, words):
        if words is None:
            return
        verb, *rest = words.split(" ", 1)
        self.type(f"{verb} {offer['number']} {rest[0] if rest else '0'} --attempt {offer['attempt']}")

    # ---- Seeing people ----

    def note(self, case):
        """Notes a case's status from the router. If this team holds the case, it begins its visit."""
        referral = case.get("referral")
        if not referral or int(case.get("seq", 0)) < int(self.cases.get(referral, {}).get("seq", 0)):
            return
        self.cases[referral] = case
        self.news.setdefault(referral, asyncio.Event()).set()
        person = self.people.get(referral)
        if person and self.holds(referral) and referral not in self.visits:
            self.visits[referral] = self.begin(self.see(referral, person))

    def note_board(self, cases):
        """A board is complete: a case that it lacks went to somebody else while this device was away."""
        for referral in self.cases.keys() - {case["referral"] for case in cases}:
            self.cases[referral] = {**self.cases[referral], "owner": ""}
            self.news[referral].set()
        for case in cases:
            self.note(case)

    def holds(self, referral):
        case = self.cases[referral]
        return case.get("owner") == self.team and case.get("state") in WITH_TEAM

    async def see(self, referral, person):
        if person.forgotten:  # the team does nothing more, so the case is given back when its lease runs out
            person.forgotten = False
            await self.until_lost(referral)
        visit = mix.Visit(self.seed, person, self.team)
        done = None  # the state and step before which the team has already paused
        while self.holds(referral) and not self.off_duty:
            state = self.cases[referral]["state"]
            pause, words = self.next_step(visit, self.cases[referral], state)
            if done != (state, words):
                await minutes(pause)
                done = (state, words)
                if not self.holds(referral) or self.cases[referral]["state"] != state:
                    continue
            said = await self.say(referral, words)
            if said and words.startswith("contact"):
                visit.contacts.pop(0)
            elif said and words.startswith("detention"):
                visit.detention.pop(0)
        del self.visits[referral]

    async def until_lost(self, referral):
        while self.holds(referral) and not self.off_duty:
            await self.hear(referral)

    async def hear(self, referral):
        """Waits for news of a case; if none comes for long, looks at the board. Returns whether there was news."""
        try:
            await asyncio.wait_for(self.news[referral].wait(), ANSWER_SECONDS)
        except asyncio.TimeoutError:
            self.type("board")
            return False
        self.news[referral].clear()
        return True

    @staticmethod
    def next_step(visit, case, state):
        number = case["number"]
        if state == "STATE_ACCEPTED":
            return visit.to_set_out, f"travelling {number} 0"
        if state == "STATE_TRAVELLING":
            return visit.on_the_way, f"arrived {number}"
        if visit.contacts:
            how, *more = visit.contacts[0].split(" ", 1)
            return visit.to_meet, " ".join(["contact", number, how, *more])
        detention = case.get("detention", {}).get("state")
        if visit.detention and detention and detention != "DETENTION_STATE_ENDED":
            return visit.to_meet, f"detention {number} {visit.detention[0]}"
        unmet = " --without-contact not-found --note unanswered" if visit.outcome == "not-found" else ""
        return visit.together, f"close {number} {visit.outcome}{unmet}"

    async def say(self, referral, words):
        """Types a command. Returns whether the router then sent something newer of this case."""
        await self.running.wait()
        before = int(self.cases[referral]["seq"])
        self.news[referral].clear()
        self.type(words)
        while int(self.cases[referral]["seq"]) == before:
            if not await self.hear(referral):
                return False
        return True


class Coordinator(Program):
    """A duty coordinator at the board: takes each held case and assigns it to the likeliest team."""

    talks = True
    clean_codes = (0, -signal.SIGTERM)  # a command, not a service

    def __init__(self, region, name, people):
        super().__init__(region, f"coordinator-{name}", "concordat", "board", "--watch", "3600", "--json",
                         environment=region.environment(name))
        self.coordinator, self.people = name, people
        self.in_hand, self.times = set(), {}
        self.off_duty = False

    def on_line(self, document):
        for case in document.get("board", {}).get("cases", []):
            person = self.people.get(case["referral"])
            mine = case.get("owner") == self.coordinator and case.get("state") in ("STATE_HELD", "STATE_TAKEN")
            if person and mine and person.id not in self.in_hand and not self.off_duty:
                self.in_hand.add(person.id)
                self.begin(self.see_closing(person) if case.get("withoutContact") else self.look_after(person))

    async def see_closing(self, person):
        """A team closes a case, and nobody has met the person: it ends once this has been seen."""
        await minutes(5)
        await run(self.region, self.coordinator, "saw-closing", person.id, "--as", "p117", "--json")
        self.in_hand.discard(person.id)

    async def look_after(self, person):
        await minutes(5)
        await run(self.region, self.coordinator, "take", person.id, "--as", "p117", "--json")
        await minutes(5)
        teams = person.teams_for_coordinator()
        begin = self.times.get(person.id, 0)
        for which in range(begin, begin + len(teams)):
            self.times[person.id] = which + 1
            team = teams[which % len(teams)]
            # The rules may send the person to none of them; asked once more, the coordinator says that it is right.
            although = ("--although",) if which >= len(teams) else ()
            code, _, _ = await run(self.region, self.coordinator, "assign", person.id, team, *although, "--json")
            if code == 0:
                break  # asked; if that team declines, the board shows the case again
        self.in_hand.discard(person.id)

    async def on_own_end(self, code):
        """The board stops if the router is away for long; a person would open it again, and so does this one."""
        if code not in (0, 2, 111):
            await super().on_own_end(code)
        elif not self.off_duty:
            await self.start()
