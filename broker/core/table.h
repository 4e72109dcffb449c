/* table.h: rows of plain data that grow, and an index that finds a row by its key.
 *
 * Rows hold no pointers, so a table is also what is written to a snapshot and digested. Growing is the
 * only allocation of the core and is done ahead by table_reserve and index_reserve, which can fail;
 * adding a row within what was reserved cannot.
 */
#ifndef CONCORDAT_CORE_TABLE_H
#define CONCORDAT_CORE_TABLE_H

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
/* No rows, the room kept. */
void table_clear(struct table *table);
/* Room for `more` rows beyond count. False where memory is short; the table is as before. */
bool table_reserve(struct table *table, uint32_t more);
/* A zeroed row at the end; its number is count - 1. Room must have been reserved. */
void *table_add(struct table *table);
static inline void *table_row(const struct table *table, uint32_t row)
{
    return table->rows + (size_t)row * table->row_bytes;
}

/* With the hash beside it a row is looked at only where it is the one, and not at all when the index grows:
 * rows lie all over the memory. */
struct bucket {
    uint32_t hash;
    uint32_t row; /* + 1; 0 is empty */
};

/* An index over one table, by a key of fixed size that stands at the same place in each row. Open
 * addressing, linear probing. The seed keeps a sender of ids from choosing where they collide. */
struct index {
    struct bucket *buckets;
    uint32_t bucket_count;
    uint32_t used;
    uint32_t key_at, key_bytes;
    uint64_t seed;
};

void index_open(struct index *index, uint32_t key_at, uint32_t key_bytes, uint64_t seed);
void index_close(struct index *index);
void index_clear(struct index *index);
bool index_reserve(struct index *index, uint32_t more);
uint32_t index_find(const struct index *index, const struct table *table, const void *key);
void index_add(struct index *index, const struct table *table, uint32_t row);
void index_remove(struct index *index, const struct table *table, uint32_t row);

#endif
