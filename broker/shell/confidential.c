/* confidential.c: the confidential part of a referral: salted on its way in, and handed out to those who may
 * read it. */
#include "broker/shell/confidential.h"

#include <sodium.h>
#include <string.h>

#include "broker/shell/inside.h"
#include "broker/shell/stored.h"
#include "proto/wire/borrowed.h"

enum { RECORD_REFERRAL = 1 }; /* a field of Record */

void confidential_salt(struct broker *b, struct record_content *content, struct confidential_part *part)
{
    crypto_generichash_state hash;
    *part = (struct confidential_part){.bytes = content->confidential, .size = content->confidential_size};
    b->ports.random(b->ports.context, part->salt, sizeof part->salt);
    crypto_generichash_init(&hash, NULL, 0, CONFIDENTIAL_DIGEST_BYTES);
    crypto_generichash_update(&hash, part->salt, sizeof part->salt);
    crypto_generichash_update(&hash, part->bytes, part->size);
    crypto_generichash_final(&hash, content->confidential_digest, CONFIDENTIAL_DIGEST_BYTES);
}

bool confidential_callback(struct broker *b, uint64_t seq, uint32_t number, spliced_field *callback)
{
    size_t size;
    const uint8_t *confidential = stored_confidential(b, seq, &size);
    return confidential && record_find_callback(confidential, size, number, callback);
}

bool confidential_ask_record(struct broker *b, const struct answer_to *to, const uint8_t *referral)
{
    struct record_requests *records = &b->turn.records;
    if (records->count == TURN_MESSAGES_MAX)
        return false;
    struct record_request *asked = &records->items[records->count++];
    asked->route = *to->route;
    memcpy(asked->command_id, to->command_id, ID_BYTES);
    memcpy(asked->referral, referral, ID_BYTES);
    return true;
}

static Concordat__V1__Confidential *confidential_unpack(struct broker *b, uint64_t seq)
{
    size_t size;
    const uint8_t *confidential = stored_confidential(b, seq, &size);
    return confidential ? concordat__v1__confidential__unpack(&b->stored_arena.allocator, size, confidential)
                        : NULL;
}

static void confidential_pack_record(struct broker *b, const struct record_request *asked)
{
    const struct any_case of = state_case(b->state, asked->referral);
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
    struct status status;
    spliced_field referral;
    if (!status_of(&status, b->state, b->directory, of))
        return;
    message.command_id = borrowed_bytes(asked->command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_RECORD;
    message.record = &record;
    if (stored_referral(b, of.open ? of.open->facts_seq : of.ended->facts_seq, RECORD_REFERRAL, &referral))
        spliced_into(&record.base, &referral, 1);
    record.confidential =
        confidential_unpack(b, of.open ? of.open->confidential_seq : of.ended->confidential_seq);
    record.status = &status.message;
    outgoing_add(b->turn.outgoing, &asked->route, &message);
}

void confidential_pack_records(struct broker *b)
{
    struct record_requests *records = &b->turn.records;
    for (size_t i = 0; i < records->count; i++)
        confidential_pack_record(b, &records->items[i]);
    records->count = 0;
}
