/* fuzz_turn.c: the broker's whole turn under a night of requests, good, bad and unreadable, from every role,
 * with clocks that jump, connections that break and kills in between. A few requests are the input's own
 * bytes, to test reading; most are made from a few bytes, so that a change of the input changes the story and
 * not its spelling. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/night.h"

enum { STEPS_MAX = 300, SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

enum step_kind {
    STEP_MADE,
    STEP_MADE_TOO, /* twice, because most of a night is this */
    STEP_AS_GIVEN,
    STEP_TURN,
    STEP_WAIT,
    STEP_CLOCK,
    STEP_RECONNECT,
    STEP_DEAFEN,
    STEP_KILL,
    STEP_KINDS
};

/* The parts of one request, while it is made. */
struct parts {
    uint8_t command_id[16], referral_id[16];
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__StationGround ground;
    Concordat__V1__Instant instant, arrived;
    Concordat__V1__Need needs[2];
    Concordat__V1__Person sender;
    union {
        Concordat__V1__Hello hello;
        Concordat__V1__Ping ping;
        Concordat__V1__Submit submit;
        Concordat__V1__Update update;
        Concordat__V1__Withdraw withdraw;
        Concordat__V1__Told told;
        Concordat__V1__GetStatus get_status;
        Concordat__V1__SetPresence set_presence;
        Concordat__V1__SetCapacity set_capacity;
        Concordat__V1__Seen seen;
        Concordat__V1__Accept accept;
        Concordat__V1__Decline decline;
        Concordat__V1__CheckIn check_in;
        Concordat__V1__Close close;
        Concordat__V1__Handover handover;
        Concordat__V1__Take take;
        Concordat__V1__Assign assign;
        Concordat__V1__GetBoard get_board;
        Concordat__V1__GetRecord get_record;
        Concordat__V1__Follow follow;
        Concordat__V1__Cover cover;
        Concordat__V1__Erase erase;
        Concordat__V1__SetHold set_hold;
        Concordat__V1__RecordDetention detention;
    } is;
};

static char *words(const char *text)
{
    return (char *)(uintptr_t)text;
}

static ProtobufCBinaryData id_of(uint8_t bytes[16], uint8_t value, uint8_t kind)
{
    memset(bytes, 0, 16);
    bytes[0] = kind;
    bytes[15] = value;
    return (ProtobufCBinaryData){16, bytes};
}

static Concordat__V1__Instant *instant(Concordat__V1__Instant *at, uint8_t value)
{
    concordat__v1__instant__init(at);
    at->unix_ms = INT64_C(1795003200000) + ((int64_t)value - 128) * 15 * MINUTE_MS;
    at->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    return at;
}

static void make_referral(struct parts *p, size_t person, struct input *input, uint8_t id)
{
    static const char *const districts[] = {"ZX1", "ZX5", "", "ZX9"};
    Concordat__V1__Referral *r = &p->referral;
    uint8_t shape = input_byte(input), more = input_byte(input);
    concordat__v1__referral__init(r);
    concordat__v1__demographics__init(&p->person);
    concordat__v1__legal__init(&p->legal);
    concordat__v1__confidential__init(&p->confidential);
    r->id = id_of(p->referral_id, id, 'r');
    r->source = (Concordat__V1__Source)(person % 3 + 1);
    r->organisation = words(shape & 1 ? "ZZP01" : "");
    r->urgency = (Concordat__V1__Urgency)((shape >> 1) % 5);
    r->postcode_district = words(districts[more % 4]);
    r->person = &p->person;
    p->person.age_known = shape >> 4 & 1;
    p->person.age_years = p->person.age_known ? (uint32_t)(more >> 2) * 2 : 0;
    p->person.language = words(more & 16 ? "ur" : "");
    r->drill = shape >> 5 & 1;
    if (shape & 64)
        r->decided_at = instant(&p->instant, input_byte(input));
    if (shape & 128) {
        r->legal = &p->legal;
        p->legal.status = CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136;
        p->legal.arrived_at_place_of_safety_at = instant(&p->arrived, input_byte(input));
        p->legal.handover_done_at = more & 8 ? p->legal.arrived_at_place_of_safety_at : NULL;
        r->n_needs = 1 + (more & 1);
        r->needs = p->needs;
        p->needs[0] = (Concordat__V1__Need)(more % 9);
        p->needs[1] = (Concordat__V1__Need)(shape % 9);
    }
    p->confidential.callback_number = words(more == 255 ? "" : "07700 900123");
    p->confidential.narrative = words("An invented person.");
}

