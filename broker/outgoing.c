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

bool outgoing_add(struct outgoing *o, const struct server_route *route, const Concordat__V1__Message *message)
{
    size_t size = concordat__v1__message__get_packed_size(message);
    void *bytes = o->bytes, *items = o->items;
    bool room = make_room(&bytes, &o->capacity, o->used + size, 1);
    o->bytes = bytes;
    room = room && make_room(&items, &o->room, o->count + 1, sizeof *o->items);
    o->items = items;
    if (!room)
        return false;
    concordat__v1__message__pack(message, o->bytes + o->used);
    o->items[o->count++] = (struct outgoing_item){*route, o->used, size};
    o->used += size;
    return true;
}
