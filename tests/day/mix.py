"""The day's script: who is referred, when and from where, and how teams answer. All of it is drawn from one seed.

The mix is that of an average integrated care board in England (34,600 crisis referrals a year, which is 95 a
day; some 743 uses of section 136 a year, which is two a day; some 35 mental-health attendances a day in its
emergency departments). Nobody in it exists: names, numbers and postcodes are invented.
"""

import random
import uuid

import marks

SPEED = 1000            # the demo's day against a real one: a minute takes 60 milliseconds
DAY_BEGINS = 7 * 60     # minutes after midnight
DAY_MINUTES = 24 * 60

# Referrals in each hour of the day, from midnight, against each other: few at dawn, most in the evening.
HOURS = (5, 4, 4, 3, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 6, 6, 7, 7, 8, 8, 8, 7, 6)

# Shares of a hundred. None is "not recorded": nationally one referral in twenty has no urgency.
SOURCES = {"street-triage": 45, "emergency-department": 42, "liaison-and-diversion": 13}
URGENCIES = {
    "street-triage": {"emergency": 15, "very-urgent": 45, "urgent": 30, "routine": 5, None: 5},
    "emergency-department": {"emergency": 22, "very-urgent": 46, "urgent": 22, "routine": 5, None: 5},
    "liaison-and-diversion": {"emergency": 5, "very-urgent": 30, "urgent": 45, "routine": 15, None: 5},
}
AGES = {(12, 17): 11, (18, 25): 20, (26, 44): 36, (45, 64): 22, (65, 90): 11}
GENDERS = {"1": 46, "2": 48, "3": 2, "4": 1, "X": 2, "Z": 1}
ETHNICITIES = {"A": 70, "B": 1, "C": 6, "D": 1, "E": 1, "F": 1, "G": 1, "H": 3, "J": 3, "K": 1, "L": 2, "M": 2,
               "N": 3, "P": 1, "R": 1, "S": 1, "Z": 5, "99": 4}
LANGUAGES = {"": 94, "pl": 2, "ur": 1, "bn": 1, "ro": 2}
AREAS = {"northmoor": 55, "southfell": 42, None: 3}
DISTRICTS = {"northmoor": ("ZX1", "ZX2", "ZX3", "ZX4"), "southfell": ("ZX5", "ZX6", "ZX7", "ZX8")}
ORGANISATIONS = {
    ("street-triage", "northmoor"): ("ZZP01", "northmoor-car"),
    ("street-triage", "southfell"): ("ZZP02", "southfell-car"),
    ("emergency-department", "northmoor"): ("ZZE01", "northmoor-ed"),
    ("emergency-department", "southfell"): ("ZZE02", "southfell-ed"),
    ("liaison-and-diversion", "northmoor"): ("ZZJ01", "northmoor-custody"),
    ("liaison-and-diversion", "southfell"): ("ZZJ02", "southfell-custody"),
}
ROLES = {"street-triage": "street triage nurse", "emergency-department": "triage nurse",
         "liaison-and-diversion": "liaison and diversion practitioner"}
OFFENCES = {"violence-against-the-person": 35, "public-order": 20, "theft": 15, "criminal-damage-and-arson": 10,
            "drug-offences": 5, "warrant-or-breach": 10, "none": 5}
CONCERNS = {"adult-at-risk": 25, "child-at-risk": 20, "domestic-abuse": 20, "self-neglect": 15, "criminal-exploitation": 10,
            "modern-slavery": 5, "none-identified": 5}
# Referrers who are in a hurry write words instead of a code: so many of a hundred, for each such field.
IN_WORDS = 30

# The day has this many of these people, whatever the seed.
SPECIAL = {"section_136": 2, "withdrawn": 2, "forgotten": 2}
TRANSPORTS = {"police-vehicle": 51, "ambulance": 35, "other-health-vehicle": 4, "other": 4, "none": 6}
POLICE_VEHICLE_REASONS = {"ambulance-not-within-30-minutes": 55, "risk-assessment": 20,
                          "ambulance-not-requested": 15, "ambulance-refused": 5, "other": 5}

# How a team answers an offer, and what it says when it declines.
ANSWERS = {"accept": 70, "decline": 19, "silence": 11}
REASONS = {"no-capacity": 40, "not-clinically-appropriate": 12, "service-cannot-respond": 9, "too-far": 9,
           "need-not-served": 9, "area-not-served": 5, "age-not-served": 3, "intoxication": 5, "behaviour": 2,
           "safety-of-staff": 3, "person-not-contactable": 2, "other lift broken, no step-free way in": 1}
ASKED_OFTEN = 5         # after this many offers of one person the next team accepts
TELEPHONE_ONLY = "crisis-line"
OUTCOMES = {"crisis-home-treatment": 36, "discharged-with-plan": 26, "advice": 8, "admitted-informally": 9,
            "detained-section-2": 6, "detained-section-3": 2, "to-emergency-department": 3, "referred-on": 8,
            "signposted": 2}