static const char *const TEAMS[] = {"",
                                    "northmoor-crisis",
                                    "southfell-crisis",
                                    "northmoor-liaison",
                                    "crisis-line",
                                    "older-people-crisis",
                                    "no-such-team"};

/* Makes a team's command about a case that it was offered or has accepted, with one small number. */
static void make_for_team(struct parts *p, Concordat__V1__Request *request, ProtobufCBinaryData referral,
                          uint8_t attempt, uint8_t value)
{
    switch ((int)request->command_case) {
    case CONCORDAT__V1__REQUEST__COMMAND_SEEN:
        p->is.seen = (Concordat__V1__Seen)CONCORDAT__V1__SEEN__INIT;
        p->is.seen.referral = referral;
        p->is.seen.attempt = attempt;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_ACCEPT:
        p->is.accept = (Concordat__V1__Accept)CONCORDAT__V1__ACCEPT__INIT;
        p->is.accept.referral = referral;
        p->is.accept.attempt = attempt;
        p->is.accept.arrival_case = CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES;
        p->is.accept.expected_minutes = value;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_DECLINE:
        p->is.decline = (Concordat__V1__Decline)CONCORDAT__V1__DECLINE__INIT;
        p->is.decline.referral = referral;
        p->is.decline.attempt = attempt;
        p->is.decline.reason = (Concordat__V1__DeclineReason)(value % 12);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_CHECK_IN:
        p->is.check_in = (Concordat__V1__CheckIn)CONCORDAT__V1__CHECK_IN__INIT;
        p->is.check_in.referral = referral;
        p->is.check_in.step = (Concordat__V1__Step)(value % 4);
        p->is.check_in.mechanism = (Concordat__V1__ContactMechanism)((value >> 2) % 7);
        p->is.check_in.attend_status = (Concordat__V1__AttendStatus)((value >> 4) % 7);
        p->is.check_in.arrival_case = CONCORDAT__V1__CHECK_IN__ARRIVAL_EXPECTED_MINUTES;
        p->is.check_in.expected_minutes = attempt;
        p->is.check_in.occurred = value & 128 ? instant(&p->instant, attempt) : NULL;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_CLOSE:
        p->is.close = (Concordat__V1__Close)CONCORDAT__V1__CLOSE__INIT;
        p->is.close.referral = referral;
        p->is.close.outcome = (Concordat__V1__Outcome)(value % 14);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_HANDOVER:
        p->is.handover = (Concordat__V1__Handover)CONCORDAT__V1__HANDOVER__INIT;
        p->is.handover.referral = referral;
        p->is.handover.to_team = words(TEAMS[value % 7]);
        break;
    default:
        abort(); /* not a command about a case */
    }
}

/* Makes a command of the people who keep the records. */
static void make_for_inspector(struct parts *p, const Concordat__V1__Request *request,
                               ProtobufCBinaryData referral, uint8_t person, uint8_t value)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_ERASE) {
        p->is.erase = (Concordat__V1__Erase)CONCORDAT__V1__ERASE__INIT;
        p->is.erase.referral = referral;
        p->is.erase.reason = (Concordat__V1__EraseReason)(value % 6);
        p->is.erase.second_person = words(person % 4 ? "p204" : "p117");
    } else {
        p->is.set_hold = (Concordat__V1__SetHold)CONCORDAT__V1__SET_HOLD__INIT;
        p->is.set_hold.referral = referral;
        p->is.set_hold.on = value % 2;
        p->is.set_hold.reason = (Concordat__V1__HoldOnErasure)(value / 2 % 8);
    }
}

