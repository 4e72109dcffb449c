/* seals.c: the key of one referral, and its callback key: handed out, found, erased. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/inside.h"

/* SEALS_OK: the slot is live, and of this number. */
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
    if (!slot_is_in_place(slot, of->drill, of->number))
        return SEALS_OTHER;
    return slot->state == SLOT_ERASED ? SEALS_ERASED : SEALS_OK;
}

enum seals_status seals_find(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    sodium_memzero(key, SEAL_KEY_BYTES);
    if (of->number > s->newest[of->drill]) {
        const uint8_t *pooled = seals_pooled(s, of->drill, of->number);
        if (pooled)
            memcpy(key, pooled, SEAL_KEY_BYTES);
        return pooled ? SEALS_OK : SEALS_NONE;
    }
    struct slot slot;
    enum seals_status status = seals_find_slot(s, of, &slot);
    return status == SEALS_OK ? seals_unwrap(s, &slot, key) : status;
}

enum seals_status seals_find_callback(struct seals *s, const struct seals_case *of,
                                      uint8_t callback[SEAL_KEY_BYTES])
{
    struct slot slot;
    uint8_t key[SEAL_KEY_BYTES];
    sodium_memzero(callback, SEAL_KEY_BYTES);
    bool is_pooled = of->number > s->newest[of->drill];
    enum seals_status status = is_pooled ? seals_find(s, of, key) : seals_find_slot(s, of, &slot);
    if (status != SEALS_OK)
        return status;
    if (!is_pooled)
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
    static const uint8_t zeros[SLOT_CALLBACK_BYTES];
    assert(of->number > 0 && of->number <= s->newest[of->drill]);
    return seals_write_bytes(s, zeros, sizeof zeros, seals_place(of->drill, of->number) + SLOT_CALLBACK_AT);
}

/* Only the callback key is written: nothing that stands beside it is touched. */
static enum seals_status seals_write_callback(const struct seals *s, struct slot *slot,
                                              const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t callback[SEAL_KEY_BYTES], bytes[SLOT_BYTES];
    s->setting.random.draw(s->setting.random.context, slot->callback.nonce, SEAL_NONCE_BYTES);
    seals_callback_key(key, callback);
    slot_wrap_callback(slot, s->setting.ledger, s->setting.service, callback);
    sodium_memzero(callback, sizeof callback);
    slot_write(slot, bytes);
    return seals_write_bytes(s, bytes + SLOT_CALLBACK_AT, SLOT_CALLBACK_BYTES,
                             seals_place(slot->drill, slot->number) + SLOT_CALLBACK_AT);
}

enum seals_status seals_reopen_case(struct seals *s, const struct seals_case *of)
{
    struct slot slot;
    uint8_t key[SEAL_KEY_BYTES];
    if (of->number > s->newest[of->drill])
        return SEALS_OK; /* it was drawn with the key, and its case has not ended on disk */
    enum seals_status status = seals_find_slot(s, of, &slot);
    if (status != SEALS_OK || slot.has_callback)
        return status;
    status = seals_unwrap(s, &slot, key);
    if (status == SEALS_OK)
        status = seals_write_callback(s, &slot, key);
    sodium_memzero(key, sizeof key);
    return status;
}

enum seals_status seals_make(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    sodium_memzero(key, SEAL_KEY_BYTES);
    enum seals_status status = of->number > s->newest[of->drill] ? seals_give(s, of) : SEALS_OK;
    return status == SEALS_OK ? seals_find(s, of, key) : status;
}

enum seals_status seals_erase(struct seals *s, const struct seals_case *of)
{
    struct slot slot;
    assert(of->number > 0 && of->number <= s->newest[of->drill]);
    if (seals_read_slot(s, of->drill, of->number, &slot) != SEALS_OK)
        return SEALS_FAILED;
    if (slot.state == SLOT_EMPTY)
        return SEALS_NONE;
    if (slot.state != SLOT_TORN && !slot_is_in_place(&slot, of->drill, of->number))
        return SEALS_OTHER;
    slot = (struct slot){.state = SLOT_ERASED, .number = of->number, .drill = of->drill};
    /* Written and synced also if it reads as erased: what a read shows need not be on disk. */
    enum seals_status status = seals_write_slot(s, &slot);
    return status == SEALS_OK ? seals_sync(s) : status;
}

enum seals_status seals_flush(struct seals *s)
{
    const struct seals_file *file = &s->setting.file;
    return !file->flush || file->flush(file->context) == 0 ? SEALS_OK : SEALS_FAILED;
}

/* The writer is waited for first: the kernel tells a failure of the disk to one of two that sync at once. */
enum seals_status seals_sync(struct seals *s)
{
    return seals_await_writer(s) == SEALS_FAILED ? SEALS_FAILED : seals_sync_file(s);
}
