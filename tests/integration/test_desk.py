"""The command and the team's device against a server of the protocol that shares no code with them."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-desk-"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
subprocess.run([os.environ["PROTOC"], f"-I{ROOT}/proto", f"--python_out={FOLDER}"] +
               [f"concordat/v1/{name}.proto" for name in ("codes", "referral", "wire")], check=True)
sys.path[:0] = [str(FOLDER), str(pathlib.Path(__file__).parent)]

from concordat.v1 import codes_pb2 as codes, referral_pb2, wire_pb2 as wire  # noqa: E402
from protocol_server import Server  # noqa: E402

COMMAND, TEAM = os.environ["CONCORDAT"], os.environ["CONCORDAT_TEAM"]
CASE = uuid.UUID("01020304-0506-7008-800a-0b0c0d0e0f10").bytes
SECONDS = 30


def setUpModule():
    for name, role, of in (("server", "server", "broker"), ("team", "team", "northmoor-crisis"),
                           ("car", "referrer", "street-triage")):
        made = subprocess.run([COMMAND, "keys", "make", name, "--role", role, "--of", of, "--folder", FOLDER],
                              capture_output=True, text=True)
        assert made.returncode == 0, made.stderr


def tearDownModule():
    shutil.rmtree(FOLDER)


def now_ms():
    return int(time.time() * 1000)


def status(**changes):
    fields = dict(referral=CASE, number="R-0412", state=codes.STATE_OFFERED, owner_kind=codes.OWNER_KIND_TEAM,
                  owner="northmoor-crisis", owner_name="Northmoor Crisis Team", ring="01632 960001",
                  coordinator_name="Northmoor duty coordinator", coordinator_ring="01632 960001",
                  since_ms=now_ms(), act_by_ms=now_ms() + 600000, attempt=2, asked_team="northmoor-crisis",
                  urgency=codes.URGENCY_VERY_URGENT, source=codes.SOURCE_STREET_TRIAGE, seq=10)
    return wire.CaseStatus(**{**fields, **changes})


def offer(attempt=2, **changes):
    facts = referral_pb2.Referral(id=CASE, source=codes.SOURCE_STREET_TRIAGE, urgency=codes.URGENCY_VERY_URGENT,
                                  postcode_district="ZX1",
                                  person=referral_pb2.Demographics(age_years=34, age_known=True, age_estimated=True),
                                  street_triage=referral_pb2.StreetTriage(
                                      scene_safety=referral_pb2.SCENE_SAFETY_NOT_SAFE))
    return wire.Offer(referral=CASE, number="R-0412", attempt=attempt, offered_ms=now_ms(),
                      expires_ms=now_ms() + 600000, if_ignored="the next team is asked", facts=facts,
                      callback_number="07700 900123", status=status(attempt=attempt), **changes)


def done(**fields):
    return wire.Message(answer=wire.Answer(done=True, **fields))


def refused(refusal, text, **fields):
    return wire.Message(answer=wire.Answer(refusal=refusal, text=text, **fields))


class Desk(unittest.TestCase):
    def serve(self, answer, role=codes.ROLE_TEAM, of="northmoor-crisis"):
        self.endpoint = f"ipc://{FOLDER}/{uuid.uuid4().hex[:8]}"
        server = Server(self.endpoint, str(FOLDER / "server.key_secret"), answer, role=role, of=of)
        self.addCleanup(server.stop)
        return server

    def connection(self, key):
        return ["--server", self.endpoint, "--server-key", FOLDER / "server.key", "--key", FOLDER / f"{key}.key_secret"]

    def run_command(self, *words, key="team", stdin=None, timeout="10"):
        return subprocess.run([COMMAND, *words, *self.connection(key), "--timeout", timeout], capture_output=True,
                              text=True, input=stdin, timeout=SECONDS)


class CommandTest(Desk):
    def test_an_accept_by_spoken_number_answers_the_live_offer(self):
        def answer(request, _):
            if request.HasField("get_status"):
                return done(status=status())
            return done(status=status(state=codes.STATE_ACCEPTED))
        server = self.serve(answer)
        ran = self.run_command("accept", "r-412", "20")
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertIn("DONE", ran.stdout)
        self.assertIn("Ring      01632 960001", ran.stdout)
        asked = server.await_requests("get_status")[0].get_status
        self.assertEqual((asked.number, asked.referral), ("R-0412", b""))
        accept = server.await_requests("accept")[0].accept
        self.assertEqual((accept.referral, accept.attempt, accept.expected_minutes), (CASE, 2, 20))

    def test_done_is_said_of_an_action_and_received_of_a_referral_only(self):
        self.serve(lambda *_: done(receipt=codes.RECEIPT_RECEIVED, status=status()))
        self.assertTrue(self.run_command("take", str(uuid.UUID(bytes=CASE))).stdout.startswith("DONE\n"))
        self.assertTrue(self.run_command("status", "R-0412").stdout.startswith("RECEIVED by the router as R-0412.\n"))

    def test_an_accept_by_id_and_attempt_asks_nothing_first(self):
        server = self.serve(lambda *_: done(status=status()))
        ran = self.run_command("accept", str(uuid.UUID(bytes=CASE)), "20", "--attempt", "2")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(server.count("get_status"), 0)

    def test_P11_a_refusal_is_exit_1_and_says_who_holds_it_and_whom_to_ring(self):
        taken = status(owner="southfell-crisis", owner_name="Southfell Crisis Team", ring="01632 960202",
                       state=codes.STATE_ACCEPTED)
        self.serve(lambda *_: refused(codes.REFUSAL_OFFER_ENDED, "the offer has run out", status=taken))
        ran = self.run_command("close", str(uuid.UUID(bytes=CASE)), "advice")
        self.assertEqual(ran.returncode, 1)
        for part in ("NOT DONE: offer ended", "the offer has run out", "Southfell Crisis Team", "01632 960202",
                     "01632 960001"):
            self.assertIn(part, ran.stdout)

    def test_an_accept_where_nothing_is_offered_is_exit_1_and_sends_nothing(self):
        server = self.serve(lambda *_: done(status=status(attempt=0, state=codes.STATE_HELD)))
        ran = self.run_command("accept", "R-0412", "20")
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn("Ring", ran.stdout)
        self.assertEqual(server.count("accept"), 0)

    def test_no_answer_is_exit_2_and_no_connection_111(self):
        self.serve(lambda *_: None)
        ran = self.run_command("capacity", "3", "--ring", "01632 960009", timeout="1")
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertIn("not known whether this was done", ran.stderr)
        self.assertIn("01632 960009", ran.stderr)
        self.endpoint = f"ipc://{FOLDER}/nobody"
        ran = self.run_command("capacity", "3", timeout="0.5")
        self.assertEqual(ran.returncode, 111)
        self.assertIn("nothing was done", ran.stderr)

    def test_usage_is_exit_100_and_sends_nothing(self):
        server = self.serve(lambda *_: done())
        for words in (["accept", "R-0412"], ["decline", "R-0412", "busy"], ["accept", "R-0412", "20", "--what"], ["fly"],
                      ["refer"], ["refer", "/nowhere/at-all.json"], ["board", "extra"], ["keys", "make", "x"]):
            ran = subprocess.run([COMMAND, *words], capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual(ran.returncode, 100, words)
            self.assertNotEqual(ran.stderr, "")
        ran = subprocess.run([COMMAND, "capacity", "3"], capture_output=True, text=True, env={}, timeout=SECONDS)
        self.assertEqual(ran.returncode, 100)
        self.assertIn("CONCORDAT_SERVER", ran.stderr)
        self.assertEqual(server.requests, [])

    def test_reports_and_verify_tell_a_wrong_name_from_a_trail_that_cannot_be_read(self):
        for words, code in ((["report", "times", "--trail", "/nowhere/trail.db"], 111), (["report"], 100),
                            (["verify", "--trail", "/nowhere/trail.db"], 111), (["verify"], 100),
                            (["report", "times", "--trail", "x", "--from", "yesterday"], 100),
                            (["report", "times", "--trail", "x", "--from", "2026-02-30"], 100),
                            (["report", "times", "--trail", "x", "--period", "2026-13"], 100),
                            (["report", "times", "--trail", "x", "--period", "2026-01", "--to", "2026-02-01"], 100),
                            (["report", "times", "--trail", "x", "--from", "2026-02-01", "--to", "2026-01-01"], 100),
                            (["report", "times", "--trail", "/nowhere/trail.db", "--period", "2025/26"], 111),
                            (["report", "times", "--trail", "/nowhere/trail.db", "--unsuppressed"], 111),
                            (["report", "times", "--trail", "x", "--as-at", "0"], 100),
                            (["report", "times", "--trail", "x", "--as-at", "12th"], 100),
                            (["report", "times", "--trail", "/nowhere/trail.db", "--as-at", "12"], 111),
                            (["report", "case", "--trail", "x"], 100), (["report", "case", "no", "--trail", "x"], 100),
                            (["report", "times", "R-0412", "--trail", "x"], 100),
                            (["report", "case", "R-0412", "--trail", "x", "--to", "2026-01-31"], 100),
                            (["report", "case", "R-0412", "--trail", "/nowhere/trail.db"], 111)):
            ran = subprocess.run([COMMAND, *words], capture_output=True, text=True, env={}, timeout=SECONDS)
            self.assertEqual(ran.returncode, code, words)
            self.assertNotEqual(ran.stderr, "")

    def test_the_connection_can_come_from_the_environment(self):
        self.serve(lambda *_: done())
        environment = {"CONCORDAT_SERVER": self.endpoint, "CONCORDAT_SERVER_KEY": str(FOLDER / "server.key"),
                       "CONCORDAT_KEY": str(FOLDER / "team.key_secret")}
        ran = subprocess.run([COMMAND, "capacity", "3"], capture_output=True, text=True, env=environment,
                             timeout=SECONDS)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_json_is_one_message_a_line_failures_too(self):
        self.serve(lambda *_: refused(codes.REFUSAL_WRONG_STATE, "not now", status=status()))
        ran = self.run_command("capacity", "3", "--json")
        self.assertEqual(ran.returncode, 1)
        self.assertEqual(json.loads(ran.stdout)["answer"]["status"]["number"], "R-0412")
        ran = subprocess.run([COMMAND, "capacity", "3", "--json"], capture_output=True, text=True, env={},
                             timeout=SECONDS)
        self.assertEqual((json.loads(ran.stdout)["exitCode"], ran.returncode), (100, 100))

    def test_every_command_has_help_with_an_example(self):
        listed = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, timeout=SECONDS).stdout
        commands = [line.split()[0] for line in listed.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
        self.assertGreater(len(commands), 10)
        for name in commands:
            ran = subprocess.run([COMMAND, name, "--help"], capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual(ran.returncode, 0)
            self.assertIn(f"\n  concordat {name}", ran.stdout)

    def test_offers_are_this_teams_live_ones_and_the_board_is_all(self):
        other = status(number="R-0413", asked_team="southfell-crisis")
        board = wire.Message(board=wire.Board(cases=[status(), other], now_ms=now_ms()))
        self.serve(lambda *_: wire.Message.FromString(board.SerializeToString()))
        offers = self.run_command("offers").stdout
        self.assertIn("R-0412", offers)
        self.assertNotIn("R-0413", offers)
        shown = self.run_command("board").stdout
        self.assertIn("R-0412", shown)
        self.assertIn("R-0413", shown)

    def test_P9_a_record_is_asked_for_with_its_reason(self):
        record = wire.Record(confidential=referral_pb2.Confidential(callback_number="07700 900123"))
        server = self.serve(lambda *_: wire.Message(record=record))
        ran = self.run_command("show", str(uuid.UUID(bytes=CASE)), "on", "our", "way")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("07700 900123", ran.stdout)
        self.assertEqual(server.await_requests("get_record")[0].get_record.reason, "on our way")


class ReferTest(Desk):
    example = ROOT / "deploy/examples/street-triage.json"

    def test_saved_then_received_then_accepted_are_told_apart_and_each_is_reported_as_told(self):
        def answer(request, _):
            if not request.HasField("submit"):
                return done()
            return done(receipt=codes.RECEIPT_SAVED, status=wire.CaseStatus(
                referral=request.submit.referral.id, coordinator_name="Northmoor duty coordinator",
                coordinator_ring="01632 960001"))
        server = self.serve(answer, role=codes.ROLE_REFERRER)
        with subprocess.Popen([COMMAND, "refer", self.example, "--wait", "20", *self.connection("car")], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as refer:
            printed = refer.stdout.readline()
            while "SAVED" not in printed:  # the router has not answered as soon as usual
                more = refer.stdout.readline()
                self.assertTrue(more, printed)
                printed += more
            case = server.await_requests("submit")[0].submit.referral.id
            offered = wire.Message(status=status(referral=case, seq=10))
            server.news(wire.Message(status=wire.CaseStatus(referral=case)))
            server.news(offered)
            server.news(wire.Message.FromString(offered.SerializeToString()))
            server.news(wire.Message(status=status(referral=CASE, seq=11, number="R-0999")))
            server.news(wire.Message(status=status(referral=case, seq=12, state=codes.STATE_ACCEPTED,
                                                    owner_offers=codes.TEAM_OFFERS_COMES)))
            rest, said = refer.communicate(timeout=SECONDS)
        self.assertEqual((refer.returncode, said), (0, ""))
        printed += rest
        saved, received, accepted = (printed.index(word) for word in ("SAVED", "RECEIVED by", "will come"))
        self.assertLess(saved, received)
        self.assertLess(received, accepted)
        self.assertIn("RECEIVED by the router as R-0412", printed)
        self.assertEqual(printed.count("has been asked and has until"), 1)
        self.assertNotIn("R-0999", printed)
        told = [request.told.state for request in server.await_requests("told", 2)]
        self.assertEqual(told, [codes.STATE_OFFERED, codes.STATE_ACCEPTED])

    def test_without_wait_it_stays_until_received_and_with_wait_0_not_at_all(self):
        gone, saved = threading.Event(), []

        def answer(request, server):
            if request.HasField("told"):
                return done()
            if request.command_id in saved:
                return done(receipt=codes.RECEIPT_RECEIVED, repeated=True,
                            status=status(referral=request.submit.referral.id))
            saved.append(request.command_id)
            if not gone.is_set():
                server.news(wire.Message(status=status(referral=request.submit.referral.id)))
            return done(receipt=codes.RECEIPT_SAVED)
        server = self.serve(answer, role=codes.ROLE_REFERRER)
        ran = self.run_command("refer", self.example, key="car")
        self.assertTrue(ran.stdout.startswith("RECEIVED by the router as R-0412.\n"), ran.stdout)
        server.await_requests("told")
        gone.set()
        ran = self.run_command("refer", self.example, "--wait", "0", key="car")
        self.assertEqual(ran.returncode, 0)
        self.assertTrue(ran.stdout.startswith("SAVED on the intake's disk, NOT YET with the router."))
        self.assertNotIn("RECEIVED by", ran.stdout)

    def test_standard_input_and_file_are_the_same_referral(self):
        server = self.serve(lambda *_: done(receipt=codes.RECEIPT_RECEIVED, status=status()), role=codes.ROLE_REFERRER)
        self.assertEqual(self.run_command("refer", self.example, key="car").returncode, 0)
        self.assertEqual(self.run_command("refer", "-", key="car", stdin=self.example.read_text()).returncode, 0)
        first, second = (request.submit for request in server.await_requests("submit", 2))
        self.assertNotEqual(first.referral.id, second.referral.id)
        second.referral.id = first.referral.id
        self.assertEqual(first, second)
        self.assertEqual(first.referral.person.age_years, 34)

    def test_no_answer_says_how_to_send_the_same_referral_again(self):
        server = self.serve(lambda *_: None, role=codes.ROLE_REFERRER)
        ran = self.run_command("refer", self.example, key="car", timeout="1")
        self.assertEqual(ran.returncode, 2)
        sent = server.await_requests("submit")[0].submit.referral.id
        self.assertIn(f"--id {uuid.UUID(bytes=sent)}", ran.stderr)

    def test_an_update_is_the_whole_referral_under_the_cases_id(self):
        server = self.serve(lambda *_: done(status=status()), role=codes.ROLE_REFERRER)
        ran = self.run_command("update", "R-0412", self.example, "--urgency", "emergency", key="car")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        update = server.await_requests("update")[0].update
        self.assertEqual((update.referral.id, update.referral.urgency), (CASE, codes.URGENCY_EMERGENCY))
        self.assertEqual(update.referral.postcode_district, "ZX1")


class TeamTest(Desk):
    def start(self, *words):
        device = subprocess.Popen([TEAM, *self.connection("team"), *words], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        device.lines, device.changed = [], threading.Condition()
        device.reader = threading.Thread(target=self.collect, args=(device,))
        device.reader.start()
        self.addCleanup(self.end, device)
        return device

    @staticmethod
    def collect(device):
        for line in device.stdout:
            with device.changed:
                device.lines.append(line)
                device.changed.notify_all()

    @staticmethod
    def end(device):
        if device.poll() is None:
            device.kill()
        device.wait()
        device.reader.join()
        device.stdin.close()
        device.stdout.close()

    def await_line(self, device, part, seconds=20):
        deadline = time.monotonic() + seconds
        with device.changed:
            while not any(part in line for line in device.lines):
                left = deadline - time.monotonic()
                if left <= 0:
                    self.fail(f"no line with {part!r} in {device.lines}")
                device.changed.wait(left)
            return next(line for line in device.lines if part in line)

    @staticmethod
    def type(device, line):
        device.stdin.write(line + "\n")
        device.stdin.flush()

    @staticmethod
    def answer(request, _):
        if request.HasField("get_board"):
            return wire.Message(board=wire.Board(now_ms=now_ms()))
        return done(status=status(state=codes.STATE_ACCEPTED, attempt=0)) if request.HasField("accept") else done()

    def test_P4_presence_is_said_renewed_and_said_to_be_over_on_sigterm(self):
        server = self.serve(self.answer)
        device = self.start("--lease", "3", "--capacity", "2")
        present = server.await_requests("set_presence", 3)
        self.assertTrue(all(r.set_presence.present and r.set_presence.lease_seconds == 3 for r in present))
        self.assertEqual(len({r.command_id for r in present}), 3)
        self.assertEqual([r.set_capacity.free_places for r in server.await_requests("set_capacity")], [2])
        device.send_signal(signal.SIGTERM)
        self.assertEqual(device.wait(SECONDS), 0)
        self.assertFalse(server.await_requests("set_presence")[-1].set_presence.present)

    def test_presence_is_said_anew_to_a_server_that_has_restarted(self):
        server = self.serve(self.answer)
        self.start()
        server.await_requests("set_presence")
        server.session = b"second session.."
        server.await_requests("set_presence", 2)

    def test_an_offer_is_shown_with_what_is_needed_and_then_said_to_be_seen(self):
        server = self.serve(self.answer)
        device = self.start()
        self.await_line(device, "connected")
        server.news(wire.Message(offer=offer()))
        line = self.await_line(device, "offer R-0412")
        for part in ("very urgent", "street triage", "ZX1", "age about 34", "scene not safe", "07700 900123",
                     "answer by", " min)", "the next team is asked"):
            self.assertIn(part, line)
        seen = server.await_requests("seen")[0].seen
        self.assertEqual((seen.referral, seen.attempt), (CASE, 2))

    def test_typed_answers_are_for_the_offer_that_was_shown(self):
        server = self.serve(self.answer)
        device = self.start()
        self.await_line(device, "connected")
        server.news(wire.Message(offer=offer(attempt=5)))
        self.await_line(device, "offer R-0412")
        self.type(device, "accept R-0412 20")
        accept = server.await_requests("accept")[0].accept
        self.assertEqual((accept.referral, accept.attempt, accept.expected_minutes), (CASE, 5, 20))
        self.await_line(device, "accept R-0412: done; R-0412 is accepted, held by Northmoor Crisis Team")
        self.type(device, "travelling 15")
        self.type(device, "arrived")
        self.type(device, "contact R-0412 face-to-face")
        steps = [r.check_in for r in server.await_requests("check_in", 3)]
        self.assertEqual([step.step for step in steps],
                         [codes.STEP_TRAVELLING, codes.STEP_ARRIVED, codes.STEP_CONTACT])
        self.assertEqual((steps[0].expected_minutes, steps[2].mechanism, {step.referral for step in steps}),
                         (15, codes.CONTACT_MECHANISM_FACE_TO_FACE, {CASE}))
        self.type(device, "dance")
        self.await_line(device, "is no command")
        self.type(device, "quit")
        self.assertEqual(device.wait(SECONDS), 0)
        self.assertEqual(server.count("get_status"), 0)

    def test_P3_the_other_devices_of_a_team_are_told_that_one_has_accepted(self):
        over = wire.OfferOver(referral=CASE, number="R-0412", attempt=2, end=codes.OFFER_END_ACCEPTED,
                              status=status(state=codes.STATE_ACCEPTED, attempt=0))

        def answer(request, server):
            if not request.HasField("accept"):
                return self.answer(request, server)
            if server.count("accept") > 1:
                return refused(codes.REFUSAL_ALREADY_ACCEPTED, "another answer came first", status=over.status)
            server.news(wire.Message(offer_over=over))
            return self.answer(request, server)
        server = self.serve(answer)
        devices = [self.start(), self.start()]
        for device in devices:
            self.await_line(device, "connected")
        server.news(wire.Message(offer=offer()))
        for device in devices:
            self.await_line(device, "offer R-0412")
        self.type(devices[0], "accept R-0412 20")
        self.await_line(devices[0], "accept R-0412: done")
        self.await_line(devices[1], "offer over: already accepted by another device of your team")
        self.type(devices[1], "accept R-0412 10")
        self.await_line(devices[1], "NOT DONE, already accepted; another answer came first; already accepted by another "
                                    "device of your team; R-0412 is accepted")
        self.assertFalse(any("another device" in line for line in devices[0].lines))

    def test_a_hook_runs_once_for_an_offer_and_blocks_nothing(self):
        server = self.serve(self.answer)
        gate, log = FOLDER / "gate", FOLDER / "hooks.log"
        os.mkfifo(gate)
        device = self.start("--hook", f'cat > {FOLDER}/offer.json; echo "$CONCORDAT_EVENT $CONCORDAT_NUMBER '
                            f'$CONCORDAT_REFERRAL $CONCORDAT_ATTEMPT $CONCORDAT_URGENCY $CONCORDAT_SOURCE" >> {log}; '
                            f'read line < {gate}; exit 3')
        self.await_line(device, "connected")
        server.news(wire.Message(offer=offer()))
        server.news(wire.Message(offer=offer()))
        server.await_requests("seen")
        self.type(device, "capacity 4")
        server.await_requests("set_capacity")
        with open(gate, "w", encoding="ascii") as opened:
            opened.write("go\n")
        self.await_line(device, "R-0412: the hook failed with exit code 3")
        self.assertEqual(log.read_text(), f"offer R-0412 {uuid.UUID(bytes=CASE)} 2 very-urgent street-triage\n")
        self.assertEqual(json.loads((FOLDER / "offer.json").read_text())["callbackNumber"], "07700 900123")
        self.assertEqual(server.count("seen"), 1)

    def test_json_is_one_object_a_line(self):
        server = self.serve(self.answer)
        device = self.start("--json")
        self.await_line(device, '"connected"')
        server.news(wire.Message(offer=offer()))
        self.assertEqual(json.loads(self.await_line(device, '"event":"offer"'))["offer"]["number"], "R-0412")
        self.type(device, "decline R-0412 no-capacity")
        self.assertTrue(json.loads(self.await_line(device, '"event":"answer"'))["answer"]["done"])
        for line in device.lines:
            json.loads(line)

    def test_absent_says_nothing_of_presence_until_it_is_typed(self):
        server = self.serve(self.answer)
        device = self.start("--absent")
        server.await_requests("get_board")
        self.assertEqual(server.count("set_presence"), 0)
        self.type(device, "present")
        self.assertTrue(server.await_requests("set_presence")[0].set_presence.present)


if __name__ == "__main__":
    unittest.main(verbosity=2)
