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

/* Where events are read from: as ledger_read, and as the broker's port. */
typedef enum ledger_status recovery_source(void *context, uint64_t after, size_t limit, ledger_each *each,
                                           void *each_context);

/* Applies the events that follow on the state, up to number `head`. LEDGER_CORRUPT with *contradicts not 0:
 * this event cannot follow, and the state is of no use any more. LEDGER_UNKNOWN also where memory is short.
 */
enum ledger_status recovery_replay(struct state *state, uint64_t head, recovery_source *read, void *context,
                                   uint64_t *contradicts);

/* BLAKE2b-256 over the state: the same for the same events, whether lived through or replayed. */
void recovery_digest(const struct state *state, uint8_t digest[32]);

/* When to write the next snapshot, and the child process that is writing one. Start with zeros. */
struct recovery_keeper {
    pid_t child; /* 0: none */
    uint64_t kept_seq;
};

/* Whether enough has happened since the last snapshot, and that one is done. */
bool recovery_keep_due(struct recovery_keeper *keeper, const struct state *state);
/* Starts to write a snapshot, in a child process, where one is due. To be called between turns: everything in
 * the state must be on disk. */
void recovery_keep(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                   const char *folder);
/* Writes one now and waits for it: before a clean stop. */
void recovery_keep_now(struct recovery_keeper *keeper, const struct state *state, const struct ledger *ledger,
                       const char *folder);

#endif
