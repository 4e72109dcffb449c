/* facts.c: what routing needs to know out of a whole referral; and parts of a packed event, found without
 * unpacking it. */
#include <string.h>

#include "broker/core/policy.h"
#include "broker/record/record.h"
#include "proto/referral/referral_rules.h"
#include "proto/wire/scan.h"
#include "proto/words/language.h"

static void facts_time(const Concordat__V1__Instant *instant, int64_t *ms, enum basis *basis)
{
    *ms = instant ? instant->unix_ms : 0;
    if (*ms)
        *basis = instant->basis == CONCORDAT__V1__BASIS__BASIS_IMPUTED ? BASIS_IMPUTED : BASIS_STATED;
}

/* Section 135(7): the person agrees to the use of a private home, and so does somebody else who lives there,
 * unless nobody does. Section 136(1A): the power reaches into no dwelling. */
static uint8_t legal_notes(const Concordat__V1__Referral *referral, const Concordat__V1__Legal *legal)
{
    bool agreed = legal->person_agrees_to_home == CONCORDAT__V1__ANSWERED__ANSWERED_YES &&
                  (legal->occupier_agrees_to_home == CONCORDAT__V1__ANSWERED__ANSWERED_YES ||
                   legal->lives_alone_there == CONCORDAT__V1__ANSWERED__ANSWERED_YES);
    bool dwelling = referral_rules_used_in_dwelling(referral);
    return (uint8_t)((agreed ? LEGAL_NOTE_HOME_AGREED : 0) | (dwelling ? LEGAL_NOTE_IN_DWELLING : 0));
}

static void facts_looks(const Concordat__V1__Demographics *person, struct facts *facts)
{
    facts->looks_under_18 = (uint8_t)person->looks_under_18;
    if (referral_rules_age_is_doubted(person))
        facts->age = AGE_UNKNOWN;
}

struct facts record_facts(const Concordat__V1__Referral *referral)
{
    struct facts facts = {
        .source = (enum source)referral->source,
        .urgency = (enum urgency)referral->urgency,
        .age = AGE_UNKNOWN,
    };
    facts_time(referral->decided_at, &facts.decided_ms, &facts.decided_basis);
    for (size_t i = 0; i < referral->n_needs; i++)
        facts.needs = (uint16_t)(facts.needs | 1u << referral->needs[i]);
    const Concordat__V1__Demographics *person = referral->person;
    if (person && person->age_known)
        facts.age = person->age_years <= AGE_MAX ? (uint8_t)person->age_years : AGE_UNKNOWN;
    if (person)
        facts_looks(person, &facts);
    if (person && strlen(person->language) < sizeof facts.language)
        strcpy(facts.language, language_shortest(person->language));
    facts.interpreter_needed = person && person->interpreter_needed;
    const Concordat__V1__Legal *legal = referral->legal;
    if (legal) {
        int64_t ms;
        enum basis basis = BASIS_NONE;
        facts.legal_status = (uint8_t)legal->status;
        facts.place = (uint8_t)legal->place_of_safety;
        facts.legal_notes = legal_notes(referral, legal);
        facts_time(legal->power_used_at, &facts.power_used_ms, &basis);
        facts_time(legal->arrived_at_place_of_safety_at, &facts.place_of_safety_ms,
                   &facts.place_of_safety_basis);
        facts_time(legal->handover_done_at, &ms, &basis);
        facts.handover_done_ms = ms;
    }
    return facts;
}

size_t record_flags(uint64_t flags, Concordat__V1__Flag list[FLAG_BITS])
{
    size_t count = 0;
    for (unsigned flag = 1; flag < FLAG_BITS && flags >> flag; flag++)
        if (flags & flag_bit(flag))
            list[count++] = (Concordat__V1__Flag)flag;
    return count;
}

ProtobufCMessageUnknownField record_as_field(const struct scan_field *field, uint32_t number)
{
    return (ProtobufCMessageUnknownField){.tag = number,
                                          .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
                                          .len = field->value_size,
                                          .data = (uint8_t *)(uintptr_t)field->value};
}

/* The number of a field: the referral is field 1 of Received and of Updated. */
enum {
    EVENT_AT = 2,
    EVENT_REFERRAL = 3,
    RECEIVED = CONCORDAT__V1__EVENT__WHAT_RECEIVED,
    UPDATED = CONCORDAT__V1__EVENT__WHAT_UPDATED,
    REFERRAL = 1,
    EVENT_SEALED = 13,
    EVENT_PREVIOUS = 17,
    SEALED_PART = 1,
    SEALED_DIGEST = 2,
    CALLBACK = 1, /* of Confidential */
    KEPT = CONCORDAT__V1__EVENT__WHAT_SNAPSHOT_KEPT,
    KEPT_OF = 1,
    KEPT_DIGEST = 2,
    KEPT_LAYOUT = 3
};

