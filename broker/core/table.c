/* table.c: rows of plain data that grow, and an index that finds a row by its key. */
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

void index_open(struct index *index, uint32_t key_at, uint32_t key_bytes, uint64_t seed)
{
    *index = (struct index){.key_at = key_at, .key_bytes = key_bytes, .seed = seed};
}

void index_close(struct index *index)
{
    free(index->buckets);
    index_open(index, index->key_at, index->key_bytes, index->seed);
}

void index_clear(struct index *index)
{
    if (index->used)
        memset(index->buckets, 0, index->bucket_count * sizeof *index->buckets);
    index->used = 0;
}

static uint64_t mix(uint64_t value)
{
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    value ^= value >> 32;
    value *= UINT64_C(0xd6e8feb86659fd93);
    return value ^ (value >> 32);
}

static uint32_t hash(const struct index *index, const void *key)
{
    const uint8_t *bytes = key;
    uint64_t sum = index->seed, word;
    uint32_t left = index->key_bytes;
    for (; left >= 8; left -= 8, bytes += 8) {
        memcpy(&word, bytes, sizeof word);
        sum = mix(sum ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    }
    word = 0;
    memcpy(&word, bytes, left);
    return (uint32_t)(left ? mix(sum ^ word) : sum);
}

static const uint8_t *key_of(const struct index *index, const struct table *table, uint32_t row)
{
    return (const uint8_t *)table_row(table, row) + index->key_at;
}

static void place(struct index *index, struct bucket bucket)
{
    uint32_t mask = index->bucket_count - 1, at = bucket.hash & mask;
    while (index->buckets[at].row)
        at = (at + 1) & mask;
    index->buckets[at] = bucket;
}

bool index_reserve(struct index *index, uint32_t more)
{
    uint64_t wanted = ((uint64_t)index->used + more) * 3 / 2;
    if (wanted < index->bucket_count)
        return true;
    uint64_t count = index->bucket_count ? index->bucket_count : 128;
    while (count <= wanted)
        count *= 2;
    if (count >= ROW_NONE)
        return false;
    struct index wider = *index;
    wider.bucket_count = (uint32_t)count;
    wider.buckets = calloc((size_t)count, sizeof *wider.buckets);
    if (!wider.buckets)
        return false;
    for (uint32_t at = 0; at < index->bucket_count; at++)
        if (index->buckets[at].row)
            place(&wider, index->buckets[at]);
    free(index->buckets);
    *index = wider;
    return true;
}

uint32_t index_find(const struct index *index, const struct table *table, const void *key)
{
    if (index->used == 0)
        return ROW_NONE;
    uint32_t mask = index->bucket_count - 1, wanted = hash(index, key);
    for (uint32_t at = wanted & mask; index->buckets[at].row; at = (at + 1) & mask) {
        uint32_t row = index->buckets[at].row - 1;
        if (index->buckets[at].hash == wanted &&
            memcmp(key_of(index, table, row), key, index->key_bytes) == 0)
            return row;
    }
    return ROW_NONE;
}

void index_add(struct index *index, const struct table *table, uint32_t row)
{
    assert(index->used < index->bucket_count);
    place(index, (struct bucket){hash(index, key_of(index, table, row)), row + 1});
    index->used++;
}

void index_remove(struct index *index, const struct table *table, uint32_t row)
{
    uint32_t mask = index->bucket_count - 1, at = hash(index, key_of(index, table, row)) & mask;
    while (index->buckets[at].row != row + 1) {
        assert(index->buckets[at].row);
        at = (at + 1) & mask;
    }
    /* Close the gap: move back every later row of the run that would not be found across it. */
    uint32_t gap = at;
    for (uint32_t next = (gap + 1) & mask; index->buckets[next].row; next = (next + 1) & mask) {
        uint32_t home = index->buckets[next].hash & mask;
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            index->buckets[gap] = index->buckets[next];
            gap = next;
        }
    }
    index->buckets[gap] = (struct bucket){0, 0};
    index->used--;
}
