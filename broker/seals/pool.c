/* pool.c: the keys of the numbers that come next, drawn ahead: written and synced before anybody is handed
 * one, and kept until the ledger has their numbers. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/inside.h"

bool seals_open_pools(struct seals *s)
{
    bool good = true;
    for (int drill = 0; drill < SEALS_SERIES; drill++) {
        s->pools[drill].keys = sodium_allocarray(SEALS_AHEAD_MAX, SEAL_KEY_BYTES);
        good &= s->pools[drill].keys != NULL;
    }
    return good;
}

/* Freeing wipes them. */
void seals_close_pools(struct seals *s)
{
    worker_close(&s->writer);
    for (int drill = 0; drill < SEALS_SERIES; drill++)
        sodium_free(s->pools[drill].keys);
}

static uint8_t *pool_key(const struct seals_pool *pool, uint32_t number)
{
    return pool->keys[number % SEALS_AHEAD_MAX];
}

static void pool_wipe(const struct seals_pool *pool, uint32_t first, uint32_t last)
{
    for (uint32_t number = first; number <= last; number++)
        sodium_memzero(pool_key(pool, number), SEAL_KEY_BYTES);
}

const uint8_t *seals_pooled(const struct seals *s, bool drill, uint32_t number)
{
    const struct seals_pool *pool = &s->pools[drill];
    return number > s->newest[drill] && number <= pool->made ? pool_key(pool, number) : NULL;
}

void seals_empty_pools(struct seals *s)
{
    for (int drill = 0; drill < SEALS_SERIES; drill++) {
        struct seals_pool *pool = &s->pools[drill];
        pool_wipe(pool, pool->made + 1, pool->ready);
        pool->ready = pool->made;
    }
}

void seals_committed(struct seals *s, bool drill, uint32_t number)
{
    struct seals_pool *pool = &s->pools[drill];
    if (number <= s->newest[drill])
        return;
    assert(number <= pool->ready || s->filling.count == 0);
    pool_wipe(pool, s->newest[drill] + 1, number < pool->ready ? number : pool->ready);
    s->newest[drill] = number;
    pool->made = number > pool->made ? number : pool->made;
    pool->ready = number > pool->ready ? number : pool->ready;
}

bool seals_pool_again(struct seals *s, const struct slot *slot)
{
    struct seals_pool *pool = &s->pools[slot->drill];
    uint32_t number = pool->ready + 1;
    uint8_t callback[SEAL_KEY_BYTES], expected[SEAL_KEY_BYTES];
    if (slot->state != SLOT_LIVE || slot->number != number || slot->generation != seals_wrapping(s) ||
        !slot->has_callback)
        return false;
    uint8_t *key = pool_key(pool, number);
    bool opens =
        seals_unwrap(s, slot, key) == SEALS_OK && seals_unwrap_callback(s, slot, callback) == SEALS_OK;
    seals_callback_key(key, expected);
    opens = opens && sodium_memcmp(callback, expected, sizeof callback) == 0;
    sodium_memzero(callback, sizeof callback);
    sodium_memzero(expected, sizeof expected);
    if (opens)
        pool->ready = number;
    else
        pool_wipe(pool, number, number);
    return opens;
}

static uint32_t pool_step_end(uint32_t number)
{
    return (number - 1) / SEALS_STEP_SLOTS * SEALS_STEP_SLOTS + SEALS_STEP_SLOTS;
}

/* Writes zeros for all slots of a step that are not in use, so that each of them is then overwritten in
 * place: a first write has to be noted by the file system, and syncing that costs much more. */
static enum seals_status pool_make_room(struct seals *s, bool drill, uint32_t used)
{
    struct seals_pool *pool = &s->pools[drill];
    uint8_t *zeros = s->filling.written;
    uint32_t number = 1 + (used > pool->roomy ? used : pool->roomy);
    uint32_t end = pool_step_end(number);
    enum seals_status status = SEALS_OK;
    sodium_memzero(zeros, sizeof s->filling.written);
    while (number <= end && status == SEALS_OK) {
        uint32_t count = end - number < SEALS_POOL ? end - number + 1 : SEALS_POOL;
        status = seals_write_bytes(s, zeros, (size_t)count * SLOT_BYTES, seals_place(drill, number));
        number += count;
    }
    if (status == SEALS_OK)
        status = seals_sync_file(s);
    if (status == SEALS_OK)
        pool->roomy = end;
    return status;
}

static void pool_wrap(const struct seals *s, bool drill, uint32_t number, const struct seals_nonces *nonces,
                      uint8_t bytes[SLOT_BYTES])
{
    struct slot slot = {.state = SLOT_LIVE, .number = number, .drill = drill};
    const uint8_t *key = pool_key(&s->pools[drill], number);
    uint8_t callback[SEAL_KEY_BYTES];
    memcpy(slot.key.nonce, nonces->key, SEAL_NONCE_BYTES);
    memcpy(slot.callback.nonce, nonces->callback, SEAL_NONCE_BYTES);
    seals_wrap(s, &slot, key);
    seals_callback_key(key, callback);
    slot_wrap_callback(&slot, s->setting.ledger, s->setting.service, callback);
    sodium_memzero(callback, sizeof callback);
    slot_write(&slot, bytes);
}

