/* walk.c: the keys of all the ledger's referrals, one slot after the other: rotated, counted, and what is
 * beyond them collected. */
#include <assert.h>
#include <sodium.h>

#include "broker/seals/inside.h"

/* Goes to the next slot of a referral that is in the ledger: all cases, then all drills. */
static bool walk_next(const struct seals *s, struct seals_walk *walk)
{
    if (!walk->drill && walk->number >= s->newest[0]) {
        walk->drill = true;
        walk->number = 0;
    }
    walk->done = walk->drill && walk->number >= s->newest[1];
    if (!walk->done)
        walk->number++;
    return !walk->done;
}

static enum seals_status seals_rewrap_slot(struct seals *s, struct seals_walk *walk)
{
    struct slot slot;
    uint8_t key[SEAL_KEY_BYTES];
    enum seals_status status = seals_read_slot(s, walk->drill, walk->number, &slot);
    if (status != SEALS_OK)
        return status;
    walk->torn += slot.state == SLOT_TORN;
    if (slot.state != SLOT_LIVE || slot.generation == walk->generation)
        return SEALS_OK;
    if (!slot_is_in_place(&slot, walk->drill, walk->number) || seals_unwrap(s, &slot, key) != SEALS_OK) {
        walk->unopened++;
        walk->kept[slot.generation] = true;
        return SEALS_OK;
    }
    s->setting.random.draw(s->setting.random.context, slot.key.nonce, sizeof slot.key.nonce);
    seals_wrap(s, &slot, key);
    sodium_memzero(key, sizeof key);
    status = seals_write_slot(s, &slot);
    walk->rewrapped += status == SEALS_OK;
    return status;
}

enum seals_status seals_rewrap(struct seals *s, struct seals_walk *walk, uint32_t slots)
{
    if (s->locked)
        return SEALS_NO_MASTER;
    if (walk->generation != master_key_newest(s->setting.master))
        *walk = (struct seals_walk){.generation = master_key_newest(s->setting.master)};
    for (uint32_t i = 0; i < slots && walk_next(s, walk); i++) {
        enum seals_status status = seals_rewrap_slot(s, walk);
        if (status == SEALS_OK)
            continue;
        walk->number--; /* it is looked at again */
        return status;
    }
    return SEALS_OK;
}

enum seals_status seals_collect(struct seals *s, uint32_t *count)
{
    static const uint8_t zeros[SLOT_BYTES];
    bool found = false;
    *count = 0;
    assert(s->pools[0].ready == s->newest[0] && s->pools[1].ready == s->newest[1]);
    for (int drill = 0; drill < SEALS_SERIES; drill++) {
        for (uint32_t i = 1; i <= SEALS_AHEAD_MAX && i <= UINT32_MAX - s->newest[drill]; i++) {
            struct slot slot;
            uint32_t number = s->newest[drill] + i;
            enum seals_status status = seals_read_slot(s, drill, number, &slot);
            if (status == SEALS_OK && slot.state != SLOT_EMPTY) {
                found = true;
                if (seals_pool_again(s, &slot))
                    continue;
                status = seals_write_bytes(s, zeros, sizeof zeros, seals_place(drill, number));
                *count += 1;
            }
            if (status != SEALS_OK)
                return status;
        }
    }
    /* A key that was read back need not be on disk either. */
    return found ? seals_sync(s) : SEALS_OK;
}

static void seals_count_slot(const struct seals *s, const struct seals_walk *walk, const struct slot *slot,
                             struct seals_count *count)
{
    uint8_t key[SEAL_KEY_BYTES];
    const struct master_key *master = s->setting.master;
    count->missing += slot->state == SLOT_EMPTY;
    count->torn += slot->state == SLOT_TORN;
    if (slot->state != SLOT_LIVE && slot->state != SLOT_ERASED)
        return;
    if (!slot_is_in_place(slot, walk->drill, walk->number)) {
        count->other++;
        return;
    }
    count->erased += slot->state == SLOT_ERASED;
    if (slot->state == SLOT_ERASED)
        return;
    count->live++;
    bool by_service = slot->generation == SLOT_SERVICE, opens = seals_unwrap(s, slot, key) == SEALS_OK;
    count->outdated += master && slot->generation != master_key_newest(master);
    count->unopened += !opens;
    count->by_service += by_service;
    count->by_service_unopened += by_service && !opens;
    count->callbacks += slot->has_callback;
    count->callbacks_unopened += slot->has_callback && seals_unwrap_callback(s, slot, key) != SEALS_OK;
    sodium_memzero(key, sizeof key);
}

enum seals_status seals_counted(struct seals *s, struct seals_count *count)
{
    struct seals_walk walk = {0};
    *count = (struct seals_count){0};
    while (walk_next(s, &walk)) {
        struct slot slot;
        enum seals_status status = seals_read_slot(s, walk.drill, walk.number, &slot);
        if (status != SEALS_OK)
            return status;
        seals_count_slot(s, &walk, &slot, count);
    }
    return SEALS_OK;
}
