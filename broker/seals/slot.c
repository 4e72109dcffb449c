/* slot.c: one slot of the file of referral keys, byte by byte. */
#include "broker/seals/slot.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
    AT_NUMBER = 0,
    AT_DRILL = AT_NUMBER + 4,
    AT_STATE,
    AT_GENERATION,
    AT_KEY = AT_GENERATION + 2,
    AT_CHECK = AT_KEY + sizeof(struct slot_wrapped),
    AT_CALLBACK = AT_CHECK + SLOT_CHECK_BYTES,
    PLACE_BYTES = AT_DRILL + 1 /* what says whose slot it is */
};

/* As they stand in the file. */
enum { WRITTEN_LIVE = 1, WRITTEN_ERASED = 2 };

static const char key_context[] = "concordat-slot-1", callback_context[] = "concordat-call-1";

enum {
    CONTEXT_BYTES = sizeof key_context - 1,
    BOUND_BYTES = CONTEXT_BYTES + SLOT_LEDGER_BYTES + PLACE_BYTES + 1
};

_Static_assert(sizeof(struct slot_wrapped) == SEAL_NONCE_BYTES + SLOT_WRAPPED_BYTES, "it is copied whole");
_Static_assert((int)AT_CALLBACK == SLOT_CALLBACK_AT && sizeof(struct slot_wrapped) == SLOT_CALLBACK_BYTES,
               "the header says where the callback key stands");
_Static_assert(sizeof callback_context == sizeof key_context, "both have the same length");

static void slot_check_of(const uint8_t bytes[SLOT_BYTES], uint8_t check[SLOT_CHECK_BYTES])
{
    uint8_t hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, bytes, AT_CHECK, NULL, 0);
    memcpy(check, hash, SLOT_CHECK_BYTES);
}

void slot_put_check(uint8_t bytes[SLOT_BYTES])
{
    slot_check_of(bytes, bytes + AT_CHECK);
}

bool slot_check_holds(const uint8_t bytes[SLOT_BYTES])
{
    uint8_t check[SLOT_CHECK_BYTES];
    slot_check_of(bytes, check);
    return memcmp(check, bytes + AT_CHECK, sizeof check) == 0;
}

static void slot_pack_place(const struct slot *slot, uint8_t *bytes)
{
    for (int i = 0; i < 4; i++)
        bytes[AT_NUMBER + i] = (uint8_t)(slot->number >> (24 - 8 * i));
    bytes[AT_DRILL] = slot->drill;
}

void slot_write(const struct slot *slot, uint8_t bytes[SLOT_BYTES])
{
    assert(slot->state == SLOT_LIVE || slot->state == SLOT_ERASED);
    memset(bytes, 0, SLOT_BYTES);
    slot_pack_place(slot, bytes);
    bytes[AT_STATE] = slot->state == SLOT_LIVE ? WRITTEN_LIVE : WRITTEN_ERASED;
    if (slot->state == SLOT_LIVE) {
        bytes[AT_GENERATION] = slot->generation;
        memcpy(bytes + AT_KEY, &slot->key, sizeof slot->key);
        if (slot->has_callback)
            memcpy(bytes + AT_CALLBACK, &slot->callback, sizeof slot->callback);
    }
    slot_put_check(bytes);
}

/* Whether slot_write would write the same bytes: nothing else is a slot of ours. */
static bool slot_is_as_written(const struct slot *slot, const uint8_t bytes[SLOT_BYTES])
{
    uint8_t again[SLOT_BYTES];
    slot_write(slot, again);
    return memcmp(again, bytes, SLOT_BYTES) == 0;
}

void slot_read(const uint8_t bytes[SLOT_BYTES], struct slot *slot)
{
    *slot = (struct slot){.state = SLOT_TORN};
    if (bytes[AT_STATE] != WRITTEN_LIVE && bytes[AT_STATE] != WRITTEN_ERASED) {
        slot->state = sodium_is_zero(bytes, SLOT_BYTES) ? SLOT_EMPTY : SLOT_TORN;
        return;
    }
    slot->state = bytes[AT_STATE] == WRITTEN_LIVE ? SLOT_LIVE : SLOT_ERASED;
    for (int i = 0; i < 4; i++)
        slot->number = slot->number << 8 | bytes[AT_NUMBER + i];
    slot->drill = bytes[AT_DRILL] == 1;
    slot->generation = bytes[AT_GENERATION];
    slot->has_callback = !sodium_is_zero(bytes + AT_CALLBACK, SLOT_CALLBACK_BYTES);
    memcpy(&slot->key, bytes + AT_KEY, sizeof slot->key);
    memcpy(&slot->callback, bytes + AT_CALLBACK, sizeof slot->callback);
    if (!slot_is_as_written(slot, bytes))
        *slot = (struct slot){.state = SLOT_TORN};
}

static void slot_bind(const struct slot *slot, const uint8_t *ledger, const char *context, uint8_t generation,
                      uint8_t bound[BOUND_BYTES])
{
    memcpy(bound, context, CONTEXT_BYTES);
    memcpy(bound + CONTEXT_BYTES, ledger, SLOT_LEDGER_BYTES);
    slot_pack_place(slot, bound + CONTEXT_BYTES + SLOT_LEDGER_BYTES);
    bound[BOUND_BYTES - 1] = generation;
}

static void slot_lock(struct slot_wrapped *wrapped, const uint8_t bound[BOUND_BYTES], const uint8_t *wrapper,
                      const uint8_t *key)
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped->bytes, NULL, key, SEAL_KEY_BYTES, bound, BOUND_BYTES,
                                               NULL, wrapped->nonce, wrapper);
}

static bool slot_unlock(const struct slot_wrapped *wrapped, const uint8_t bound[BOUND_BYTES],
                        const uint8_t *wrapper, uint8_t *key)
{
    /* If the tag is wrong libsodium fills the key with zeros. */
    return crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, wrapped->bytes, sizeof wrapped->bytes,
                                                      bound, BOUND_BYTES, wrapped->nonce, wrapper) == 0;
}

void slot_wrap(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *wrapper,
               const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, key_context, slot->generation, bound);
    slot_lock(&slot->key, bound, wrapper, key);
}

bool slot_unwrap(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *wrapper,
                 uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, key_context, slot->generation, bound);
    return slot_unlock(&slot->key, bound, wrapper, key);
}

void slot_wrap_callback(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *service,
                        const uint8_t callback[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, callback_context, SLOT_SERVICE, bound);
    slot_lock(&slot->callback, bound, service, callback);
    slot->has_callback = true;
}

bool slot_unwrap_callback(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES],
                          const uint8_t *service, uint8_t callback[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, callback_context, SLOT_SERVICE, bound);
    return slot_unlock(&slot->callback, bound, service, callback);
}
