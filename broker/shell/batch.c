/* batch.c: the events of one turn, packed and waiting to be committed together. */
#include "broker/shell/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/reduced.h"

enum { FIRST_BYTES = 256 * 1024, FIRST_ITEMS = 256 };

void batch_clear(struct batch *b)
{
    b->used = b->count = 0;
}

void batch_close(struct batch *b)
{
    free(b->bytes);
    free(b->items);
    free(b->events);
    *b = (struct batch){0};
}

static bool batch_reserve_bytes(struct batch *b, size_t more)
{
    size_t wanted = b->used + more, capacity = b->capacity ? b->capacity : FIRST_BYTES;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity == b->capacity)
        return true;
    uint8_t *bytes = realloc(b->bytes, capacity);
    if (!bytes)
        return false;
    b->bytes = bytes;
    b->capacity = capacity;
    return true;
}

static bool batch_reserve_item(struct batch *b)
{
    if (b->count < b->room)
        return true;
    size_t room = b->room ? b->room * 2 : FIRST_ITEMS;
    struct batch_item *items = realloc(b->items, room * sizeof *items);
    if (!items)
        return false;
    b->items = items;
    struct ledger_event *events = realloc(b->events, room * sizeof *events);
    if (!events)
        return false;
    b->events = events;
    b->room = room;
    return true;
}

/* Room has been reserved. */
static void batch_keep_beside(struct batch *b, struct batch_item *item, const struct sealed_texts *texts)
{
    item->sealed_at = b->used;
    item->sealed_size = texts->size;
    memcpy(b->bytes + b->used, texts->row, texts->size);
    b->used += texts->size;
}

/* Makes the reduced form behind what is used, for its digest alone: room for as much as the body has been
 * reserved there. */
static void batch_reduce(struct batch *b, struct batch_item *item)
{
    bool is_event =
        reduced_digest(b->bytes + item->body_at, item->body_size, b->bytes + b->used, item->reduced);
    assert(is_event);
    (void)is_event;
}

bool batch_add(struct batch *b, const struct event *event, const struct state *state,
               const struct directory *directory, const uint8_t salt[EVENT_SALT_BYTES],
               const struct sealed_texts *texts)
{
    assert(b->count == 0 || event->seq == b->items[b->count - 1].seq + 1);
    size_t most = event->kind == EVENT_POLICY_LOADED ? WIRE_EVENT_BYTES_MAX : RECORD_EVENT_BYTES_MAX;
    if (!batch_reserve_item(b) || !batch_reserve_bytes(b, 2 * most + (texts ? texts->size : 0)))
        return false;
    size_t size = record_pack_event(event, state, directory, salt, texts ? &texts->said : NULL,
                                    b->bytes + b->used, most);
    if (size == 0)
        return false;
    struct batch_item *item = &b->items[b->count++];
    *item = (struct batch_item){.seq = event->seq,
                                .at_ms = event->at_ms,
                                .kind = event->kind,
                                .has_referral = event->has_referral,
                                .drill = event->drill,
                                .number = event->number,
                                .body_at = b->used,
                                .body_size = size};
    memcpy(item->referral, event->referral, ID_BYTES);
    b->used += size;
    batch_reduce(b, item);
    if (texts)
        batch_keep_beside(b, item, texts);
    assert(size <= most && b->used <= b->capacity);
    return true;
}

void batch_cut(struct batch *b, size_t count)
{
    assert(count <= b->count);
    if (count < b->count)
        b->used = b->items[count].body_at;
    b->count = count;
}

const struct batch_item *batch_find(const struct batch *b, uint64_t seq)
{
    if (b->count == 0 || seq < b->items[0].seq || seq - b->items[0].seq >= b->count)
        return NULL;
    const struct batch_item *item = &b->items[seq - b->items[0].seq];
    assert(item->seq == seq);
    return item;
}

const struct ledger_event *batch_events(struct batch *b)
{
    size_t end = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct batch_item *item = &b->items[i];
        assert(item->body_at == end && item->seq == b->items[0].seq + i);
        end += item->body_size + item->sealed_size;
        b->events[i] = (struct ledger_event){
            .seq = item->seq,
            .at_ms = item->at_ms,
            .kind = (uint32_t)item->kind,
            .referral = item->has_referral ? item->referral : NULL,
            .body = b->bytes + item->body_at,
            .body_size = item->body_size,
            .reduced = item->reduced,
            .sealed = item->sealed_size ? b->bytes + item->sealed_at : NULL,
            .sealed_size = item->sealed_size,
        };
    }
    assert(end == b->used);
    return b->events;
}
