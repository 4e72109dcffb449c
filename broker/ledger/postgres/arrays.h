/* arrays.h: arrays as PostgreSQL takes them in its binary form: one statement stores many rows. */
#ifndef CONCORDAT_ARRAYS_H
#define CONCORDAT_ARRAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARRAYS_INT8 = 20, ARRAYS_BYTEA = 17 /* PostgreSQL's numbers of these types */ };

/* Start with zeros; keeps its memory for the next. */
struct array {
    uint8_t *bytes; /* owned */
    size_t used, room;
    bool failed; /* memory was short */
};

void array_begin(struct array *array, uint32_t type, size_t count);
void array_add(struct array *array, const void *bytes, size_t size);
void array_add_int8(struct array *array, int64_t value);
void array_add_null(struct array *array);
void array_close(struct array *array);

#endif
