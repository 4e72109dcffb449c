/* id_rows.h: rows that are sorted by the id at their beginning, a text with its NUL: where a row is, or would
 * be. Pure; any thread. */
#ifndef CONCORDAT_GATEWAY_ID_ROWS_H
#define CONCORDAT_GATEWAY_ID_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* The place of an id, or the one that it would take. */
size_t id_rows_place(const void *rows, size_t count, size_t row_bytes, const char *id);
/* Whether the row with this id stands at its place. */
bool id_rows_have(const void *rows, size_t count, size_t row_bytes, size_t place, const char *id);

#endif
