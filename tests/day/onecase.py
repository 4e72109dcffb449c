"""One case as recomputed.py goes through its events: its clocks, its holder, its requests and its detention."""

from dataclasses import dataclass, field

from allowed import HOUR

WARNED_BEFORE = 3 * HOUR        # [CLOCKS]: the end of the hours is warned of, also if the policy says nothing


@dataclass
class Run:
    """One start of one clock. It has a span from the event by which it was known to the one by which it was over or became
    another; a case that is reopened gives it one more."""
    clock: str
    standard: str
    start: int
    due: int
    warn: int
    spans: list


@dataclass
class Clock:
    standard: str
    start: int
    due: int
    stop: int = None


@dataclass
class Request:
    """A request beside the case."""
    times: int = 0
    reminded: int = 0
    chase: int = 0              # when somebody is reminded of it; 0: nobody is


@dataclass
class Said:
    """One figure: what the rules give, and what the router recorded."""
    clock: str
    case: str
    seq: int
    ours: object
    theirs: object


@dataclass
class Case:
    number: str
    drill: bool
    received: int
    entered: int                # into the ledger: later than the receipt, if it was telephoned
    clocks: dict = field(default_factory=dict)
    runs: list = field(default_factory=list)        # every stretch of every clock, also of those that were moved
    intervals: list = field(default_factory=list)   # [since, until, kind, owner, act by]
    entries: list = field(default_factory=list)     # of a detention: (step, when, place, event)
    source: str = ""
    urgency: str = ""
    age: int = None
    looks_under_18: str = ""
    seen: int = None            # the earliest contact that counts, not before the receipt
    seen_before: int = 0        # contacts before the receipt, counted apart
    told: int = None
    first_offer: int = None
    first_accepted: int = None
    decided: int = None
    ended: int = None
    ended_by: str = ""          # the key that closed it; empty: it was withdrawn
    undo_until: int = 0
    before_end: str = ""        # the state
    gaps: list = field(default_factory=list)        # [from, to]: it had ended, and was reopened
    passed_on: tuple = None     # (provider, when it received the case; 0: not known)
    # The holder.
    state: str = "held"
    coordinator: str = ""
    team: str = ""
    asked: str = ""
    handing_over: bool = False
    expires: int = 0
    expected: int = 0
    lease: int = 0
    lapses: int = 0
    remind: int = 0
    noted: bool = False         # the coordinator has been told why it is held
    contact_made: bool = False
    reminders: int = 0
    unheard: int = 0
    tries: int = 0              # to reach the person, since they were met
    tries_told: bool = False
    requests: dict = field(default_factory=dict)    # by number
    # The detention.
    detained: str = ""          # "", open or ended
    started: int = None
    until: int = None
    extended: int = 0
    place: str = ""
    at_place: int = 0
    done: set = field(default_factory=set)
    corrected: int = 0

    # ---- Clocks ----

    def begin(self, clock, standard, start, due, at):
        """Starts a clock, or moves one that runs."""
        allowed, name, warned = standard
        self.over(clock, at)
        due = start + allowed if due is None else due
        if clock == "section 136" and not warned:
            warned = WARNED_BEFORE
        self.clocks[clock] = Clock(name, start, due)
        self.runs.append(Run(clock, name, start, due, due - warned if warned else None, [[at, None]]))

    def over(self, clock, at):
        for run in self.runs:
            if run.clock == clock and run.spans[-1][1] is None:
                run.spans[-1][1] = at

    def stop(self, clock, when, at):
        if clock in self.clocks and self.clocks[clock].stop is None:
            self.clocks[clock].stop = when
            self.over(clock, at)

    def runs_now(self, clock):
        return clock in self.clocks and self.clocks[clock].stop is None

    def go_on(self, at):
        """[PAGE] Reopen: the clocks run as if the case had never ended."""
        for run in {run.clock: run for run in self.runs}.values():
            if self.runs_now(run.clock):
                run.spans.append([at, None])
