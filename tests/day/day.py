#!/usr/bin/python3
"""The demo: a region's whole day, a thousand times as fast, with every program a process of its own.

Broker, three intakes, ten teams, two coordinators, an auditor and an inspector are started in a folder of their own, and a
gateway, so that the day can be watched in a browser: it is said at the beginning where, and who may sign in. Before the day each kind of case is played once, step by step (kinds.py; not if programs are killed). Then about 95 people are
referred; teams accept, decline, stay silent, go away and come back. At the end the auditors' reports are printed, every clock
is recomputed from the events (clocks.py), and it is said whether it all held.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the tree stays as it is
import kinds  # noqa: E402
import mix  # noqa: E402
from database import Database  # noqa: E402
from marks import Marks  # noqa: E402
from pages import Pages  # noqa: E402
from people import Coordinator, Referrer, Team, minutes  # noqa: E402
from programs import RING, SHUT, SOURCES, Failure, Program, Region, of_the_night, router  # noqa: E402
from scene import Scene  # noqa: E402
from story import FINE, Story, at_once, kind_of, owner_of, words_of  # noqa: E402
from verdict import print_reports, verdict  # noqa: E402

TAIL_SECONDS = 120      # after the last referral, until every case must be closed
KINDS_TOGETHER = 6      # kinds of case that are played at a time
SIGN_IN_SECONDS = 60    # so long does the day wait for a person to sign in
LOOK_SECONDS = 0.2      # between looks at the trail: a database does not say when it grows


class Day:
    def __init__(self, region, options):
        self.region, self.options = region, options
        self.people = mix.people_of(options.seed, options.referrals)
        self.by_id = {person.id: person for person in self.people}
        self.referrers = [Referrer(region, person) for person in self.people]
        self.database = Database(region) if options.ledger == "postgresql" else None
        self.brokers = self.database.routers() if self.database else [Program(*router(region, "broker", region.broker))]
        self.intakes = [self._intake(source) for source in SOURCES]
        self.audit, self.inspection = (Program(
            region, folder, "concordat-audit", "--broker", region.broker,
            "--broker-key", region.path("secret", "broker.key"),
            "--key", region.path("secret", f"{key}.key_secret"), "--state", region.path(folder))
            for folder, key in (("audit", "auditor"), ("inspection", "inspector")))
        self.teams = {name: Team(region, name, options.seed, self.by_id, "--capacity", "40")
                      for name in region.teams}
        self.coordinators = [Coordinator(region, name, self.by_id) for name in region.coordinators]
        self.pages = Pages(region)
        self.scenes = [] if options.kills else [Scene(self, kind, index) for index, kind in enumerate(kinds.KINDS)]
        self.story = Story(region.path("inspection", "trail.db"))
        self.kills = 0
        self.marks = Marks()
        self.began = None

    def _intake(self, source):
        organisation, site = mix.ORGANISATIONS[source, "northmoor"]
        path = self.region.path
        return Program(
            self.region, f"intake-{source}", "concordat-intake", "--source", source,
            "--organisation", organisation, "--site", site, "--state", path(f"intake-{source}"),
            "--listen", self.region.intakes[source], "--key", path("secret", f"{source}.key_secret"),
            "--keys", path("devices", source), "--broker", self.region.broker,
            "--broker-key", path("secret", "broker.key"), "--ring", RING)

    def programs(self):
        """All programs in the order in which they stop: clients before their servers."""
        return [self.pages, *self.coordinators, *self.teams.values(), *self.intakes, self.audit, self.inspection, *self.brokers]

    # ---- From morning to the end ----

    async def start(self):
        if self.scenes:
            self.region.write_policy(of_the_night(self.region.day_policy))
        if self.database:
            await self.database.start()
        await self.brokers[0].start()
        await self.brokers[0].await_word("ready")
        for program in reversed(self.programs()):
            if program is not self.brokers[0]:
                await program.start()

    async def play_kinds(self):
        """Before the day begins, while all teams are there and nobody waits for them: each kind of case once."""
        together, began = asyncio.Semaphore(KINDS_TOGETHER), time.time()

        async def play_one(scene):
            async with together:
                await scene.play()
            self.say("", "", "", f"{scene.kind.name}: {scene.failed or 'held'}")

        for last in (False, True):
            await asyncio.gather(*(play_one(scene) for scene in self.scenes if scene.kind.last == last))
        print(f"Before the day: {len(self.scenes)} kinds of case, in {time.time() - began:.0f} s.", flush=True)
        self.story.new_steps()  # the day's own story begins here

    def load_policy_of_the_day(self):
        self.load_policy(self.region.day_policy)

    def load_policy(self, text):
        """A router that follows reads it when it begins to lead."""
        self.region.write_policy(text)
        for broker in self.brokers:
            if broker.running.is_set():
                broker.process.send_signal(signal.SIGHUP)

    async def play(self):
        self.began = time.time()
        acts = [self.refer(referrer) for referrer in self.referrers]
        acts += [self.be_away(*absence) for absence in mix.ABSENCES]
        acts += [self.be_full(*full) for full in mix.FULL]
        acts += [self.kill_at_random()] if self.options.kills else []
        acts += [self.lose_server()] if self.database else []
        acts.append(self.tell())
        watching = asyncio.create_task(self.marks.watch())
        limit = mix.DAY_MINUTES * 60 / mix.SPEED * self.share() + TAIL_SECONDS
        try:
            async with asyncio.timeout(limit), asyncio.TaskGroup() as group:
                for act in acts:
                    group.create_task(act)
        except TimeoutError:
            self.say("", "", "", f"The day did not end within {limit:.0f} s.")
        finally:
            watching.cancel()
            for somebody in (*self.coordinators, *self.teams.values()):
                somebody.off_duty = True

    def share(self):
        """A day of fewer people is shorter, so that as many come in an hour."""
        return min(1, self.options.referrals / 95)

    async def at(self, minute):
        await asyncio.sleep(max(0, self.began + minute * self.share() * 60 / mix.SPEED - time.time()))

    async def refer(self, referrer):
        await self.at(referrer.person.at_minute)
        await referrer.act()

    async def be_away(self, name, hour, hours, how):
        team = self.teams[name]
        await self.at(hour * 60 - mix.DAY_BEGINS)
        if how == "says absent":
            team.type("absent")
            await minutes(hours * 60)
            team.type("present")
        else:
            await team.stop()
            await minutes(hours * 60)
            await team.start()

    async def be_full(self, name, hour):
        await self.at(hour * 60 - mix.DAY_BEGINS)
        self.teams[name].type("capacity 0")

    async def kill_at_random(self):
        """Kills programs with kill -9 and starts them again at once; the seed gives the moments and the order."""
        chance = mix.chance_of(self.options.seed, "kills", self.options.kills)
        kinds = [lambda: chance.choice(self.brokers), lambda: chance.choice(self.intakes),
                 lambda: self.teams[chance.choice(sorted(self.teams))], lambda: chance.choice([self.audit, self.inspection])]
        moments = sorted(chance.uniform(0, mix.DAY_MINUTES * 1.1) for _ in range(self.options.kills))
        chance.shuffle(kinds)
        for count, minute in enumerate(moments):
            await self.at(minute)
            program = kinds[count % len(kinds)]()
            if not program.running.is_set():
                continue  # it is switched off at the moment
            await program.kill()
            await program.start()
            self.kills += 1
            self.say(self.clock(time.time()), "", "", f"kill -9 of {program.name}, and started again")

    async def lose_server(self):
        """In the middle of the day the machine of the server that leads loses its power."""
        await self.at(mix.DAY_MINUTES / 2)
        await self.database.fail_over()
        self.say(self.clock(time.time()), "", "", "kill -9 of the server that leads; its synchronous standby leads now")

    # ---- The story ----

    def clock(self, at):
        minute = int(mix.DAY_BEGINS + (at - self.began) * mix.SPEED / 60)
        return f"{minute // 60 % 24:02}:{minute % 60:02}"

    @staticmethod
    def say(clock, number, owner, words):
        print(f"{clock:5}  {number:6}  {owner:19}  {words}", flush=True)

    async def tell(self):
        """Prints each step that the trail has, until every case is closed."""
        everybody = set(self.by_id)
        while not everybody <= self.story.ended:
            await asyncio.sleep(LOOK_SECONDS)
            steps = self.story.new_steps()
            if self.options.brief:
                steps = [step for step in steps if kind_of(step) not in FINE]
            for together in at_once(steps):
                last = together[-1]
                self.say(self.clock(last["at_ms"] / 1000), last["number"] or "", owner_of(last),
                         "; ".join(words_of(step) for step in together))

    async def stop(self):
        for program in self.programs():
            for task in list(program.tasks):
                task.cancel()
            await program.stop()
        if self.database:
            self.database.close()
        self.story.close()

    def received(self):
        """How many people were referred; drills have numbers of their own."""
        return len(self.people) + sum(not scene.kind.drill for scene in self.scenes)

    def faults(self):
        return [fault for program in self.programs() for fault in program.faults]


def print_by_hand(day):
    """Says how a person may go on by hand, now that the day is over."""
    folder, number = day.region.folder, f"R-{day.received() + 1:04}"
    print(f"""
