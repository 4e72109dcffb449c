/* index.c: see index.h. */
#include "broker/core/index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* With each row that is added so many buckets are taken over: two would do to be done before the next growth.
 * With each reserve too, as nothing may be added any more. */
enum { LEAST_BUCKETS = 128, TAKEN_OVER_AT_A_TIME = 4 };
/* Of many rows: buckets that are on their way from memory while others are filled. */
enum { ROWS_AHEAD = 16 };

static bool buckets_open(struct buckets *buckets, uint32_t count)
{
    *buckets = (struct buckets){calloc(count, sizeof *buckets->items), count};
    return buckets->items;
}

static void buckets_close(struct buckets *buckets)
{
    free(buckets->items);
    *buckets = (struct buckets){NULL, 0};
}

void index_open(struct index *index, uint32_t key_at, uint32_t key_bytes, uint64_t seed)
{
    *index = (struct index){.key_at = key_at, .key_bytes = key_bytes, .seed = seed};
}

void index_close(struct index *index)
{
    buckets_close(&index->now);
    buckets_close(&index->narrower);
    index_open(index, index->key_at, index->key_bytes, index->seed);
}

void index_clear(struct index *index)
{
    buckets_close(&index->narrower);
    if (index->used)
        memset(index->now.items, 0, index->now.count * sizeof *index->now.items);
    index->used = 0;
}

/* Both halves of the product: each bit of the value reaches every bit of what comes out. */
static uint64_t mix(uint64_t value)
{
    __extension__ typedef unsigned __int128 product;
    product both = (product)value * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)both ^ (uint64_t)(both >> 64);
}

static uint32_t hash(const struct index *index, const void *key)
{
    const uint8_t *bytes = key;
    uint64_t sum = index->seed, word;
    uint32_t left = index->key_bytes;
    for (; left >= 8; left -= 8, bytes += 8) {
        memcpy(&word, bytes, sizeof word);
        sum = mix(sum ^ word);
    }
    word = 0;
    memcpy(&word, bytes, left);
    return (uint32_t)mix(sum ^ word);
}

static const uint8_t *key_of(const struct index *index, const struct table *table, uint32_t row)
{
    return (const uint8_t *)table_row(table, row) + index->key_at;
}

static void place(struct buckets *buckets, struct bucket bucket)
{
    uint32_t mask = buckets->count - 1, at = bucket.hash & mask;
    while (buckets->items[at].row)
        at = (at + 1) & mask;
    buckets->items[at] = bucket;
}

static void take_over(struct index *index, uint32_t count)
{
    for (; count > 0 && index->narrower.count; count--) {
        struct bucket bucket = index->narrower.items[index->taken_over++];
        if (bucket.row && bucket.row != ROW_NONE)
            place(&index->now, bucket);
        if (index->taken_over == index->narrower.count)
            buckets_close(&index->narrower);
    }
}

bool index_reserve(struct index *index, uint32_t more)
{
    uint64_t wanted = ((uint64_t)index->used + more) * 3 / 2;
    take_over(index, TAKEN_OVER_AT_A_TIME);
    if (wanted < index->now.count)
        return true;
    uint64_t count = index->now.count ? index->now.count : LEAST_BUCKETS;
    while (count <= wanted)
        count *= 2;
    struct buckets wider;
    if (count >= ROW_NONE || !buckets_open(&wider, (uint32_t)count))
        return false;
    take_over(index, UINT32_MAX);
    index->narrower = index->now;
    index->taken_over = 0;
    index->now = wider;
    if (index->used == 0)
        buckets_close(&index->narrower);
    return true;
}

static uint32_t find(const struct index *index, const struct buckets *buckets, const struct table *table,
                     const void *key, uint32_t wanted)
{
    uint32_t mask = buckets->count - 1;
    for (uint32_t at = wanted & mask; buckets->items[at].row; at = (at + 1) & mask) {
        struct bucket bucket = buckets->items[at];
        if (bucket.hash == wanted && bucket.row != ROW_NONE &&
            memcmp(key_of(index, table, bucket.row - 1), key, index->key_bytes) == 0)
            return bucket.row - 1;
    }
    return ROW_NONE;
}

uint32_t index_find(const struct index *index, const struct table *table, const void *key)
{
    if (index->used == 0)
        return ROW_NONE;
    uint32_t wanted = hash(index, key), row = find(index, &index->now, table, key, wanted);
    return row == ROW_NONE && index->narrower.count ? find(index, &index->narrower, table, key, wanted) : row;
}

void index_add(struct index *index, const struct table *table, uint32_t row)
{
    assert(index->used < index->now.count);
    place(&index->now, (struct bucket){hash(index, key_of(index, table, row)), row + 1});
    index->used++;
    take_over(index, TAKEN_OVER_AT_A_TIME);
}

void index_add_all(struct index *index, const struct table *table)
{
    for (uint32_t row = 0; row < table->count; row++) {
        uint32_t ahead = row + ROWS_AHEAD;
        if (ahead < table->count)
            __builtin_prefetch(
                &index->now.items[hash(index, key_of(index, table, ahead)) & (index->now.count - 1)], 1);
        index_add(index, table, row);
    }
}

/* Where the row stands, or the empty bucket where it would. */
static uint32_t place_of(const struct buckets *buckets, uint32_t hash_of_row, uint32_t row)
{
    uint32_t mask = buckets->count - 1, at = hash_of_row & mask;
    while (buckets->items[at].row && buckets->items[at].row != row + 1)
        at = (at + 1) & mask;
    return at;
}

/* Closes the gap: moves back every later bucket of the run that would not be found across it. */
static void empty(struct buckets *buckets, uint32_t gap)
{
    uint32_t mask = buckets->count - 1;
    for (uint32_t next = (gap + 1) & mask; buckets->items[next].row; next = (next + 1) & mask) {
        uint32_t home = buckets->items[next].hash & mask;
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            buckets->items[gap] = buckets->items[next];
            gap = next;
        }
    }
    buckets->items[gap] = (struct bucket){0, 0};
}

/* From the narrower one too, where no bucket moves: those behind it may not have been taken over yet. */
void index_remove(struct index *index, const struct table *table, uint32_t row)
{
    uint32_t hash_of_row = hash(index, key_of(index, table, row));
    uint32_t at = place_of(&index->now, hash_of_row, row);
    bool stood = index->now.items[at].row;
    if (stood)
        empty(&index->now, at);
    if (index->narrower.count) {
        at = place_of(&index->narrower, hash_of_row, row);
        stood |= index->narrower.items[at].row != 0;
        if (index->narrower.items[at].row)
            index->narrower.items[at].row = ROW_NONE;
    }
    assert(stood);
    index->used--;
}

void index_visit(const struct index *index, index_visitor *visit, void *context)
{
    visit(context, index->now.items, index->now.count * sizeof *index->now.items);
    visit(context, index->narrower.items, index->narrower.count * sizeof *index->narrower.items);
}
