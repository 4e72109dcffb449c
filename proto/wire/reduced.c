/* reduced.c: the table of what stays of an event for an auditor, and the one pass that applies it to bytes.
 *
 * The broker reduces each event that it writes, so nothing is unpacked: a field that stays is copied as it
 * stands.
 */
#include "proto/wire/reduced.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "concordat/v1/event.pb-c.h"
#include "proto/wire/wire.h"

enum {
    FIELDS_MAX = 80, /* greater than any field's number in an event */
    TAGS = FIELDS_MAX << 3,
    TYPES_MAX = 68, /* messages that can stand in an event */
    WORD_BYTES = 64,
    ADULT_YEARS = 18
};

enum reduced_effect {
    UNDECIDED, /* goes; and refused when the table is read, because nobody has decided about the field */
    GOES,
    STAYS, /* of a message, the fields of which each have an effect of their own */
    MOVES, /* an instant: by as much as puts the receipt of its case on the full hour; of no case, to its hour
            */
    NAMES, /* the id of a case: becomes one that only says its spoken number */
    BANDS, /* an age: becomes the lower end of its band in the reports (services/audit/report.c) */
    IS_REDUCED /* not in the table: a message that stays, and of which not all stays */
};

/* What becomes of the fields of a message. */
struct reduced_rule {
    const ProtobufCMessageDescriptor *of;
    enum reduced_effect effect;
    const char *fields;
};

/* The key of a person or a device, the ids of commands and cases (which tell their time, and stand in other
 * systems), what a person typed, and what commits to it: all that goes. Of where the person is the area
 * stays. A language goes because in one area it can be one person's alone; that an interpreter is needed
 * stays. When a team opens next (look_again_ms) goes: a time that everybody knows would give away how far the
 * rest was moved. */
