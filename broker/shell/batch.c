/* batch.c: the events of one turn, packed and waiting to be committed together. */
#include "broker/shell/batch.h"

#include <stdlib.h>
#include <string.h>

void batch_close(struct batch *b)
{
    free(b->bytes);
    free(b->items);
    free(b->events);
    *b = (struct batch){0};
}

void batch_clear(struct batch *b)
{
    b->used = b->count = 0;
}

static bool reserve_bytes(struct batch *b, size_t more)
{
    size_t wanted = b->used + more, capacity = b->capacity ? b->capacity : 256 * 1024;
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

static bool reserve_item(struct batch *b)
{
    if (b->count < b->room)
        return true;
    size_t room = b->room ? b->room * 2 : 256;
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

static struct happened what_happened(const struct event *event)
{
    struct happened happened = {.kind = event->kind, .has_referral = event->has_referral, .team = SLOT_NONE};
    happened.former_team = SLOT_NONE;
    memcpy(happened.referral, event->referral, ID_BYTES);
    if (event->kind == EVENT_OFFERED) {
        happened.team = event->is.offered.team;
        happened.attempt = event->is.offered.attempt;
    } else if (event->kind == EVENT_OFFER_ENDED) {
        happened.team = event->is.offer.team;
        happened.attempt = event->is.offer.attempt;
        happened.end = event->is.offer.end;
    } else if (event->kind == EVENT_ACCEPTED) {
        happened.team = event->is.accepted.team;
        happened.attempt = event->is.accepted.attempt;
        happened.end = OFFER_END_ACCEPTED;
        happened.former_team = event->is.accepted.previous_team;
    } else if (event->kind == EVENT_LEASE_LAPSED) {
        happened.former_team = event->is.lease.team;
    }
    return happened;
}

bool batch_add(struct batch *b, const struct event *event, const struct state *state,
               const struct directory *directory, const uint8_t *salt, const uint8_t *confidential,
               size_t confidential_size)
{
    size_t most = event->kind == EVENT_POLICY_LOADED ? WIRE_EVENT_BYTES_MAX : RECORD_EVENT_BYTES_MAX;
    if (!reserve_item(b) || !reserve_bytes(b, most + confidential_size))
        return false;
    struct batch_item *item = &b->items[b->count];
    *item = (struct batch_item){.happened = what_happened(event), .seq = event->seq, .at_ms = event->at_ms};
    item->body_at = b->used;
    item->body_size = record_pack_event(event, state, directory, b->bytes + b->used, most);
    if (item->body_size == 0)
        return false;
    b->used += item->body_size;
    if (confidential) {
        item->with_confidential = true;
        memcpy(item->salt, salt, sizeof item->salt);
        item->confidential_at = b->used;
        item->confidential_size = confidential_size;
        memcpy(b->bytes + b->used, confidential, confidential_size);
        b->used += confidential_size;
    }
    b->count++;
    return true;
}

void batch_note_asker(struct batch *b, size_t events, uint32_t row)
{
    for (size_t i = b->count - events; i < b->count; i++)
        b->items[i].happened.asker = row + 1;
}

const struct batch_item *batch_find(const struct batch *b, uint64_t seq)
{
    /* Numbers follow each other without a gap. */
    if (b->count == 0 || seq < b->items[0].seq || seq - b->items[0].seq >= b->count)
        return NULL;
    return &b->items[seq - b->items[0].seq];
}

const struct ledger_event *batch_events(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct batch_item *item = &b->items[i];
        b->events[i] = (struct ledger_event){
            .seq = item->seq,
            .at_ms = item->at_ms,
            .kind = (uint32_t)item->happened.kind,
            .referral = item->happened.has_referral ? item->happened.referral : NULL,
            .body = b->bytes + item->body_at,
            .body_size = item->body_size,
            .salt = item->with_confidential ? item->salt : NULL,
            .confidential = item->with_confidential ? b->bytes + item->confidential_at : NULL,
            .confidential_size = item->confidential_size,
        };
    }
    return b->events;
}
