"""Makes the seeds of every fuzzing target again: small, valid, and of every kind.

Requests, messages and events are those of a real broker and real clients in one short story. The script leaves all other
files of the corpus alone: they are findings, each named after what was wrong.

Usage: make_corpus.py SOURCE BUILD
"""

import base64
import json
import os
import struct
import sys

SOURCE = sys.argv[1]
CORPUS = os.path.join(SOURCE, "tests", "fuzz", "corpus")
sys.path.insert(0, os.path.join(SOURCE, "tests", "integration"))
import stage  # noqa: E402
from google.protobuf import json_format  # noqa: E402

ID_FIELDS = {"commandId", "id", "referral", "command"}
PIECES = 60  # of one event seed
TEAM, COORDINATOR = 3, 8  # people in night.h


def seed(target, name, data):
    folder = os.path.join(CORPUS, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"seed-{name}"), "wb") as file:
        file.write(data)


def piece(data):
    return struct.pack("<H", len(data)) + data


FORMS = (  # a sealed form: bytes, a sender's key, texts
    b"\0" + bytes(40), b"\1\4" + bytes(64), b"\2{}", b"\2[]",
    b'\2{"referral": {"urgency": "very urgent", "person": {"ageYears": "about 30"}, "postcodeDistrict": "zx1 2ab"},'
    b' "confidential": {"callbackNumber": "07700 900123", "narrative": "an invented story"}}',
    b'\2{"referral": {"legal": {"powerUsedAt": "10 minutes ago"}, "colour": "mauve", "needs": "amhp and autism"}}',
    b'\2{"fields": {"needs": "amhp,autism", "age": "40s", "drill": "yes", "shoe": "size 9", "name": 7}}',
    b"\2" + b'{"a":' * 20 + b"1" + b"}" * 20)

# ---- A story, and everything that is said in it ----

class Overheard:
    """A client that keeps every request and message of its frames."""

    def __init__(self, client, said):
        self.client, self.said = client, said
        socket = client.socket
        send, receive = socket.send, socket.recv_multipart

        def send_and_keep(data, *options):
            for request in client.wire.Requests.FromString(data).requests:
                self.keep("request", request, request.WhichOneof("command"))
            return send(data, *options)

        def receive_and_keep(*options):
            frames = receive(*options)
            for message in client.wire.Messages.FromString(frames[0]).messages:
                self.keep("message", message, message.WhichOneof("body"))
            return frames

        client.socket = Listening(socket, send_and_keep, receive_and_keep)

    def keep(self, target, message, name):
        if name == "answer":
            name += "-done" if message.answer.done else "-refused"
        if message.HasField("get_record") and message.get_record.who if target == "request" else name == "record" and message.record.history:
            name += "-who"
        if name != "feed":
            self.said.setdefault((target, name), message.SerializeToString())

    def __getattr__(self, name):
        return getattr(self.client, name)


class Listening:
    def __init__(self, socket, send, recv_multipart):
        self.socket, self.send, self.recv_multipart = socket, send, recv_multipart

    def __getattr__(self, name):
        return getattr(self.socket, name)


