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
static enum seals_status pool_make_room(struct seals *s, bool drill)
{
    struct seals_pool *pool = &s->pools[drill];
    uint32_t number = 1 + (pool->ready > pool->roomy ? pool->ready : pool->roomy);
    uint32_t end = pool_step_end(number);
    enum seals_status status = SEALS_OK;
    sodium_memzero(s->written, sizeof s->written);
    while (number <= end && status == SEALS_OK) {
        uint32_t count = end - number < SEALS_POOL ? end - number + 1 : SEALS_POOL;
        status = seals_write_bytes(s, s->written, (size_t)count * SLOT_BYTES, seals_place(drill, number));
        number += count;
    }
    if (status == SEALS_OK)
        status = seals_sync(s);
    if (status == SEALS_OK)
        pool->roomy = end;
    return status;
}

/* Random bytes for one slot. */
struct pool_drawn {
    uint8_t key[SEAL_KEY_BYTES], nonce[SEAL_NONCE_BYTES], callback_nonce[SEAL_NONCE_BYTES];
};

static void pool_wrap(const struct seals *s, bool drill, uint32_t number, const struct pool_drawn *drawn,
                      uint8_t bytes[SLOT_BYTES])
{
    struct slot slot = {.state = SLOT_LIVE, .number = number, .drill = drill};
    uint8_t callback[SEAL_KEY_BYTES];
    memcpy(pool_key(&s->pools[drill], number), drawn->key, SEAL_KEY_BYTES);
    memcpy(slot.key.nonce, drawn->nonce, SEAL_NONCE_BYTES);
    memcpy(slot.callback.nonce, drawn->callback_nonce, SEAL_NONCE_BYTES);
    seals_wrap(s, &slot, drawn->key);
    seals_callback_key(drawn->key, callback);
    slot_wrap_callback(&slot, s->setting.ledger, s->setting.service, callback);
    sodium_memzero(callback, sizeof callback);
    slot_write(&slot, bytes);
}

/* Draws for all of them at once: much cheaper than for each by itself. */
static void pool_draw(struct seals *s, bool drill, uint32_t first, uint32_t count)
{
    struct pool_drawn drawn[SEALS_POOL];
    s->setting.random.draw(s->setting.random.context, drawn, count * sizeof *drawn);
    for (uint32_t i = 0; i < count; i++)
        pool_wrap(s, drill, first + i, &drawn[i], s->written + (size_t)i * SLOT_BYTES);
    sodium_memzero(drawn, sizeof drawn);
}

/* Makes more keys ready, as many as stand side by side in the file; at least one if it returns SEALS_OK. */
static enum seals_status pool_fill(struct seals *s, bool drill)
{
    struct seals_pool *pool = &s->pools[drill];
    uint32_t first = pool->ready + 1, count = SEALS_POOL, in_step = pool_step_end(first) - pool->ready;
    uint32_t in_ring = s->newest[drill] + SEALS_AHEAD_MAX - pool->ready;
    count = in_step < count ? in_step : count;
    count = in_ring < count ? in_ring : count;
    assert(count > 0);
    enum seals_status status = pool->ready < pool->roomy ? SEALS_OK : pool_make_room(s, drill);
    if (status != SEALS_OK)
        return status;
    pool_draw(s, drill, first, count);
    status = seals_write_bytes(s, s->written, (size_t)count * SLOT_BYTES, seals_place(drill, first));
    if (status == SEALS_OK)
        status = seals_sync(s);
    if (status == SEALS_OK)
        pool->ready += count;
    else
        pool_wipe(pool, first, first + count - 1);
    return status;
}

enum seals_status seals_give(struct seals *s, const struct seals_case *of)
{
    struct seals_pool *pool = &s->pools[of->drill];
    enum seals_status status = SEALS_OK;
    assert(of->number - s->newest[of->drill] <= SEALS_GIVEN_MAX);
    while (pool->ready < of->number && status == SEALS_OK)
        status = pool_fill(s, of->drill);
    if (status == SEALS_OK && of->number > pool->made)
        pool->made = of->number;
    return status;
}

enum seals_status seals_prepare(struct seals *s)
{
    enum seals_status status = SEALS_OK;
    for (int drill = 0; drill < SEALS_SERIES && status == SEALS_OK; drill++) {
        const struct seals_pool *pool = &s->pools[drill];
        if (drill && pool->made == 0)
            continue;
        if (pool->ready - pool->made < SEALS_POOL / 2)
            while (status == SEALS_OK && pool->ready - pool->made < SEALS_POOL)
                status = pool_fill(s, drill);
        if (status == SEALS_OK && pool->roomy < pool->ready + SEALS_STEP_SLOTS / 2)
            status = pool_make_room(s, drill);
    }
    return status;
}
