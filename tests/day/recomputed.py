"""What each clock of a case must be, by what happened: the events' facts, and never what the events say of clocks.

A second opinion on the router's times, written from the published pages alone. It takes from an event what people did and
when they said it was, and from the policy what it allows. It never reads Event.clocks, Event.owner, or a time by which
something is due: those are what it is compared with (clocks.py). Each rule names its source:

  [CLOCKS]   broker/core/clocks.h: which event starts, stops or voids which clock
  [PAGE]     proto/README.md, by section
  [PROTO]    the comments of proto/concordat/v1
  [CASE]     broker/core/referral.h: the states of a case, and its owner in each
  [POLICY]   deploy/examples/region.yaml: what each line of a policy means
  [s136], [s135], [s136B], [s138]  Mental Health Act 1983
  [SI]       SI 2017/1036: police stations
"""

import bisect
import re

from allowed import ESCAPE_HOURS, HOUR, MINUTE, Policy
from onecase import Case, Request, Said

EXTENSION_MOST = 12 * HOUR      # [s136B] (2)
TRIES = 3                       # [POLICY] tries, if it is left out
MUTED_FOR = (15 * MINUTE, 30 * MINUTE, HOUR)    # [PAGE] Mute: nobody may choose another length
REMINDED = ("held", "missing")  # [CASE]: the states in which the coordinator is reminded
TURN_MS = 100                   # the router takes the commands of a turn before it looks at what is due: no turn takes longer
OF_A_DETENTION = ("section 136", "handover", "examined", "interviewed", "health check", "custody review", "escape")


def words(message, name):
    """A code of a message in words, without what all codes of its list begin with: OFFER_END_EXPIRED is expired."""
    of = message.DESCRIPTOR.fields_by_name[name].enum_type
    shared = re.sub(r"UNSPECIFIED$", "", of.values_by_number[0].name)
    code = of.values_by_number[getattr(message, name)].name.removeprefix(shared)
    return "" if code == "UNSPECIFIED" else code.lower().replace("_", " ")


