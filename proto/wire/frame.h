/* frame.h: several messages in one ZeroMQ frame.
 *
 * A frame is a Requests or a Messages of wire.proto. Both have a single repeated field, so each part can be
 * packed by itself and the parts simply follow each other. To encrypt a frame, send it and wake its reader
 * costs as much for one part as for sixteen.
 */
#ifndef CONCORDAT_FRAME_H
#define CONCORDAT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/scan.h"

enum {
    /* A server reads no more parts of one frame, so that others are not kept waiting. */
    FRAME_REQUESTS_MAX = 16,
    /* A sender adds no part that would make a frame longer than this. */
    FRAME_BYTES_GOOD = 16 * 1024,
    /* Room for the bytes around a payload: the head of its part, and what CURVE adds. */
    FRAME_AROUND_BYTES = 64
};

/* Borrowed bytes of one packed Request or Message. */
struct frame_part {
    const uint8_t *bytes;
    size_t size;
};

/* Returns the size of a frame with these parts. */
size_t frame_size(const struct frame_part *parts, size_t count);
/* Writes a frame with these parts: frame_size() bytes. */
void frame_join(const struct frame_part *parts, size_t count, uint8_t *into);

/* Takes the next part of a frame, as scan_next does. Any other field is SCAN_MALFORMED. */
enum scan_result frame_next(struct scan *frame, struct frame_part *part);

#endif