static const struct reduced_rule reduced_rules[] = {
    {&concordat__v1__event__descriptor, STAYS,
     "seq number drill previous owner clocks state received offered offer_seen offer_ended held reminded taken accepted "
     "checked_in lease_warned lease_lapsed updated closed withdrawn referrer_told clock_breached record_read "
     "presence_changed capacity_claimed policy_loaded command_refused broker_started area_covered "
     "alteration_found snapshot_begun snapshot_kept clock_corrected erased hold_set hold_lifted "
     "detention_noted clock_warned given_back reopened sought wish_recorded "
     "changes_seen offer_shortened passed_over acknowledged asked_again team_silent message_sent shift_noted "
     "beside_noted beside_chased went_missing found contact_tried tries_used_up passed_on "
     "closing_asked kept_open"},
    {&concordat__v1__event__descriptor, MOVES, "at_ms"},
    {&concordat__v1__event__descriptor, NAMES, "referral"},
    {&concordat__v1__event__descriptor, GOES,
     "command command_digest actor actor_device person sealed salt received_ms"},
    {&concordat__v1__owner__descriptor, STAYS, "kind id"},
    {&concordat__v1__owner__descriptor, MOVES, "act_by_ms"},
    {&concordat__v1__clock_change__descriptor, STAYS, "clock what standard basis"},
    {&concordat__v1__clock_change__descriptor, MOVES, "at_ms due_ms warn_ms"},
    {&concordat__v1__received__descriptor, STAYS,
     "referral area routed_as flags policy coordinator follows own_team telephoned"},
    {&concordat__v1__received__descriptor, MOVES, "rang_ms"},
    {&concordat__v1__received__descriptor, GOES, "on_behalf_of"},
    {&concordat__v1__received__descriptor, BANDS, "routed_age"},
    {&concordat__v1__updated__descriptor, STAYS,
     "referral area routed_as flags coordinator by_another_device changed alters_who_comes own_team"},
    {&concordat__v1__updated__descriptor, BANDS, "routed_age"},
    {&concordat__v1__updated__descriptor, GOES, "sent_by unseen"},
    {&concordat__v1__change__descriptor, STAYS, "field cleared"},
    {&concordat__v1__change__descriptor, GOES, "before after at_ms"},
    {&concordat__v1__changes_seen__descriptor, STAYS, "of messages by team"},
    {&concordat__v1__shift_noted__descriptor, STAYS, "step team coordinator cases left_out signs"},
    {&concordat__v1__shift_noted__descriptor, GOES, "with_person"},
    {&concordat__v1__shift_case__descriptor, STAYS, "number seq"},
    {&concordat__v1__message_sent__descriptor, STAYS, "from sender to team"},
    {&concordat__v1__offer_shortened__descriptor, STAYS, "attempt team"},
    {&concordat__v1__offer_shortened__descriptor, MOVES, "expires_ms"},
    {&concordat__v1__considered__descriptor, STAYS,
     "team finding rung times_asked free_places capacity_known capacity_age_minutes load"},
    {&concordat__v1__offered__descriptor, STAYS,
     "attempt team considered policy round handover assigned late sought differs"},
    {&concordat__v1__offered__descriptor, MOVES, "expires_ms"},
    {&concordat__v1__offer_seen__descriptor, STAYS, "attempt team by_person"},
    {&concordat__v1__offer_ended__descriptor, STAYS, "attempt team end reason"},
    {&concordat__v1__held__descriptor, STAYS, "coordinator reason considered policy round"},
    {&concordat__v1__held__descriptor, MOVES, "remind_ms"},
    {&concordat__v1__held__descriptor, GOES, "look_again_ms"},
    {&concordat__v1__reminded__descriptor, STAYS, "coordinator times round unheard also"},
    {&concordat__v1__reminded__descriptor, MOVES, "next_ms"},
    {&concordat__v1__acknowledged__descriptor, STAYS, "coordinator"},
    {&concordat__v1__acknowledged__descriptor, MOVES, "muted_ms remind_ms"},
    {&concordat__v1__asked_again__descriptor, STAYS, "why"},
    {&concordat__v1__asked_again__descriptor, MOVES, "remind_ms"},
    {&concordat__v1__passed_over__descriptor, STAYS, "coordinator previous"},
    {&concordat__v1__passed_over__descriptor, MOVES, "remind_ms"},
    {&concordat__v1__taken__descriptor, STAYS, "coordinator previous_team"},
    {&concordat__v1__taken__descriptor, MOVES, "lease_ms"},
    {&concordat__v1__accepted__descriptor, STAYS, "attempt team previous_team seeking"},
    {&concordat__v1__accepted__descriptor, MOVES, "expected_arrival_ms lease_ms"},
    {&concordat__v1__checked_in__descriptor, STAYS,
     "team step occurred mechanism attend_status counts_as_seen psychosocially_assessed before_receipt "
     "seeking"},
    {&concordat__v1__checked_in__descriptor, MOVES, "expected_arrival_ms lease_ms"},
    {&concordat__v1__lease_warned__descriptor, STAYS, "team"},
    {&concordat__v1__lease_warned__descriptor, MOVES, "lapses_ms"},
    {&concordat__v1__lease_lapsed__descriptor, STAYS, "team"},
    {&concordat__v1__given_back__descriptor, STAYS, "team"},
    {&concordat__v1__closed__descriptor, STAYS,
     "outcome by psychosocially_assessed note_code without_contact"},
    {&concordat__v1__closed__descriptor, MOVES, "undo_until_ms"},
    {&concordat__v1__closing_asked__descriptor, STAYS,
     "team outcome without_contact psychosocially_assessed note_code coordinator"},
    {&concordat__v1__closing_asked__descriptor, MOVES, "remind_ms"},
    {&concordat__v1__kept_open__descriptor, STAYS, "team coordinator"},
    {&concordat__v1__kept_open__descriptor, MOVES, "remind_ms"},
    {&concordat__v1__withdrawn__descriptor, STAYS, "by_another_device"},
    {&concordat__v1__withdrawn__descriptor, MOVES, "undo_until_ms"},
    {&concordat__v1__withdrawn__descriptor, GOES, "sent_by"},
    {&concordat__v1__reopened__descriptor, STAYS, "undone in_hand team previous_team coordinator"},
    {&concordat__v1__reopened__descriptor, MOVES, "lease_ms remind_ms"},
    {&concordat__v1__passed_on__descriptor, STAYS, "provider"},
    {&concordat__v1__passed_on__descriptor, MOVES, "received_ms"},
    {&concordat__v1__sought__descriptor, STAYS, "reason considered policy round"},
    {&concordat__v1__sought__descriptor, GOES, "look_again_ms"},
    {&concordat__v1__wish_recorded__descriptor, STAYS, "wish seeking"},
    {&concordat__v1__referrer_told__descriptor, STAYS, "state counts_as_told"},
    {&concordat__v1__clock_breached__descriptor, STAYS, "clock standard"},
    {&concordat__v1__clock_breached__descriptor, MOVES, "due_ms"},
    {&concordat__v1__clock_warned__descriptor, STAYS, "clock standard"},
    {&concordat__v1__clock_warned__descriptor, MOVES, "due_ms"},
    {&concordat__v1__detention_noted__descriptor, STAYS,
     "step occurred power place at_door end without_amhp minutes extension_reason by_responsible_doctor "
     "assessed_at_station grounds from_referral state found"},
    {&concordat__v1__detention_noted__descriptor, MOVES, "started_ms until_ms corrected_ms"},
    {&concordat__v1__detention_noted__descriptor, GOES, "by second"},
    {&concordat__v1__went_missing__descriptor, STAYS, "team"},
    {&concordat__v1__went_missing__descriptor, MOVES, "seen_ms remind_ms"},
    {&concordat__v1__went_missing__descriptor, GOES, "seen_at"},
    {&concordat__v1__found__descriptor, STAYS, "by team"},
    {&concordat__v1__found__descriptor, MOVES, "found_ms"},
    {&concordat__v1__found__descriptor, GOES, "at"},
    {&concordat__v1__contact_tried__descriptor, STAYS, "tries mechanism next"},
    {&concordat__v1__contact_tried__descriptor, MOVES, "next_ms lease_ms"},
    {&concordat__v1__tries_used_up__descriptor, STAYS, "tries"},
    {&concordat__v1__beside_noted__descriptor, STAYS, "request what state times from_referral found"},
    {&concordat__v1__beside_noted__descriptor, MOVES, "chase_ms"},
    {&concordat__v1__beside_noted__descriptor, GOES, "asked_of log_number"},
    {&concordat__v1__beside_chased__descriptor, STAYS, "request what state times"},
    {&concordat__v1__beside_chased__descriptor, MOVES, "chase_ms"},
    {&concordat__v1__record_read__descriptor, STAYS, "role of break_glass who"},
    {&concordat__v1__erased__descriptor, STAYS, "reason"},
    {&concordat__v1__erased__descriptor, GOES, "by second"},
    {&concordat__v1__hold_set__descriptor, STAYS, "reason"},
    {&concordat__v1__hold_set__descriptor, GOES, "by"},
    {&concordat__v1__hold_lifted__descriptor, STAYS, "reason"},
    {&concordat__v1__hold_lifted__descriptor, GOES, "by"},
    {&concordat__v1__presence_changed__descriptor, STAYS, "team present lapsed coordinator"},
    {&concordat__v1__presence_changed__descriptor, MOVES, "silent_ms"},
    {&concordat__v1__team_silent__descriptor, STAYS, "team"},
    {&concordat__v1__team_silent__descriptor, MOVES, "since_ms"},
    {&concordat__v1__capacity_claimed__descriptor, STAYS, "team free_places"},
    {&concordat__v1__capacity_claimed__descriptor, MOVES, "good_until_ms"},
    {&concordat__v1__known_team__descriptor, STAYS, "id name team_type organisation telephone"},
    {&concordat__v1__policy_loaded__descriptor, STAYS, "digest teams file areas coordinators"},
    {&concordat__v1__command_refused__descriptor, STAYS, "command refusal left_out"},
    {&concordat__v1__broker_started__descriptor, STAYS, "version replayed state_digest state_layout"},
    {&concordat__v1__alteration_found__descriptor, STAYS, "what of"},
    {&concordat__v1__snapshot_kept__descriptor, STAYS, "of state_digest state_layout"},
    {&concordat__v1__area_covered__descriptor, STAYS, "coordinator area reason"},
    {&concordat__v1__area_covered__descriptor, MOVES, "until_ms"},
    {&concordat__v1__clock_corrected__descriptor, STAYS, "ahead_ms behind_ms confirmed"},
    {&concordat__v1__instant__descriptor, STAYS, "basis"},
    {&concordat__v1__instant__descriptor, MOVES, "unix_ms"},
    {&concordat__v1__referral__descriptor, STAYS,
     "source organisation decided_at urgency primary_reason presenting_code needs person legal intoxicated "
     "flags drill street_triage liaison_and_diversion emergency_department"},
    {&concordat__v1__referral__descriptor, NAMES, "id"},
    {&concordat__v1__referral__descriptor, GOES,
     "site referrer_role urgency_set_by postcode_district safeguarding"},
    {&concordat__v1__demographics__descriptor, STAYS,
     "age_known age_estimated gender ethnic_category ethnicity_stated_by interpreter_needed "
     "looks_under_18"},
    {&concordat__v1__demographics__descriptor, BANDS, "age_years"},
    {&concordat__v1__demographics__descriptor, GOES, "language"},
    {&concordat__v1__legal__descriptor, STAYS,
     "status power_used_at arrived_at_place_of_safety_at place_of_safety transport police_vehicle_reason "
     "chosen_for_physical_need handover_done_at used_in_dwelling person_agrees_to_home "
     "occupier_agrees_to_home lives_alone_there"},
    {&concordat__v1__street_triage__descriptor, STAYS, "model scene_safety section_136_used"},
    {&concordat__v1__street_triage__descriptor, GOES, "kind_of_place"},
    {&concordat__v1__liaison_and_diversion__descriptor, STAYS,
     "point_of_contact screened screened_at assessed assessed_at consent_to_share_with_justice"},
    {&concordat__v1__liaison_and_diversion__descriptor, GOES, "offence_category"},
    {&concordat__v1__emergency_department__descriptor, STAYS,
     "arrived_at self_harm physically_cleared psychosocially_assessed psychosocially_assessed_at"},
};

