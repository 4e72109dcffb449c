/* slot.h: one slot of the file of referral keys, byte by byte: a wrapped key, or the place of an erased one.
 *
 *     0   referral id                   16
 *     16  number, big-endian             4
 *     20  0: a case, 1: a drill          1
 *     21  1: live, 2: erased             1
 *     22  generation of the master key   1
 *     23  zero                           1
 *     24  nonce                         24
 *     48  wrapped key and tag           48
 *     96  zeros                         24
 *     120 check                          8
 *
 * An erased slot has zeros for generation, nonce and wrapped key. A slot that was never written is all zeros.
 * The wrapped key is XChaCha20-Poly1305-IETF(master key, key); its associated data are "concordat-slot-1"
 * (16)
 * || ledger id (16) || bytes 0 to 20 || generation (1), so it opens in its own place of its own ledger's
 * file.
 *
 * The check is the first 8 bytes of the BLAKE2b-256 of bytes 0 to 119. It finds what a disk does: a torn or
 * misplaced write (against people there is the tag). libsodium has it, a CRC would be code of ours, and 64
 * bits leave nothing to chance.
 */
#ifndef CONCORDAT_SLOT_H
#define CONCORDAT_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/seal/seal.h"

enum {
    SLOT_BYTES = 128,
    SLOT_CHECK_BYTES = 8,
    SLOT_LEDGER_BYTES = 16,
    SLOT_WRAPPED_BYTES = SEAL_KEY_BYTES + SEAL_TAG_BYTES
};

enum slot_state {
    SLOT_EMPTY,
    SLOT_LIVE,
    SLOT_ERASED,
    SLOT_TORN /* its check is wrong, or it is nothing that we write */
};

struct slot {
    enum slot_state state;
    uint8_t referral[SEAL_ID_BYTES];
    uint32_t number;
    bool drill;
    uint8_t generation;
    uint8_t nonce[SEAL_NONCE_BYTES];
    uint8_t wrapped[SLOT_WRAPPED_BYTES];
};

/* Fills in the slot; all but its state is zero unless it is live or erased. */
void slot_read(const uint8_t bytes[SLOT_BYTES], struct slot *slot);
/* Writes a live or an erased slot. */
void slot_write(const struct slot *slot, uint8_t bytes[SLOT_BYTES]);

/* Wraps a key for the slot, whose referral, number, drill, generation and nonce are filled in. */
void slot_wrap(struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *master,
               const uint8_t key[SEAL_KEY_BYTES]);
/* Unwraps it. False if the master key is another one or the slot was altered: then the key is zeros. */
bool slot_unwrap(const struct slot *slot, const uint8_t ledger[SLOT_LEDGER_BYTES], const uint8_t *master,
                 uint8_t key[SEAL_KEY_BYTES]);

/* Puts the check at the end of the slot's bytes; compares it. Also for the header, which is a slot's size. */
void slot_put_check(uint8_t bytes[SLOT_BYTES]);
bool slot_check_holds(const uint8_t bytes[SLOT_BYTES]);

#endif
