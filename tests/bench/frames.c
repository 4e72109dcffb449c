/* frames.c: the few requests that a load consists of, packed once, and a reader for the few fields of an
 * answer that a load needs. */
#include "tests/bench/frames.h"

#include <assert.h>
#include <string.h>

#include "tests/bench/measure.h"

enum { COMMAND_MARK = 0xc1, REFERRAL_MARK = 0xd2, ATTEMPT_MARK = 0x55, LEASE_SECONDS = 300 };

static struct prepared {
    struct frame frame;
    uint8_t *command, *referral, *attempt; /* inside it, or NULL */
} prepared[FRAME_KINDS];

static uint32_t load_salt;

static char *text_of(const char *text)
{
    return (char *)(uintptr_t)text;
}

void frames_referral(Concordat__V1__Referral *referral, Concordat__V1__Confidential *confidential)
{
    static Concordat__V1__Demographics person;
    static Concordat__V1__Instant decided;
    static Concordat__V1__StreetTriage street;
    static Concordat__V1__Need needs[] = {CONCORDAT__V1__NEED__NEED_FACE_TO_FACE_VISIT};
    concordat__v1__demographics__init(&person);
    concordat__v1__instant__init(&decided);
    concordat__v1__street_triage__init(&street);
    person.age_years = 34;
    person.age_known = true;
    person.gender = "X";
    person.ethnic_category = "Z";
    decided.unix_ms = INT64_C(1771847940000);
    decided.basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    street.model = CONCORDAT__V1__STREET_TRIAGE_MODEL__STREET_TRIAGE_MODEL_CAR;
    street.scene_safety = CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_SAFE;
    street.kind_of_place = CONCORDAT__V1__KIND_OF_PLACE__KIND_OF_PLACE_STREET;
    concordat__v1__referral__init(referral);
    referral->source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    referral->organisation = "ZZP01";
    referral->referrer_role = CONCORDAT__V1__STAFF_ROLE__STAFF_ROLE_STREET_TRIAGE_NURSE;
    referral->decided_at = &decided;
    referral->urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT;
    referral->postcode_district = "ZX1";
    referral->primary_reason = "18";
    referral->n_needs = 1;
    referral->needs = needs;
    referral->person = &person;
    referral->details_case = CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
    referral->street_triage = &street;
    concordat__v1__confidential__init(confidential);
    confidential->person_name = "Robin Example";
    confidential->callback_number = "07700 900123";
    confidential->referrer_name = "Alex Invented";
    confidential->address = "1 Invented Street, Northmoor";
    confidential->narrative =
        text_of("Asks for help. Known to nobody so far. Will wait with us in the car until "
                "somebody rings back. Has eaten and is warm. Would rather talk to a woman.");
}

static void prepare(enum frame_kind kind, Concordat__V1__Request *request)
{
    static uint8_t command[WIRE_ID_BYTES], referral[WIRE_ID_BYTES];
    struct prepared *p = &prepared[kind];
    memset(command, COMMAND_MARK, sizeof command);
    memset(referral, REFERRAL_MARK, sizeof referral);
    request->command_id = (ProtobufCBinaryData){sizeof command, command};
    assert(concordat__v1__request__get_packed_size(request) <= sizeof p->frame.bytes);
    p->frame.size = concordat__v1__request__pack(request, p->frame.bytes);
    p->command = memmem(p->frame.bytes, p->frame.size, command, sizeof command);
    p->referral = memmem(p->frame.bytes, p->frame.size, referral, sizeof referral);
    if (kind == FRAME_ACCEPT)
        p->attempt = memchr(p->referral + WIRE_ID_BYTES, ATTEMPT_MARK, 8);
}

