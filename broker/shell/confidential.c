/* confidential.c: the confidential part of a referral: salted on its way in, checked when it is read, and
 * handed out to those who may read it. */
#include "broker/shell/confidential.h"

#include <sodium.h>
#include <string.h>

#include "broker/shell/alterations.h"
#include "broker/shell/answers.h"
#include "broker/shell/glass.h"
#include "broker/shell/inside.h"
#include "broker/shell/stored.h"
#include "proto/wire/borrowed.h"

enum { RECORD_REFERRAL = 1 }; /* a field of Record */

static void confidential_digest(const uint8_t salt[LEDGER_SALT_BYTES], const uint8_t *bytes, size_t size,
                                uint8_t digest[CONFIDENTIAL_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, CONFIDENTIAL_DIGEST_BYTES);
    crypto_generichash_update(&hash, salt, LEDGER_SALT_BYTES);
    crypto_generichash_update(&hash, bytes, size);
    crypto_generichash_final(&hash, digest, CONFIDENTIAL_DIGEST_BYTES);
}

void confidential_salt(struct broker *b, struct record_content *content, struct confidential_part *part)
{
    *part = (struct confidential_part){.bytes = content->confidential, .size = content->confidential_size};
    b->ports.random(b->ports.context, part->salt, sizeof part->salt);
    confidential_digest(part->salt, part->bytes, part->size, content->confidential_digest);
}

static bool part_is_what_came(const struct stored_part *part)
{
    uint8_t digest[CONFIDENTIAL_DIGEST_BYTES];
    if (part->is_of_this_turn || !part->digest)
        return part->is_of_this_turn;
    confidential_digest(part->salt, part->bytes, part->size, digest);
    return sodium_memcmp(digest, part->digest, sizeof digest) == 0;
}

static enum stored_found part_read(struct broker *b, uint64_t seq, const uint8_t *referral,
                                   struct stored_part *part)
{
    if (!stored_confidential(b, seq, referral, part))
        return STORED_NONE;
    if (part_is_what_came(part))
        return STORED_FOUND;
    alterations_note(b, &(struct altered){ALTERATION_CONFIDENTIAL, seq}, referral);
    return STORED_ALTERED;
}

bool confidential_callback(struct broker *b, const struct referral *r, uint32_t number,
                           spliced_field *callback)
{
    struct stored_part part;
    return part_read(b, r->confidential_seq, r->id, &part) == STORED_FOUND &&
           record_find_callback(part.bytes, part.size, number, callback);
}

bool confidential_ask_record(struct broker *b, const struct answer_to *to, const uint8_t *referral,
                             uint16_t reader)
{
    struct record_requests *records = &b->turn.records;
    if (records->count == TURN_MESSAGES_MAX)
        return false;
    struct record_request *asked = &records->items[records->count++];
    asked->route = *to->route;
    memcpy(asked->command_id, to->command_id, ID_BYTES);
    memcpy(asked->referral, referral, ID_BYTES);
    asked->reader = reader;
    return true;
}

static void confidential_pack_record(struct broker *b, const struct record_request *asked)
{
    const struct any_case of = state_case(b->state, asked->referral);
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
    const struct glass_read *read = NULL;
    struct reading_beyond reading;
    struct status status;
    struct stored_part part;
    spliced_field referral;
    if (!status_of(&status, b->state, b->directory, of))
        return;
    message.command_id = borrowed_bytes(asked->command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_RECORD;
    message.record = &record;
    enum stored_found facts = stored_referral(b, of.open ? of.open->facts_seq : of.ended->facts_seq,
                                              asked->referral, RECORD_REFERRAL, &referral);
    enum stored_found found = part_read(b, of.open ? of.open->confidential_seq : of.ended->confidential_seq,
                                        asked->referral, &part);
    if (found == STORED_ALTERED || facts == STORED_ALTERED) {
        answers_refuse(b, &(struct answer_to){&asked->route, asked->command_id}, REFUSAL_ALTERED,
                       asked->referral);
        return;
    }
    if (facts == STORED_FOUND)
        spliced_into(&record.base, &referral, 1);
    if (found == STORED_FOUND)
        record.confidential =
            concordat__v1__confidential__unpack(&b->stored_arena.allocator, part.size, part.bytes);
    record.status = &status.message;
    if (asked->reader != SLOT_NONE)
        read = glass_find(b->state, asked->reader, asked->referral, b->time.now_ms);
    if (read) {
        glass_say(b, asked->reader, read, &reading);
        record.read_beyond = &reading.message;
    }
    outgoing_add(b->turn.outgoing, &asked->route, &message);
}

void confidential_pack_records(struct broker *b)
{
    struct record_requests *records = &b->turn.records;
    for (size_t i = 0; i < records->count; i++)
        confidential_pack_record(b, &records->items[i]);
    records->count = 0;
}
