/* stored.c: the stored content of a case: the referral in an event, and the confidential part beside it. */
#include "broker/shell/stored.h"

#include <string.h>

#include "broker/shell/inside.h"

struct referral_search {
    struct arena *arena;
    uint32_t number;
    spliced_field *referral;
    bool found;
};

/* The ledger lends the body for this call only, so it is copied. */
static bool stored_find_referral(void *context, uint64_t seq, const uint8_t *body, size_t size,
                                 const uint8_t *chain)
{
    (void)seq;
    (void)chain;
    struct referral_search *search = context;
    uint8_t *copy = arena_take(search->arena, size);
    if (copy)
        search->found =
            record_find_referral(memcpy(copy, body, size), size, search->number, search->referral);
    return false;
}

bool stored_referral(struct broker *b, uint64_t seq, uint32_t number, spliced_field *referral)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    arena_reset(&b->stored_arena);
    if (item)
        return record_find_referral(b->turn.batch.bytes + item->body_at, item->body_size, number, referral);
    struct referral_search search = {&b->stored_arena, number, referral, false};
    return b->ports.read(b->ports.context, seq - 1, 1, stored_find_referral, &search) == LEDGER_OK &&
           search.found;
}

const uint8_t *stored_confidential(struct broker *b, uint64_t seq, size_t *size)
{
    const struct batch_item *item = batch_find(&b->turn.batch, seq);
    if (item) {
        *size = item->confidential_size;
        return item->has_confidential ? b->turn.batch.bytes + item->confidential_at : NULL;
    }
    uint8_t *stored = seq ? arena_take(&b->stored_arena, WIRE_REQUEST_BYTES_MAX) : NULL;
    if (!stored ||
        b->ports.confidential(b->ports.context, seq, stored, WIRE_REQUEST_BYTES_MAX, size) != LEDGER_OK ||
        *size > WIRE_REQUEST_BYTES_MAX)
        return NULL;
    return stored;
}
