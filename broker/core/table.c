/* table.c: rows of plain data that grow. */
#include "broker/core/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void table_open(struct table *table, uint32_t row_bytes)
{
    *table = (struct table){.row_bytes = row_bytes};
}

void table_close(struct table *table)
{
    free(table->rows);
    table_open(table, table->row_bytes);
}

void table_clear(struct table *table)
{
    table->count = 0;
}

bool table_reserve(struct table *table, uint32_t more)
{
    uint64_t wanted = (uint64_t)table->count + more;
    if (wanted <= table->capacity)
        return true;
    uint64_t capacity = table->capacity ? table->capacity : 64;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity >= ROW_NONE)
        return false;
    uint8_t *rows = realloc(table->rows, (size_t)capacity * table->row_bytes);
    if (!rows)
        return false;
    table->rows = rows;
    table->capacity = (uint32_t)capacity;
    return true;
}

void *table_add(struct table *table)
{
    assert(table->count < table->capacity);
    return memset(table_row(table, table->count++), 0, table->row_bytes);
}
