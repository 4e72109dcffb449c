/* outgoing.h: what is to be sent once the turn's events are on disk. */
#ifndef CONCORDAT_OUTGOING_H
#define CONCORDAT_OUTGOING_H

#include "broker/net/server.h"
#include "proto/wire.h"

struct outgoing_item {
    struct server_route route;
    size_t at, size;
};

struct outgoing {
    uint8_t *bytes; /* owned */
    size_t used, capacity;
    struct outgoing_item *items; /* owned */
    size_t count, room;
};

void outgoing_close(struct outgoing *outgoing);
/* Packs a message for one peer. False where memory is short. */
bool outgoing_add(struct outgoing *outgoing, const struct server_route *route,
                  const Concordat__V1__Message *message);
void outgoing_clear(struct outgoing *outgoing);

#endif
