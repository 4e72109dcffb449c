/* confidential.c: see confidential.h. */
#include "broker/shell/confidential.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/seals.h"
#include "broker/shell/alterations.h"
#include "broker/shell/answers.h"
#include "broker/shell/glass.h"
#include "broker/shell/inside.h"
#include "broker/shell/stored.h"
#include "proto/wire/borrowed.h"

enum { RECORD_REFERRAL = 1 };  /* a field of Record */
enum { LENGTH_BYTES_MAX = 4 }; /* before a text of one request */

/* The key that a text of a case is sealed under. */
static enum seals_status text_key(struct broker *b, struct any_case of, enum seal_part part,
                                  uint8_t key[SEAL_KEY_BYTES])
{
    const struct seals_case sealed = of.open ? (struct seals_case){of.open->number, of.open->drill}
                                             : (struct seals_case){of.ended->number, of.ended->drill};
    return part == SEAL_CALLBACK ? seals_find_callback(b->sealing.seals, &sealed, key)
                                 : seals_find(b->sealing.seals, &sealed, key);
}

/* Opens a text that is stored beside event `seq`. */
static enum stored_found text_open(struct broker *b, struct any_case of, uint64_t seq, enum seal_part part,
                                   struct seal_opened *opened)
{
    const uint8_t *id = of.open ? of.open->id : of.ended->id;
    const struct seal_place place = {id, seq, part};
    struct stored_text text;
    uint8_t key[SEAL_KEY_BYTES];
    if (!stored_text(b, seq, id, part, &text))
        return STORED_NONE;
    enum seals_status status = text_key(b, of, part, key);
    if (status != SEALS_OK)
        return STORED_SHUT;
    size_t room = text.body.size + 1;
    uint8_t *buffer = arena_take(&b->stored_arena, room);
    enum seal_status seal =
        buffer && text.digest && text.body.bytes
            ? seal_open(key, &place, text.digest, text.body.bytes, text.body.size, buffer, room, opened)
            : SEAL_ALTERED;
    sodium_memzero(key, sizeof key);
    if (seal == SEAL_OPENED)
        return STORED_FOUND;
    if (!buffer)
        return STORED_NONE;
    alterations_note(b, &(struct altered){ALTERATION_CONFIDENTIAL, seq}, id);
    return STORED_ALTERED;
}

bool confidential_is_as_told(struct broker *b, const uint8_t *referral, uint64_t seq,
                             const struct record_content *content)
{
    const struct any_case of = state_case(b->state, referral);
    struct seal_opened told;
    if ((!of.open && !of.ended) || text_open(b, of, seq, content->part, &told) != STORED_FOUND)
        return true;
    return told.size == content->text_size && sodium_memcmp(told.text, content->text, told.size) == 0;
}

/* A text with its length before it, as a packed field has it; NULL if memory is short. */
static const uint8_t *text_with_length(struct broker *b, const struct scan_field *text, size_t *size)
{
    uint8_t *bytes = arena_take(&b->stored_arena, LENGTH_BYTES_MAX + text->size), *at = bytes;
    size_t left = text->size;
    if (!bytes)
        return NULL;
    for (; left >= 0x80; left >>= 7)
        *at++ = (uint8_t)(left | 0x80);
    *at++ = (uint8_t)left;
    memcpy(at, text->bytes, text->size);
    *size = (size_t)(at - bytes) + text->size;
    return bytes;
}

static bool callback_open(struct broker *b, const struct referral *r, struct scan_field *callback)
{
    struct seal_opened opened;
    enum stored_found found =
        text_open(b, (struct any_case){.open = r}, r->confidential_seq, SEAL_CALLBACK, &opened);
    if (found == STORED_FOUND)
        *callback = (struct scan_field){.bytes = opened.text, .size = opened.size};
    return found == STORED_FOUND;
}

bool confidential_callback(struct broker *b, const struct referral *r, uint32_t number,
                           spliced_field *callback)
{
    struct scan_field text;
    size_t size;
    if (!sealing_fresh_callback(b, r->id, r->confidential_seq, &text) && !callback_open(b, r, &text))
        return false;
    const uint8_t *bytes = text_with_length(b, &text, &size);
    if (bytes)
        *callback = spliced_as(number, bytes, size);
    return bytes;
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
    struct seal_opened part;
    spliced_field referral;
    if (!status_of(&status, b->state, b->directory, of))
        return;
    message.command_id = borrowed_bytes(asked->command_id, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_RECORD;
    message.record = &record;
    enum stored_found facts = stored_referral(b, of.open ? of.open->facts_seq : of.ended->facts_seq,
                                              asked->referral, RECORD_REFERRAL, &referral);
    enum stored_found found = text_open(
        b, of, of.open ? of.open->confidential_seq : of.ended->confidential_seq, SEAL_RECORD, &part);
    if (found == STORED_ALTERED || found == STORED_SHUT || facts == STORED_ALTERED) {
        answers_refuse(b, &(struct answer_to){&asked->route, asked->command_id},
                       found == STORED_SHUT ? REFUSAL_SEALED : REFUSAL_ALTERED, asked->referral);
        return;
    }
    if (facts == STORED_FOUND)
        spliced_into(&record.base, &referral, 1);
    if (found == STORED_FOUND)
        record.confidential =
            concordat__v1__confidential__unpack(&b->stored_arena.allocator, part.size, part.text);
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