Everything is still running, now with the region's real times. The teams are there and leave the answers to you.
Try one referral by hand, in the browser or in another terminal:

  PATH={folder}/bin:$PATH

  . {folder}/as/street-triage        # as the street triage nurse
  concordat refer --source street-triage --callback '07700 900123' --postcode ZX1 --urgency very-urgent --age 34

  . {folder}/as/northmoor-crisis     # as the crisis team that is asked
  concordat offers
  concordat accept {number} 20
  concordat checkin {number} contact face-to-face
  concordat close {number} crisis-home-treatment

  . {folder}/as/northmoor-duty       # as the duty coordinator
  concordat board

  . {folder}/as/inspector            # as an inspector, or as/auditor, for whom nothing of today is published yet
  concordat report times --unsuppressed
  concordat verify
  sqlite3 {folder}/audit/trail.db 'SELECT * FROM referral_times'""")


async def await_person():
    """Waits until the person at the terminal presses Enter; not for long, because there may be nobody."""
    print(f"\nPress Enter when you have signed in, and the day begins; it does so by itself in {SIGN_IN_SECONDS} s. Only look on\n"
          "while it is played: once it is over, everything is left to you.", flush=True)
    pressed = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, pressed.set)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pressed.wait(), SIGN_IN_SECONDS)
    asyncio.get_running_loop().remove_reader(sys.stdin)


async def stay_up(day):
    for coordinator in day.coordinators:
        await coordinator.stop()
    day.load_policy(day.region.policy_text)
    print_by_hand(day)
    day.pages.print_sign_ins()
    print("\nCtrl-C stops everything.", flush=True)
    await asyncio.Event().wait()


async def play_day(options, folder):
    region = Region(options.build, options.source, folder, mix.SPEED, routers=2 if options.ledger == "postgresql" else 1)
    await region.make_keys()
    day = Day(region, options)
    print(f"Folder {folder}, seed {options.seed}: {options.referrals} people, an hour is {3600 / mix.SPEED} s.",
          f"Shut: {', '.join(SHUT)}.", flush=True)
    try:
        await day.start()
        day.pages.print_sign_ins()
        if day.scenes:
            await day.play_kinds()
        if sys.stdin.isatty() and not options.once:
            await await_person()
        await day.play()
        await print_reports(region)
        held = await verdict(day, stop=day.stop if options.once else None)
        if held and not options.once:
            await stay_up(day)
    except asyncio.CancelledError:
        held = None
        raise
    except Exception:
        held = False
        raise
    finally:
        await day.stop()
        if held is False:
            print_last_words(day)
    return 0 if held else 1


def print_last_words(day):
    for program in day.programs():
        words = program.last_words()
        if words:
            print(f"---- last words of {program.name}", *words, sep="\n", flush=True)


def read_options():
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="stop when the day is over; exit 0 only if all of it held")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="to repeat a day")
    parser.add_argument("--folder", help="where to keep everything; must not exist yet (a temporary folder)")
    parser.add_argument("--referrals", type=int, default=95, help="how many people (95)")
    parser.add_argument("--kills", type=int, default=0, help="how often a program is killed with -9 in the day (0)")
    parser.add_argument("--ledger", choices=("file", "postgresql"), default=os.environ.get("CONCORDAT_TEST_LEDGER", "file"),
                        help="where the events are kept: in a file; or on three servers of PostgreSQL with two routers, and the "
                             "server that leads is killed in the middle of the day (file)")
    parser.add_argument("--brief", action="store_true", default=sys.stdout.isatty(),
                        help="leave out the small steps, as on a terminal")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)  # given by deploy/demo and the tests
    options = parser.parse_args()
    options.source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    options.build = os.path.abspath(options.build)
    return options


def stop_on_signals(task):
    """Stops on the first signal. A second Ctrl-C does not cut the stopping short."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop():
        for number in signals:
            asyncio.get_running_loop().add_signal_handler(number, lambda: None)
        task.cancel()

    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, stop)


async def main():
    options = read_options()
    if options.folder and os.path.exists(options.folder):
        sys.exit(f"demo: {options.folder} is there already; name a folder that is to be made")
    if options.folder:
        os.makedirs(options.folder, mode=0o700)
    folder = os.path.abspath(options.folder or tempfile.mkdtemp(prefix="concordat-demo-"))
    stop_on_signals(asyncio.current_task())
    code = 1
    try:
        code = await play_day(options, folder)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
    except asyncio.CancelledError:
        code = 130 if options.once else 0
        print("Stopped.", flush=True)
    finally:
        if code == 1 or options.folder:
            print(f"Kept: {folder}", flush=True)
        else:
            shutil.rmtree(folder)
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