/* Begins to make more keys ready, as many as stand side by side in the file. It draws for all of them at
 * once: much cheaper than for each by itself. */
static void pool_begin(struct seals *s, bool drill)
{
    struct seals_pool *pool = &s->pools[drill];
    struct seals_filling *filling = &s->filling;
    uint32_t first = pool->ready + 1, count = SEALS_POOL, in_step = pool_step_end(first) - pool->ready;
    uint32_t in_ring = s->newest[drill] + SEALS_AHEAD_MAX - pool->ready;
    uint8_t keys[SEALS_POOL][SEAL_KEY_BYTES];
    count = in_step < count ? in_step : count;
    count = in_ring < count ? in_ring : count;
    assert(count > 0 && filling->count == 0);
    filling->drill = drill;
    filling->first = first;
    filling->count = count;
    s->setting.random.draw(s->setting.random.context, filling->nonces, count * sizeof *filling->nonces);
    s->setting.random.draw(s->setting.random.context, keys, count * sizeof *keys);
    for (uint32_t i = 0; i < count; i++)
        memcpy(pool_key(pool, first + i), keys[i], SEAL_KEY_BYTES);
    sodium_memzero(keys, sizeof keys);
}

/* The writer's task: wraps, writes and syncs what was begun, and makes room for more if little is left. */
static void pool_write(void *context)
{
    struct seals *s = context;
    struct seals_filling *filling = &s->filling;
    const struct seals_pool *pool = &s->pools[filling->drill];
    uint32_t last = filling->first + filling->count - 1;
    size_t size = (size_t)filling->count * SLOT_BYTES;
    enum seals_status status = SEALS_OK;
    if (pool->roomy < last)
        status = pool_make_room(s, filling->drill, filling->first - 1);
    for (uint32_t i = 0; i < filling->count; i++)
        pool_wrap(s, filling->drill, filling->first + i, &filling->nonces[i],
                  filling->written + (size_t)i * SLOT_BYTES);
    if (status == SEALS_OK)
        status = seals_write_bytes(s, filling->written, size, seals_place(filling->drill, filling->first));
    if (status == SEALS_OK)
        status = seals_sync_file(s);
    if (status == SEALS_OK && pool->roomy < last + SEALS_STEP_SLOTS / 2 &&
        pool_make_room(s, filling->drill, last) == SEALS_FAILED)
        status = SEALS_FAILED; /* if the disk is full, these keys are good all the same */
    filling->status = status;
}

enum seals_status seals_await_writer(struct seals *s)
{
    struct seals_filling *filling = &s->filling;
    struct seals_pool *pool = &s->pools[filling->drill];
    if (filling->count == 0)
        return filling->status == SEALS_FAILED ? SEALS_FAILED : SEALS_OK;
    if (s->writer)
        worker_wait(s->writer);
    if (filling->status == SEALS_OK)
        pool->ready += filling->count;
    else
        pool_wipe(pool, filling->first, filling->first + filling->count - 1);
    filling->count = 0;
    return filling->status;
}

static enum seals_status pool_fill(struct seals *s, bool drill)
{
    pool_begin(s, drill);
    pool_write(s);
    return seals_await_writer(s);
}

enum seals_status seals_give(struct seals *s, const struct seals_case *of)
{
    struct seals_pool *pool = &s->pools[of->drill];
    enum seals_status status = SEALS_OK;
    assert(of->number - s->newest[of->drill] <= SEALS_GIVEN_MAX);
    while (pool->ready < of->number && status == SEALS_OK)
        status = s->filling.count > 0 ? seals_await_writer(s) : pool_fill(s, of->drill);
    if (status == SEALS_OK && of->number > pool->made)
        pool->made = of->number;
    return status;
}

static bool pool_is_low(const struct seals *s, bool drill)
{
    const struct seals_pool *pool = &s->pools[drill];
    return (!drill || pool->made > 0) && pool->ready - pool->made < SEALS_POOL / 2;
}

enum seals_status seals_prepare(struct seals *s)
{
    if (s->filling.count > 0 && worker_is_busy(s->writer))
        return SEALS_OK;
    enum seals_status status = seals_await_writer(s);
    for (int drill = 0; drill < SEALS_SERIES; drill++)
        while (status == SEALS_OK && pool_is_low(s, drill)) {
            if (!s->writer) {
                status = pool_fill(s, drill);
                continue;
            }
            pool_begin(s, drill);
            worker_begin(s->writer);
            return SEALS_OK;
        }
    return status;
}

bool seals_start_thread(struct seals *s)
{
    assert(!s->writer);
    s->writer = worker_open(pool_write, s);
    return s->writer;
}
