/* arrays.c: see arrays.h. All numbers are big-endian. */
#include "broker/ledger/postgres/arrays.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAY_ROOM_MIN = 4096 };

static void array_put(struct array *array, const void *bytes, size_t size)
{
    if (array->failed)
        return;
    if (size > array->room - array->used) {
        size_t room = 2 * (array->used + size) + ARRAY_ROOM_MIN;
        uint8_t *more = realloc(array->bytes, room);
        array->failed = !more;
        if (!more)
            return;
        array->bytes = more;
        array->room = room;
    }
    memcpy(array->bytes + array->used, bytes, size);
    array->used += size;
}

static void array_put_int4(struct array *array, uint32_t value)
{
    value = htobe32(value);
    array_put(array, &value, sizeof value);
}

/* One dimension, whose first place is 1. */
void array_begin(struct array *array, uint32_t type, size_t count)
{
    array->used = 0;
    array->failed = false;
    array_put_int4(array, count > 0);
    array_put_int4(array, 1); /* there may be NULLs */
    array_put_int4(array, type);
    if (count == 0)
        return;
    array_put_int4(array, (uint32_t)count);
    array_put_int4(array, 1);
}

void array_add(struct array *array, const void *bytes, size_t size)
{
    array_put_int4(array, (uint32_t)size);
    array_put(array, bytes, size);
}

void array_add_int8(struct array *array, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);
    array_add(array, &big, sizeof big);
}

void array_add_null(struct array *array)
{
    array_put_int4(array, UINT32_MAX);
}

void array_close(struct array *array)
{
    free(array->bytes);
    *array = (struct array){0};
}
