"""The people around the routers in a trial: each is a program of its own in a place of its own, and notes what it was told.

refer: devices that refer somebody again and again at their intake, one after another: each may do so rarely.
team: types into a concordat-team what a team does, from the offer to the end of the case.
watch: asks one router about a case again and again, whether it leads or not.

Lines of the notes; the instants are seconds of the clock that nothing sets:

    saved REFERRAL SENT AT              an intake promised to deliver it
    told SEQ REFERRAL REPEATED SENT AT  the router carried out what the team typed, as event SEQ
    heard SESSION SENT AT               a run of the router answered a question

Usage: people.py SOURCE BUILD MESSAGES NOTES refer ENDPOINT SERVER_KEY PAUSE_S KEY...
       people.py SOURCE BUILD MESSAGES NOTES watch ENDPOINT SERVER_KEY PAUSE_S KEY
       people.py SOURCE BUILD MESSAGES NOTES team PROGRAM WORD...
MESSAGES is the folder of the message classes that python_client.generate made.
"""

import itertools
import json
import os
import subprocess
import sys
import time
import uuid

MESSAGES, NOTES = sys.argv[3:5]
sys.path[:0] = [MESSAGES, os.path.join(sys.argv[1], "tests", "integration")]

import python_client  # noqa: E402
import stage  # noqa: E402
from concordat.v1 import wire_pb2  # noqa: E402  # pylint: disable=import-error

PATIENCE_S = 1.0  # of a question: then the router is asked again
THEN = {"accept": "checkin {} contact face-to-face", "checkin": "close {} crisis-home-treatment"}  # what a team types next


class Notes:
    def __init__(self):
        self.file = os.open(NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def add(self, *words):
        os.write(self.file, (" ".join(str(word) for word in words) + "\n").encode())


def now():
    return f"{time.monotonic():.6f}"


def refer(notes, endpoint, server_key, pause, *keys):
    for client in itertools.cycle([python_client.Client(wire_pb2, endpoint, server_key, key) for key in keys]):
        submit = stage.submission(wire_pb2)
        sent = now()
        answer = client.request(submit=submit).answer
        if not answer.done:
            raise RuntimeError(answer.text)
        notes.add("saved", submit.referral.id.hex(), sent, now())
        time.sleep(float(pause))


def watch(notes, endpoint, server_key, pause, key):
    client = python_client.Client(wire_pb2, endpoint, server_key, key)
    question = wire_pb2.GetStatus(referral=python_client.new_id())  # of no case: the router looks for it, and says so
    while True:
        sent = now()
        try:
            client.request(timeout=PATIENCE_S, get_status=question)
        except TimeoutError:
            continue
        notes.add("heard", client.welcome.session.hex(), sent, now())
        time.sleep(float(pause))


def team(notes, *words):
    """The program sends what was typed again and again until it is answered."""
    program = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    cases, typed = {}, {}  # the id of each number; when each line was typed

    def type_line(line):
        typed[line] = now()
        program.stdin.write(line + "\n")

    for line in program.stdout:
        said = json.loads(line)
        if said["event"] == "offer" and said["offer"]["number"] not in cases:
            number = said["offer"]["number"]
            cases[number] = uuid.UUID(said["offer"]["referral"]).hex
            type_line(f"accept {number} 20")
        elif said["event"] == "answer" and said["answer"].get("done"):
            verb, number = said["text"].split()[:2]
            answered = next((line for line in typed if line.split()[:2] == [verb, number]), None)
            if answered:
                notes.add("told", said["answer"]["seq"], cases[number], int(said["answer"].get("repeated", False)),
                          typed.pop(answered), now())
                if verb in THEN:
                    type_line(THEN[verb].format(number))


if __name__ == "__main__":
    {"refer": refer, "watch": watch, "team": team}[sys.argv[3]](Notes(), *sys.argv[4:])  # stage took the first two
