/* outgoing.c: what is to be sent once the turn's events are on disk. */
#include "broker/outgoing.h"

#include <stdlib.h>
#include <string.h>

void outgoing_close(struct outgoing *o)
{
    free(o->bytes);
    free(o->items);
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
    case CONCORDAT__V1__MESSAGE__BODY_ANSWER:
    case CONCORDAT__V1__MESSAGE__BODY_STATUS:
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

bool outgoing_share(struct outgoing *o, const struct server_route *route,
                    const Concordat__V1__Message *message, struct outgoing_packed *packed)
{
    void *items = o->items;
    bool room = make_room(&items, &o->room, o->count + 1, sizeof *o->items);
    o->items = items;
    if (!room || (packed->size == 0 && !pack(o, message, packed)))
        return false;
    o->items[o->count] = (struct outgoing_item){*route, packed->at, packed->size, o->count};
    o->count++;
    return true;
}

bool outgoing_add(struct outgoing *o, const struct server_route *route, const Concordat__V1__Message *message)
{
    struct outgoing_packed packed = {0, 0};
    return outgoing_share(o, route, message, &packed);
}

static int by_peer(const void *left, const void *right)
{
    const struct outgoing_item *a = left, *b = right;
    int order = a->route.size - b->route.size;
    if (order == 0)
        order = memcmp(a->route.bytes, b->route.bytes, a->route.size);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

static bool for_same_peer(const struct outgoing_item *a, const struct outgoing_item *b)
{
    return a->route.size == b->route.size && memcmp(a->route.bytes, b->route.bytes, a->route.size) == 0;
}

bool outgoing_next(struct outgoing *o, struct outgoing_frame *frame)
{
    if (o->sent == o->count) {
        o->used = o->count = o->sent = 0;
        return false;
    }
    if (o->sent == 0)
        qsort(o->items, o->count, sizeof *o->items, by_peer);
    const struct outgoing_item *first = &o->items[o->sent], *item = first;
    size_t size = 0;
    frame->route = &first->route;
    frame->parts = o->parts;
    frame->count = 0;
    do {
        o->parts[frame->count++] = (struct frame_part){o->bytes + item->at, item->size};
        size += item->size;
        item++;
    } while (++o->sent < o->count && for_same_peer(first, item) && frame->count < OUTGOING_PARTS_MAX &&
             size + item->size <= FRAME_BYTES_GOOD);
    return true;
}
