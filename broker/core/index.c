/* index.c: finds a row of a table by its key. */
#include "broker/core/index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Each added row moves this many buckets from the outgrown array; two would be enough to be done before the
 * next growth. Each reserve moves some too, in case no row follows. */
enum { LEAST_BUCKETS = 128, MOVED_AT_A_TIME = 4 };
/* While one row of many is added, the bucket of the row this far ahead is fetched from memory. */
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
    buckets_close(&index->outgrown);
    index_open(index, index->key_at, index->key_bytes, index->seed);
}

void index_clear(struct index *index)
{
    buckets_close(&index->outgrown);
    if (index->used)
        memset(index->now.items, 0, index->now.count * sizeof *index->now.items);
    index->used = 0;
}

/* Both halves of the product, so that each bit of the value changes every bit of the result. */
static uint64_t mix_bits(uint64_t value)
{
    __extension__ typedef unsigned __int128 product;
    product both = (product)value * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)both ^ (uint64_t)(both >> 64);
}

static uint32_t hash_key(const struct index *index, const void *key)
{
    const uint8_t *bytes = key;
    uint64_t sum = index->seed, word;
    uint32_t left = index->key_bytes;
    for (; left >= 8; left -= 8, bytes += 8) {
        memcpy(&word, bytes, sizeof word);
        sum = mix_bits(sum ^ word);
    }
    word = 0;
    memcpy(&word, bytes, left);
    return (uint32_t)mix_bits(sum ^ word);
}

static const uint8_t *key_of_row(const struct index *index, const struct table *table, uint32_t row)
{
    return (const uint8_t *)table_row(table, row) + index->key_at;
}

static void put_bucket(struct buckets *buckets, struct bucket bucket)
{
    uint32_t mask = buckets->count - 1, at = bucket.hash & mask;
    while (buckets->items[at].row)
        at = (at + 1) & mask;
    buckets->items[at] = bucket;
}

static void move_buckets(struct index *index, uint32_t count)
{
    for (; count > 0 && index->outgrown.count; count--) {
        struct bucket bucket = index->outgrown.items[index->moved++];
        if (bucket.row && bucket.row != ROW_NONE)
            put_bucket(&index->now, bucket);
        if (index->moved == index->outgrown.count)
            buckets_close(&index->outgrown);
    }
}

bool index_reserve(struct index *index, uint32_t more)
{
    uint64_t wanted = ((uint64_t)index->used + more) * 3 / 2;
    move_buckets(index, MOVED_AT_A_TIME);
    if (wanted < index->now.count)
        return true;
    uint64_t count = index->now.count ? index->now.count : LEAST_BUCKETS;
    while (count <= wanted)
        count *= 2;
    struct buckets wider;
    if (count >= ROW_NONE || !buckets_open(&wider, (uint32_t)count))
        return false;
    move_buckets(index, UINT32_MAX);
    index->outgrown = index->now;
    index->moved = 0;
    index->now = wider;
    if (index->used == 0)
        buckets_close(&index->outgrown);
    return true;
}

static uint32_t find_in_buckets(const struct index *index, const struct buckets *buckets,
                                const struct table *table, const void *key, uint32_t wanted)
{
    uint32_t mask = buckets->count - 1;
    for (uint32_t at = wanted & mask; buckets->items[at].row; at = (at + 1) & mask) {
        struct bucket bucket = buckets->items[at];
        if (bucket.hash == wanted && bucket.row != ROW_NONE &&
            memcmp(key_of_row(index, table, bucket.row - 1), key, index->key_bytes) == 0)
            return bucket.row - 1;
    }
    return ROW_NONE;
}

uint32_t index_find(const struct index *index, const struct table *table, const void *key)
{
    if (index->used == 0)
        return ROW_NONE;
    uint32_t wanted = hash_key(index, key), row = find_in_buckets(index, &index->now, table, key, wanted);
    return row == ROW_NONE && index->outgrown.count
               ? find_in_buckets(index, &index->outgrown, table, key, wanted)
               : row;
}

void index_add(struct index *index, const struct table *table, uint32_t row)
{
    assert(index->used < index->now.count);
    put_bucket(&index->now, (struct bucket){hash_key(index, key_of_row(index, table, row)), row + 1});
    index->used++;
    move_buckets(index, MOVED_AT_A_TIME);
}

void index_add_all(struct index *index, const struct table *table)
{
    assert(!index->used && table->count <= index->now.count);
    for (uint32_t row = 0; row < table->count; row++) {
        uint32_t ahead = row + ROWS_AHEAD;
        if (ahead < table->count)
            __builtin_prefetch(
                &index->now.items[hash_key(index, key_of_row(index, table, ahead)) & (index->now.count - 1)],
                1);
        index_add(index, table, row);
    }
}

/* The bucket of the row; if it has none, the empty bucket at which the search ends. */
static uint32_t bucket_of_row(const struct buckets *buckets, uint32_t hash_of_row, uint32_t row)
{
    uint32_t mask = buckets->count - 1, at = hash_of_row & mask;
    while (buckets->items[at].row && buckets->items[at].row != row + 1)
        at = (at + 1) & mask;
    return at;
}

/* Moves back every later bucket of the run that would not be found across the gap. */
static void close_gap(struct buckets *buckets, uint32_t gap)
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

/* The outgrown array only marks the bucket as removed: the buckets behind it may still have to be moved. */
void index_remove(struct index *index, const struct table *table, uint32_t row)
{
    assert(index->used);
    uint32_t hash_of_row = hash_key(index, key_of_row(index, table, row));
    uint32_t at = bucket_of_row(&index->now, hash_of_row, row);
    bool stood = index->now.items[at].row;
    if (stood)
        close_gap(&index->now, at);
    if (index->outgrown.count) {
        at = bucket_of_row(&index->outgrown, hash_of_row, row);
        stood |= index->outgrown.items[at].row != 0;
        if (index->outgrown.items[at].row)
            index->outgrown.items[at].row = ROW_NONE;
    }
    assert(stood);
    index->used--;
}

void index_visit(const struct index *index, index_visitor *visit, void *context)
{
    visit(context, index->now.items, index->now.count * sizeof *index->now.items);
    visit(context, index->outgrown.items, index->outgrown.count * sizeof *index->outgrown.items);
}