# Teams that are away: the hour, how many hours, and whether the device says so or is switched off.
ABSENCES = (("southfell-liaison", 10, 2.5, "says absent"), ("northmoor-crisis", 14.5, 1, "is switched off"),
            ("custody-liaison", 17, 2, "says absent"), ("southfell-crisis", 21, 1.5, "is switched off"))
FULL = (("young-people-crisis", 16), ("northmoor-crisis", 22))


def pick(chance, weights):
    return chance.choices(list(weights), list(weights.values()))[0]


def chance_of(*what):
    """Randomness that depends on the decision, not on the order in which decisions are made."""
    return random.Random(" ".join(str(part) for part in what))


class Person:
    """One referral that will be made: when, from where, and its facts."""

    def __init__(self, seed, index, at_minute, section_136=False, withdrawn=False, forgotten=False):
        chance = chance_of(seed, "person", index)
        self.index, self.at_minute, self.section_136 = index, at_minute, section_136
        self.withdrawn = withdrawn  # by the referrer, as soon as it has been sent
        self.forgotten = forgotten  # the first team that accepts does not come
        self.id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        self.id = self.id[:14] + "7" + self.id[15:]  # the protocol's ids are of version 7
        self.source = "street-triage" if section_136 else pick(chance, SOURCES)
        self.area = pick(chance, AREAS)
        self.age = chance.randint(*pick(chance, AGES)) if chance.random() > 0.03 else None
        self.facts = self._facts(chance)
        self._say_in_words(chance_of(seed, "words", index))

    def _facts(self, chance):
        organisation, site = ORGANISATIONS[self.source, self.area or "northmoor"]
        facts = {"id": self.id, "source": self.source, "organisation": organisation, "site": site,
                 "referrerRole": ROLES[self.source], "urgencySetBy": ROLES[self.source],
                 "primaryReason": "18", "needs": sorted(self._needs(chance)), "person": self._person(chance)}
        urgency = pick(chance, URGENCIES[self.source])
        if urgency:
            facts["urgency"] = urgency
        if self.area:
            facts["postcodeDistrict"] = chance.choice(DISTRICTS[self.area])
        if chance.random() < 0.15:
            facts["intoxicated"] = True
        if self.section_136:
            facts["legal"] = self._section_136(chance)
        facts.update(self._details(chance))
        return facts

    def _say_in_words(self, chance):
        """Puts words in the place of some codes, as a person types them who knows no list."""
        facts, rare = self.facts, lambda: chance.randrange(100) < IN_WORDS
        said = {"site": "the van by the harbour", "referrerRole": "bank staff of the night shift",
                "urgencySetBy": "the inspector on call", "primaryReason": "frightened since Monday"}
        for field, words in said.items():
            if rare():
                facts[field] = f"{marks.MARK} {words}"
        facts["safeguarding"] = [pick(chance, CONCERNS)] if rare() else []
        if rare():
            facts["safeguarding"].append(f"{marks.MARK} a cousin takes the rent")
        if "streetTriage" in facts and rare():
            facts["streetTriage"]["kindOfPlace"] = f"{marks.MARK} roof of the old mill"
        if "liaisonAndDiversion" in facts:
            facts["liaisonAndDiversion"]["offenceCategory"] = \
                f"{marks.MARK} took a boat" if rare() else pick(chance, OFFENCES)

    def _person(self, chance):
        person = {"gender": pick(chance, GENDERS), "ethnicCategory": pick(chance, ETHNICITIES),
                  "ethnicityStatedBy": "officer" if self.source == "street-triage" else "self"}
        if self.age is not None:
            person.update(ageKnown=True, ageYears=self.age, ageEstimated=chance.random() < 0.12)
        language = pick(chance, LANGUAGES)
        if language:
            person.update(language=language, interpreterNeeded=True)
        return person

    def _needs(self, chance):
        needs = set()
        if self.section_136:
            return {"place-of-safety", "amhp"}
        if self.source == "emergency-department" and chance.random() < 0.55:
            needs.add("liaison-psychiatry")
        elif chance.random() < 0.6:
            needs.add("face-to-face-visit")
        if (self.age or 0) >= 65 and chance.random() < 0.5:
            needs.add("older-adult")
        if chance.random() < 0.03:
            needs.add("autism" if self.source == "liaison-and-diversion" else "amhp")
        return needs

    def _section_136(self, chance):
        transport = pick(chance, TRANSPORTS)
        legal = {"status": "section-136", "transport": transport,
                 "placeOfSafety": "emergency-department" if chance.random() < 0.42 else "health-based"}
        if transport == "police-vehicle":
            legal["policeVehicleReason"] = pick(chance, POLICE_VEHICLE_REASONS)
        return legal

    def _details(self, chance):
        if self.source == "street-triage":
            return {"streetTriage": {"model": pick(chance, {"car": 70, "control-room": 20, "telephone": 10}),
                                     "sceneSafety": pick(chance, {"safe": 85, "unknown": 10, "not-safe": 5}),
                                     "section136Used": "yes" if self.section_136 else "no",
                                     "kindOfPlace": pick(chance, {"home": 50, "street": 25, "bridge": 10, "car-park": 5, "railway": 5, "park": 5})}}
        if self.source == "liaison-and-diversion":
            return {"liaisonAndDiversion": {
                "pointOfContact": pick(chance, {"custody": 75, "voluntary-attendance": 10, "magistrates-court": 15}),
                "screened": "yes", "assessed": pick(chance, {"yes": 70, "no": 30}),
                "consentToShareWithJustice": pick(chance, {"yes": 60, "no": 40})}}
        return {"emergencyDepartment": {"selfHarm": pick(chance, {"yes": 45, "no": 55}), "psychosociallyAssessed": "no",
                                        "physicallyCleared": pick(chance, {"yes": 80, "no": 20})}}

    def submission(self, minutes_ago):
        """The referral to send: the facts, with times that were `minutes_ago(m)`, and the confidential part."""
        referral = dict(self.facts, decidedAt=minutes_ago(5))
        if self.section_136:
            referral["legal"] = dict(referral["legal"], powerUsedAt=minutes_ago(40),
                                     arrivedAtPlaceOfSafetyAt=minutes_ago(6))
        if self.source == "emergency-department":
            referral["emergencyDepartment"] = dict(referral["emergencyDepartment"], arrivedAt=minutes_ago(35))
        if self.source == "liaison-and-diversion":
            details = dict(referral["liaisonAndDiversion"], screenedAt=minutes_ago(60))
            if details["assessed"] == "yes":
                details["assessedAt"] = minutes_ago(20)
            referral["liaisonAndDiversion"] = details
        return {"referral": referral,
                "confidential": marks.marked({"callbackNumber": f"07700 900{self.index % 1000:03}",
                                              "ownReference": f"DEMO-{self.index:04}"})}

    def teams_for_coordinator(self):
        """The teams that a duty coordinator would ask, the likeliest first."""
        area = self.area or "northmoor"
        other = "southfell" if area == "northmoor" else "northmoor"
        teams = [f"{area}-crisis", f"{other}-crisis", TELEPHONE_ONLY]
        if self.age is not None and self.age < 18:
            return ["young-people-crisis"] + teams
        if self.section_136:
            return ["place-of-safety"] + teams
        if self.source == "emergency-department":
            return [f"{area}-liaison"] + teams
        if self.source == "liaison-and-diversion":
            return ["custody-liaison"] + teams
        return teams


