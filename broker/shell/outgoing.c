/* outgoing.c: the messages to be sent once the turn's events are on disk, by peer and in order. */
#include "broker/shell/outgoing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

static bool outgoing_reserve(void **memory, size_t *capacity, size_t wanted, size_t unit)
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

/* No message about one case is longer. The longest is an offer: its facts came in one request, and the rest
 * is names and numbers. */
enum { ONE_CASE_BYTES_MAX = WIRE_REPACKED_BYTES_MAX + 16 * 1024 };

/* A size that the message surely fits into. Measuring costs half as much as packing, so only messages that
 * can be long are measured. */
static size_t outgoing_size_max(const Concordat__V1__Message *message)
{
    switch ((int)message->body_case) {
    case CONCORDAT__V1__MESSAGE__BODY__NOT_SET: /* a spliced status */
    case CONCORDAT__V1__MESSAGE__BODY_ANSWER:
    case CONCORDAT__V1__MESSAGE__BODY_OFFER:
    case CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER:
        return ONE_CASE_BYTES_MAX;
    default:
        return concordat__v1__message__get_packed_size(message);
    }
}

static bool outgoing_pack(struct outgoing *o, const Concordat__V1__Message *message,
                          struct outgoing_packed *packed)
{
    void *bytes = o->bytes;
    bool room = outgoing_reserve(&bytes, &o->capacity, o->used + outgoing_size_max(message), 1);
    o->bytes = bytes;
    if (!room)
        return false;
    size_t size = concordat__v1__message__pack(message, o->bytes + o->used);
    assert(size > 0 && size <= o->capacity - o->used);
    *packed = (struct outgoing_packed){o->used, size};
    o->used += size;
    return true;
}

/* The row of a peer, new or known; NULL if memory is short. */
static struct outgoing_peer *outgoing_peer_of(struct outgoing *o, const struct server_route *route)
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
    assert(o->sent == 0);
    void *items = o->items;
    bool room = outgoing_reserve(&items, &o->room, o->count + 1, sizeof *o->items);
    o->items = items;
    struct outgoing_peer *peer = room ? outgoing_peer_of(o, route) : NULL;
    if (!peer || (packed->size == 0 && !outgoing_pack(o, message, packed)))
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

/* Takes the peer's first messages, as many as make a good frame. */
static void outgoing_fill_frame(struct outgoing *o, struct outgoing_peer *peer, struct outgoing_frame *frame)
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
            outgoing_fill_frame(o, peer, frame);
            return true;
        }
    }
    table_clear(&o->peers);
    index_clear(&o->by_route);
    if (o->used)
        explicit_bzero(o->bytes, o->used); /* callback numbers and records are among the messages */
    o->used = o->count = o->sent = 0;
    return false;
}
