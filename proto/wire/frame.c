/* frame.c: several messages in one ZeroMQ frame. */
#include "proto/wire/frame.h"

#include <string.h>

/* The tag of field 1, length-delimited. */
enum { PART_FIELD = 1, PART_TAG = PART_FIELD << 3 | 2 };

static size_t frame_varint_size(size_t value)
{
    size_t size = 1;
    while (value >>= 7)
        size++;
    return size;
}

size_t frame_size(const struct frame_part *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += 1 + frame_varint_size(parts[i].size) + parts[i].size;
    return size;
}

void frame_join(const struct frame_part *parts, size_t count, uint8_t *into)
{
    for (size_t i = 0; i < count; i++) {
        size_t left = parts[i].size;
        *into++ = PART_TAG;
        for (; left > 0x7f; left >>= 7)
            *into++ = (uint8_t)(left | 0x80);
        *into++ = (uint8_t)left;
        memcpy(into, parts[i].bytes, parts[i].size);
        into += parts[i].size;
    }
}

enum scan_result frame_next(struct scan *frame, struct frame_part *part)
{
    struct scan_field field;
    enum scan_result result = scan_next(frame, &field);
    if (result == SCAN_FIELD && (field.number != PART_FIELD || !field.has_bytes))
        return SCAN_MALFORMED;
    *part = (struct frame_part){field.bytes, field.size};
    return result;
}