void frames_open(uint32_t salt)
{
    static uint8_t id[WIRE_ID_BYTES];
    memset(id, REFERRAL_MARK, sizeof id);
    const ProtobufCBinaryData referral_id = {sizeof id, id};
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    Concordat__V1__Ping ping = CONCORDAT__V1__PING__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    Concordat__V1__Submit submit = CONCORDAT__V1__SUBMIT__INIT;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    Concordat__V1__Close end = CONCORDAT__V1__CLOSE__INIT;
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Request requests[FRAME_KINDS];
    for (int kind = 0; kind < FRAME_KINDS; kind++)
        concordat__v1__request__init(&requests[kind]);
    load_salt = salt & 0x3fffffff; /* the first two bits are the variant */

    hello.protocol = WIRE_PROTOCOL;
    hello.software = "bench";
    hello.wants_news = true;
    requests[FRAME_HELLO].command_case = CONCORDAT__V1__REQUEST__COMMAND_HELLO;
    requests[FRAME_HELLO].hello = &hello;
    requests[FRAME_PING].command_case = CONCORDAT__V1__REQUEST__COMMAND_PING;
    requests[FRAME_PING].ping = &ping;
    presence.present = true;
    presence.lease_seconds = LEASE_SECONDS;
    requests[FRAME_PRESENCE].command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    requests[FRAME_PRESENCE].set_presence = &presence;
    frames_referral(&referral, &confidential);
    referral.id = referral_id;
    submit.referral = &referral;
    submit.confidential = &confidential;
    requests[FRAME_SUBMIT].command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    requests[FRAME_SUBMIT].submit = &submit;
    accept.referral = referral_id;
    accept.attempt = ATTEMPT_MARK;
    accept.arrival_case = CONCORDAT__V1__ACCEPT__ARRIVAL_EXPECTED_MINUTES;
    accept.expected_minutes = 40;
    requests[FRAME_ACCEPT].command_case = CONCORDAT__V1__REQUEST__COMMAND_ACCEPT;
    requests[FRAME_ACCEPT].accept = &accept;
    end.referral = referral_id;
    end.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_DIED; /* the one that waits for no coordinator to see it */
    requests[FRAME_CLOSE].command_case = CONCORDAT__V1__REQUEST__COMMAND_CLOSE;
    requests[FRAME_CLOSE].close = &end;
    for (int kind = 0; kind < FRAME_KINDS; kind++)
        prepare((enum frame_kind)kind, &requests[kind]);
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Makes a UUIDv7 of a fixed instant. `what` differs for each kind of command, and for referrals. */
static void put_id(uint8_t *at, uint8_t what, uint32_t number)
{
    static const uint8_t instant[] = {0x01, 0x9c, 0x88, 0x40, 0x00, 0x00, 0x70};
    memcpy(at, instant, sizeof instant);
    at[7] = what;
    put32(at + 8, 0x80000000 | load_salt);
    put32(at + 12, number);
}

static bool get_id(const uint8_t *at, size_t size, uint8_t *what, uint32_t *number)
{
    if (size != WIRE_ID_BYTES || get32(at + 8) != (0x80000000 | load_salt))
        return false;
    *what = at[7];
    *number = get32(at + 12);
    return true;
}

const struct frame *frames_make(enum frame_kind kind, uint32_t number, uint32_t attempt)
{
    struct prepared *p = &prepared[kind];
    put_id(p->command, (uint8_t)kind, number);
    if (p->referral)
        put_id(p->referral, FRAME_KINDS, number);
    if (p->attempt && attempt < 128)
        *p->attempt = (uint8_t)attempt;
    else if (p->attempt)
        measure_fail("a case was offered more than 127 times");
    return &p->frame;
}

/* --- reading ---------------------------------------------------------------------------------------- */

struct field {
    uint32_t number;
    uint64_t value;       /* the value of a varint */
    const uint8_t *bytes; /* NULL unless the field has a length */
    size_t size;
};

static bool take_varint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool take_field(const uint8_t **at, const uint8_t *end, struct field *field)
{
    uint64_t tag;
    if (*at >= end || !take_varint(at, end, &tag) || !take_varint(at, end, &field->value))
        return false;
    field->number = (uint32_t)(tag >> 3);
    field->bytes = NULL;
    if ((tag & 7) == 0)
        return true;
    if ((tag & 7) != 2 || field->value > (size_t)(end - *at))
        return false;
    field->bytes = *at;
    field->size = (size_t)field->value;
    *at += field->size;
    return true;
}

static bool read_body(struct heard *heard, const struct field *body)
{
    struct field field;
    uint8_t what;
    const uint8_t *at = body->bytes, *end = body->bytes + body->size;
    while (take_field(&at, end, &field)) {
        if (heard->body == CONCORDAT__V1__MESSAGE__BODY_ANSWER) {
            if (field.number == 1)
                heard->done = field.value;
            else if (field.number == 2)
                heard->refusal = (uint32_t)field.value;
            else if (field.number == 6)
                heard->seq = field.value;
        } else if (field.number == 1 && field.bytes) {
            if (!get_id(field.bytes, field.size, &what, &heard->number))
                return false;
            heard->about_case = true;
        } else if (field.number == 3) {
            heard->state = heard->attempt =
                (uint32_t)field.value; /* field numbers in CaseStatus and in Offer */
        }
    }
    return at == end;
}

bool frames_read(const uint8_t *bytes, size_t size, struct heard *heard)
{
    struct field field;
    uint8_t what;
    const uint8_t *at = bytes, *end = bytes + size;
    *heard = (struct heard){0};
    while (take_field(&at, end, &field)) {
        if (field.number == 1) {
            if (!get_id(field.bytes, field.size, &what, &heard->number))
                return false;
            heard->is_answer = true;
            heard->kind = (enum frame_kind)what;
        } else {
            heard->body = (int)field.number;
            if (heard->body != CONCORDAT__V1__MESSAGE__BODY_WELCOME &&
                heard->body != CONCORDAT__V1__MESSAGE__BODY_PONG && !read_body(heard, &field))
                return false;
        }
    }
    return at == end;
}
