/* outgoing.c: what is to be sent once the turn's events are on disk. */
#include "broker/shell/outgoing.h"

#include <stdlib.h>

void outgoing_open(struct outgoing *o)
{
    *o = (struct outgoing){0};
    table_open(&o->peers, sizeof(struct outgoing_peer));
    index_open(&o->by_route, offsetof(struct outgoing_peer, route), sizeof(struct server_route), 0);
}

void outgoing_close(struct outgoing *o)
{
    free(o->bytes);
    free(o->items);
    table_close(&o->peers);
    index_close(&o->by_route);
    *o = (struct outgoing){0};
}

static bool make_room(void **memory, size_t *capacity, size_t wanted, size_t unit)
{
    if (wanted <= *capacity)
        return true;
    size_t more = *capacity ? *capacity : 64;
    while (more < wanted)
        more *= 2;
    void *bigger = realloc(*memory, more * unit);
    if (!bigger)
        return false;
    *memory = bigger;
    *capacity = more;
    return true;
}

/* Longer than any message about one case: of an offer, the longest, the facts came in one request and the
 * rest is names and numbers. */
enum { ONE_CASE_BYTES_MAX = WIRE_REPACKED_BYTES_MAX + 16 * 1024 };

/* Room that a message surely fits into. Measuring costs half as much as packing, and is left to what can be
 * long. */
static size_t most_of(const Concordat__V1__Message *message)
{
    switch ((int)message->body_case) {
    case CONCORDAT__V1__MESSAGE__BODY__NOT_SET: /* a status that has been packed already */
    case CONCORDAT__V1__MESSAGE__BODY_ANSWER:
    case CONCORDAT__V1__MESSAGE__BODY_OFFER:
    case CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER:
        return ONE_CASE_BYTES_MAX;
    default:
        return concordat__v1__message__get_packed_size(message);
    }
}

static bool pack(struct outgoing *o, const Concordat__V1__Message *message, struct outgoing_packed *packed)
{
    void *bytes = o->bytes;
    bool room = make_room(&bytes, &o->capacity, o->used + most_of(message), 1);
    o->bytes = bytes;
    if (!room)
        return false;
    size_t size = concordat__v1__message__pack(message, o->bytes + o->used);
    *packed = (struct outgoing_packed){o->used, size};
    o->used += size;
    return true;
}

/* The peer's row, made where it has none yet; NULL where memory is short. */
static struct outgoing_peer *peer_of(struct outgoing *o, const struct server_route *route)
{
    uint32_t row = index_find(&o->by_route, &o->peers, route);
    if (row != ROW_NONE)
        return table_row(&o->peers, row);
    if (!table_reserve(&o->peers, 1) || !index_reserve(&o->by_route, 1))
        return NULL;
    struct outgoing_peer *peer = table_add(&o->peers);
    peer->route = *route;
    index_add(&o->by_route, &o->peers, o->peers.count - 1);
    return peer;
}

bool outgoing_share(struct outgoing *o, const struct server_route *route,
                    const Concordat__V1__Message *message, struct outgoing_packed *packed)
{
    void *items = o->items;
    bool room = make_room(&items, &o->room, o->count + 1, sizeof *o->items);
    o->items = items;
    struct outgoing_peer *peer = room ? peer_of(o, route) : NULL;
    if (!peer || (packed->size == 0 && !pack(o, message, packed)))
        return false;
    o->items[o->count++] = (struct outgoing_item){packed->at, packed->size, 0};
    if (peer->last)
        o->items[peer->last - 1].next = o->count;
    else
        peer->first = o->count;
    peer->last = o->count;
    return true;
}

bool outgoing_add(struct outgoing *o, const struct server_route *route, const Concordat__V1__Message *message)
{
    struct outgoing_packed packed = {0, 0};
    return outgoing_share(o, route, message, &packed);
}

/* Takes what makes a good frame from the peer's first messages. */
static void make_frame(struct outgoing *o, struct outgoing_peer *peer, struct outgoing_frame *frame)
{
    size_t size = 0;
    *frame = (struct outgoing_frame){&peer->route, o->parts, 0};
    while (peer->first && frame->count < OUTGOING_PARTS_MAX) {
        const struct outgoing_item *item = &o->items[peer->first - 1];
        size += item->size;
        if (frame->count && size > FRAME_BYTES_GOOD)
            return;
        o->parts[frame->count++] = (struct frame_part){o->bytes + item->at, item->size};
        peer->first = item->next;
    }
}

bool outgoing_next(struct outgoing *o, struct outgoing_frame *frame)
{
    for (; o->sent < o->peers.count; o->sent++) {
        struct outgoing_peer *peer = table_row(&o->peers, o->sent);
        if (peer->first) {
            make_frame(o, peer, frame);
            return true;
        }
    }
    table_clear(&o->peers);
    index_clear(&o->by_route);
    o->used = o->count = o->sent = 0;
    return false;
}