/* Makes an entry in the history of a detention: the attempt says when, the value what. */
static void make_detention(struct parts *p, ProtobufCBinaryData referral, uint8_t attempt, uint8_t value)
{
    Concordat__V1__RecordDetention *entry = &p->is.detention;
    concordat__v1__record_detention__init(entry);
    entry->referral = referral;
    entry->step = (Concordat__V1__DetentionStep)(value % 21);
    entry->occurred = attempt % 4 ? instant(&p->arrived, attempt) : NULL;
    entry->place = (Concordat__V1__PlaceOfSafety)(attempt % 6);
    entry->power = (Concordat__V1__LegalStatus)(attempt % 13);
    entry->by = words("p117");
    entry->second = words(value % 2 ? "p204" : "");
    entry->end = (Concordat__V1__DetentionEnd)(attempt % 10);
    entry->without_amhp = (Concordat__V1__WithoutAmhp)(value % 5);
    entry->minutes = attempt * 8u;
    entry->extension_reason = (Concordat__V1__ExtensionReason)(attempt % 4);
    entry->by_responsible_doctor = value % 2;
    entry->assessed_at_station = value / 2 % 2;
    p->ground = (Concordat__V1__StationGround)(attempt % 5);
    entry->n_grounds = value / 4 % 2;
    entry->grounds = &p->ground;
    entry->note = words(value / 8 % 2 ? "a note, Invented" : "");
}

/* Makes a command about one case, with one small number. */
static void make_for_case(struct parts *p, Concordat__V1__Request *request, ProtobufCBinaryData referral,
                          uint8_t attempt, uint8_t value)
{
    switch ((int)request->command_case) {
    case CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW:
        p->is.withdraw = (Concordat__V1__Withdraw)CONCORDAT__V1__WITHDRAW__INIT;
        p->is.withdraw.referral = referral;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_TOLD:
        p->is.told = (Concordat__V1__Told)CONCORDAT__V1__TOLD__INIT;
        p->is.told.referral = referral;
        p->is.told.state = (Concordat__V1__State)(value % 10);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS:
        p->is.get_status = (Concordat__V1__GetStatus)CONCORDAT__V1__GET_STATUS__INIT;
        if (value % 2)
            p->is.get_status.referral = referral;
        else
            p->is.get_status.number = words(value % 4 ? "R-0001" : "D-0001");
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_TAKE:
        p->is.take = (Concordat__V1__Take)CONCORDAT__V1__TAKE__INIT;
        p->is.take.referral = referral;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_ASSIGN:
        p->is.assign = (Concordat__V1__Assign)CONCORDAT__V1__ASSIGN__INIT;
        p->is.assign.referral = referral;
        p->is.assign.to_team = words(TEAMS[1 + value % 6]);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD:
        p->is.get_record = (Concordat__V1__GetRecord)CONCORDAT__V1__GET_RECORD__INIT;
        p->is.get_record.referral = referral;
        p->is.get_record.reason = words(value % 2 ? "to prepare" : "");
        p->is.get_record.break_glass = (Concordat__V1__BreakGlass)(value / 2 % 4);
        p->is.get_record.who = value / 8 % 2;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_ERASE:
    case CONCORDAT__V1__REQUEST__COMMAND_SET_HOLD:
        make_for_inspector(p, request, referral, attempt, value);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_RECORD_DETENTION:
        make_detention(p, referral, attempt, value);
        break;
    default:
        make_for_team(p, request, referral, attempt, value);
    }
}

