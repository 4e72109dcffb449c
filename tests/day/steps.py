"""The steps of a kind of case (kinds.py): what somebody types, and what the trail must come to have."""

import datetime
import time
from dataclasses import dataclass


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


def held_again_by(team):
    """The team has it again, or accepted it for a second time."""
    return Has(f"{team} has it again", f"SELECT 1 FROM acceptance WHERE referral = :case AND team = '{team}' GROUP BY team"
               " HAVING sum(ended_at_ms IS NULL) = 1 AND count(*) > 1")


def minute_of(at_ms):
    """A minute of UTC, as somebody could type it."""
    return datetime.datetime.fromtimestamp(at_ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:00Z")


def minute(hours=0):
    return minute_of((time.time() + hours * 3600) * 1000)