static bool record_scan_for(struct scan scan, uint32_t number, uint32_t or_number, struct scan_field *field)
{
    while (scan_next(&scan, field) == SCAN_FIELD)
        if (field->has_bytes && (field->number == number || field->number == or_number))
            return true;
    return false;
}

bool record_find_referral(const uint8_t *body, size_t size, uint32_t number,
                          ProtobufCMessageUnknownField *referral)
{
    struct scan_field field;
    if (!record_scan_for((struct scan){body, body + size}, RECEIVED, UPDATED, &field) ||
        !record_scan_for((struct scan){field.bytes, field.bytes + field.size}, REFERRAL, REFERRAL, &field))
        return false;
    *referral = record_as_field(&field, number);
    return true;
}

bool record_is_of(const uint8_t *body, size_t size, const uint8_t *referral)
{
    struct scan_field field;
    return record_scan_for((struct scan){body, body + size}, EVENT_REFERRAL, EVENT_REFERRAL, &field) &&
           field.size == ID_BYTES && memcmp(field.bytes, referral, ID_BYTES) == 0;
}

/* The digest in a packed SealedText; NULL if it is of another part. */
static const uint8_t *record_sealed_digest(const struct scan_field *sealed, enum seal_part part)
{
    struct scan scan = {sealed->bytes, sealed->bytes + sealed->size};
    struct scan_field field;
    const uint8_t *digest = NULL;
    uint64_t is = 0;
    while (scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == SEALED_PART && field.has_varint)
            is = field.varint;
        else if (field.number == SEALED_DIGEST && field.has_bytes && field.size == SEAL_DIGEST_BYTES)
            digest = field.bytes;
    return is == part ? digest : NULL;
}

const uint8_t *record_find_digest(const uint8_t *body, size_t size, const uint8_t *referral,
                                  enum seal_part part)
{
    struct scan scan = {body, body + size};
    struct scan_field field;
    const uint8_t *digest = NULL;
    if (!record_is_of(body, size, referral))
        return NULL;
    while (!digest && scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == EVENT_SEALED && field.has_bytes)
            digest = record_sealed_digest(&field, part);
    return digest;
}

bool record_find_link(const uint8_t *body, size_t size, const uint8_t *referral, struct record_link *link)
{
    struct scan scan = {body, body + size};
    struct scan_field field;
    *link = (struct record_link){0};
    if (!record_is_of(body, size, referral))
        return false;
    while (scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == EVENT_PREVIOUS && field.has_varint) {
            link->previous = field.varint;
        } else if (field.number == EVENT_AT && field.has_varint) {
            link->at_ms = (int64_t)field.varint;
        } else if (field.number == EVENT_SEALED && field.has_bytes) {
            link->has_note |= record_sealed_digest(&field, SEAL_NOTE) != NULL;
            link->has_reason |= record_sealed_digest(&field, SEAL_REASON) != NULL;
        }
    return true;
}

bool record_copies_match(const uint8_t *body, size_t size, int64_t at_ms, uint32_t kind,
                         const uint8_t *referral)
{
    struct scan scan = {body, body + size};
    struct scan_field field;
    int64_t stands_ms = 0;
    uint32_t is_kind = 0;
    const uint8_t *stands = NULL;
    while (scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == EVENT_AT && field.has_varint)
            stands_ms = (int64_t)field.varint;
        else if (field.number == EVENT_REFERRAL && field.has_bytes && field.size == ID_BYTES)
            stands = field.bytes;
        else if (field.number >= EVENT_RECEIVED && field.has_bytes)
            is_kind = field.number;
    return stands_ms == at_ms && is_kind == kind && !stands == !referral &&
           (!stands || memcmp(stands, referral, ID_BYTES) == 0);
}

bool record_find_kept(const uint8_t *body, size_t size, uint64_t of, uint8_t digest[STATE_DIGEST_BYTES])
{
    struct scan_field field;
    bool is_of = false, has_digest = false, has_layout = false;
    if (!record_scan_for((struct scan){body, body + size}, KEPT, KEPT, &field))
        return false;
    struct scan kept = {field.bytes, field.bytes + field.size};
    while (scan_next(&kept, &field) == SCAN_FIELD) {
        is_of |= field.number == KEPT_OF && field.has_varint && field.varint == of;
        has_layout |= field.number == KEPT_LAYOUT && field.has_varint && field.varint == state_layout;
        if (field.number == KEPT_DIGEST && field.has_bytes && field.size == STATE_DIGEST_BYTES) {
            memcpy(digest, field.bytes, STATE_DIGEST_BYTES);
            has_digest = true;
        }
    }
    return is_of && has_layout && has_digest;
}

bool record_find_callback(const uint8_t *confidential, size_t size, struct scan_field *callback)
{
    return record_scan_for((struct scan){confidential, confidential + size}, CALLBACK, CALLBACK, callback);
}
