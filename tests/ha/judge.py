"""Holds what was told against the history that won."""

import hashlib
from collections import Counter, defaultdict, namedtuple

# lost: numbers told and not in the history. doubled: numbers that were told, or stand in the history, with other bytes
# too. two_leaders: answers that somebody got for what he sent after another had been answered as the next leader.
# healed: the database had lost them, and who had been told sent them again.
Found = namedtuple("Found", "acknowledged lost doubled two_leaders chain_breaks silence_s healed", defaults=[0])

RECEIVED = 20  # the kind of the event by which a case begins


def judge(told, history, since):
    """told: a list of load.Told; history: rows (seq, chain, body) in order; since: when the first fault began."""
    stands = {seq: bytes(body).decode() for seq, _, body in history}
    said = defaultdict(set)
    for t in told:
        said[t.seq].add(t.body)
    lost = [seq for seq in said if seq not in stands]
    doubled = [seq for seq, bodies in said.items() if len(bodies | ({stands[seq]} if seq in stands else set())) > 1]
    return Found(len(told), len(lost), len(doubled), two_leaders(told), chain_breaks(history, writer_chain),
                 silence(told, since))


# What the people of a trial were told. promised: the referrals that an intake said it would deliver. of_intakes, of_teams:
# load.Told, whose body is the referral; what a team was told has no `by`. heard: answers to questions, as load.Told.
Witness = namedtuple("Witness", "promised of_intakes of_teams heard")


def judge_cases(witness, history, since):
    """history: rows (seq, chain, kind, referral, reduced, body) in order."""
    about = {row[0]: bytes(row[3]).hex() for row in history if row[3]}
    begun = Counter(bytes(row[3]).hex() for row in history if row[2] == RECEIVED)
    told = witness.of_intakes + witness.of_teams
    gone = [t for t in told if about.get(t.seq) != t.body]
    healed = [t for t in gone if t in witness.of_intakes and begun[t.body]]
    missing = (set(witness.promised) | {t.body for t in witness.of_intakes}) - set(begun)
    lost = len(missing) + len([t for t in gone if t in witness.of_teams])
    said = defaultdict(set)
    for t in told:
        said[t.seq].add(t.body)
    doubled = [case for case, times in begun.items() if times > 1] + [seq for seq, cases in said.items() if len(cases) > 1]
    return Found(len(told), lost, len(doubled), two_leaders([t for t in told + witness.heard if t.by]),
                 chain_breaks(history, event_chain), silence(told, since), len(healed))


def two_leaders(told):
    begun = []  # reigns, in the order of their first answers
    for t in sorted(told, key=lambda t: t.at):
        if (t.by, t.epoch) not in [reign for reign, _ in begun]:
            begun.append(((t.by, t.epoch), t.at))
    ended = {reign: begun[at + 1][1] for at, (reign, _) in enumerate(begun[:-1])}
    return sum(t.sent > ended.get((t.by, t.epoch), t.sent) for t in told)


def chain_breaks(history, chain_of):
    breaks, behind, expected = 0, bytes(32), 1
    for row in history:
        seq, chain = row[0], bytes(row[1])
        breaks += seq != expected or chain != chain_of(behind, row)
        expected, behind = seq + 1, chain
    return breaks


def writer_chain(behind, row):
    return hashlib.sha256(behind + bytes(row[2])).digest()


def event_chain(behind, row):
    """As proto/README.md has it: of the value before, the digest of the reduced form, and that of the event."""
    whole = hashlib.blake2b(bytes(row[5]), digest_size=32).digest()
    return hashlib.blake2b(behind + bytes(row[4]) + whole, digest_size=32).digest()


def silence(told, since):
    """The longest time without an answer after an instant."""
    instants = [since] + [t.at for t in sorted(told, key=lambda t: t.at) if t.at > since]
    return max((later - earlier for earlier, later in zip(instants, instants[1:])), default=0.0)