/* --- the table, by the numbers of the fields ---------------------------------------------------------- */

struct reduced_type {
    const ProtobufCMessageDescriptor *of;
    bool is_whole;        /* all of it stays: it is copied without a look at its fields */
    uint8_t effect[TAGS]; /* by tag; of a tag that is none of this message's, that it goes */
    const struct reduced_type *part[FIELDS_MAX]; /* by number, if it is a message of which not all stays */
};

static struct reduced_type types[TYPES_MAX];
static size_t type_count;
static pthread_once_t types_once = PTHREAD_ONCE_INIT;

static struct reduced_type *reduced_type_of(const ProtobufCMessageDescriptor *of);

static bool is_one_of(const char *words, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

static enum reduced_effect effect_on(const ProtobufCMessageDescriptor *of, const char *field)
{
    for (size_t i = 0; i < sizeof reduced_rules / sizeof *reduced_rules; i++)
        if (reduced_rules[i].of == of && is_one_of(reduced_rules[i].fields, field))
            return reduced_rules[i].effect;
    return UNDECIDED;
}

static void decide_field(struct reduced_type *type, const ProtobufCFieldDescriptor *field)
{
    enum reduced_effect effect = effect_on(type->of, field->name);
    if (effect == UNDECIDED)
        fprintf(stderr, "%s.%s: the table in reduced.c does not say what an auditor gets of it\n",
                type->of->name, field->name);
    assert(effect != UNDECIDED);
    assert(field->id < FIELDS_MAX);
    bool has_bytes = field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
                     field->type == PROTOBUF_C_TYPE_MESSAGE || field->flags & PROTOBUF_C_FIELD_FLAG_PACKED;
    type->effect[field->id << 3 | (has_bytes ? PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED
                                             : PROTOBUF_C_WIRE_TYPE_VARINT)] = (uint8_t)effect;
    const struct reduced_type *part = NULL;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && effect == STAYS)
        part = reduced_type_of(field->descriptor);
    if (part && !part->is_whole) {
        type->effect[field->id << 3 | PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED] = IS_REDUCED;
        type->part[field->id] = part;
    }
    type->is_whole &= effect == STAYS && !type->part[field->id];
}