static void make_request(struct parts *p, Concordat__V1__Request *request, size_t person, struct input *input)
{
    uint8_t kind = (uint8_t)(CONCORDAT__V1__REQUEST__COMMAND_HELLO + input_byte(input) % 24);
    uint8_t command = input_byte(input), id = input_byte(input) % 8;
    concordat__v1__request__init(request);
    request->command_id = id_of(p->command_id, command, kind);
    request->device = words(command & 0x80 ? "car-1" : "");
    p->sender = (Concordat__V1__Person)CONCORDAT__V1__PERSON__INIT;
    p->sender.id = words(command & 0x20 ? "p117" : "ab20");
    p->sender.role = (Concordat__V1__StaffRole)(command % 16);
    request->person = command & 0x40 ? &p->sender : NULL;
    request->command_case = (Concordat__V1__Request__CommandCase)kind;
    request->hello = &p->is.hello; /* the body is in a union, so this works for each command */
    switch (kind) {
    case CONCORDAT__V1__REQUEST__COMMAND_HELLO:
        p->is.hello = (Concordat__V1__Hello)CONCORDAT__V1__HELLO__INIT;
        p->is.hello.protocol = id < 7;
        p->is.hello.wants_news = id % 4 != 0;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_PING:
        p->is.ping = (Concordat__V1__Ping)CONCORDAT__V1__PING__INIT;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SUBMIT:
        p->is.submit = (Concordat__V1__Submit)CONCORDAT__V1__SUBMIT__INIT;
        make_referral(p, person, input, id);
        p->is.submit.referral = &p->referral;
        p->is.submit.confidential = &p->confidential;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_UPDATE:
        p->is.update = (Concordat__V1__Update)CONCORDAT__V1__UPDATE__INIT;
        make_referral(p, person, input, id);
        p->is.update.referral = &p->referral;
        p->is.update.confidential = command % 2 ? &p->confidential : NULL;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE:
        p->is.set_presence = (Concordat__V1__SetPresence)CONCORDAT__V1__SET_PRESENCE__INIT;
        p->is.set_presence.present = id != 0;
        p->is.set_presence.lease_seconds = id * 60;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY:
        p->is.set_capacity = (Concordat__V1__SetCapacity)CONCORDAT__V1__SET_CAPACITY__INIT;
        p->is.set_capacity.free_places = id;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_COVER:
        p->is.cover = (Concordat__V1__Cover)CONCORDAT__V1__COVER__INIT;
        p->is.cover.area = words(id < 3 ? "northmoor" : id < 7 ? "southfell" : "nowhere");
        p->is.cover.minutes = input_byte(input) * 3u;
        p->is.cover.reason = (Concordat__V1__CoverReason)(id % 4);
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD:
        p->is.get_board = (Concordat__V1__GetBoard)CONCORDAT__V1__GET_BOARD__INIT;
        p->is.get_board.with_closed = id % 2;
        break;
    case CONCORDAT__V1__REQUEST__COMMAND_FOLLOW:
        p->is.follow = (Concordat__V1__Follow)CONCORDAT__V1__FOLLOW__INIT;
        p->is.follow.after = input_byte(input);
        p->is.follow.credit = id * 16;
        break;
    default: {
        uint8_t attempt = input_byte(input), value = input_byte(input);
        make_for_case(p, request, id_of(p->referral_id, id, 'r'), attempt, value);
    }
    }
}

static void send_made(struct night *night, size_t person, struct input *input)
{
    static uint8_t packed[WIRE_REQUEST_BYTES_MAX];
    struct parts parts;
    Concordat__V1__Request request;
    make_request(&parts, &request, person, input);
    night_send(night, person, packed, concordat__v1__request__pack(&request, packed));
}

/* Everybody says hello and the teams are present, so that an input need not begin with that. */
static void begin(struct night *night)
{
    static const uint8_t hello[] = {0, 0, 1}, presence[] = {7, 1, 7};
    for (size_t person = 0; person < NIGHT_PEOPLE; person++) {
        send_made(night, person, &(struct input){hello, sizeof hello});
        if (night_role(person) == CONCORDAT__V1__ROLE__ROLE_TEAM)
            send_made(night, person, &(struct input){presence, sizeof presence});
    }
    night_turn(night);
}

static void step(struct night *night, struct input *input)
{
    uint8_t first = input_byte(input);
    size_t person = first / STEP_KINDS % NIGHT_PEOPLE;
    struct input piece;
    switch ((enum step_kind)(first % STEP_KINDS)) {
    case STEP_MADE:
    case STEP_MADE_TOO:
        send_made(night, person, input);
        break;
    case STEP_AS_GIVEN:
        piece = input_piece(input);
        night_send(night, person, piece.at, piece.left);
        break;
    case STEP_TURN:
        night_turn(night);
        break;
    case STEP_WAIT:
        night_wait(night, (int64_t)input_number(input) * SECOND_MS);
        night_turn(night);
        break;
    case STEP_CLOCK:
        night_set_clock(night, (int64_t)(int8_t)input_byte(input) * 10 * MINUTE_MS);
        night_turn(night);
        break;
    case STEP_RECONNECT:
        night_reconnect(night, person);
        break;
    case STEP_DEAFEN:
        night_deafen(night, person);
        break;
    case STEP_KILL:
    case STEP_KINDS:
        night_kill(night);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    struct night *night = night_open();
    begin(night);
    for (int steps = 0; input.left && steps < STEPS_MAX; steps++)
        step(night, &input);
    night_close(&night);
    return 0;
}
