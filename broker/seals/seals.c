/* seals.c: the key of one referral, and its callback key: made, found, erased. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/inside.h"

static const char callback_words[] = "concordat-callback-1";

enum seals_status seals_sync(const struct seals *s)
{
    return s->setting.file.sync(s->setting.file.context) == 0 ? SEALS_OK : SEALS_FAILED;
}

/* Wraps the callback key of this referral key beside it. */
static void seals_wrap_callback(const struct seals *s, struct slot *slot, const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t callback[SEAL_KEY_BYTES];
    seals_callback_key(key, callback);
    s->setting.random.draw(s->setting.random.context, slot->callback.nonce, sizeof slot->callback.nonce);
    slot_wrap_callback(slot, s->setting.ledger, s->setting.service, callback);
    sodium_memzero(callback, sizeof callback);
}

static bool slot_is_of(const struct slot *slot, const struct seals_case *of)
{
    return slot_is_in_place(slot, of->drill, of->number) &&
           memcmp(slot->referral, of->referral, SEAL_ID_BYTES) == 0;
}

/* SEALS_OK: the slot is live, and this referral's. */
static enum seals_status seals_find_slot(const struct seals *s, const struct seals_case *of,
                                         struct slot *slot)
{
    assert(of->number > 0);
    if (seals_read_slot(s, of->drill, of->number, slot) != SEALS_OK)
        return SEALS_FAILED;
    switch (slot->state) {
    case SLOT_EMPTY:
        return SEALS_NONE;
    case SLOT_TORN:
        return SEALS_TORN;
    case SLOT_LIVE:
    case SLOT_ERASED:
        break;
    }
    if (!slot_is_of(slot, of))
        return SEALS_OTHER;
    return slot->state == SLOT_ERASED ? SEALS_ERASED : SEALS_OK;
}

enum seals_status seals_find(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    struct slot slot;
    sodium_memzero(key, SEAL_KEY_BYTES);
    enum seals_status status = seals_find_slot(s, of, &slot);
    return status == SEALS_OK ? seals_unwrap(s, &slot, key) : status;
}

void seals_callback_key(const uint8_t key[SEAL_KEY_BYTES], uint8_t callback[SEAL_KEY_BYTES])
{
    crypto_generichash(callback, SEAL_KEY_BYTES, (const uint8_t *)callback_words, sizeof callback_words - 1,
                       key, SEAL_KEY_BYTES);
}

enum seals_status seals_find_callback(struct seals *s, const struct seals_case *of,
                                      uint8_t callback[SEAL_KEY_BYTES])
{
    struct slot slot;
    uint8_t key[SEAL_KEY_BYTES];
    sodium_memzero(callback, SEAL_KEY_BYTES);
    enum seals_status status = seals_find_slot(s, of, &slot);
    if (status != SEALS_OK)
        return status;
    status = seals_unwrap(s, &slot, key);
    if (status == SEALS_OK)
        seals_callback_key(key, callback);
    else if (slot.has_callback)
        status = seals_unwrap_callback(s, &slot, callback);
    sodium_memzero(key, sizeof key);
    return status;
}

enum seals_status seals_end_case(struct seals *s, const struct seals_case *of)
{
    struct slot slot;
    assert(of->number <= s->newest[of->drill]);
    enum seals_status status = seals_find_slot(s, of, &slot);
    if (status == SEALS_ERASED || (status == SEALS_OK && !slot.has_callback))
        return SEALS_OK;
    slot.has_callback = false;
    return status == SEALS_OK ? seals_write_slot(s, &slot) : status;
}

enum seals_status seals_make(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    enum seals_status status = seals_find(s, of, key);
    if (status == SEALS_OK || status == SEALS_FAILED || of->number <= s->newest[of->drill])
        return status;
    assert(of->number - s->newest[of->drill] <= SEALS_AHEAD_MAX);
    status = seals_reserve(s, of->drill, of->number);
    if (status != SEALS_OK)
        return status;
    struct slot slot = {.state = SLOT_LIVE, .number = of->number, .drill = of->drill};
    memcpy(slot.referral, of->referral, SEAL_ID_BYTES);
    s->setting.random.draw(s->setting.random.context, key, SEAL_KEY_BYTES);
    seals_wrap(s, &slot, key);
    seals_wrap_callback(s, &slot, key);
    status = seals_write_slot(s, &slot);
    if (status != SEALS_OK)
        sodium_memzero(key, SEAL_KEY_BYTES);
    else if (of->number > s->made[of->drill])
        s->made[of->drill] = of->number;
    return status;
}

void seals_committed(struct seals *s, bool drill, uint32_t number)
{
    if (number > s->newest[drill])
        s->newest[drill] = number;
}

enum seals_status seals_erase(struct seals *s, const struct seals_case *of)
{
    struct slot slot;
    assert(of->number > 0 && of->number <= s->newest[of->drill]);
    if (seals_read_slot(s, of->drill, of->number, &slot) != SEALS_OK)
        return SEALS_FAILED;
    if (slot.state == SLOT_EMPTY)
        return SEALS_NONE;
    if (slot.state != SLOT_TORN && !slot_is_of(&slot, of))
        return SEALS_OTHER;
    slot = (struct slot){.state = SLOT_ERASED, .number = of->number, .drill = of->drill};
    memcpy(slot.referral, of->referral, SEAL_ID_BYTES);
    /* Written and synced also if it reads as erased: what a read shows need not be on disk. */
    enum seals_status status = seals_write_slot(s, &slot);
    return status == SEALS_OK ? seals_sync(s) : status;
}
