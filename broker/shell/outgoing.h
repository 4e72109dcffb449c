/* outgoing.h: what is to be sent once the turn's events are on disk. */
#ifndef CONCORDAT_OUTGOING_H
#define CONCORDAT_OUTGOING_H

#include "broker/core/index.h"
#include "proto/server/server.h"
#include "proto/wire/wire.h"

/* In one frame. The shortest messages make a frame as long as is good. */
enum { OUTGOING_PARTS_MAX = 256 };

/* Messages for one peer, in the order in which they were added: as many as make a good frame. */
struct outgoing_frame {
    const struct server_route *route;
    const struct frame_part *parts;
    size_t count;
};

struct outgoing_item {
    size_t at, size;
    size_t next; /* of the same peer, + 1; 0: none */
};

struct outgoing_peer {
    struct server_route route;
    size_t first, last; /* of its items, + 1; 0: none */
};

struct outgoing {
    uint8_t *bytes; /* owned */
    size_t used, capacity;
    struct outgoing_item *items; /* owned */
    size_t count, room;
    struct table peers;
    struct index by_route;
    uint32_t sent;                               /* of the peers, all that they are told */
    struct frame_part parts[OUTGOING_PARTS_MAX]; /* of the frame given out last */
};

void outgoing_open(struct outgoing *outgoing);
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
/* The next frame, borrowed until the next call; false where all have been given out, and then nothing is
 * left. Between the first call and that nothing is added. */
bool outgoing_next(struct outgoing *outgoing, struct outgoing_frame *frame);

#endif
