/* table.h: rows of plain data that grow.
 *
 * Rows hold no pointers, so their bytes are also what a snapshot holds and a digest covers. table_reserve
 * grows a table ahead of need and can fail; adding a row within what was reserved cannot.
 */
#ifndef CONCORDAT_CORE_TABLE_H
#define CONCORDAT_CORE_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_NONE UINT32_MAX

struct table {
    uint8_t *rows; /* owned */
    uint32_t row_bytes;
    uint32_t count;
    uint32_t capacity;
};

void table_open(struct table *table, uint32_t row_bytes);
void table_close(struct table *table);
/* Takes out all rows and keeps the room. */
void table_clear(struct table *table);
/* Makes room for `more` rows beyond count. False if memory is short: the table is as before. */
bool table_reserve(struct table *table, uint32_t more);
/* Adds a zeroed row at the end; its number is count - 1. Room must have been reserved. */
void *table_add(struct table *table);
static inline void *table_row(const struct table *table, uint32_t row)
{
    assert(row < table->count);
    return table->rows + (size_t)row * table->row_bytes;
}

#endif