def play(s, said):
    from concordat.v1 import codes_pb2 as codes
    from concordat.v1 import referral_pb2
    wire = s.wire
    people = {name: Overheard(s.client(name, role, of, wants_news=True), said) for name, role, of in (
        ("street", "source", "street-triage"), ("north", "team", "northmoor-crisis"),
        ("south", "team", "southfell-crisis"), ("duty", "coordinator", "northmoor-duty"),
        ("neighbour", "coordinator", "southfell-duty"), ("records", "inspector", "council"))}
    street, north, south, duty, neighbour, records = people.values()
    for team in (north, south):
        team.request(set_presence=wire.SetPresence(present=True, lease_seconds=600))
        team.request(set_capacity=wire.SetCapacity(free_places=3))

    def submit(**facts):
        submission = s.submission(**facts)
        submission.referral.legal.status = referral_pb2.LEGAL_STATUS_SECTION_136
        submission.referral.legal.arrived_at_place_of_safety_at.unix_ms = 1795003200000
        submission.referral.needs.append(codes.NEED_FACE_TO_FACE_VISIT)
        submission.referral.street_triage.kind_of_place = codes.KIND_OF_PLACE_STREET
        street.request(submit=submission)
        return submission

    first = submit()
    case = first.referral.id
    offer = north.next_message()
    while offer.WhichOneof("body") != "offer":
        offer = north.next_message()
    north.request(seen=wire.Seen(referral=case, attempt=1))
    north.request(decline=wire.Decline(referral=case, attempt=1, reason=codes.DECLINE_REASON_NO_CAPACITY))
    south.request(accept=wire.Accept(referral=case, attempt=2, expected_minutes=30))
    south.request(get_record=wire.GetRecord(referral=case, reason="to prepare"))
    for client in (south, duty, records):  # a team is refused
        client.request(get_record=wire.GetRecord(referral=case, reason="a complaint", who=True))
    for step in (codes.STEP_TRAVELLING, codes.STEP_ARRIVED, codes.STEP_CONTACT):
        south.request(check_in=wire.CheckIn(
            referral=case, step=step, mechanism=codes.CONTACT_MECHANISM_FACE_TO_FACE,
            attend_status=codes.ATTEND_STATUS_ON_TIME))
    street.request(told=wire.Told(referral=case, state=codes.STATE_ACCEPTED))
    first.referral.urgency = codes.URGENCY_EMERGENCY
    street.request(update=wire.Update(referral=first.referral, confidential=first.confidential))
    south.request(handover=wire.Handover(referral=case, to_team="northmoor-crisis"))
    north.request(accept=wire.Accept(referral=case, attempt=3, expected_minutes=10))
    north.request(close=wire.Close(referral=case, outcome=codes.OUTCOME_CRISIS_HOME_TREATMENT))
    third = submit(postcode_district="ZX1").referral.id
    north.request(accept=wire.Accept(referral=third, attempt=1, expected_minutes=10))
    north.request(close=wire.Close(referral=third, outcome=codes.OUTCOME_NOT_FOUND, note="an invented note",
                                   without_contact=codes.WITHOUT_CONTACT_NOT_FOUND))
    duty.request(saw_closing=wire.SawClosing(referral=third, keep_open=True, reason="an invented reason"))
    second = submit(postcode_district="ZX9", drill=True).referral.id
    for team in (north, south):
        team.request(set_presence=wire.SetPresence(present=False))
    duty.request(take=wire.Take(referral=second))
    duty.request(assign=wire.Assign(referral=second, to_team="crisis-line"))
    neighbour.request(cover=wire.Cover(area="northmoor", minutes=60, reason=codes.COVER_REASON_ASKED))
    duty.request(get_board=wire.GetBoard(with_closed=True))
    duty.request(get_status=wire.GetStatus(number="D-0001"))
    street.send(ping=wire.Ping())  # the client handles this answer itself
    street.request(withdraw=wire.Withdraw(referral=second, reason="no longer needed"))
    for on in (True, False):
        hold = wire.SetHold(referral=case, on=on, reason=codes.HOLD_ON_ERASURE_INQUEST)
        records.request(set_hold=hold, person={"id": "p117"})
    erase = wire.Erase(referral=case, reason=codes.ERASE_REASON_MISTAKE, second_person="p204")
    records.request(erase=erase, person={"id": "p117"})


def from_the_story():
    said = {}
    with stage.Stage("corpus") as s:
        from concordat.v1 import event_pb2
        s.start_broker()
        play(s, said)
        follower = stage.python_client.Follower(s.client("auditor", "inspector", "council"))
        message = follower.client.request(follow=s.wire.Follow(after=0, credit=200))
        events = [item.event for item in message.feed.events]
        del message.feed.events[:2]  # the first event is long, because it carries the policy
        said[("message", "feed")] = message.SerializeToString()
        said[("request", "follow")] = s.wire.Request(
            command_id=stage.python_client.new_id(), follow=s.wire.Follow(after=3, credit=8)).SerializeToString()
        for (target, name), data in said.items():
            seed(target, name, data)
            as_json(b"\0" if target == "request" else b"\2", f"{target}-{name}",
                    (s.wire.Request if target == "request" else s.wire.Message).FromString(data))
    story = [data for data in events if not event_pb2.Event.FromString(data).HasField("policy_loaded")]
    seed("event", "story", b"\0" + b"".join(map(piece, story)))
    for name, event in {event_pb2.Event.FromString(data).WhichOneof("what"): data for data in story}.items():
        received = next(data for data in story if event_pb2.Event.FromString(data).HasField("received"))
        seed("event", name, b"\0" + piece(received) + piece(event))


