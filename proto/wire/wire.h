/* wire.h: bytes from a stranger to a checked message, and back.
 *
 * One part of a frame (frame.h) is one Request or one Message. Unpacking is bounded (frame size, arena) and
 * then checked: UTF-8, known enum values, no unknown fields, and the limits of check.h. What comes out may be
 * trusted to be well formed, not to be allowed.
 */
#ifndef CONCORDAT_WIRE_H
#define CONCORDAT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/codes.pb-c.h"
#include "concordat/v1/event.pb-c.h"
#include "concordat/v1/referral.pb-c.h"
#include "concordat/v1/wire.pb-c.h"
#include "proto/wire/arena.h"

enum {
    WIRE_PROTOCOL = 1,
    WIRE_REQUEST_BYTES_MAX = 64 * 1024, /* a server takes no longer one */
    /* Packing a request anew can lengthen it, where its sender packed otherwise, but never to more than this.
     */
    WIRE_REPACKED_BYTES_MAX = 2 * WIRE_REQUEST_BYTES_MAX,
    WIRE_MESSAGE_BYTES_MAX =
        10 * 1024 * 1024, /* a client neither: a feed may hold one event of the longest */
    WIRE_FEED_BYTES_GOOD =
        1024 * 1024, /* a server adds no further event to a Feed that is longer than this */
    WIRE_EVENT_BYTES_MAX = 9 * 1024 * 1024, /* a stored event; one that carries the policy file is long */
    WIRE_ID_BYTES = 16
};

/* Why bytes were not taken. text names the field and what it may hold, never what it held. */
struct wire_fault {
    Concordat__V1__Refusal refusal;
    char text[200];
    bool as_packed;      /* of those that were taken: packed anew the message has the same bytes */
    bool has_command_id; /* where an answer can be addressed */
    uint8_t command_id[WIRE_ID_BYTES];
};

/* Each returns the message, inside the arena and valid until its reset, or NULL with *fault filled in.
 * The arena is reset first. */
Concordat__V1__Request *wire_unpack_request(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault);
Concordat__V1__Message *wire_unpack_message(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault);
/* An event of the ledger or the feed: read strictly too, but with its own size limit. */
Concordat__V1__Event *wire_unpack_event(const uint8_t *bytes, size_t size, struct arena *arena,
                                        struct wire_fault *fault);

#endif
