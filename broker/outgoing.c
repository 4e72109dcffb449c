/* outgoing.c: what is to be sent once the turn's events are on disk. */
#include "broker/outgoing.h"

#include <stdlib.h>

void outgoing_close(struct outgoing *o)
{
    free(o->bytes);
    free(o->items);
    *o = (struct outgoing){0};
}

void outgoing_clear(struct outgoing *o)
{
    o->used = o->count = 0;
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

static bool pack(struct outgoing *o, const Concordat__V1__Message *message, struct outgoing_packed *packed)
{
    size_t size = concordat__v1__message__get_packed_size(message);
    void *bytes = o->bytes;
    bool room = make_room(&bytes, &o->capacity, o->used + size, 1);
    o->bytes = bytes;
    if (!room)
        return false;
    concordat__v1__message__pack(message, o->bytes + o->used);
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
    o->items[o->count++] = (struct outgoing_item){*route, packed->at, packed->size};
    return true;
}

bool outgoing_add(struct outgoing *o, const struct server_route *route, const Concordat__V1__Message *message)
{
    struct outgoing_packed packed = {0, 0};
    return outgoing_share(o, route, message, &packed);
}
