/* inside.h: an open file of referral keys, as the parts of this folder share it: its slots, read, written,
 * wrapped, and the keys that were drawn ahead. One thread, as seals.h says. */
#ifndef CONCORDAT_SEALS_INSIDE_H
#define CONCORDAT_SEALS_INSIDE_H

#include "broker/seals/seals.h"
#include "proto/words/worker.h"

enum { SEALS_SERIES = 2 /* cases and drills */ };

/* The keys of the numbers that follow the ledger's newest: on disk for certain, and here. */
struct seals_pool {
    uint8_t (*keys)[SEAL_KEY_BYTES]; /* owned, in locked memory: SEALS_AHEAD_MAX, by number */
    uint32_t made;                   /* the newest number whose key was handed out */
    uint32_t ready;                  /* the newest number whose key is here */
    uint32_t roomy; /* the file has its room up to this number, the last of a step; 0: nobody has looked */
};

/* Keys on their way to the disk. The writer has them to itself, with their places in the pool, from its order
 * until the owner has waited for it. */
struct seals_filling {
    bool drill;
    uint32_t first, count; /* numbers; count 0: none are on their way */
    struct seals_nonces {
        uint8_t key[SEAL_NONCE_BYTES], callback[SEAL_NONCE_BYTES];
    } nonces[SEALS_POOL];
    uint8_t written[SEALS_POOL * SLOT_BYTES];
    enum seals_status status; /* SEALS_FAILED for ever once the disk has failed */
};

struct seals {
    struct seals_setting setting;
    uint32_t newest[SEALS_SERIES]; /* numbers whose events are on disk */
    struct seals_pool pools[SEALS_SERIES];
    struct seals_filling filling;
    struct worker *writer; /* NULL: the owner writes by itself */
    bool locked;           /* the master key is missing, or does not open what it should */
};

/* As seals_sync, without waiting for the writer. */
enum seals_status seals_sync_file(const struct seals *seals);
/* The header of a ledger's keys. */
void seals_pack_header(const uint8_t ledger[SLOT_LEDGER_BYTES], uint8_t bytes[SLOT_BYTES]);
/* The byte at which a slot stands in the file. */
uint64_t seals_place(bool drill, uint32_t number);
enum seals_status seals_write_bytes(const struct seals *seals, const uint8_t *bytes, size_t size,
                                    uint64_t at);
enum seals_status seals_read_slot(const struct seals *seals, bool drill, uint32_t number, struct slot *slot);
enum seals_status seals_write_slot(const struct seals *seals, const struct slot *slot);

/* Whether the slot stands in the place of its own number. */
bool slot_is_in_place(const struct slot *slot, bool drill, uint32_t number);

/* Unwraps a live slot's key: SEALS_OK, SEALS_NO_MASTER or SEALS_ALTERED, and then the key is zeros. */
enum seals_status seals_unwrap(const struct seals *seals, const struct slot *slot,
                               uint8_t key[SEAL_KEY_BYTES]);
/* The same for its callback key, by the service key: SEALS_OK or SEALS_ALTERED. */
enum seals_status seals_unwrap_callback(const struct seals *seals, const struct slot *slot,
                                        uint8_t callback[SEAL_KEY_BYTES]);
/* Wraps the key, with key.nonce, by what wraps now: the newest generation of a good master key, or else the
 * service key. */
void seals_wrap(const struct seals *seals, struct slot *slot, const uint8_t key[SEAL_KEY_BYTES]);
/* Which generation that is. */
uint8_t seals_wrapping(const struct seals *seals);

/* Begins behind the ledger's newest numbers. False if memory is short. */
bool seals_open_pools(struct seals *seals);
void seals_close_pools(struct seals *seals);
/* Waits for the writer, and takes what it wrote: SEALS_OK, SEALS_FULL or SEALS_FAILED. */
enum seals_status seals_await_writer(struct seals *seals);
/* Sees to it that the key of a number that is not in the ledger yet is ready, and notes that it is given. */
enum seals_status seals_give(struct seals *seals, const struct seals_case *of);
/* The key of such a number, borrowed; NULL: nobody was given it. */
const uint8_t *seals_pooled(const struct seals *seals, bool drill, uint32_t number);
/* Takes the key in a slot that stands behind all that are ready, if it is whole and what wraps now wrapped
 * it. It must be synced before it is handed out. */
bool seals_pool_again(struct seals *seals, const struct slot *slot);
/* Forgets the keys that nobody was given yet. */
void seals_empty_pools(struct seals *seals);

#endif
