"""Holds what was told against the history that won."""

import hashlib
from collections import defaultdict, namedtuple

# lost: numbers told and not in the history. doubled: numbers that were told, or stand in the history, with other bytes
# too. two_leaders: answers that somebody got for what he sent after another had been answered as the next leader.
Found = namedtuple("Found", "acknowledged lost doubled two_leaders chain_breaks silence_s")


def judge(told, history, since):
    """told: a list of load.Told; history: rows (seq, chain, body) in order; since: when the first fault began."""
    stands = {seq: bytes(body).decode() for seq, _, body in history}
    said = defaultdict(set)
    for t in told:
        said[t.seq].add(t.body)
    lost = [seq for seq in said if seq not in stands]
    doubled = [seq for seq, bodies in said.items() if len(bodies | ({stands[seq]} if seq in stands else set())) > 1]
    return Found(len(told), len(lost), len(doubled), two_leaders(told), chain_breaks(history), silence(told, since))


def two_leaders(told):
    begun = []  # reigns, in the order of their first answers
    for t in sorted(told, key=lambda t: t.at):
        if (t.by, t.epoch) not in [reign for reign, _ in begun]:
            begun.append(((t.by, t.epoch), t.at))
    ended = {reign: begun[at + 1][1] for at, (reign, _) in enumerate(begun[:-1])}
    return sum(t.sent > ended.get((t.by, t.epoch), t.sent) for t in told)


def chain_breaks(history):
    breaks, behind, expected = 0, bytes(32), 1
    for seq, chain, body in history:
        breaks += seq != expected or bytes(chain) != hashlib.sha256(behind + bytes(body)).digest()
        expected, behind = seq + 1, bytes(chain)
    return breaks


def silence(told, since):
    """The longest time without an answer after an instant."""
    instants = [since] + [t.at for t in sorted(told, key=lambda t: t.at) if t.at > since]
    return max((later - earlier for earlier, later in zip(instants, instants[1:])), default=0.0)