class Region:
    """Goes through a ledger's events once, in their order."""

    def __init__(self, read_policy):
        self.read_policy = read_policy
        self.policy = None
        self.ahead = 0          # of UTC, by [PROTO] ClockCorrected
        self.cases = {}
        self.said = []
        self.turns = []         # every instant at which the router acted
        self.breaches, self.warnings, self.reminders = [], [], []
        self.away = {}          # since when no device of a team is there
        self.claimed = {}       # until when a team's claim of its free places counts

    def say(self, clock, case, event, ours, theirs):
        self.said.append(Said(clock, case.number, event.seq, ours, theirs))

    def take(self, event):
        what = event.WhichOneof("what")
        if what not in ("broker_started", "policy_loaded"):  # a router that starts has not acted on anything yet
            self.turns.append(event.at_ms)
        detail = getattr(event, what)
        if what == "policy_loaded":
            self.policy = Policy(self.read_policy(detail.file))
        elif what == "clock_corrected":
            self.ahead = detail.ahead_ms - detail.behind_ms
        elif what == "presence_changed" and detail.team:
            self.away[detail.team] = None if detail.present else event.at_ms
            if not detail.present:
                due = event.at_ms + self.policy.time("silent_after", "lease_grace")
                self.said.append(Said("a team's silence", detail.team, event.seq, due, detail.silent_ms))
        elif what == "capacity_claimed":
            self.claimed[detail.team] = event.at_ms + self.policy.time("capacity_good")
            self.said.append(Said("a claim of places", detail.team, event.seq, self.claimed[detail.team], detail.good_until_ms))
        if not event.referral:
            return
        if what == "received":
            number = f"{'D' if event.drill else 'R'}-{event.number:04}"
            # [PAGE] By telephone: received when they rang.
            received = detail.rang_ms if detail.telephoned else event.at_ms
            self.cases[event.referral] = Case(number, event.drill, received, event.at_ms)
        case = self.cases[event.referral]
        self.say("receipt", case, event, case.received, event.received_ms)
        rule = getattr(self, f"_{what}", None)
        if rule:
            rule(case, event, detail)
        self._owner(case, event)

    # ---- Receipt and what changes it ----

    def _facts(self, case, event, detail):
        referral = detail.referral
        case.source = case.source or words(referral, "source")
        urgency = words(referral, "urgency") or self.policy.when_missing  # [POLICY] urgency_when_missing
        self.say("urgency used", case, event, urgency, words(detail, "routed_as"))
        case.urgency, case.coordinator = urgency, detail.coordinator
        case.age = referral.person.age_years if referral.person.age_known else None
        case.looks_under_18 = words(referral.person, "looks_under_18")
        # [PROTO] routed_age: used with FLAG_AGE_CONTRADICTS; the younger counts.
        if detail.routed_age:
            case.age = detail.routed_age

    def _from_receipt(self, case, event):
        """[CLOCKS] Both start at receipt. A correction moves one that runs; one that has stopped stays."""
        for clock in ("response", "referrer told"):
            standard = self.policy.standard(clock, case.source, case.urgency)
            if not standard or (clock in case.clocks and not case.runs_now(clock)):
                continue
            due = case.received + standard[0]
            if clock not in case.clocks or case.clocks[clock].due != due:
                case.begin(clock, standard, case.received, due, event.at_ms)

    def _received(self, case, event, detail):
        self._facts(case, event, detail)
        case.remind = event.at_ms
        if detail.referral.HasField("decided_at") and words(detail.referral.decided_at, "basis") == "stated":
            case.decided = detail.referral.decided_at.unix_ms
        self._from_receipt(case, event)

    def _updated(self, case, event, detail):
        self._facts(case, event, detail)
        self._from_receipt(case, event)

    # ---- Contact, and what the referrer is told ----

    def _checked_in(self, case, event, detail):
        met = words(detail, "attend_status") in ("on time", "late but seen")  # [PROTO] AttendStatus
        contact = words(detail, "step") == "contact"
        self._lease_of_check_in(case, event, detail, contact and met)
        if not contact:
            return
        case.contact_made |= met
        self._count_try(case, event, met)
        if not met or words(detail, "mechanism") != "face to face":
            self.say("seen", case, event, (False, False), (detail.counts_as_seen, detail.before_receipt))
            return
        # [PAGE] A team, [CLOCKS]: both times are cut to the minute of UTC before they are compared.
        when = detail.occurred.unix_ms
        before = (when - self.ahead) // MINUTE < (case.received - self.ahead) // MINUTE
        self.say("seen", case, event, (not before, before), (detail.counts_as_seen, detail.before_receipt))
        if before:
            case.seen_before += 1
            return
        # The earliest counts, whenever it is told; no wait is negative.
        case.seen = min(case.seen or when, when)
        stop = max(case.seen, case.received)
        case.stop("response", stop, event.at_ms)
        if "response" in case.clocks:
            case.clocks["response"].stop = min(case.clocks["response"].stop, stop)

    # ---- [PAGE] A person who cannot be reached ----

    def _told_of_tries(self, case, event):
        """The coordinator has been told by now if as many tries as the policy allows have failed, and otherwise not."""
        self.say("tries used up", case, event, case.tries >= self.policy.times.get("tries", TRIES), case.tries_told)

    def _count_try(self, case, event, met):
        self._told_of_tries(case, event)
        case.tries, case.tries_told = (0, False) if met else (case.tries + 1, case.tries_told)

    def _contact_tried(self, case, event, detail):
        self._count_try(case, event, False)
        self.say("tries", case, event, case.tries, detail.tries)
        if case.state == "taken":
            lease, of = event.at_ms + self.policy.time("coordinator_lease"), "a coordinator"
        else:
            lease, of = (detail.next_ms or event.at_ms) + self.policy.time("arrival_grace"), "a team"
            lease = max(lease, case.lease) if case.contact_made else lease
        case.lease, case.lapses = lease, 0
        self.say(f"next word of {of}", case, event, lease, detail.lease_ms)

    def _tries_used_up(self, case, event, detail):
        due = case.tries >= self.policy.times.get("tries", TRIES) and not case.tries_told
        self.say("tries used up", case, event, (True, case.tries), (due, detail.tries))
        case.tries_told = True

    def _referrer_told(self, case, event, detail):
        # [PROTO] counts_as_told: it names who has the case in hand, or what came of it.
        counts = words(detail, "state") in ("taken", "accepted", "travelling", "arrived", "in contact", "closed", "withdrawn")
        self.say("told", case, event, counts, detail.counts_as_told)
        if counts:
            case.told = case.told or event.at_ms
            case.stop("referrer told", event.at_ms, event.at_ms)

    # ---- The holder, and by when they must act: [CASE], [PAGE] A team, The duty coordinator, [POLICY] times ----

    def _fall_back(self, case, remind):
        case.state, case.team, case.lease, case.lapses, case.expected, case.remind = "held", "", 0, 0, 0, remind
        case.noted = False

    def _offered(self, case, event, detail):
        case.first_offer = case.first_offer or event.at_ms
        allowed = self.policy.answer(case.urgency)
        either_age = case.age is None and case.looks_under_18 not in ("yes", "no")
        if either_age and not self.policy.sees_both_ages(detail.team):
            allowed //= 2
        case.asked, case.handing_over, case.expires = detail.team, detail.handover, event.at_ms + allowed
        self.say("time to answer", case, event, case.expires, detail.expires_ms)
        if not detail.handover:
            case.state = "offered"

    def _offer_shortened(self, case, event, detail):
        case.expires = event.at_ms + self.policy.answer(case.urgency)
        self.say("time to answer", case, event, case.expires, detail.expires_ms)

    def _offer_ended(self, case, event, detail):
        if words(detail, "end") == "expired" and not event.actor:
            self.say("no answer in time", case, event, True, event.at_ms >= case.expires)
        if not case.handing_over:
            self._fall_back(case, event.at_ms)
        case.asked, case.handing_over = "", False

    def _accepted(self, case, event, detail):
        case.first_accepted = case.first_accepted or event.at_ms
        self._told_of_tries(case, event)
        case.state, case.team, case.lapses, case.asked = "team", detail.team, 0, ""
        case.unheard, case.tries, case.tries_told = 0, 0, False     # another team tries anew
        case.expected = detail.expected_arrival_ms
        case.lease = case.expected + self.policy.time("arrival_grace")
        case.handing_over = False
        self.say("next word of a team", case, event, case.lease, detail.lease_ms)

    def _lease_of_check_in(self, case, event, detail, met):
        """[PAGE] A team: only a contact that the person attended gives the long time; after a failed one as after an arrival."""
        grace = self.policy.time("arrival_grace")
        step, now = words(detail, "step"), event.at_ms
        if not detail.team:
            lease = now + self.policy.time("coordinator_lease")
        elif met:
            lease = now + self.policy.time("contact_lease")
        else:
            arrived = words(event, "state") in ("arrived", "in contact")
            if step == "travelling":
                expected = detail.expected_arrival_ms
            else:
                expected = case.expected if step == "contact" and not arrived else 0
            lease = max(expected, now) + grace
            if step == "contact" and case.contact_made:
                lease = max(lease, case.lease)
        if step == "travelling":
            case.expected = detail.expected_arrival_ms
        case.lease, case.lapses = lease, 0
        self.say("next word of a team" if detail.team else "next word of a coordinator", case, event, lease, detail.lease_ms)

    def _lease_warned(self, case, event, detail):
        self.say("overdue", case, event, True, event.at_ms >= case.lease)
        case.lapses = event.at_ms + self.policy.time("lease_grace")
        self.say("next word of a team", case, event, case.lapses, detail.lapses_ms)

    def _lease_lapsed(self, case, event, _):
        self.say("overdue", case, event, True, event.at_ms >= case.lapses)
        self._fall_back(case, event.at_ms)

    def _given_back(self, case, event, _):
        self._fall_back(case, event.at_ms)

    def _closing_asked(self, case, event, detail):
        # [PROTO] A case that closes without contact: its coordinator is reminded of it as of a held case.
        self._held_for(case, event, detail)

    def _kept_open(self, case, event, detail):
        case.unheard = 0
        self._held_for(case, event, detail)

    def _held_for(self, case, event, detail):
        due = event.at_ms + self.policy.time("remind")
        self._fall_back(case, due)
        case.coordinator, case.noted = detail.coordinator, True
        self._reminder_due(case, event, due, detail.remind_ms)

    def _taken(self, case, event, detail):
        self._fall_back(case, 0)
        case.state, case.coordinator, case.reminders, case.unheard = "taken", detail.coordinator, 0, 0
        case.lease = event.at_ms + self.policy.time("coordinator_lease")
        self.say("next word of a coordinator", case, event, case.lease, detail.lease_ms)

    def _team_silent(self, case, event, detail):
        since = self.away[case.team]
        due = since + self.policy.time("silent_after", "lease_grace")
        self.say("a team's silence", case, event, (since, True), (detail.since_ms, event.at_ms >= due))

    # ---- Reminders: [PAGE] The duty coordinator ----

    def _reminder_due(self, case, event, due, theirs):
        case.remind = due
        self.say("reminder", case, event, due, theirs)

    def _look_again(self, case, event, detail, sought):
        """[PROTO] Held, Sought: when a shut team opens, or a claim of being full ends; and [PAGE] one that seeks goes through
        the ladder again after `remind`, as often as the policy has rounds."""
        chances = []
        for one in detail.considered:
            finding = words(one, "finding")
            if finding == "closed now":
                opens = self.policy.next_opening(one.team, event.at_ms - self.ahead)
                chances += [] if opens is None else [opens + self.ahead]
            elif finding == "full" and one.capacity_known:
                chances.append(self.claimed[one.team])
        if sought and detail.round < self.policy.times["rounds"]:
            chances.append(event.at_ms + self.policy.time("remind"))
        self.say("look again", case, event, min(chances, default=0), detail.look_again_ms)

    def _sought(self, case, event, detail):
        self._look_again(case, event, detail, True)

    def _held(self, case, event, detail):
        self._look_again(case, event, detail, False)
        # [PROTO] Held: looking again for a team puts no reminder off.
        due = case.remind if case.noted else event.at_ms + self.policy.time("remind")
        self._fall_back(case, due)
        case.coordinator, case.noted = detail.coordinator, True
        self._reminder_due(case, event, due, detail.remind_ms)

    def _reminded(self, case, event, detail):
        self.say("reminder", case, event, (True, case.reminders + 1, case.unheard),
                 (event.at_ms >= case.remind, detail.times, detail.unheard))
        self.reminders.append((event.seq, case.reminders + 1, case.unheard))
        case.reminders, case.unheard = case.reminders + 1, case.unheard + 1
        self._reminder_due(case, event, event.at_ms + self.policy.time("acknowledge", "remind"), detail.next_ms)

    def _acknowledged(self, case, event, detail):
        case.unheard = 0
        if detail.muted_ms:
            nearest = min(MUTED_FOR, key=lambda span: abs(event.at_ms + span - detail.muted_ms))
            self.say("muted", case, event, event.at_ms + nearest, detail.muted_ms)
        if case.state in REMINDED:
            self._reminder_due(case, event, detail.muted_ms or event.at_ms + self.policy.time("remind"), detail.remind_ms)

    def _asked_again(self, case, event, detail):
        if case.state in REMINDED:
            self._reminder_due(case, event, event.at_ms, detail.remind_ms)

    def _passed_over(self, case, event, detail):
        case.coordinator = detail.coordinator
        if case.state in REMINDED:
            case.reminders = 0
            self._reminder_due(case, event, event.at_ms + self.policy.time("remind"), detail.remind_ms)

    # ---- [PAGE] A person who is missing ----

    def _went_missing(self, case, event, detail):
        due = case.remind if case.state == "missing" else event.at_ms + self.policy.time("remind")
        self._fall_back(case, due)
        case.state = "missing"
        self._reminder_due(case, event, due, detail.remind_ms)

    def _found(self, case, event, _):
        self._fall_back(case, event.at_ms)

    # ---- [PAGE] Requests beside a case ----

    def _chased_by_now(self, case, event, request):
        """The router acts on all that is due at an instant: nobody was left without a reminder before this event."""
        acted = self.turns[bisect.bisect_left(self.turns, request.chase):]
        if request.chase:
            self.say("request: reminded in time", case, event, True, not acted or event.at_ms - acted[0] <= TURN_MS)

    def _beside_noted(self, case, event, detail):
        state = words(detail, "state")
        request = case.requests.setdefault(detail.request, Request())
        self._chased_by_now(case, event, request)
        request.times += state == "asked"
        request.reminded = 0
        # Nobody has said yes to it, so somebody is reminded of it.
        request.chase = event.at_ms + self.policy.time("remind") if state in ("needed", "asked", "no") else 0
        self.say("request: reminder", case, event, (request.times, request.chase), (detail.times, detail.chase_ms))

    def _beside_chased(self, case, event, detail):
        request = case.requests[detail.request]
        self._chased_by_now(case, event, request)
        due, request.chase = request.chase, event.at_ms + self.policy.time("remind")
        request.reminded += 1
        self.say("request: reminder", case, event, (True, request.reminded, request.chase),
                 (0 < due <= event.at_ms, detail.times, detail.chase_ms))

    # ---- The end, and that it was a mistake: [PAGE] A team, Reopen and RecordPassedOn ----

    def _end(self, case, event, detail, by):
        self._told_of_tries(case, event)
        for request in case.requests.values():
            self._chased_by_now(case, event, request)
        within = self.policy.time("undo_within") if "undo_within" in self.policy.times else 24 * HOUR
        case.undo_until = event.at_ms + within if within else 0
        self.say("reopen until", case, event, case.undo_until, detail.undo_until_ms)
        case.before_end, case.state, case.ended, case.ended_by = case.state, "ended", event.at_ms, by
        for clock in list(case.clocks):
            case.over(clock, event.at_ms)

    def _closed(self, case, event, detail):
        self._end(case, event, detail, event.actor)

    def _withdrawn(self, case, event, detail):
        self._end(case, event, detail, "")

    def _reopened(self, case, event, detail):
        in_hand = case.ended_by == event.actor  # [PAGE]: who closed it has it again
        self.say("reopened", case, event, (case.number, True, in_hand),
                 (f"{'D' if event.drill else 'R'}-{event.number:04}", event.at_ms <= case.undo_until, detail.in_hand))
        case.go_on(event.at_ms)
        case.gaps.append([case.ended, event.at_ms])
        case.ended, case.passed_on, case.reminders, case.unheard = None, None, 0, 0
        case.coordinator = detail.coordinator
        if not in_hand:
            self._fall_back(case, 0)
            self._reminder_due(case, event, event.at_ms, detail.remind_ms)
            return
        case.state, case.lapses = case.before_end, 0
        if case.state == "taken":
            case.lease = event.at_ms + self.policy.time("coordinator_lease")
        elif case.contact_made:
            case.lease = event.at_ms + self.policy.time("contact_lease")
        else:
            case.lease = max(case.expected, event.at_ms) + self.policy.time("arrival_grace")
        self.say("next word of whoever has it again", case, event, case.lease, detail.lease_ms)

    def _passed_on(self, case, event, detail):
        there = detail.received_ms
        allowed = not there or (there // MINUTE >= case.received // MINUTE and there <= event.at_ms)
        self.say("passed on", case, event, True, allowed)
        case.passed_on = (detail.provider, there)

    # ---- A detention: [PAGE] A detention, [CLOCKS] ----

    def _detention_noted(self, case, event, entry):
        step, place = words(entry, "step"), words(entry, "place")
        when = entry.occurred.unix_ms if entry.HasField("occurred") else None
        case.entries.append((step, when, place, event))
        at = event.at_ms if when is None else when + self.ahead
        before = (case.started, case.until, case.detained)
        self._hours(case, step, when, entry)
        self.say("hours of a detention", case, event, (case.started or 0, case.until or 0, case.corrected),
                 (entry.started_ms, entry.until_ms, entry.corrected_ms))
        case.detained = "ended" if step == "ended" or (case.detained == "ended" and step != "used") else "open"
        if case.detained == "ended":
            self._end_detention(case, entry, at, event.at_ms)
        else:
            self._clocks_of_entry(case, step, place, when, at, event.at_ms, before)
        self._go_to(case, step, place, when)
        case.done.add(step)

    def _hours(self, case, step, when, entry):
        """[s136] (2A), [s135] (3ZA): from the first arrival at any place of safety. [s136B]: an extension adds to them."""
        arrives = step in ("arrived", "kept", "entered", "corrected")
        if step == "extended" and self._extends(case, when, entry):
            case.extended = min(case.extended + entry.minutes * MINUTE, EXTENSION_MOST)
        if arrives and when and (case.started is None or when < case.started):
            case.started = when
        if case.started:
            allowed = self.policy.standard("section 136", case.source, case.urgency)[0]
            case.until = case.started + allowed + case.extended
        elif step == "escaped" and when:
            case.until = when + ESCAPE_HOURS  # [s138] (3)
        if step == "corrected" and when > case.started:
            case.corrected = when  # [PAGE] a later arrival moves nothing, and is kept beside it

    @staticmethod
    def _extends(case, when, entry):
        """[s136B]: by the doctor responsible, before the hours end, for the person's condition; at a police station where
        the person is assessed a superintendent approves."""
        approved = entry.second or not (case.place == "police station" and entry.assessed_at_station)
        in_time = not case.until or not when or when <= case.until
        return entry.by_responsible_doctor and words(entry, "extension_reason") == "condition" and in_time and approved

    @staticmethod
    def _go_to(case, step, place, when):
        arrives = step in ("arrived", "kept", "entered")
        if place and (arrives or (step == "going" and not case.started)):
            case.place = place
        if arrives and (when or 0) >= case.at_place:
            case.at_place = when or 0

    @staticmethod
    def _end_detention(case, entry, at, known_at):
        """[CLOCKS] They end with it. If nobody was ever detained, none ran."""
        never = words(entry, "end") == "never detained"
        for clock in OF_A_DETENTION:
            if not case.runs_now(clock):
                continue
            if never:
                case.over(clock, known_at)
                del case.clocks[clock]
            else:
                case.stop(clock, at, known_at)

    def _clocks_of_entry(self, case, step, place, when, at, known_at, before):
        started, until, was = before
        arrives = step in ("arrived", "kept", "entered")

        def begin(clock, start, due=None):
            standard = self.policy.standard(clock, case.source, case.urgency)
            if standard:
                case.begin(clock, standard, start + self.ahead, None if due is None else due + self.ahead, known_at)

        if case.started:
            if (case.started, case.until) != (started, until) or was == "ended":
                begin("section 136", case.started, case.until)
            for clock, stopped_by in (("handover", "police left"), ("examined", "examined"), ("interviewed", "interviewed")):
                if case.started != started and stopped_by not in case.done:
                    begin(clock, case.started)
        for clock, stopped_by in (("examined", "examined"), ("interviewed", "interviewed"), ("handover", "police left")):
            if step == stopped_by:
                case.stop(clock, at, known_at)
        if step == "escaped" and not case.started and when:
            begin("escape", when, case.until)
        if arrives:
            case.stop("escape", at, known_at)
        self._station(case, step, place, when, at, known_at, begin)

    @staticmethod
    def _station(case, step, place, when, at, known_at, begin):
        """[SI]: at a police station a health check every 30 minutes and a review every hour, until the person has left."""
        comes = step in ("arrived", "kept", "entered") and (when or 0) >= case.at_place
        there = comes and place == "police station"
        still = case.place == "police station" and case.started
        if (comes and place != "police station") or step == "escaped":
            case.stop("health check", at, known_at)
            case.stop("custody review", at, known_at)
        if there or (still and step == "health checked"):
            begin("health check", when)
        if there or (still and step == "reviewed"):
            begin("custody review", when)

    # ---- What time brought ----

    def _clock_breached(self, case, event, detail):
        self.breaches.append((event.seq, event.at_ms, case, words(detail, "clock"), detail.due_ms, detail.standard))

    def _clock_warned(self, case, event, detail):
        self.warnings.append((event.seq, event.at_ms, case, words(detail, "clock"), detail.due_ms, detail.standard))

    def _owner(self, case, event):
        """[CASE]: the team that is asked or has it; otherwise the coordinator; nobody once it has ended."""
        kind, owner, act_by = {
            "held": ("coordinator", case.coordinator, case.remind),
            "missing": ("coordinator", case.coordinator, case.remind),
            "taken": ("coordinator", case.coordinator, case.lease),
            "offered": ("team", case.asked, case.expires), "team": ("team", case.team, case.lapses or case.lease),
            "ended": ("", "", 0)}[case.state]
        self.say("owner", case, event, (kind, owner, act_by),
                 (words(event.owner, "kind"), event.owner.id, event.owner.act_by_ms))
        last = case.intervals[-1] if case.intervals else None
        if last and last[1] is None and tuple(last[2:]) != (kind, owner, act_by):
            last[1] = event.at_ms
        if kind and (not last or last[1] is not None):
            case.intervals.append([event.at_ms, None, kind, owner, act_by])
