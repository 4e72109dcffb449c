/* slot.c: one slot of the file of referral keys, byte by byte. */
#include "broker/seals/slot.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum {
    AT_NUMBER = SEAL_ID_BYTES,
    AT_DRILL = AT_NUMBER + 4,
    AT_STATE,
    AT_GENERATION,
    AT_NONCE = 24,
    AT_WRAPPED = AT_NONCE + SEAL_NONCE_BYTES,
    AT_ZEROS = AT_WRAPPED + SLOT_WRAPPED_BYTES,
    AT_CHECK = SLOT_BYTES - SLOT_CHECK_BYTES,
    PLACE_BYTES = AT_DRILL + 1 /* what says whose slot it is */
};

/* As they stand in the file. */
enum { WRITTEN_LIVE = 1, WRITTEN_ERASED = 2 };

static const char slot_version[] = "concordat-slot-1";

enum {
    VERSION_BYTES = sizeof slot_version - 1,
    BOUND_BYTES = VERSION_BYTES + SLOT_LEDGER_BYTES + PLACE_BYTES + 1
};

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
    memcpy(bytes, slot->referral, SEAL_ID_BYTES);
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
        memcpy(bytes + AT_NONCE, slot->nonce, sizeof slot->nonce);
        memcpy(bytes + AT_WRAPPED, slot->wrapped, sizeof slot->wrapped);
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
    if (sodium_is_zero(bytes, SLOT_BYTES)) {
        slot->state = SLOT_EMPTY;
        return;
    }
    if (bytes[AT_STATE] != WRITTEN_LIVE && bytes[AT_STATE] != WRITTEN_ERASED)
        return;
    slot->state = bytes[AT_STATE] == WRITTEN_LIVE ? SLOT_LIVE : SLOT_ERASED;
    memcpy(slot->referral, bytes, SEAL_ID_BYTES);
    for (int i = 0; i < 4; i++)
        slot->number = slot->number << 8 | bytes[AT_NUMBER + i];
    slot->drill = bytes[AT_DRILL] == 1;
    slot->generation = bytes[AT_GENERATION];
    memcpy(slot->nonce, bytes + AT_NONCE, sizeof slot->nonce);
    memcpy(slot->wrapped, bytes + AT_WRAPPED, sizeof slot->wrapped);
    if (!slot_is_as_written(slot, bytes))
        *slot = (struct slot){.state = SLOT_TORN};
}

static void slot_bind(const struct slot *slot, const uint8_t *ledger, uint8_t bound[BOUND_BYTES])
{
    memcpy(bound, slot_version, VERSION_BYTES);
    memcpy(bound + VERSION_BYTES, ledger, SLOT_LEDGER_BYTES);
    slot_pack_place(slot, bound + VERSION_BYTES + SLOT_LEDGER_BYTES);
    bound[BOUND_BYTES - 1] = slot->generation;
}

void slot_wrap(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *master,
               const uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, bound);
    crypto_aead_xchacha20poly1305_ietf_encrypt(slot->wrapped, NULL, key, SEAL_KEY_BYTES, bound, sizeof bound,
                                               NULL, slot->nonce, master);
}

bool slot_unwrap(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *master,
                 uint8_t key[SEAL_KEY_BYTES])
{
    uint8_t bound[BOUND_BYTES];
    slot_bind(slot, ledger, bound);
    /* If the tag is wrong libsodium fills the key with zeros. */
    return crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, slot->wrapped, sizeof slot->wrapped,
                                                      bound, sizeof bound, slot->nonce, master) == 0;
}