def people_of(seed, count):
    """The day's referrals in the order in which they are made."""
    chance = chance_of(seed, "day", count)
    hours = chance.choices(range(24), HOURS, k=count)
    minutes = sorted((hour * 60 + chance.uniform(0, 60) - DAY_BEGINS) % DAY_MINUTES for hour in hours)
    special = [kind for kind, often in SPECIAL.items() for _ in range(often)][:count]
    specials = dict(zip(chance.sample(range(count), len(special)), special))
    return [Person(seed, index, minute, **({specials[index]: True} if index in specials else {}))
            for index, minute in enumerate(minutes)]


def answer_to_offer(seed, person, team, attempt):
    """A team's answer and after how many minutes it comes: ("accept", 3), ("decline no-capacity", 2), (None, 0)."""
    chance = chance_of(seed, "answer", person.index, team, attempt)
    kind = pick(chance, ANSWERS)
    minutes = chance.uniform(1, 9)
    if kind == "accept" or team == TELEPHONE_ONLY or attempt > ASKED_OFTEN:
        return "accept", minutes
    return (None, 0) if kind == "silence" else ("decline " + pick(chance, REASONS), minutes)


class Visit:
    """The steps of a team with a case that it has accepted."""

    def __init__(self, seed, person, team):
        chance = chance_of(seed, "visit", person.index, team)
        self.to_set_out, self.on_the_way = chance.uniform(3, 20), chance.uniform(10, 60)
        self.to_meet, self.together = chance.uniform(1, 15), chance.uniform(30, 150)
        self.contacts = ["face-to-face"]
        self.outcome = pick(chance, OUTCOMES)
        self.detention = ["examined --by p301", "interviewed --by p302", "ended --how arrangements-made"]
        if team == TELEPHONE_ONLY:
            self.contacts, self.outcome = ["telephone"], pick(chance, {"advice": 70, "signposted": 30})
        elif chance.random() < 0.1:
            self.contacts.insert(0, "telephone")
        elif chance.random() < 0.04:
            self.contacts, self.outcome = ["face-to-face --attended did-not-attend"], "not-found"
        elif person.source == "liaison-and-diversion" and chance.random() < 0.3:
            self.outcome = "remains-in-custody"
