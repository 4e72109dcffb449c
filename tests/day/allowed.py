"""What a region's policy allows: its times, its standards, and when a team opens. A part of the second opinion of recomputed.py,
which has the list of the sources that stand here in brackets.
"""

import datetime
import re
import zoneinfo

MINUTE, HOUR = 60_000, 3_600_000
DETENTION_HOURS = 24 * HOUR     # [s136] (2A), [s135] (3ZA)
ESCAPE_HOURS = 24 * HOUR        # [s138] (3)
LONDON = zoneinfo.ZoneInfo("Europe/London")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What the law allows if no standard of the policy is meant for it. [CLOCKS], [SI]
LAWFUL = {"section 136": DETENTION_HOURS, "health check": 30 * MINUTE, "custody review": HOUR, "escape": ESCAPE_HOURS}


def milliseconds(text):
    """[POLICY] Lengths: 90s, 15m, 24h, 2h30m."""
    units = {"h": HOUR, "m": MINUTE, "s": 1000, "ms": 1}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+)(ms|h|m|s)", str(text)))


class Policy:
    def __init__(self, document):
        self.times, self.standards = document["times"], document["standards"]
        self.when_missing = document["urgency_when_missing"].replace("-", " ")
        self.teams = {team["id"]: team for team in document["teams"]}
        self.holidays = {str(day) for day in document.get("bank_holidays") or ()}

    def time(self, name, otherwise=None):
        return milliseconds(self.times[name if name in self.times else otherwise])

    def answer(self, urgency):
        return milliseconds(self.times["answer"][urgency.replace(" ", "_")])

    def standard(self, clock, source, urgency):
        """[CLOCKS] The shortest that is meant for this source and urgency; of what the law sets, the law's limit stands in."""
        def meant(listed, word):
            return listed in (None, "all") or word.replace(" ", "-") in listed

        found = [(milliseconds(one["within"]), one["id"], milliseconds(one.get("warn", "0s"))) for one in self.standards
                 if one["clock"] == clock.replace(" ", "-") and meant(one.get("sources"), source)
                 and meant(one.get("urgencies"), urgency)]
        if not found and clock in LAWFUL:
            found = [(LAWFUL[clock], "statutory", 0)]
        return min(found, default=None)

    def sees_both_ages(self, team):
        """[PAGE] Referring: a team of all ages has the whole time, others half, if nobody can tell a person's age."""
        first, last = re.fullmatch(r"(\d+)(?:-(\d+)|\+)", "0+" if self.teams[team]["ages"] == "all" else
                                   str(self.teams[team]["ages"])).groups()
        return int(first) <= 17 and int(last or 999) >= 18

    @staticmethod
    def _days(listed):
        """[POLICY] hours: mon-fri, every-day, bank-holidays, and several of them with commas between."""
        for word in re.split(r"[,\s]+", listed):
            first, _, last = word.partition("-")
            if word == "every-day":
                yield from WEEK
            elif first in WEEK:
                yield from WEEK[WEEK.index(first):WEEK.index(last or first) + 1]
            else:
                yield word

    def next_opening(self, team, utc_ms):
        """[POLICY] hours, in London: a shift belongs to the day on which it begins, and on a bank holiday only those begin
        that name such days. None: it never opens."""
        today = datetime.datetime.fromtimestamp(utc_ms / 1000, LONDON).date()
        for day in (today + datetime.timedelta(days=ahead) for ahead in range(400)):
            name = "bank-holidays" if str(day) in self.holidays else WEEK[day.weekday()]
            begins = [datetime.time.fromisoformat(shift["from"]) for shift in self.teams[team]["hours"]
                      if name in self._days(shift["days"])]
            instants = [int(datetime.datetime.combine(day, at, LONDON).timestamp() * 1000) for at in begins]
            if later := [at for at in instants if at > utc_ms]:
                return min(later)
        return None
