"""The day's events, read from the inspector's trail in the order of the ledger, each with the owner of its case."""

import contextlib
import sqlite3

STEPS = """
SELECT e.seq, e.at_ms, e.kind, e.referral, r.number, r.source, r.routed_as, r.age_years,
  c.owner, o.team, o.ended_as, o.reason, o.handover, d.hold_reason, i.step, i.mechanism, i.attend_status, r.outcome,
  p.team AS present_team, p.present, k.clock,
  q.team AS claiming_team, q.free_places,
  f.actor, f.command, f.refusal
FROM event e
LEFT JOIN referral r ON r.referral = e.referral
LEFT JOIN custody_interval c ON c.referral = e.referral AND c.from_seq =
  (SELECT max(from_seq) FROM custody_interval WHERE referral = e.referral AND from_seq <= e.seq)
LEFT JOIN offer o ON o.referral = e.referral AND (o.offered_seq = e.seq OR o.ended_seq = e.seq)
LEFT JOIN decision d ON d.seq = e.seq
LEFT JOIN check_in i ON i.seq = e.seq
LEFT JOIN presence p ON p.seq = e.seq
LEFT JOIN breach k ON k.seq = e.seq
LEFT JOIN capacity q ON q.seq = e.seq
LEFT JOIN refused_command f ON f.seq = e.seq
WHERE e.seq > ? ORDER BY e.seq"""

# A terminal is not shown these steps, so that a person can follow the others.
FINE = {"offer_seen", "referrer_told", "reminded", "capacity_claimed", "policy_loaded", "broker_started", "record_read",
        "travelling", "arrived", "clock_breached", "command_refused", "updated",
        "changes_seen", "offer_shortened"}


class Story:
    def __init__(self, trail_path):
        self.path = trail_path
        self.seq = 0
        self.ended = set()
        self._database = None

    def close(self):
        if self._database:
            self._database.close()
        self._database = None

    def new_steps(self):
        """The steps since the last call; none while the trail is still being made."""
        try:
            if self._database is None:
                self._database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
                self._database.row_factory = sqlite3.Row
            rows = self._database.execute(STEPS, (self.seq,)).fetchall()
        except sqlite3.Error:
            self.close()
            return []
        steps = []
        for row in rows:
            self.seq = row["seq"]
            if row["kind"] in ("closed", "withdrawn"):
                self.ended.add(row["referral"])
            steps.append(row)
        return steps

    def ask(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            return database.execute(sql, values).fetchall()


def at_once(steps):
    """Groups the steps of one case that happened at one instant: they are told on one line."""
    together = []
    for step in steps:
        if together and not (step["referral"] and step["referral"] == together[-1]["referral"]
                             and step["at_ms"] == together[-1]["at_ms"]):
            yield together
            together = []
        together.append(step)
    if together:
        yield together


def kind_of(step):
    return step["step"] if step["kind"] == "checked_in" else step["kind"]


def owner_of(step):
    if step["kind"] in ("closed", "withdrawn"):
        return "-"
    return step["owner"] or ""


def words_of(step):
    """The step in a few words."""
    kind = kind_of(step)
    team = step["team"] or ""
    if kind == "received":
        age = f", {step['age_years']}" if step["age_years"] is not None else ", age not known"
        return f"received: {step['source']}, {step['routed_as']}{age}"
    if kind == "offered":
        return f"{team} is asked" + (" to take over" if step["handover"] else "")
    if kind == "offer_ended":
        return {"declined": f"{team} declines: {step['reason']}", "expired": f"{team} does not answer in time",
                "team absent": f"{team} has gone while it was asked"}.get(
                    step["ended_as"], f"{team} is asked no longer: {step['ended_as']}")
    if kind == "contact":
        attended = step["attend_status"] in (None, "on time", "late but seen")
        return f"contact: {step['mechanism']}" + ("" if attended else f", {step['attend_status']}")
    if kind == "presence_changed":
        return f"{step['present_team']} is {'there' if step['present'] else 'away'}"
    if kind == "capacity_claimed":
        return f"{step['claiming_team']} could see {step['free_places']} more"
    if kind == "command_refused":
        return f"{step['command']} of {step['actor']} is refused: {step['refusal']}"
    return {"held": f"held: {step['hold_reason']}", "taken": "the coordinator has it in hand",
            "accepted": f"{step['owner']} accepts", "closed": f"closed: {step['outcome']}",
            "withdrawn": "withdrawn by the referrer", "lease_warned": "nothing heard by the promised time",
            "lease_lapsed": "given back: the team was not heard of",
            "clock_breached": f"past its time: {step['clock']}"}.get(kind, kind.replace("_", " "))
