/* slots.c: the slots of an open file of referral keys: where each stands, read, written, wrapped. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "broker/seals/inside.h"

enum { HEADER_BYTES = 4096 };

static const char callback_words[] = "concordat-callback-1";

uint64_t seals_place(bool drill, uint32_t number)
{
    uint64_t index = number - 1, step = index / SEALS_STEP_SLOTS * SEALS_SERIES + drill;
    return HEADER_BYTES + (step * SEALS_STEP_SLOTS + index % SEALS_STEP_SLOTS) * SLOT_BYTES;
}

static enum seals_status status_of_error(int error)
{
    switch (error) {
    case 0:
        return SEALS_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SEALS_FULL;
    default:
        return SEALS_FAILED;
    }
}

/* Beyond the end of the file there are zeros. */
static enum seals_status seals_read_bytes(const struct seals *s, uint8_t bytes[SLOT_BYTES], uint64_t at)
{
    const struct seals_file *file = &s->setting.file;
    size_t got = 0;
    memset(bytes, 0, SLOT_BYTES);
    return file->read(file->context, bytes, SLOT_BYTES, at, &got) == 0 ? SEALS_OK : SEALS_FAILED;
}

enum seals_status seals_read_slot(const struct seals *s, bool drill, uint32_t number, struct slot *slot)
{
    uint8_t bytes[SLOT_BYTES];
    enum seals_status status = seals_read_bytes(s, bytes, seals_place(drill, number));
    if (status == SEALS_OK)
        slot_read(bytes, slot);
    return status;
}

enum seals_status seals_write_bytes(const struct seals *s, const uint8_t *bytes, size_t size, uint64_t at)
{
    const struct seals_file *file = &s->setting.file;
    return status_of_error(file->write(file->context, bytes, size, at));
}

enum seals_status seals_write_slot(const struct seals *s, const struct slot *slot)
{
    uint8_t bytes[SLOT_BYTES];
    slot_write(slot, bytes);
    return seals_write_bytes(s, bytes, sizeof bytes, seals_place(slot->drill, slot->number));
}

enum seals_status seals_sync_file(const struct seals *s)
{
    return s->setting.file.sync(s->setting.file.context) == 0 ? SEALS_OK : SEALS_FAILED;
}

bool slot_is_in_place(const struct slot *slot, bool drill, uint32_t number)
{
    return slot->number == number && slot->drill == drill;
}

/* NULL: there is none. */
static const uint8_t *seals_wrapper(const struct seals *s, uint8_t generation)
{
    if (generation == SLOT_SERVICE)
        return s->setting.service;
    return s->setting.master ? master_key_of(s->setting.master, generation) : NULL;
}

enum seals_status seals_unwrap(const struct seals *s, const struct slot *slot, uint8_t key[SEAL_KEY_BYTES])
{
    const uint8_t *wrapper = seals_wrapper(s, slot->generation);
    memset(key, 0, SEAL_KEY_BYTES);
    if (!wrapper)
        return SEALS_NO_MASTER;
    return slot_unwrap(slot, s->setting.ledger, wrapper, key) ? SEALS_OK : SEALS_ALTERED;
}

enum seals_status seals_unwrap_callback(const struct seals *s, const struct slot *slot,
                                        uint8_t callback[SEAL_KEY_BYTES])
{
    return slot_unwrap_callback(slot, s->setting.ledger, s->setting.service, callback) ? SEALS_OK
                                                                                       : SEALS_ALTERED;
}

uint8_t seals_wrapping(const struct seals *s)
{
    /* A key that another ledger's master key wrapped would be lost when the right one is back. */
    return s->locked ? SLOT_SERVICE : master_key_newest(s->setting.master);
}

void seals_wrap(const struct seals *s, struct slot *slot, const uint8_t key[SEAL_KEY_BYTES])
{
    slot->generation = seals_wrapping(s);
    slot_wrap(slot, s->setting.ledger, seals_wrapper(s, slot->generation), key);
}

void seals_callback_key(const uint8_t key[SEAL_KEY_BYTES], uint8_t callback[SEAL_KEY_BYTES])
{
    crypto_generichash(callback, SEAL_KEY_BYTES, (const uint8_t *)callback_words, sizeof callback_words - 1,
                       key, SEAL_KEY_BYTES);
}
