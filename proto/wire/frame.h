/* frame.h: several messages in one frame of ZeroMQ.
 *
 * A frame is a Requests or a Messages of wire.proto: one field again and again, so that its parts are packed
 * each by itself and joined by standing one behind the other. To encrypt, to send and to wake whoever waits
 * costs as much for one part as for sixteen.
 */
#ifndef CONCORDAT_FRAME_H
#define CONCORDAT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/scan.h"

enum {
    FRAME_REQUESTS_MAX =
        16, /* a server looks at no more of one frame, so that nobody is kept waiting by it */
    FRAME_BYTES_GOOD = 16 * 1024, /* to a frame that would become longer nothing is added */
    /* What stands around the payload on the wire: the head of a part, and what CURVE adds. */
    FRAME_AROUND_BYTES = 64
};

/* Borrowed bytes of one packed Request or Message. */
struct frame_part {
    const uint8_t *bytes;
    size_t size;
};

/* How long the parts are together, with their heads. */
size_t frame_size(const struct frame_part *parts, size_t count);
/* Writes frame_size() bytes. */
void frame_join(const struct frame_part *parts, size_t count, uint8_t *into);

/* Takes the next part of a frame, as scan_next does; what is no part of a frame is SCAN_MALFORMED. */
enum scan_result frame_next(struct scan *frame, struct frame_part *part);

#endif
