"""A day's cases on the stage, each in a state that somebody works with: typed by a car, a team and a duty coordinator.

Each row of CASES is its name, the referral, and what is typed then, by whom. People and places are invented.
"""

import json
import subprocess
import time

import stage

TOLD = {"narrative": "An invented example. Met on a footbridge, calm, talks with the nurse. Has not slept for three nights.",
        "name": "Sam Example", "person-number": "07700 900211", "address": "2 Example Street, Northmoor",
        "date-of-birth": "14/02/1992", "other-contact": "A sister, 07700 900212"}
WHOLE = ("--age", "34", "--gender", "male", "--reason", "self-harm", "--needs", "face-to-face-visit,autism", "--language",
         "Polish", "--interpreter", "--safeguarding", "adult-at-risk", "--scene", "safe", "--kind-of-place", "bridge",
         *(word for field in TOLD for word in (f"--{field}", f"@{field}")))
CAR, TEAM, DUTY = "car", "crisis-person", "duty-person"
# An intake takes only a few referrals a minute from one device, so cars take turns.
CARS = ("car", "car-2", "car-3")

CASES = {
    # what it shows: (the referral, then what is typed)
    "closed": (("--urgency", "urgent", "--postcode", "ZX1", "--age", "52", "--gender", "female"),
               (TEAM, "accept {case} 30"), (TEAM, "checkin {case} arrived"), (TEAM, "checkin {case} contact face-to-face"),
               (TEAM, "close {case} discharged-with-plan")),
    "withdrawn": (("--urgency", "routine", "--postcode", "ZX2", "--age", "41"), (CAR, "withdraw {case} resolved")),
    "in-contact": (("--urgency", "urgent", "--postcode", "ZX3", "--age", "67"),
                   (TEAM, "accept {case} 15"), (TEAM, "checkin {case} arrived"),
                   (TEAM, "checkin {case} contact face-to-face")),
    "on-its-way": (("--urgency", "very-urgent", "--postcode", "ZX1", *WHOLE),
                   (TEAM, "accept {case} 30"), (TEAM, "checkin {case} travelling 20"),
                   (CAR, "message {case} team We wait by the north end of the bridge.")),
    "tried": (("--urgency", "urgent", "--postcode", "ZX2", "--age", "29", "--gender", "non-binary"),
              (TEAM, "accept {case} 45"), (TEAM, "tried {case} telephone try-again 60")),
    "missing": (("--urgency", "very-urgent", "--postcode", "ZX1", "--age", "23", "--gender", "female"),
                (TEAM, "accept {case} 20"), (TEAM, "missing {case} railway")),
    "detained": (("--urgency", "very-urgent", "--postcode", "ZX1", "--age", "38", "--section-136", "--place-of-safety",
                  "health-based", "--transport", "ambulance"),),
    "child": (("--urgency", "emergency", "--postcode", "ZX4", "--looks-under-18", "yes"),),
    "taken": (("--urgency", "urgent", "--postcode", "ZX1", "--age", "15"), (DUTY, "take {case}")),
    "bare": ((),),
    "changed": (("--urgency", "urgent", "--postcode", "ZX2", "--age", "33"), (CAR, "update {case} --urgency very-urgent")),
    "closing": (("--urgency", "urgent", "--postcode", "ZX3", "--age", "44"), (TEAM, "accept {case} 20"),
                (TEAM, "close {case} not-found --without-contact not-found --note unanswered")),
    "passed-on": (("--urgency", "urgent", "--postcode", "ZX1", "--age", "61"), (TEAM, "accept {case} 0"),
                  (TEAM, "checkin {case} contact face-to-face"), (TEAM, "close {case} referred-on"),
                  (TEAM, "passed-on {case} --to RX4")),
    "asked-beside": (("--urgency", "urgent", "--postcode", "ZX2", "--age", "57", "--needs", "amhp"),
                     (TEAM, "accept {case} 30"), (TEAM, "ask {case} amhp E08000003"), (DUTY, "answer {case} amhp no")),
    "without-authority": (("--urgency", "urgent", "--postcode", "ZX1", "--age", "36", "--section-136"),
                          (DUTY, "detention {case} arrived police-station --at {day_ago}")),
    "heard": (("--urgency", "urgent", "--postcode", "ZX1", "--age", "47", "--section-136"), (DUTY, "acknowledge {case}")),
    "muted": (("--urgency", "routine", "--postcode", "ZX1", "--age", "19", "--section-136"), (DUTY, "mute {case} 60")),
    "offered": (("--urgency", "very-urgent", "--postcode", "ZX1", *WHOLE),),
}
AS = {TEAM: ("--as", "p101", "--as-role", "mental-health-nurse"), DUTY: ("--as", "p201", "--as-role", "duty-coordinator")}


class Day:
    def __init__(self, scene):
        self.scene = scene
        self.numbers = {}

    def begin(self):
        """Types the whole day. Returns the number of each case by its name."""
        scene = self.scene
        for key, role, of in ((TEAM, "team", "northmoor-crisis"), (DUTY, "coordinator", "northmoor-duty")):
            scene.make_key(key, role, of)
        for field, text in TOLD.items():
            with open(scene.path(field), "w", encoding="utf-8") as file:
                file.write(text)
        scene.start_team("crisis-device", "northmoor-crisis")
        for car in CARS[1:]:
            scene.device(car)
        for at, (name, (referral, *typed)) in enumerate(CASES.items()):
            car = CARS[at % len(CARS)]
            self.numbers[name] = self.refer(car, referral)
            for who, words in typed:
                self.say(car if who == CAR else who, *words.format(case=self.numbers[name], day_ago=day_ago()).split())
        return self.numbers

    def refer(self, car, options):
        options = [f"@{self.scene.path(word[1:])}" if word.startswith("@") else word for word in options]
        said = self.say(car, "refer", "--callback", "07700 900123", "--json", *options)
        return next(number for line in said.splitlines() if (number := number_in(json.loads(line))))

    def say(self, who, *words):
        scene = self.scene
        server = ((scene.intakes["intake"], scene.public_key("intake")) if who in CARS else
                  (scene.endpoint, scene.public_key("broker")))
        ran = subprocess.run(
            [stage.find_program("concordat", scene.program_folders), *words, "--server", server[0], "--server-key", server[1],
             "--key", scene.path("secret", f"{who}.key_secret"), *AS.get(who, ("--as", "p301"))], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False)
        if ran.returncode:
            raise RuntimeError(f"{who}: {' '.join(words)}: {ran.stdout}{ran.stderr}")
        return ran.stdout


def day_ago():
    """More than 24 hours before now, as it is typed."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 25 * 3600))


def number_in(message):
    """The first `number` of a message in JSON, however deep it stands."""
    if isinstance(message, dict):
        found = message.get("number")
        if isinstance(found, str) and found.startswith("R-"):
            return found
    for part in message.values() if isinstance(message, dict) else message if isinstance(message, list) else ():
        if number := number_in(part):
            return number
    return None
