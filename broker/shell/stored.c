/* stored.c: the stored content of a case: the referral in an event, and the confidential part beside it. */
#include "broker/shell/stored.h"

#include <string.h>

#include "broker/shell/alterations.h"
#include "broker/shell/inside.h"

struct referral_search {
    struct broker *broker;
    const uint8_t *id; /* whose event it has to be */
    uint32_t number;
    spliced_field *referral;
    bool found, is_of_another;
};

/* The ledger lends the body for this call only, so it is copied. */
static bool stored_find_referral(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain;
    const uint8_t *body = event->body;
    size_t size = event->body_size;
    struct referral_search *search = context;
    uint8_t *copy = arena_take(&search->broker->stored_arena, size);
    alterations_compare_copies(search->broker, event);
    search->is_of_another = !record_is_of(body, size, search->id);
    if (copy && !search->is_of_another)
        search->found =
            record_find_referral(memcpy(copy, body, size), size, search->number, search->referral);
    return false;
}

/* The chain can be right and the event another case's: then the state or the ledger's end was made up. */
static enum stored_found stored_read_referral(struct broker *b, uint64_t seq, struct referral_search *search)
{
    enum ledger_status status = b->ports.read(b->ports.context, seq - 1, 1, stored_find_referral, search);
    if (status == LEDGER_OK && !search->is_of_another)
        return search->found ? STORED_FOUND : STORED_NONE;
    if (status != LEDGER_OK && status != LEDGER_CORRUPT)
        return STORED_NONE;
    alterations_note(b, &(struct altered){ALTERATION_CONTENT, seq}, search->id);
    return STORED_ALTERED;
}

enum stored_found stored_referral(struct broker *b, uint64_t seq, const uint8_t *id, uint32_t number,
                                  spliced_field *referral)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    arena_reset(&b->stored_arena);
    if (item)
        return record_find_referral(b->turn.batch.bytes + item->body_at, item->body_size, number, referral)
                   ? STORED_FOUND
                   : STORED_NONE;
    return stored_read_referral(b, seq, &(struct referral_search){b, id, number, referral, false, false});
}

struct digest_search {
    struct broker *broker;
    const uint8_t *referral; /* whose event it has to be */
    const uint8_t *digest;   /* NULL: it has none */
    bool no_memory;
};

static bool stored_find_digest(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain;
    const uint8_t *body = event->body;
    size_t size = event->body_size;
    struct digest_search *search = context;
    const uint8_t *digest = record_find_digest(body, size, search->referral);
    alterations_compare_copies(search->broker, event);
    uint8_t *copy = digest ? arena_take(&search->broker->stored_arena, CONFIDENTIAL_DIGEST_BYTES) : NULL;
    search->no_memory = digest && !copy;
    if (copy)
        search->digest = memcpy(copy, digest, CONFIDENTIAL_DIGEST_BYTES);
    return false;
}

/* An event that was altered vouches for nothing. A part that is longer than any request is none that we
 * wrote: it is not copied, and nothing vouches for it. */
static bool stored_read_part(struct broker *b, uint64_t seq, const uint8_t *referral,
                             struct stored_part *part)
{
    uint8_t *salt = arena_take(&b->stored_arena, LEDGER_SALT_BYTES);
    uint8_t *bytes = arena_take(&b->stored_arena, WIRE_REQUEST_BYTES_MAX);
    struct digest_search search = {.broker = b, .referral = referral};
    if (!salt || !bytes ||
        b->ports.confidential(b->ports.context, seq, salt, bytes, WIRE_REQUEST_BYTES_MAX, &part->size) !=
            LEDGER_OK)
        return false;
    part->bytes = bytes;
    part->salt = salt;
    if (part->size > WIRE_REQUEST_BYTES_MAX)
        return true;
    enum ledger_status status = b->ports.read(b->ports.context, seq - 1, 1, stored_find_digest, &search);
    part->digest = status == LEDGER_OK ? search.digest : NULL;
    return status != LEDGER_UNKNOWN && !search.no_memory;
}

bool stored_confidential(struct broker *b, uint64_t seq, const uint8_t *referral, struct stored_part *part)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    *part = (struct stored_part){.is_of_this_turn = item};
    if (!item)
        return seq && stored_read_part(b, seq, referral, part);
    part->bytes = b->turn.batch.bytes + item->confidential_at;
    part->size = item->confidential_size;
    return item->has_confidential;
}
