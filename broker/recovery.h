/* recovery.h: from what is on disk back to the state before the stop: the newest snapshot, then the ledger's
 * tail. The ledger alone is the truth; a snapshot that does not fit it is passed over. */
#ifndef CONCORDAT_RECOVERY_H
#define CONCORDAT_RECOVERY_H

#include <sys/types.h>

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* NULL with a message where the ledger contradicts itself or memory is short. *replayed: events that were
 * read beyond the snapshot. */
struct state *recovery_read(struct ledger *ledger, const char *folder, uint64_t seed, uint64_t *replayed,
                            char *message, size_t message_size);

/* BLAKE2b-256 over the state: the same for the same events, whether lived through or replayed. */
void recovery_digest(const struct state *state, uint8_t digest[32]);

/* When to write the next snapshot, and the child process that is writing one. Start with zeros. */
struct recovery_keeper {
    pid_t child; /* 0: none */
    uint64_t kept_seq;
};

/* Starts to write a snapshot, in a child process, where enough has happened since the last one. To be called
 * between turns: everything in the state must be on disk. */
void recovery_keep(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                   const char *folder);
/* Writes one now and waits for it: before a clean stop. */
void recovery_keep_now(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                       const char *folder);

#endif