/* No message contains itself (a test refuses such a schema), so this ends. */
static struct reduced_type *reduced_type_of(const ProtobufCMessageDescriptor *of)
{
    for (size_t i = 0; i < type_count; i++)
        if (types[i].of == of)
            return &types[i];
    assert(type_count < TYPES_MAX);
    struct reduced_type *type = &types[type_count++];
    type->of = of;
    type->is_whole = true;
    for (unsigned i = 0; i < of->n_fields; i++)
        decide_field(type, &of->fields[i]);
    return type;
}

static void read_reduced_rules(void)
{
    reduced_type_of(&concordat__v1__event__descriptor);
}

/* --- the pass over the bytes -------------------------------------------------------------------------- */

/* The bytes are not scanned by scan.h: what stays is not decoded here, and that takes a third of the
 * instructions. */

/* What an event says that decides what becomes of its fields. */
struct reducing {
    int64_t received_ms;
    uint32_t number;
    bool drill;
    uint8_t *out; /* where the next byte goes */
};

enum { VARINT_BYTES_MAX = 10 };

/* Each of the following gives what follows, or NULL if the bytes end before it or are not this protocol. */

static const uint8_t *after_long_varint(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *last = end - at > VARINT_BYTES_MAX ? at + VARINT_BYTES_MAX : end;
    while (at < last)
        if (*at++ < 0x80)
            return at;
    return NULL;
}

