/* outgoing.h: the messages to be sent once the turn's events are on disk, by peer and in order.
 *
 * Messages for one peer go out together, as few frames as are good. A message for several peers is packed
 * once.
 */
#ifndef CONCORDAT_OUTGOING_H
#define CONCORDAT_OUTGOING_H

#include "broker/core/index.h"
#include "proto/server/server.h"
#include "proto/wire/wire.h"

/* In one frame. As many of the shortest messages make a frame of a good length. */
enum { OUTGOING_PARTS_MAX = 256 };

/* Messages for one peer, in the order in which they were added. Borrowed until the next outgoing_next. */
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
    uint32_t sent;                               /* peers whose messages have all been given out */
    struct frame_part parts[OUTGOING_PARTS_MAX]; /* of the frame given out last */
};

void outgoing_open(struct outgoing *outgoing);
void outgoing_close(struct outgoing *outgoing);

/* The place of a message that several peers are sent. */
struct outgoing_packed {
    size_t at, size; /* size 0: not packed yet */
};

/* Addresses a message to a peer, packing it if *packed says that it is not packed yet. False if memory is
 * short. */
bool outgoing_share(struct outgoing *outgoing, const struct server_route *route,
                    const Concordat__V1__Message *message, struct outgoing_packed *packed);
/* The same for a message that one peer is sent. */
bool outgoing_add(struct outgoing *outgoing, const struct server_route *route,
                  const Concordat__V1__Message *message);
/* The next frame. False if all have been given out: then nothing is left. Nothing may be added between the
 * first call and that one. */
bool outgoing_next(struct outgoing *outgoing, struct outgoing_frame *frame);

#endif
