/* sealed_row.h: the sealed texts of one event as they are stored beside it, one behind the other.
 *
 * Each has a head, its part (1) and the size of its body (3, big-endian), and then its body (seal.h). So one
 * can be read and opened without the others. Pure; any thread. */
#ifndef CONCORDAT_SEALED_ROW_H
#define CONCORDAT_SEALED_ROW_H

#include <stdbool.h>

#include "proto/seal/seal.h"

enum { SEALED_ROW_HEAD_BYTES = 4, SEALED_ROW_ADDED_BYTES = SEALED_ROW_HEAD_BYTES + SEAL_ADDED_BYTES };

/* Writes the head of a text, whose body follows it. */
void sealed_row_head(uint8_t head[SEALED_ROW_HEAD_BYTES], enum seal_part part, size_t body_size);

struct sealed_body {
    const uint8_t *bytes; /* borrows from the row */
    size_t size;
};

/* Finds the body of a part. False if there is none, or the row is none that we write: it ends within a text,
 * or has one of no size. */
bool sealed_row_find(const uint8_t *row, size_t size, enum seal_part part, struct sealed_body *body);

#endif