/* Nearly every varint has one byte. */
static inline const uint8_t *after_varint(const uint8_t *at, const uint8_t *end)
{
    return at < end && *at < 0x80 ? at + 1 : after_long_varint(at, end);
}

static inline const uint8_t *after_bytes(const uint8_t *at, const uint8_t *end, uint64_t size)
{
    return at && size <= (uint64_t)(end - at) ? at + size : NULL;
}

/* A varint that is known to end. */
static inline uint64_t varint_at(const uint8_t *at)
{
    uint64_t value = *at & 0x7f;
    for (unsigned shift = 7; *at++ >= 0x80; shift += 7)
        value |= (uint64_t)(*at & 0x7f) << shift;
    return value;
}

/* Gives the field's tag, and in *value what follows the tag. */
static inline const uint8_t *after_field(const uint8_t *at, const uint8_t *end, uint64_t *tag,
                                         const uint8_t **value)
{
    *value = after_varint(at, end);
    if (!*value)
        return NULL;
    *tag = varint_at(at);
    if (*tag < 1 << 3 || *tag > UINT32_MAX)
        return NULL;
    switch (*tag & 7) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return after_varint(*value, end);
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        at = after_varint(*value, end);
        return at ? after_bytes(at, end, varint_at(*value)) : NULL;
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        return after_bytes(*value, end, 8);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        return after_bytes(*value, end, 4);
    default:
        return NULL;
    }
}

static void put_raw(struct reducing *r, const uint8_t *from, const uint8_t *to)
{
    memcpy(r->out, from, (size_t)(to - from));
    r->out += to - from;
}

static uint8_t *reduced_varint(uint8_t *at, uint64_t left)
{
    for (; left >= 0x80; left >>= 7)
        *at++ = (uint8_t)(left | 0x80);
    *at++ = (uint8_t)left;
    return at;
}

/* 0, which means that there is no such instant, stays 0, and no other becomes 0. */
static uint64_t moved_instant(const struct reducing *r, uint64_t varint)
{
    int64_t ms = (int64_t)varint;
    int64_t by_ms = (r->received_ms > 0 ? r->received_ms : ms) % REDUCED_HOUR_MS;
    if (ms <= 0)
        return varint;
    return ms > by_ms ? (uint64_t)(ms - by_ms) : 1;
}

/* A UUID of version 8 in which nothing but the spoken number stands. */
static void put_name(struct reducing *r)
{
    const uint8_t name[WIRE_ID_BYTES] = {[6] = 0x80,
                                         [8] = 0x80,
                                         [11] = r->drill,
                                         [12] = (uint8_t)(r->number >> 24),
                                         [13] = (uint8_t)(r->number >> 16),
                                         [14] = (uint8_t)(r->number >> 8),
                                         [15] = (uint8_t)r->number};
    *r->out++ = sizeof name;
    memcpy(r->out, name, sizeof name);
    r->out += sizeof name;
}

