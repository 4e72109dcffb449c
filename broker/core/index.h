/* index.h: finds a row of a table by its key.
 *
 * Open addressing, linear probing. It grows ahead of need by index_reserve, which can fail; adding within
 * what was reserved cannot. One that has grown takes over what the narrower one held a few rows at a time, as
 * rows are reserved and added: nobody waits for a million at once. Rows and indexes are all that the core
 * allocates.
 */
#ifndef CONCORDAT_CORE_INDEX_H
#define CONCORDAT_CORE_INDEX_H

#include "broker/core/table.h"

/* With the hash beside it a row is looked at only where it is the one, and not at all when the index grows:
 * rows lie all over the memory. */
struct bucket {
    uint32_t hash;
    uint32_t row; /* + 1; 0 is empty, ROW_NONE is removed from a narrower one */
};

struct buckets {
    struct bucket *items; /* owned */
    uint32_t count;       /* a power of two; 0: none */
};

/* The key is of fixed size and stands at the same place in each row. The seed keeps a sender of ids from
 * choosing where they collide. */
struct index {
    struct buckets now;
    struct buckets narrower; /* as it was when it was outgrown, but for rows that were removed since */
    uint32_t taken_over;     /* buckets of that, from its first */
    uint32_t used;
    uint32_t key_at, key_bytes;
    uint64_t seed;
};

void index_open(struct index *index, uint32_t key_at, uint32_t key_bytes, uint64_t seed);
void index_close(struct index *index);
void index_clear(struct index *index);
/* Room for `more` rows. False where memory is short; the index is as before. */
bool index_reserve(struct index *index, uint32_t more);
/* ROW_NONE where no row has that key. */
uint32_t index_find(const struct index *index, const struct table *table, const void *key);
void index_add(struct index *index, const struct table *table, uint32_t row);
/* Every row of the table, where the index has none yet. */
void index_add_all(struct index *index, const struct table *table);
void index_remove(struct index *index, const struct table *table, uint32_t row);

/* Calls visit for each stretch of memory that it holds. */
typedef void index_visitor(void *context, const void *bytes, size_t size);
void index_visit(const struct index *index, index_visitor *visit, void *context);

#endif
