/* index.h: finds a row of a table by its key.
 *
 * Open addressing, linear probing. index_reserve grows the index ahead of need and can fail; adding within
 * what was reserved cannot. The rows of an outgrown array move into the new one a few at a time, as rows are
 * reserved and added, so that no call waits for a million of them. Rows and indexes are all that the core
 * allocates.
 */
#ifndef CONCORDAT_CORE_INDEX_H
#define CONCORDAT_CORE_INDEX_H

#include "broker/core/table.h"

/* Keeping the hash here means that a search touches only the row that it finds, and growing touches none:
 * rows are scattered in memory. */
struct bucket {
    uint32_t hash;
    uint32_t row; /* row + 1; 0: empty; ROW_NONE: removed from an outgrown array */
};

struct buckets {
    struct bucket *items; /* owned */
    uint32_t count;       /* a power of two; 0: none */
};

/* A key has a fixed size and the same place in each row. Because of the seed, a sender of ids cannot make
 * them collide. */
struct index {
    struct buckets now;
    struct buckets outgrown; /* not all of it has been moved yet; without the rows that were removed since */
    uint32_t moved;          /* buckets of outgrown that have been moved, from its first */
    uint32_t used;
    uint32_t key_at, key_bytes;
    uint64_t seed;
};

void index_open(struct index *index, uint32_t key_at, uint32_t key_bytes, uint64_t seed);
void index_close(struct index *index);
void index_clear(struct index *index);
/* Makes room for `more` rows. False if memory is short: the index is as before. */
bool index_reserve(struct index *index, uint32_t more);
/* ROW_NONE if no row has that key. */
uint32_t index_find(const struct index *index, const struct table *table, const void *key);
void index_add(struct index *index, const struct table *table, uint32_t row);
/* Adds every row of the table; the index must be empty. */
void index_add_all(struct index *index, const struct table *table);
void index_remove(struct index *index, const struct table *table, uint32_t row);

/* Calls visit for each stretch of memory that it holds. */
typedef void index_visitor(void *context, const void *bytes, size_t size);
void index_visit(const struct index *index, index_visitor *visit, void *context);

#endif
