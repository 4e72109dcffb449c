/* recovery.h: from what is on disk back to the state before the stop. */
#ifndef CONCORDAT_RECOVERY_H
#define CONCORDAT_RECOVERY_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* Replays the ledger. NULL with a message where it contradicts itself or memory is short. */
struct state *recovery_replay(struct ledger *ledger, uint64_t seed, uint64_t *replayed, char *message,
                              size_t message_size);

/* BLAKE2b-256 over the state: the same for the same events, whether lived through or replayed. */
void recovery_digest(const struct state *state, uint8_t digest[32]);

#endif
