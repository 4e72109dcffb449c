/* store.c: the events on the simulated disk. */
#include "tests/simulation/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void store_close(struct store *s)
{
    for (size_t i = 0; i < s->count + s->pending; i++)
        free(s->events[i].body);
    free(s->events);
    *s = (struct store){0};
}

bool store_write(struct store *s, const struct ledger_event *events, size_t count)
{
    assert(s->pending == 0);
    if (s->count + count > s->room) {
        s->room = (s->count + count) * 2 + 256;
        s->events = realloc(s->events, s->room * sizeof *s->events);
        assert(s->events);
    }
    for (size_t i = 0; i < count; i++) {
        if (events[i].seq != s->count + i + 1)
            return false;
        struct stored *stored = &s->events[s->count + i];
        const uint8_t none[CHAIN_BYTES] = {0};
        *stored = (struct stored){.body = malloc(events[i].body_size + events[i].sealed_size + 1),
                                  .size = events[i].body_size,
                                  .sealed_size = events[i].sealed_size,
                                  .at_ms = events[i].at_ms,
                                  .kind = events[i].kind,
                                  .has_referral = events[i].referral != NULL};
        assert(stored->body);
        memcpy(stored->body, events[i].body, events[i].body_size);
        if (events[i].referral)
            memcpy(stored->referral, events[i].referral, LEDGER_REFERRAL_BYTES);
        if (events[i].sealed)
            memcpy(stored->body + stored->size, events[i].sealed, events[i].sealed_size);
        memcpy(stored->reduced, events[i].reduced, CHAIN_BYTES);
        chain_digest(stored->body, stored->size, stored->chain);
        chain_next(s->count + i ? stored[-1].chain : none, stored->reduced, stored->chain, stored->chain);
        s->pending++;
    }
    return true;
}

void store_settle(struct store *s, bool kept)
{
    for (size_t i = 0; !kept && i < s->pending; i++)
        free(s->events[s->count + i].body);
    if (kept)
        s->count += s->pending;
    s->pending = 0;
}

static struct ledger_event event_of(const struct stored *stored, uint64_t seq)
{
    return (struct ledger_event){.seq = seq,
                                 .at_ms = stored->at_ms,
                                 .kind = stored->kind,
                                 .referral = stored->has_referral ? stored->referral : NULL,
                                 .body = stored->body,
                                 .body_size = stored->size,
                                 .reduced = stored->reduced};
}

enum ledger_status store_read(const struct store *s, uint64_t after, size_t limit, ledger_each *each,
                              void *context)
{
    size_t written = s->count + s->pending;
    if (after > written)
        return LEDGER_NOT_FOUND;
    for (size_t i = after; i < written && i - after < limit; i++) {
        const struct ledger_event event = event_of(&s->events[i], i + 1);
        if (!each(context, &event, s->events[i].chain))
            break;
    }
    return LEDGER_OK;
}

enum ledger_status store_sealed(const struct store *s, uint64_t seq, uint8_t *buffer, size_t capacity,
                                size_t *size)
{
    if (seq == 0 || seq > s->count + s->pending || !s->events[seq - 1].sealed_size)
        return LEDGER_NOT_FOUND;
    const struct stored *stored = &s->events[seq - 1];
    *size = stored->sealed_size;
    if (*size <= capacity)
        memcpy(buffer, stored->body + stored->size, *size);
    return LEDGER_OK;
}