# ---- The rest ----

def as_json(first, name, message):
    def ids(value):
        if isinstance(value, list):
            return [ids(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {key: uuid(item) if key in ID_FIELDS and isinstance(item, str) else ids(item)
                for key, item in value.items()}

    seed("json", name, first + json.dumps(ids(json_format.MessageToDict(message))).encode())


def uuid(text):
    data = base64.b64decode(text).hex()
    return "-".join((data[:8], data[8:12], data[12:16], data[16:20], data[20:])) if len(data) == 32 else text


def keys_and_words():
    key = ('metadata = ""\n    name = "northmoor-crisis-1"\n    role = "team"\n    of = "northmoor-crisis"\n'
           'curve = ""\n    public-key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"\n')
    secret = '    secret-key = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"\n'
    for name, data in (("public", b"\1" + key.encode()), ("secret", b"\0" + (key + secret).encode()),
                       ("open-secret", b"\1" + (key + secret).encode())):
        seed("key", name, data)
    for name, text in (("number", "R-0412"), ("drill", "d-12"), ("uuid", "0198c5a0-0000-7000-8000-000000000001"),
                       ("time", "2026-11-18T12:00:00.123+01:00"), ("time-utc", "2026-02-29T23:59:60Z"),
                       ("code", "very-urgent"), ("code-words", "no capacity")):
        seed("words", name, text.encode())


def patch(at, data):
    return struct.pack("<HB", at, len(data)) + data


def part(tag, data):
    """A field of a message, of fewer than 128 bytes."""
    return bytes([tag, len(data)]) + data


def outbox_texts():
    """Sealed commands of an outbox, and what can be sealed in one: a digest and the request of fuzz_outbox.c."""
    referral = part(0x0A, b"r" + bytes(15)) + b"\x10\x01"
    submit = part(0x62, part(0x0A, referral) + part(0x12, part(0x0A, b"07700 900123")))
    withdraw = part(0x72, part(0x0A, b"r" + bytes(15)) + part(0x12, b"seen elsewhere"))
    own, other = part(0x0A, b"c" + bytes(15)), part(0x0A, b"d" + bytes(15))
    digest = bytes(range(16))
    for name, text in (("submit", own + submit), ("withdraw", own + withdraw), ("other-command", other + submit),
                       ("torn", (own + submit)[:-4]), ("no-referral", own + b"\x62\0"), ("no-command", own),
                       ("empty-parts", own + part(0x62, b"\x0a\0\x12\0")), ("nothing", b"")):
        seed("outbox", f"text-{name}", b"\3" + digest + text)
    seed("outbox", "body-short", b"\2" + bytes(71))
    seed("outbox", "body-any", b"\2" + bytes(200))


def files():
    """Changes to whole files: see fuzz_patch."""
    for target in ("ledger", "outbox", "snapshot"):
        seed(target, "unchanged", b"\0")
        seed(target, "any-file", (b"\2" if target == "ledger" else b"\1") + b"SQLite format 3\0\x10\0\2\2\0@  ")
        seed(target, "header", b"\0" + patch(18, b"\2\2"))
        seed(target, "inside", b"\0" + patch(4096 + 8, b"\0\1\2"))
    outbox_texts()
    seed("ledger", "log", b"\1" + patch(24, b"\0\0"))
    for at in (8, 12, 16, 24, 32, 40):
        seed("snapshot", f"repaired-{at}", b"\2" + patch(at, struct.pack("<Q", 16)))


def sealed():
    """Changes to a sealed body, to a file of referral keys, and to master key files: see the targets' first bytes."""
    for name, data in (("own", b"\0\xff\xff"), ("event", b"\2\xff\xff\1\0"), ("part", b"\4\xff\xff\1"),
                       ("referral", b"\10\xff\xff\0\1"), ("digest", b"\20\xff\xff\0\1"),
                       ("cut", b"\40\xff\xff\x60"), ("narrow", b"\0\x10\0"), ("any", b"\1\xff\xff" + bytes(72)),
                       ("changed", b"\0\xff\xff" + patch(30, b"\1")), ("row", b"\x40\xff\xff"),
                       ("row-any", b"\x41\xff\xff\1\0\0\x48" + bytes(72)), ("row-cut", b"\x42\xff\xff\x60\0"),
                       ("row-part", b"\x40\xff\xff" + patch(0, b"\2")), ("row-size", b"\x40\xff\xff" + patch(1, b"\0\0\1"))):
        seed("seal", name, data)
    for mode in (0, 2):
        for at, name in ((0, "magic"), (16, "ledger"), (255, "check"), (256, "referral"), (256 + 16, "number"),
                         (256 + 20, "drill"), (256 + 21, "state"), (256 + 22, "generation"), (256 + 50, "wrapped"),
                         (256 + 23, "ended"), (256 + 130, "callback")):
            seed("slots", f"{name}-{mode}", bytes([mode, 10, 3, 1]) + patch(at, b"\1"))
        for name, numbers in (("whole", (10, 3, 1)), ("older", (12, 3, 1)), ("ahead", (7, 1, 1)), ("fresh", (0, 0, 0)),
                              ("one-generation", (10, 3, 0)), ("second-alone", (10, 3, 2)), ("another", (10, 3, 3)),
                              ("none", (10, 3, 4))):
            seed("slots", f"{name}-{mode}", bytes([mode, *numbers]))
    for name, at in (("referral", 256), ("service", 6 * 256 + 50), ("callback", 8 * 256 + 130)):
        seed("slots", f"another-service-{name}", bytes([6, 10, 3, 1]) + patch(at, b"\1"))
    seed("slots", "any", b"\1\0\0\1CNCDSEAL\0\0\0\1")
    seed("slots", "empty", b"\1\3\1\1")
    one = b"1 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n"
    two = b"2 P8TM/nRYcOLA2Z9x8w/wZWyN7dQcwdfT03aw2+aF4vM= # by hand\r\n"
    for name, data in (("hex", one), ("both", one + two), ("windows", b"\xef\xbb\xbf" + two), ("last", b"255" + one[1:]),
                       ("twice", one + one), ("same", one + b"3" + one[1:]), ("empty", b"# nothing\n\n"),
                       ("short", one[:-4]), ("zeros", b"1 " + b"0" * 64)):
        seed("master", name, b"\3" + data)


def nights():
    """Stories in the language of fuzz_turn.c: the lowest digit of a number in base 9 says what happens."""
    hello, submit, update, withdraw, told, accept, decline, check_in, close, handover, take, assign, board, record, \
        follow, cover, erase, hold, capacity, presence = 0, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 8, 7
    turn, kill = bytes([3]), bytes([8])

    def made(person, kind, command, case, *more):
        return bytes([person * 9, kind, command, case, *more])

    def wait(seconds):
        return bytes([4]) + struct.pack("<H", seconds)

    def sent(person, data):
        return bytes([person * 9 + 2]) + piece(data)

    begun = made(0, submit, 1, 1, 0b00010101, 0b01000100) + turn
    held = made(8, take, 2, 1, 0, 1) + turn
    stories = {
        "accepted": begun + made(3, accept, 2, 1, 1, 30) + turn + made(3, check_in, 3, 1, 10, 1) + turn
        + made(3, check_in, 4, 1, 0, 0b00010111) + turn + made(3, close, 5, 1, 0, 2) + turn,
        "silence": begun + (wait(400) * 12) + held + wait(4000) + made(8, assign, 3, 1, 0, 1) + wait(60000),
        "handed-over": begun + made(3, accept, 2, 1, 1, 30) + turn + made(3, handover, 3, 1, 0, 2) + turn
        + made(5, accept, 4, 1, 2, 20) + turn + wait(9000) + wait(9000),
        "declined-twice": begun + made(3, decline, 2, 1, 1, 1) + turn + made(5, decline, 3, 1, 2, 4) + turn,
        "killed": begun + made(3, accept, 2, 1, 1, 30) + kill + made(3, hello, 1, 1) + turn
        + made(3, accept, 2, 1, 1, 30) + turn + kill,
        "clock": begun + bytes([5, 250]) + wait(100) + bytes([5, 6]) + turn + made(0, withdraw, 7, 1, 0, 0) + turn,
        "asked": begun + made(10, follow, 1, 2, 0) + made(8, board, 1, 1) + made(3, record, 9, 1, 0, 1) + turn,
        "covered": begun + made(9, cover, 1, 1, 20) + turn + made(9, take, 2, 1, 0, 1) + turn + made(9, cover, 3, 1, 0)
        + turn + made(8, cover, 1, 5, 100) + made(8, cover, 2, 7, 1) + turn + wait(20000) + made(9, board, 1, 1) + turn,
        "erased": begun + made(0, withdraw, 2, 1, 0, 0) + turn + made(12, hold, 1, 1, 1, 5) + made(12, erase, 2, 1, 1, 3) + turn
        + made(12, hold, 3, 1, 1, 4) + made(12, erase, 4, 1, 1, 1) + made(12, erase, 5, 1, 1, 3) + kill + made(12, hello, 1, 1)
        + made(12, hold, 6, 1, 1, 5) + made(12, erase, 7, 1, 1, 3) + made(8, record, 9, 1, 0, 1) + turn,
        "changed": begun + made(0, update, 2, 1, 0b11010011, 9, 100, 120) + turn + made(0, told, 4, 1, 0, 1) + turn,
        "another-device": begun + made(0, withdraw, 0x87, 1, 0, 0) + turn + made(3, accept, 0x82, 1, 1, 30) + turn,
        "full": made(3, capacity, 1, 0) + made(5, capacity, 1, 0) + made(7, presence, 1, 0) + begun
        + made(3, capacity, 2, 4) + turn,
        "deaf": bytes([3 * 9 + 7]) + begun + bytes([3 * 9 + 7]) + turn + bytes([3 * 9 + 6]) + begun,
        "section-136": made(0, submit, 1, 2, 0b11010101, 3, 10, 200) + turn + wait(60000) + wait(60000),
    }
    for name, data in stories.items():
        seed("turn", name, data)
    for name in sorted(os.listdir(os.path.join(CORPUS, "request"))):
        with open(os.path.join(CORPUS, "request", name), "rb") as file:
            seed("turn", "sent-" + name.removeprefix("seed-"), begun + sent(0, file.read()) + turn)


def examples():
    folder = os.path.join(SOURCE, "deploy", "examples")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            seed("json", name.removesuffix(".json"), b"\1" + file.read())


def typed():
    """A referral as people type it: files of all kinds, as a Submit and as an Update, and texts by themselves."""
    folder = os.path.join(SOURCE, "deploy", "examples")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), "rb") as file:
                seed("typed", name.removesuffix(".json"), b"\0" + file.read())
    odd = {
        "kinds": {
            "referral": {"person": {"ageYears": "40s", "ageKnown": True, "gender": 3, "language": "BSL"},
                         "needs": "amhp, interpreter and a hug",
                         "legal": {"powerUsedAt": "yesterday 22:15", "status": "s136"},
                         "streetTriage": {"sceneSafety": "unsafe"}, "emergencyDepartment": {"selfHarm": True}},
            "confidential": {"nhsNumber": 9434765919, "dateOfBirth": "31/12/2010", "narrative": "A\tb\u0007"}},
        "places": {
            "source": "A&E", "shoe": [[[[[1]]]]], "confidential": "x",
            "referral": {"postcodeDistrict": "St Mary's bridge, ZX1 4", "id": "417", "flags": ["LATE_ENTRY", "x"],
                         "site": "the van", "role": 1}},
        "twice": {
            "referral": {"primary_reason": 15, "primaryReason": "18", "safeguarding": ["x", "y", None, {}],
                         "decidedAt": {"unixMs": "5", "basis": "stated"}},
            "confidential": {"postcode": "NFA", "personName": ["a"]}},
    }
    for name, referral in odd.items():
        for first, kind in ((b"\0", ""), (b"\1", "-update")):
            seed("typed", f"odd-{name}{kind}", first + json.dumps(referral).encode())
    for i, text in enumerate((
            "03:05", "27th Nov '26 at 10.15 p.m. GMT", "half an hour ago", "Friday 9pm", "31/12/10", "31122010",
            "December 31, 2010", "mid-40s", "thirty-four", "~40", "under 18", "16 or 17", "emergnecy")):
        seed("typed", f"text-{i:02}", b"\2" + text.encode())


def sealed_forms():
    for i, data in enumerate(FORMS):
        seed("sealed_form", f"{i}", data)


if __name__ == "__main__":
    from_the_story()
    keys_and_words()
    files()
    sealed()
    examples()
    typed()
    sealed_forms()
    nights()
