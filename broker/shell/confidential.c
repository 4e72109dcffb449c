/* confidential.c: see confidential.h. */
#include "broker/shell/confidential.h"

#include <sodium.h>
#include <string.h>

#include "broker/seals/seals.h"
#include "broker/shell/alterations.h"
#include "broker/shell/inside.h"

enum { LENGTH_BYTES_MAX = 4 }; /* before a text of one request */

/* The key that a text of a case is sealed under. It can outlive the erasing for a while, on a disk that is
 * full; nobody is shown anything by it. */
static enum seals_status text_key(struct broker *b, struct any_case of, enum seal_part part,
                                  uint8_t key[SEAL_KEY_BYTES])
{
    const struct seals_case sealed = of.open ? (struct seals_case){of.open->number, of.open->drill}
                                             : (struct seals_case){of.ended->number, of.ended->drill};
    if (of.ended && of.ended->erased_ms)
        return SEALS_ERASED;
    return part == SEAL_CALLBACK ? seals_find_callback(b->sealing.seals, &sealed, key)
                                 : seals_find(b->sealing.seals, &sealed, key);
}

enum stored_found confidential_open(struct broker *b, struct any_case of, uint64_t seq, enum seal_part part,
                                    struct seal_opened *opened)
{
    const uint8_t *id = of.open ? of.open->id : of.ended->id;
    const struct seal_place place = {id, seq, part};
    struct stored_text text;
    uint8_t key[SEAL_KEY_BYTES];
    if (!stored_text(b, seq, id, part, &text))
        return STORED_NONE;
    enum seals_status status = text_key(b, of, part, key);
    sealing_heed(b, status);
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
    if ((!of.open && !of.ended) || confidential_open(b, of, seq, content->part, &told) != STORED_FOUND)
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
        confidential_open(b, (struct any_case){.open = r}, r->confidential_seq, SEAL_CALLBACK, &opened);
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
