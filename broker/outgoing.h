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
/* A message that is packed once, for however many peers. */
struct outgoing_packed {
    size_t at, size; /* size 0: not packed yet */
};

/* Packs a message where *packed says that it is not yet, and addresses it to a peer. False where memory is
 * short. */
bool outgoing_share(struct outgoing *outgoing, const struct server_route *route,
                    const Concordat__V1__Message *message, struct outgoing_packed *packed);
/* The same for one peer. */
bool outgoing_add(struct outgoing *outgoing, const struct server_route *route,
                  const Concordat__V1__Message *message);
void outgoing_clear(struct outgoing *outgoing);

#endif