static bool reduce_fields(struct reducing *r, const struct reduced_type *type, const uint8_t *at,
                          const uint8_t *end);

/* The part gets room for its length as it was, and moves up if its length takes fewer bytes now. */
static bool put_part(struct reducing *r, const struct reduced_type *type, const uint8_t *value,
                     const uint8_t *end)
{
    const uint8_t *bytes = after_varint(value, end);
    uint8_t *length = r->out, *body = length + (bytes - value);
    r->out = body;
    if (!reduce_fields(r, type, bytes, end))
        return false;
    size_t size = (size_t)(r->out - body);
    uint8_t *behind = reduced_varint(length, size);
    if (behind != body)
        memmove(behind, body, size);
    r->out = behind + size;
    return true;
}

/* Puts the value of a field that is not copied as it stands; its tag is put already. */
static bool put_changed(struct reducing *r, enum reduced_effect effect, const struct reduced_type *part,
                        const uint8_t *value, const uint8_t *end)
{
    switch (effect) {
    case MOVES:
        r->out = reduced_varint(r->out, moved_instant(r, varint_at(value)));
        return true;
    case BANDS:
        r->out = reduced_varint(r->out, varint_at(value) < ADULT_YEARS ? 0 : ADULT_YEARS);
        return true;
    case NAMES:
        put_name(r);
        return true;
    case IS_REDUCED:
        return put_part(r, part, value, end);
    case UNDECIDED:
    case GOES:
    case STAYS:
        break;
    }
    assert(!"the field is not changed");
    return false;
}

static bool reduce_fields(struct reducing *r, const struct reduced_type *type, const uint8_t *at,
                          const uint8_t *end)
{
    const uint8_t *kept = at; /* from there on all stays, and is not copied yet */
    while (at < end) {
        const uint8_t *from = at, *value;
        uint64_t tag;
        at = after_field(from, end, &tag, &value);
        if (!at)
            return false;
        enum reduced_effect effect = tag < TAGS ? type->effect[tag] : GOES;
        if (effect == STAYS)
            continue;
        if (effect == NAMES && at - value != 1 + WIRE_ID_BYTES)
            effect = GOES; /* it is no id */
        bool goes = effect == GOES || effect == UNDECIDED;
        put_raw(r, kept, goes ? from : value);
        kept = at;
        if (!goes && !put_changed(r, effect, type->part[tag >> 3], value, at))
            return false;
    }
    put_raw(r, kept, end);
    return true;
}

/* Reads what decides about the other fields. */
static bool read_deciding_fields(struct reducing *r, const uint8_t *at, const uint8_t *end)
{
    enum { NUMBER = 4 << 3, DRILL = 5 << 3, RECEIVED_MS = 15 << 3 };
    while (at < end) {
        const uint8_t *value;
        uint64_t tag;
        at = after_field(at, end, &tag, &value);
        if (!at)
            return false;
        if (tag == NUMBER)
            r->number = (uint32_t)varint_at(value);
        else if (tag == DRILL)
            r->drill = varint_at(value);
        else if (tag == RECEIVED_MS)
            r->received_ms = (int64_t)varint_at(value);
    }
    return true;
}

size_t reduced_event(const uint8_t *full, size_t size, uint8_t *out)
{
    const uint8_t *end = full + size;
    struct reducing r = {.out = out};
    pthread_once(&types_once, read_reduced_rules);
    bool good = size > 0 && read_deciding_fields(&r, full, end) && reduce_fields(&r, &types[0], full, end);
    assert(r.out <= out + size);
    return good ? (size_t)(r.out - out) : 0;
}

bool reduced_digest(const uint8_t *full, size_t size, uint8_t *scratch, uint8_t digest[CHAIN_BYTES])
{
    size_t reduced_size = reduced_event(full, size, scratch);
    if (reduced_size > 0)
        chain_digest(scratch, reduced_size, digest);
    return reduced_size > 0;
}
