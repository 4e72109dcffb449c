"""Keys that send only what they may, as much of it as they can: each is a process of its own, until it is ended.

Prints "ready", and at its end how many answers came. Nothing leaves this machine.

Usage: hostile_roles.py ROLE ENDPOINT SERVER_KEY SECRET_KEY PROTO_FOLDER OWN_FOLDER
"""

import itertools
import signal
import sys

import zmq

import hostile
import python_client

# Close to the 4 KiB that count as one piece of new work: the dearest for the ledger.
NARRATIVE = "An invented story. " * 200
MARK = b"minute"  # the ids of the commands begin with it, so that the answers to them can be counted
UNANSWERED = 128  # few enough that every answer finds room on its way back


def ids(mark=MARK):
    for number in itertools.count():
        yield mark + number.to_bytes(16 - len(mark), "big")


def commands_of(role, wire):
    """Commands of a role, without an end; all can be read, and the role may send them."""
    from concordat.v1 import codes_pb2, referral_pb2

    def submission():
        referral = referral_pb2.Referral(
            id=python_client.new_id(), source=codes_pb2.SOURCE_STREET_TRIAGE, organisation="ZZP01",
            urgency=codes_pb2.URGENCY_EMERGENCY, postcode_district="ZX1",
            person=referral_pb2.Demographics(age_known=True, age_years=34, gender="X", ethnic_category="Z"))
        return wire.Submit(referral=referral, confidential=referral_pb2.Confidential(
            callback_number="07700 900123", narrative=NARRATIVE))

    some, number = python_client.new_id(), 0
    while True:
        number += 1
        if role in ("source", "referrer"):
            submit = submission()
            yield {"submit": submit}
            yield {"update": wire.Update(referral=submit.referral, confidential=submit.confidential)}
            yield {"withdraw": wire.Withdraw(referral=submit.referral.id, reason="person left")}
            yield {"get_status": wire.GetStatus(referral=some)}
        elif role == "team":
            yield {"set_presence": wire.SetPresence(present=bool(number % 2), lease_seconds=60)}
            yield {"set_capacity": wire.SetCapacity(free_places=number % 900)}
            yield {"accept": wire.Accept(referral=some, attempt=1)}
            yield {"get_record": wire.GetRecord(referral=some, reason="to respond")}
            yield {"get_board": wire.GetBoard(with_closed=True)}
        elif role == "coordinator":
            yield {"take": wire.Take(referral=some)}
            yield {"cover": wire.Cover(area="northmoor", minutes=number % 2 * 60, reason=1)}
            yield {"get_record": wire.GetRecord(referral=some, reason="to respond")}
            yield {"get_board": wire.GetBoard(with_closed=True)}
        else:
            yield {"follow": wire.Follow(after=0, credit=4096)}
            yield {"get_board": wire.GetBoard(with_closed=True)}


def full_speed(role, endpoint, server_path, key_path, schema, folder):
    wire = python_client.generate(schema, folder)
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    hostile.options(peer, python_client.read_key_file(server_path), python_client.read_key_file(key_path), hwm=0)
    peer.setsockopt(zmq.RCVHWM, 0)
    peer.connect(endpoint)
    commands, names = commands_of(role, wire), ids()
    # Making them takes longer than sending them: they are made once, and each time get other ids.
    made = [wire.Request(command_id=next(names), **next(commands)).SerializeToString() for _ in range(4096)]
    peer.send(hostile.hello())
    print("ready", flush=True)
    answered, unanswered, at = 0, 0, 0
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    while not ending:
        while unanswered < UNANSWERED:
            parts = made[at:at + hostile.PARTS]
            at = (at + len(parts)) % len(made)
            for one in parts:  # the id of a request is its first field
                request = one[:2] + next(names) + one[18:]
                frame = b"\n" + varint(len(request)) + request
                peer.send(frame)
            unanswered += len(parts)
        if peer.poll(100):
            count = peer.recv().count(MARK)
            unanswered -= count
            answered += count
        else:
            unanswered = 0  # of several Follows at once only one is answered
    print(answered, flush=True)


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


if __name__ == "__main__":
    full_speed(*sys.argv[1:])
