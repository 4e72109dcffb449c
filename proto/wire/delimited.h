/* delimited.h: messages one after another in a stream, each behind its length as a varint.
 *
 * Protobuf's own libraries call this form delimited, and write and read it too. One thread uses a stream.
 */
#ifndef CONCORDAT_DELIMITED_H
#define CONCORDAT_DELIMITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Writes one message. False if the stream did not take it: errno says why. */
bool delimited_write(FILE *out, const uint8_t *bytes, size_t size);

/* Start with the stream to read from, borrowed, and zeros. */
struct delimited {
    FILE *in;
    uint8_t *bytes; /* of the message that was read last; owned */
    size_t size;
    size_t room;
};

enum delimited_result {
    DELIMITED_MESSAGE,
    DELIMITED_END,       /* the stream ends where a message might have begun */
    DELIMITED_MALFORMED, /* no length, a message that is too long, or one that is cut short */
    DELIMITED_FAILED     /* the stream could not be read, or memory is short */
};

/* Reads the next message, of at most `size_max` bytes. */
enum delimited_result delimited_read(struct delimited *stream, size_t size_max);
void delimited_close(struct delimited *stream);

#endif
