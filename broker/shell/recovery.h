/* recovery.h: from what is on disk back to the state before the stop: the newest snapshot, then the events
 * after it. The ledger alone is the truth; a snapshot that does not fit it is passed over. */
#ifndef CONCORDAT_RECOVERY_H
#define CONCORDAT_RECOVERY_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* The state after the ledger's newest event; the caller's to destroy. `folder` is where snapshots are kept,
 * `seed` the new state's. NULL with a message for a person if the ledger contradicts itself or cannot be
 * read, or if memory is short. *replayed: how many events came after the snapshot. */
struct state *recovery_read(struct ledger *ledger, const char *folder, uint64_t seed, uint64_t *replayed,
                            char *message, size_t message_size);

/* A source of events: as ledger_read, and as the broker's port. */
typedef enum ledger_status recovery_source(void *context, uint64_t after, size_t limit, ledger_each *each,
                                           void *each_context);

/* Applies the events that follow on the state, up to number `head`. LEDGER_CORRUPT with *contradicts not 0:
 * that event cannot follow, and the state must not be used any more. Any other status is the source's;
 * LEDGER_UNKNOWN also if memory is short. */
enum ledger_status recovery_replay(struct state *state, uint64_t head, recovery_source *read, void *context,
                                   uint64_t *contradicts);

#endif
