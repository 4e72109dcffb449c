/* slot.h: one slot of the file of referral keys, byte by byte: two wrapped keys, or the place of erased ones.
 *
 *     0   number, big-endian                   4
 *     4   0: a case, 1: a drill                1
 *     5   1: live, 2: erased                   1
 *     6   generation of the key that wrapped   1
 *     7   zero                                 1
 *     8   nonce                               24
 *     32  wrapped referral key and tag        48
 *     80  check                                8
 *     88  nonce                               24
 *     112 wrapped callback key and tag        48
 *     160 zeros                               96
 *
 * An erased slot has zeros from the generation on, but for the check. Without the callback key, zeros are in
 * its place: the check leaves it out, so that it ends by one write of zeros, whatever stands beside it. A
 * slot that was never written is all zeros.
 *
 * A wrapped key is XChaCha20-Poly1305-IETF(key that wraps, key); its associated data are a context (16) ||
 * ledger id (16) || bytes 0 to 4 || generation (1), so it opens in its own place of its own ledger's file.
 * The referral key's context is "concordat-slot-1". The callback key's is "concordat-call-1", and its
 * generation always SLOT_SERVICE, so a rotation leaves it as it is.
 *
 * The check is the first 8 bytes of the BLAKE2b-256 of bytes 0 to 79. It finds what a disk does: a torn or
 * misplaced write (against people there are the tags). libsodium has it, a CRC would be code of ours, and 64
 * bits leave nothing to chance.
 */
#ifndef CONCORDAT_SLOT_H
#define CONCORDAT_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/seal/seal.h"

enum {
    SLOT_BYTES = 256, /* two a sector of 512: no slot is in two */
    SLOT_CHECK_BYTES = 8,
    SLOT_LEDGER_BYTES = 16,
    SLOT_WRAPPED_BYTES = SEAL_KEY_BYTES + SEAL_TAG_BYTES,
    SLOT_CALLBACK_AT = 88, /* behind all that has to do with the referral key */
    SLOT_CALLBACK_BYTES = SEAL_NONCE_BYTES + SLOT_WRAPPED_BYTES,
    SLOT_SERVICE = 0 /* the generation of what the service key wrapped; the master key's begin with 1 */
};

enum slot_state {
    SLOT_EMPTY,
    SLOT_LIVE,
    SLOT_ERASED,
    SLOT_TORN /* its check is wrong, or it is nothing that we write */
};

struct slot_wrapped {
    uint8_t nonce[SEAL_NONCE_BYTES];
    uint8_t bytes[SLOT_WRAPPED_BYTES];
};

struct slot {
    enum slot_state state;
    uint32_t number;
    bool drill;
    uint8_t generation; /* of the key that wrapped the referral key */
    struct slot_wrapped key;
    bool has_callback;
    struct slot_wrapped callback; /* zeros unless it has one */
};

/* Fills in the slot; all but its state is zero unless it is live or erased. */
void slot_read(const uint8_t bytes[SLOT_BYTES], struct slot *slot);
/* Writes a live or an erased slot. */
void slot_write(const struct slot *slot, uint8_t bytes[SLOT_BYTES]);

/* Wraps a referral key into the slot, whose number, drill, generation and key.nonce are filled in.
 */
void slot_wrap(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *wrapper,
               const uint8_t key[SEAL_KEY_BYTES]);
/* Unwraps it. False if the wrapper is another one or the slot was altered: then the key is zeros. */
bool slot_unwrap(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *wrapper,
                 uint8_t key[SEAL_KEY_BYTES]);
/* The same for the callback key, with callback.nonce. */
void slot_wrap_callback(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *service,
                        const uint8_t callback[SEAL_KEY_BYTES]);
bool slot_unwrap_callback(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES],
                          const uint8_t *service, uint8_t callback[SEAL_KEY_BYTES]);

/* Puts the check into the slot's bytes; compares it. Also for the header, which has it in the same place. */
void slot_put_check(uint8_t bytes[SLOT_BYTES]);
bool slot_check_holds(const uint8_t bytes[SLOT_BYTES]);

#endif
