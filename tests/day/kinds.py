"""The kinds of case that decisions were made for: each is a row of KINDS, and is played before the day begins.

A row has a person, the answers that teams give by themselves, and steps. A step is what somebody types, with the words that
they must be shown, or what the trail must come to have. To add a kind, add a row.
"""

import datetime
import time
from dataclasses import dataclass, field

from mix import DAY_MINUTES

CHILD, ADULT = 13, 34
DECISIONS = [f"R{number}" for number in range(1, 25)]
# Those for which the router has no command yet, so that no row can play them.
NOT_BUILT = ("R11", "R12")


@dataclass(frozen=True)
class Kind:
    name: str                   # the decision that it shows, and what is shown of it
    steps: tuple
    facts: dict = field(default_factory=dict)       # over those of everybody
    told: dict = field(default_factory=dict)        # of the confidential part
    legal: dict = field(default_factory=dict)
    # How each team answers, the first time, the second and so on; None: not at all. Others answer as ANY_TEAM does.
    answers: dict = field(default_factory=dict)
    typed: str = ""             # the referral as options of `concordat refer`, instead of the facts
    shows: tuple = ()           # then: words that the referrer is shown
    drill: bool = False
    last: bool = False          # played when all others are over

    @property
    def decision(self):
        return self.name.split(" ", 1)[0]


# ---- Steps ----

@dataclass(frozen=True)
class Types:
    """Somebody types a command of `concordat`: a team, a coordinator, or the referrer."""
    who: str
    words: str
    shows: tuple = ()           # words that they are shown
    code: int = 0               # the exit code: 1 is refused


@dataclass(frozen=True)
class Device:
    """Something is typed at the screen of a team that is running."""
    team: str
    words: str
    shows: tuple = ()


@dataclass(frozen=True)
class Reload:
    """The router loads the policy of the day, which has no coordinator of the night."""


@dataclass(frozen=True)
class Has:
    """The trail comes to have a row that this finds; :case is the case."""
    what: str
    sql: str


@dataclass(frozen=True)
class Never:
    """The trail has no such row by now."""
    what: str
    sql: str


def says(who, words, *shows):
    return Types(who, words, shows)


def refused(who, words, *shows, code=1):
    return Types(who, words, shows, code)


def asked(team):
    return Has(f"{team} is asked", f"SELECT 1 FROM offer WHERE referral = :case AND team = '{team}' AND ended_at_ms IS NULL")


def offer(team, condition):
    return Has(f"the offer to {team} is one with {condition}",
               f"SELECT 1 FROM offer WHERE referral = :case AND team = '{team}' AND {condition}")


def has(table, condition):
    return Has(f"{table} with {condition}", f"SELECT 1 FROM {table} WHERE referral = :case AND {condition}")


def never(table, condition):
    return Never(f"no {table} with {condition}", f"SELECT 1 FROM {table} WHERE referral = :case AND {condition}")


def event(kind, condition="1"):
    return has("event", f"kind = '{kind}' AND {condition}")


def found(team, finding):
    """A decision found this about a team."""
    return Has(f"{team} is {finding}", "SELECT 1 FROM finding JOIN decision USING (seq) WHERE referral = :case"
               f" AND finding.team = '{team}' AND finding = '{finding}'")


def held_by(team):
    return has("acceptance", f"team = '{team}' AND ended_at_ms IS NULL")


