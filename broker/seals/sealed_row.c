/* sealed_row.c: see sealed_row.h. */
#include "broker/seals/sealed_row.h"

#include <assert.h>

void sealed_row_head(uint8_t head[SEALED_ROW_HEAD_BYTES], enum seal_part part, size_t body_size)
{
    assert(body_size > 0 && body_size <= SEAL_BODY_BYTES_MAX);
    head[0] = (uint8_t)part;
    head[1] = (uint8_t)(body_size >> 16);
    head[2] = (uint8_t)(body_size >> 8);
    head[3] = (uint8_t)body_size;
}

bool sealed_row_find(const uint8_t *row, size_t size, enum seal_part part, struct sealed_body *body)
{
    while (size >= SEALED_ROW_HEAD_BYTES) {
        size_t body_size = (size_t)row[1] << 16 | (size_t)row[2] << 8 | row[3];
        const uint8_t *bytes = row + SEALED_ROW_HEAD_BYTES;
        size -= SEALED_ROW_HEAD_BYTES;
        if (body_size == 0 || body_size > size)
            return false;
        *body = (struct sealed_body){bytes, body_size};
        if (row[0] == (uint8_t)part)
            return true;
        row = bytes + body_size;
        size -= body_size;
    }
    return false;
}
