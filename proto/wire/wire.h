/* wire.h: turns bytes from a stranger into a checked message.
 *
 * One part of a frame (frame.h) is one Request or one Message. We limit what unpacking can cost (frame size,
 * arena) and then check the message: UTF-8, known enum values, no unknown fields, and the limits of check.h.
 * A message from here is well formed; whether its sender may send it is another question.
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
    /* The longest request that a server takes. */
    WIRE_REQUEST_BYTES_MAX = 64 * 1024,
    /* The longest that a request can become if we pack it again: its sender may have packed it shorter. */
    WIRE_REPACKED_BYTES_MAX = 2 * WIRE_REQUEST_BYTES_MAX,
    /* The longest message that a client takes: a Feed with one event of the greatest length fits. */
    WIRE_MESSAGE_BYTES_MAX = 10 * 1024 * 1024,
    /* A server adds no further event to a Feed that is longer than this. Everybody waits while it is made. */
    WIRE_FEED_BYTES_GOOD = 256 * 1024,
    /* The longest stored event: one that carries the policy file is long. */
    WIRE_EVENT_BYTES_MAX = 9 * 1024 * 1024,
    /* The longest sealed form: it fits into a request, and a referral of full length fits into it. */
    WIRE_SEALED_BYTES_MAX = 48 * 1024,
    WIRE_POINT_BYTES = 65, /* of P-256, uncompressed */
    WIRE_ID_BYTES = 16
};

/* Why bytes were refused. The text names the field and what it may hold, never what it held. */
struct wire_fault {
    Concordat__V1__Refusal refusal;
    char text[200];
    bool as_packed;      /* if they were accepted: protobuf-c would pack the same bytes */
    bool has_command_id; /* a refusal can be addressed */
    uint8_t command_id[WIRE_ID_BYTES];
};

/* Each resets the arena and returns the message, which lives in the arena until its next reset; or NULL with
 * *fault filled in. */
Concordat__V1__Request *wire_unpack_request(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault);
Concordat__V1__Message *wire_unpack_message(const uint8_t *bytes, size_t size, struct arena *arena,
                                            struct wire_fault *fault);
/* An event from the ledger or the feed. Checked as strictly, but with a size limit of its own. */
Concordat__V1__Event *wire_unpack_event(const uint8_t *bytes, size_t size, struct arena *arena,
                                        struct wire_fault *fault);

/* Returns a command's name as Request calls it; "unreadable" for NULL, a request that could not be unpacked.
 */
const char *wire_command_name(const Concordat__V1__Request *request);
/* The id, of WIRE_ID_BYTES, of the case that a command begins or changes, borrowed from it; NULL: it only
 * asks, is about no case, or has no id of that length. */
const uint8_t *wire_changed_referral(const Concordat__V1__Request *request);

#endif
