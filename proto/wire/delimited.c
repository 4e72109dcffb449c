/* delimited.c: see delimited.h. */
#include "proto/wire/delimited.h"

#include <stdlib.h>

bool delimited_write(FILE *out, const uint8_t *bytes, size_t size)
{
    size_t left = size;
    for (; left > 0x7f; left >>= 7)
        if (putc((int)(left & 0x7f) | 0x80, out) == EOF)
            return false;
    return putc((int)left, out) != EOF && fwrite(bytes, 1, size, out) == size;
}

/* Stops as soon as the length is known to be more than size_max: then no shift can be too far either. */
static enum delimited_result read_length(FILE *in, size_t size_max, size_t *size)
{
    *size = 0;
    for (unsigned shift = 0; shift < sizeof *size * 8; shift += 7) {
        int byte = getc(in);
        if (byte == EOF && ferror(in))
            return DELIMITED_FAILED;
        if (byte == EOF)
            return shift == 0 ? DELIMITED_END : DELIMITED_MALFORMED;
        size_t part = (size_t)(byte & 0x7f);
        if (part > size_max >> shift)
            return DELIMITED_MALFORMED;
        *size |= part << shift;
        if (byte < 0x80)
            return *size <= size_max ? DELIMITED_MESSAGE : DELIMITED_MALFORMED;
    }
    return DELIMITED_MALFORMED;
}

enum delimited_result delimited_read(struct delimited *stream, size_t size_max)
{
    size_t size;
    enum delimited_result result = read_length(stream->in, size_max, &size);
    if (result != DELIMITED_MESSAGE)
        return result;
    if (size >= stream->room) { /* one byte more, so that an empty message has an address too */
        uint8_t *bytes = realloc(stream->bytes, size + 1);
        if (!bytes)
            return DELIMITED_FAILED;
        stream->bytes = bytes;
        stream->room = size + 1;
    }
    stream->size = size;
    if (fread(stream->bytes, 1, size, stream->in) == size)
        return DELIMITED_MESSAGE;
    return ferror(stream->in) ? DELIMITED_FAILED : DELIMITED_MALFORMED;
}

void delimited_close(struct delimited *stream)
{
    free(stream->bytes);
    stream->bytes = NULL;
    stream->size = stream->room = 0;
}
