/* inside.h: an open file of referral keys, as the parts of this folder share it: its slots, read, written,
 * wrapped. One thread, as seals.h says. */
#ifndef CONCORDAT_SEALS_INSIDE_H
#define CONCORDAT_SEALS_INSIDE_H

#include "broker/seals/seals.h"

enum { SEALS_SERIES = 2 /* cases and drills */ };

struct seals {
    struct seals_setting setting;
    uint32_t newest[SEALS_SERIES];   /* numbers whose events are on disk */
    uint32_t made[SEALS_SERIES];     /* the newest number that was made since the opening */
    uint64_t reserved[SEALS_SERIES]; /* steps that are set aside for certain */
    bool locked;                     /* the master key is missing, or does not open what it should */
};

/* The byte at which a slot stands in the file. */
uint64_t seals_place(bool drill, uint32_t number);
/* Writes a slot's bytes, or the header's. */
enum seals_status seals_write_bytes(const struct seals *seals, const uint8_t bytes[SLOT_BYTES], uint64_t at);
enum seals_status seals_read_slot(const struct seals *seals, bool drill, uint32_t number, struct slot *slot);
enum seals_status seals_write_slot(const struct seals *seals, const struct slot *slot);
/* Makes the disk set the step of this slot aside. */
enum seals_status seals_reserve(struct seals *seals, bool drill, uint32_t number);

/* Whether the slot stands in the place of its own number. */
bool slot_is_in_place(const struct slot *slot, bool drill, uint32_t number);

/* Unwraps a live slot's key: SEALS_OK, SEALS_NO_MASTER or SEALS_ALTERED, and then the key is zeros. */
enum seals_status seals_unwrap(const struct seals *seals, const struct slot *slot,
                               uint8_t key[SEAL_KEY_BYTES]);
/* The same for its callback key, by the service key: SEALS_OK or SEALS_ALTERED. */
enum seals_status seals_unwrap_callback(const struct seals *seals, const struct slot *slot,
                                        uint8_t callback[SEAL_KEY_BYTES]);
/* Wraps the key by what wraps now: the newest generation of a good master key, or else the service key. */
void seals_wrap(const struct seals *seals, struct slot *slot, const uint8_t key[SEAL_KEY_BYTES]);

#endif