def minute_of(at_ms):
    """A minute of UTC, as somebody could type it."""
    return datetime.datetime.fromtimestamp(at_ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:00Z")


def minute(hours=0):
    return minute_of((time.time() + hours * 3600) * 1000)


# ---- People ----

ORDINARY = {"source": "street-triage", "organisation": "ZZP01", "site": "northmoor-car", "urgency": "routine",
            "postcodeDistrict": "ZX1", "referrerRole": "street triage nurse", "primaryReason": "18",
            "person": {"ageKnown": True, "ageYears": ADULT, "gender": "X", "ethnicCategory": "Z"}}


def aged(years):
    return {"person": {**ORDINARY["person"], "ageYears": years}}


def of_unknown_age(looks=None):
    person = {key: value for key, value in ORDINARY["person"].items() if not key.startswith("age")}
    return {"person": {**person, **({"looksUnder18": looks} if looks else {})}}


def section_136(place="health-based", arrived=None, **more):
    """Detained under section 136, and brought to a place so many of the day's minutes ago."""
    legal = {"status": "section-136", "powerUsedAt": 40 + (arrived or 0), **more}
    if place:
        legal["placeOfSafety"] = place
    if arrived is not None:
        legal["arrivedAtPlaceOfSafetyAt"] = arrived
    return legal


ANY_TEAM = "any"
ALMOST_A_DAY = DAY_MINUTES - 60     # the hours end in an hour of the day
NORTH, SOUTH, YOUNG, LINE, SUITE = ("northmoor-crisis", "southfell-crisis", "young-people-crisis", "crisis-line",
                                    "place-of-safety")
COMES = {NORTH: ("accept 20",)}
SEEN = (says(NORTH, "checkin {case} contact face-to-face"), says(NORTH, "close {case} discharged-with-plan"))
EVERY_TEAM_SAYS_NO = {ANY_TEAM: ("decline too-far",) * 9}

KINDS = (
    Kind("R1 an update leaves the rest, and what it takes away is recorded", facts={"needs": ["autism"]}, answers=COMES,
         legal={"status": "section-135-2"},
         steps=(held_by(NORTH),
                says("referrer", "update {case} --age 41", "age is 41 (was: 34)"),
                has("change", "field = 'person.age_years' AND was = '34' AND became = '41'"),
                has("referral", "legal_status = 'section 135 2' AND needs = 'autism'"),
                says("referrer", "update {case} --clear needs", "needs taken away (was: autism)"),
                has("change", "field = 'needs' AND cleared"),
                says("referrer", "show {case} to repeat it", "41"),
                has("record_read", "role = 'source'"), *SEEN)),
    Kind("R2 transfers and corrections leave the hours as they were", legal=section_136(arrived=2000),
         answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE),
                says(SUITE, "detention {case} corrected --at {minute} --by p301 --second p302 --note 'the door book'"),
                has("detention", "step = 'corrected' AND corrected_at_ms > started_at_ms AND second_person = 'p302'"),
                refused(SUITE, "detention {case} corrected --at {minute} --by p301 --second p301 --note x", code=100),
                says(SUITE, "detention {case} transfer-asked emergency-department"),
                says(SUITE, "detention {case} transfer-agreed emergency-department"),
                says(SUITE, "detention {case} arrived emergency-department"),
                Never("a start or an end of the hours that moved", "SELECT 1 FROM detention WHERE referral = :case AND"
                      " started_at_ms IS NOT NULL GROUP BY referral HAVING count(DISTINCT started_at_ms || '-' || until_ms) > 1"),
                refused(SUITE, "close {case} advice", "detention"))),
    Kind("R3 who is asked is told of changes, and the offer gets shorter or ends",
         steps=(asked(NORTH),
                says("referrer", "update {case} --urgency very-urgent"),
                event("offer_shortened"),
                says("referrer", "update {case} --postcode ZX5"),
                offer(NORTH, "ended_as IN ('changed', 'expired')"),
                has("offer", f"team = '{SOUTH}'"))),
    Kind("R3 whoever has the case is told of changes until they say that they saw them", answers=COMES,
         steps=(held_by(NORTH),
                says("referrer", "update {case} --scene not-safe"),
                has("change", "field LIKE '%scene_safety' AND seen_at_ms IS NULL"),
                says(NORTH, "saw {case}"),
                has("change", "field LIKE '%scene_safety' AND seen_at_ms IS NOT NULL"), *SEEN)),
    Kind("R4 a detained person goes to the place of safety", legal=section_136(arrived=6, usedInDwelling="yes"),
         answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE), never("offer", f"team <> '{SUITE}'"),
                has("detention", "found LIKE '%section 136 in dwelling%'"))),
    Kind("R4 nobody else does", facts=aged(CHILD), answers={YOUNG: ("accept 20",)},
         steps=(held_by(YOUNG), never("offer", f"team = '{SUITE}'"))),
    Kind("R4 section 135(2) needs no place of safety and has no hours", legal={"status": "section-135-2"}, answers=COMES,
         steps=(held_by(NORTH), never("clock", "clock = 'section 136'"), never("detention", "1"), *SEEN)),
    Kind("R5 a detention from its use to its end", legal=section_136(place=None), answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE),
                says(SUITE, "detention {case} arrived police-station"),
                says(SUITE, "detention {case} station-authorised --risk --no-other-place --health-professional --second p401"),
                says(SUITE, "detention {case} health-checked --by p402"),
                says(SUITE, "detention {case} reviewed --by p403"),
                has("breach", "clock = 'health check'"),
                says(SUITE, "detention {case} health-checked --by p402"),
                says(SUITE, "detention {case} police-left"),
                says(SUITE, "detention {case} transfer-asked health-based"),
                says(SUITE, "detention {case} transfer-agreed health-based"),
                says(SUITE, "detention {case} arrived health-based"),
                says(SUITE, "detention {case} examined --by p301"),
                says(SUITE, "detention {case} extended --for 6h --reason condition --responsible-doctor --by p301"),
                has("detention", "step = 'extended' AND found IS NULL AND until_ms - started_at_ms > 21600000"),
                says(SUITE, "detention {case} extended --for 6h --reason no-bed --responsible-doctor --by p301"),
                has("detention", "found LIKE '%extension not for condition%'"),
                says(SUITE, "detention {case} interviewed --by p302"),
                says(SUITE, "detention {case} escaped"),
                says(SUITE, "detention {case} arrived health-based"),
                says(SUITE, "detention {case} ended --how application"),
                says(SUITE, "close {case} detained-section-2"))),
    Kind("R5 an escape on the way, before any arrival, has hours of its own", legal=section_136(place=None),
         answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE),
                says(SUITE, "detention {case} escaped"),
                has("clock", "clock = 'escape' AND stopped_at_ms IS NULL AND due_at_ms - started_at_ms = 86400000"),
                never("clock", "clock = 'section 136'"),
                says(SUITE, "detention {case} arrived health-based"),
                has("clock", "clock = 'escape' AND stopped_at_ms IS NOT NULL"),
                has("clock", "clock = 'section 136' AND stopped_at_ms IS NULL"),
                says(SUITE, "detention {case} ended --how none-needed --without-amhp no-mental-disorder"))),
    Kind("R5 a person is kept at the premises under section 135(1)", answers={SUITE: ("accept 0",)},
         legal={"status": "section-135-1", "powerUsedAt": 40},
         steps=(held_by(SUITE),
                says(SUITE, "detention {case} entered private-home"),
                says(SUITE, "detention {case} kept private-home"),
                has("detention", "step = 'used' AND power = 'section 135 1'"),
                has("detention", "step = 'kept' AND place = 'private home'"),
                Has("hours that began on entry", "SELECT 1 FROM clock k JOIN detention d USING (referral) WHERE referral = :case"
                    " AND k.clock = 'section 136' AND d.step = 'entered' AND d.started_at_ms = d.occurred_at_ms"),
                says(SUITE, "detention {case} examined --by p301"),
                says(SUITE, "detention {case} interviewed --by p302"),
                says(SUITE, "detention {case} ended --how arrangements-made"))),
    Kind("R5 an extension at a police station needs a superintendent", legal=section_136(place=None),
         answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE),
                says(SUITE, "detention {case} arrived police-station"),
                says(SUITE, "detention {case} station-authorised --risk --no-other-place --health-professional --second p401"),
                says(SUITE, "detention {case} extended --for 6h --reason condition --responsible-doctor --assessed-there --by p301"),
                has("detention", "step = 'extended' AND found LIKE '%extension not approved%' AND until_ms - started_at_ms < 21600000"),
                says(SUITE, "detention {case} extended --for 6h --reason condition --responsible-doctor --assessed-there --by p301"
                     " --second p501"),
                has("detention", "step = 'extended' AND second_person = 'p501' AND found IS NULL AND until_ms - started_at_ms > 21600000"),
                says(SUITE, "detention {case} police-left"),
                says(SUITE, "detention {case} ended --how none-needed --without-amhp none-came"))),
    Kind("R2 an arrival that is corrected to a later one needs a second person, and moves nothing",
         legal=section_136(arrived=2000), answers={SUITE: ("accept 0",)},
         steps=(held_by(SUITE),
                refused(SUITE, "detention {case} corrected --at {minute} --by p301 --note 'the door book'",
                        "A later arrival needs two different people"),
                says(SUITE, "detention {case} corrected --at {minute} --by p301 --second p302 --note 'the door book'"),
                has("detention", "step = 'corrected' AND corrected_at_ms > started_at_ms AND second_person = 'p302'"),
                Never("a clock that the correction moved", "SELECT 1 FROM clock k JOIN detention d USING (referral) WHERE"
                      " referral = :case AND d.step = 'corrected' AND k.clock IN ('section 136', 'handover', 'examined',"
                      " 'interviewed') AND k.started_at_ms >= d.corrected_at_ms"),
                says(SUITE, "status {case}", "two people say that it began at", "and the earlier counts"),
                says(SUITE, "detention {case} ended --how none-needed --without-amhp none-came"))),
    Kind("R5 the hours warn before they end, and are escalated when they have", legal=section_136(arrived=ALMOST_A_DAY),
         answers={SUITE: ("accept 0",)},
         steps=(has("clock_warning", "clock = 'section 136'"),
                has("breach", "clock = 'section 136'"),
                says("northmoor-duty", "status {case}", "NONE: the hours of section 136 ended at"),
                says("northmoor-duty", "board", "NONE"))),
    Kind("R5 a child at a police station is told to the coordinator at once", facts=aged(15),
         legal=section_136(place="police-station", arrived=6),
         steps=(has("detention", "found LIKE '%under 18 at police station%'"),
                says("northmoor-duty", "status {case}", "As recorded this is outside section 136A.", "move the person now"),
                says("northmoor-duty", "detention {case} arrived health-based"),
                has("detention", "found LIKE '%transfer not agreed%'"))),
    Kind("R6 what is asked for beside takes no team away", facts={**aged(12), "needs": ["amhp", "older-adult"]},
         answers={YOUNG: ("accept 20",)},
         steps=(held_by(YOUNG), offer(YOUNG, "differs LIKE '%need not served%'"))),
    Kind("R7 if nobody can tell the age, each team that is asked has half the time", facts=of_unknown_age("cannot-tell"),
         answers={NORTH: ("decline too-far",), YOUNG: ("accept 20",)},
         steps=(has("offer", "expires_at_ms - offered_at_ms <= {routine_ms} / 2"), event("accepted"))),
    Kind("R7 who looks under 18 is a child until there is clear evidence", facts=of_unknown_age("yes"),
         answers={YOUNG: ("accept 20",)}, steps=(held_by(YOUNG), never("offer", f"team <> '{YOUNG}'"))),
    Kind("R7 if age and date of birth contradict each other, the younger counts", facts=aged(40),
         told={"dateOfBirth": "31/12/2012"}, answers={YOUNG: ("accept 20",)},
         steps=(held_by(YOUNG), has("referral", "flags LIKE '%age contradicts%'"))),
    Kind("R8 a coordinator takes a case from a team, and a team gives one back", answers={NORTH: ("accept 20", "accept 20")},
         steps=(held_by(NORTH),
                refused("northmoor-duty", "take {case} --as p117"),
                says("northmoor-duty", "take {case} --as p117 the team rang, it cannot go"),
                has("acceptance", "ended_as = 'taken by the coordinator'"),
                says("northmoor-duty", f"assign {{case}} {NORTH}"), held_by(NORTH),
                says(NORTH, "give-back {case} the car broke down"),
                event("given_back"),
                refused("northmoor-duty", "close {case} died", "--yes", code=100))),
    Kind("R8 help that is asked for again is a new case that names the former", facts={"source": "street-triage"}, answers=COMES,
         typed="--age 34 --urgency routine --postcode ZX2 --follows R-0001",
         steps=(held_by(NORTH), has("referral", "follows = 'R-0001'"), *SEEN)),
    Kind("R9 a voice has the case while somebody who comes is sought",
         answers={LINE: ("accept 0",), SOUTH: ("accept 20",)},
         steps=(asked(NORTH),
                says("northmoor-duty", "take {case} --as p117"),
                says("northmoor-duty", f"assign {{case}} {LINE} --although"),
                has("acceptance", f"team = '{LINE}' AND seeking = 'one that comes'"),
                offer(LINE, "ended_as = 'accepted'"),
                has("offer", "sought AND ended_as = 'accepted'"),
                has("acceptance", f"team = '{LINE}' AND ended_as = 'handed over'"))),
    Kind("R9 a person who wants the telephone has it", answers={LINE: ("accept 0",)},
         steps=(asked(NORTH),
                says("northmoor-duty", "take {case} --as p117"),
                says("northmoor-duty", f"assign {{case}} {LINE} --although"), held_by(LINE),
                says(LINE, "wish {case} telephone"),
                has("wish", "wish = 'telephone'"))),
    Kind("R10 in 0 minutes is now", answers={NORTH: ("accept 0",)},
         steps=(has("acceptance", f"team = '{NORTH}' AND expected_arrival_at_ms - accepted_at_ms = 0"),
                says(NORTH, "checkin {case} arrived"), *SEEN)),
    Kind("R13 a contact that failed makes no word due later", answers=COMES,
         steps=(held_by(NORTH),
                says(NORTH, "checkin {case} contact telephone --attended did-not-attend"),
                has("check_in", "attend_status = 'did not attend'"),
                Never("a longer time for it", "SELECT 1 FROM custody_interval c JOIN check_in i ON i.seq = c.from_seq"
                      " WHERE c.referral = :case AND i.attend_status = 'did not attend' AND c.act_by_ms = i.at_ms + {contact_ms}"),
                *SEEN)),
    Kind("R14 a time to come is refused, and the earliest contact from the receipt on counts", facts={"urgency": "urgent"},
         answers={NORTH: ("accept 0",)},
         steps=(held_by(NORTH),
                refused(NORTH, "checkin {case} contact face-to-face --at {in_4_hours}", "That time is still to come"),
                says(NORTH, "checkin {case} contact face-to-face --at {an_hour_ago}", "before the referral came"),
                has("check_in", "before_receipt AND NOT counts_as_seen"),
                says(NORTH, "checkin {case} contact telephone"),
                has("check_in", "mechanism = 'telephone' AND NOT counts_as_seen"),
                never("clock", "clock = 'response' AND stopped_at_ms IS NOT NULL"),
                says(NORTH, "checkin {case} contact face-to-face --at {received}"),
                has("check_in", "counts_as_seen"),
                has("clock", "clock = 'response' AND stopped_at_ms = started_at_ms"),
                has("referral", "first_face_to_face_at_ms = received_at_ms"), SEEN[1])),
    Kind("R15 a reminder goes on to others until somebody acknowledges it", answers=EVERY_TEAM_SAYS_NO,
         steps=(has("reminder", "unheard > 0 AND also LIKE '%southfell-duty%'"),
                says("northmoor-duty", "acknowledge {case} --as p117"),
                has("acknowledgement", "person = 'p117'"),
                says("northmoor-duty", "mute {case} 15 --as p117"),
                has("acknowledgement", "muted_until_ms - at_ms = 900000"),
                says("referrer", "update {case} --urgency emergency"),
                has("asked_again", "1"))),
    Kind("R16 each is told the number of their own area", facts={"postcodeDistrict": "ZX5", "organisation": "ZZP02",
                                                                "site": "southfell-car"}, answers={SOUTH: ("accept 20",)},
         steps=(held_by(SOUTH), says("referrer", "status {case}", "01632 960210", "01632 960201"))),
    Kind("R16 a case passes over from a coordinator whom a new policy does not have", last=True, facts={
            "postcodeDistrict": "ZX6", "organisation": "ZZP02", "site": "southfell-car"}, answers={SOUTH: ("accept 20",)},
         steps=(held_by(SOUTH), Reload(), has("passed_over", "previous = 'southfell-night' AND coordinator = 'southfell-duty'"),
                says("referrer", "status {case}", "01632 960200"))),
    Kind("R17 what can be read is routed, and the rest is kept as it was typed", facts={"source": "street-triage"}, answers=COMES,
         typed="--age 40s --gender male --language polish --urgency rutine --postcode 'ZX1 4AB,' --section-136-at sometime",
         steps=(held_by(NORTH), has("referral", "age_years BETWEEN 40 AND 49 AND gender = '1' AND language = 'pl'"
                                    " AND postcode_district = 'ZX1' AND urgency = 'routine'"),
                says("northmoor-duty", "show {case} to see what was typed", "sometime"), *SEEN)),
    Kind("R18 an ordinary referral rings no alarm", facts={"source": "street-triage"}, answers=COMES,
         typed="--age 34 --urgency routine --postcode ZX3", shows=("RECEIVED",), steps=(held_by(NORTH), *SEEN)),
    Kind("R19 a drill takes no person's place and stays one", facts={"drill": True}, drill=True,
         steps=(has("referral", "drill AND number LIKE 'D-%'"), has("offer", "1"))),
    Kind("R19 a person's case does not become a drill", answers=COMES,
         steps=(held_by(NORTH), refused("referrer", "update {case} --drill", "A drill stays a drill"),
                Has("the refusal", "SELECT 1 FROM refused_command WHERE refusal = 'drill stays'"),
                has("referral", "NOT drill"), *SEEN)),
    Kind("R20 a team that is late is still wanted if nobody has the case", facts={"urgency": "very-urgent"},
         steps=(offer(NORTH, "ended_as = 'expired'"), says(NORTH, "accept {case} 0 --attempt 1", "The time to answer had ended"),
                offer(NORTH, "late AND ended_as = 'accepted'"), held_by(NORTH), *SEEN)),
    Kind("R21 a handover has the time of its urgency, can be called off, and an unusual one is asked back", answers=COMES,
         steps=(held_by(NORTH),
                refused(NORTH, f"handover {{case}} {YOUNG}", "--although"),
                says(NORTH, f"handover {{case}} {SOUTH}"),
                offer(SOUTH, "handover AND expires_at_ms - offered_at_ms = {routine_ms}"),
                says(NORTH, "cancel-handover {case}"),
                offer(SOUTH, "ended_as = 'cancelled'"), *SEEN)),
    Kind("R22 a team that goes is asked to hand over what it has, and its silence is told", facts={
            "source": "liaison-and-diversion", "organisation": "ZZP01", "site": "control-room"},
         answers={"custody-liaison": ("accept 20",)},
         steps=(held_by("custody-liaison"),
                Device("custody-liaison", "absent", ("{number}", "Hand each over")),
                has("team_silent", "team = 'custody-liaison'"),
                says("northmoor-duty", "status {case}", "the team's device has been silent since"),
                Device("custody-liaison", "present"))),
    Kind("R23 the referrer's own team is not asked", facts={"source": "liaison-and-diversion", "organisation": "ZZJ01",
                                                           "site": "northmoor-custody"}, answers=COMES,
         steps=(held_by(NORTH), found("custody-liaison", "referrers own"), *SEEN)),
    Kind("R23 the coordinator is told at once of a decline for drink", answers={NORTH: ("decline intoxication",)},
         steps=(offer(NORTH, "reason = 'intoxication'"),
                says("northmoor-duty", "status {case}", "for intoxication; no person is turned away for that"))),
    Kind("R24 that an offer has come and that a person has seen it are two facts",
         steps=(offer(NORTH, "delivered_at_ms IS NOT NULL AND seen_at_ms IS NULL"), says(NORTH, "seen {case}"),
                offer(NORTH, "seen_at_ms IS NOT NULL"), says(NORTH, "accept {case} 0"), *SEEN)),
)
