"""Plays one kind of case (kinds.py): types its steps as its people, and waits for what the trail must come to have."""

import asyncio
import contextlib
import shlex
import sqlite3
import uuid

import kinds
import marks
import mix
import steps
from people import minutes_ago
from programs import DEVICES, NIGHT, OWN_MS, SHORTEST_MS, Failure, milliseconds, run

WAIT_SECONDS = 30       # for a row of the trail
LOOK_SECONDS = 0.1      # a database does not say when it grows


class Scene:
    def __init__(self, day, kind, index):
        self.day, self.kind = day, kind
        self.id = str(uuid.UUID(int=mix.chance_of(day.options.seed, "kind", index).getrandbits(128), version=4))
        self.id = self.id[:14] + "7" + self.id[15:]
        self.index, self.source = index, kind.facts.get("source", "street-triage")
        self.device = f"{self.source}-{index % DEVICES + 1}"
        self.times_asked = {}
        self.failed = ""        # the step that did not hold
        self.held = 0           # steps that did

    def answer_of(self, team):
        answers = self.kind.answers.get(team, self.kind.answers.get(kinds.ANY_TEAM, ()))
        asked = self.times_asked[team] = self.times_asked.get(team, 0) + 1
        return answers[asked - 1] if asked <= len(answers) else None

    async def play(self):
        for team in self.day.teams.values():
            team.scenes[self.id] = self
        step = "referred"
        try:
            await self.refer()
            for step in self.kind.steps:
                await getattr(self, f"_{type(step).__name__.lower()}")(step)
                self.held += 1
        except Failure as failure:
            self.failed = f"{getattr(step, 'what', None) or getattr(step, 'words', step)}: {failure}"
        await self.finish()

    # ---- The referral ----

    def submission(self):
        facts = {**kinds.ORDINARY, **self.kind.facts, "id": self.id, "decidedAt": minutes_ago(5)}
        if self.kind.legal:
            facts["legal"] = {name: minutes_ago(value) if isinstance(value, (int, float)) else value
                              for name, value in self.kind.legal.items()}
        confidential = {"callbackNumber": f"07700 900{self.index % 1000:03}", "ownReference": f"KIND-{self.index:04}"}
        return {"referral": facts, "confidential": {**marks.marked(confidential), **self.kind.told}}

    async def refer(self):
        if self.kind.typed:
            typed = self.kind.typed.format(half_an_hour_ago=steps.minute(-0.5))
            words = ["refer", "--id", self.id, "--callback", f"07700 900{self.index:03}", *shlex.split(typed)]
            code, said, complaint = await run(self.day.region, self.kind.by or self.device, *words)
        else:
            code, said, complaint = await run(self.day.region, self.device, "refer", "-", given=self.submission())
        shown = " ".join((said + complaint).split())
        self._compare(code, shown, 0, self.kind.shows)
        if "NOT YET" in shown:
            raise Failure(f"an alarm without a cause: {shown}")
        await self._has(steps.has("referral", "1"))

    # ---- Steps ----

    def _filled(self, text):
        number, received = self.ask("SELECT number, received_at_ms FROM referral WHERE referral = :case")[0]
        return text.format(
            case=self.id, number=number, minute=steps.minute(), in_4_hours=steps.minute(4), an_hour_ago=steps.minute(-1),
            received=steps.minute_of(received), routine_ms=OWN_MS["routine"], contact_ms=milliseconds("12h") // mix.SPEED,
            coordinator_ms=milliseconds("1h") // mix.SPEED, remind_ms=SHORTEST_MS)

    @staticmethod
    def _compare(code, shown, wanted, words):
        if code != wanted:
            raise Failure(f"ended with {code}: {shown}")
        for text in words:
            if text not in shown:
                raise Failure(f"did not show '{text}': {shown}")

    async def _types(self, step):
        who = self.device if step.who == "referrer" else step.who
        code, said, complaint = await run(self.day.region, who, *shlex.split(self._filled(step.words)))
        self._compare(code, " ".join((said + complaint).split()), step.code, [self._filled(text) for text in step.shows])

    async def _device(self, step):
        team = self.day.teams[step.team]
        team.texts.clear()
        team.type(step.words)
        wanted = [self._filled(text) for text in step.shows]
        await self._until(lambda: any(all(text in said for text in wanted) for said in team.texts))

    async def _reload(self, _):
        self.day.load_policy_of_the_day()

    async def _has(self, step):
        await self._until(lambda: self.ask(step.sql))

    async def _never(self, step):
        if self.ask(step.sql):
            raise Failure("the trail has it")

    @staticmethod
    async def _until(is_so):
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not is_so():
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Failure(f"not within {WAIT_SECONDS} s") from None

    def ask(self, sql):
        """None while the trail is still being made, or is being written."""
        path = self.day.story.path
        with contextlib.suppress(sqlite3.Error):
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                if "{" in sql:
                    sql = self._filled(sql)
                return database.execute(sql, {"case": self.id}).fetchall()
        return None

    # ---- The end ----

    async def finish(self):
        """Whatever is left open ends here, by whoever coordinates it: the day goes on without it."""
        rows = None
        while rows is None:
            rows = self.ask("SELECT area, state, (SELECT state FROM detention d WHERE d.referral = r.referral ORDER BY seq DESC LIMIT 1)"
                            " FROM referral r WHERE referral = :case AND ended_at_ms IS NULL")
            await asyncio.sleep(0 if rows is not None else LOOK_SECONDS)
        for area, state, detention in rows:
            southfell = "southfell-duty" if self.kind.last else NIGHT
            coordinator = "northmoor-duty" if area == "northmoor" else southfell
            if state == "missing":
                await self._end(coordinator, "found {case} others")
            if detention not in (None, "ended"):
                await self._end(coordinator, "detention {case} ended --how none-needed --without-amhp none-came")
            await self._end(coordinator, "take {case} --as p117 the day begins")
            await self._end(coordinator, "close {case} advice --without-contact elsewhere --note unfinished")

    async def _end(self, coordinator, words):
        await run(self.day.region, coordinator, *words.format(case=self.id).split())
