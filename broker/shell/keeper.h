/* keeper.h: when a snapshot of the state is written, and the child process that writes it.
 *
 * Snapshots make the next start quick and nothing else: if one cannot be written nobody is told, and the next
 * start replays more of the ledger. One thread uses a keeper.
 */
#ifndef CONCORDAT_KEEPER_H
#define CONCORDAT_KEEPER_H

#include <sys/types.h>

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* Start with zeros, and with the number of the newest event of the snapshot that is on disk. */
struct keeper {
    pid_t child; /* that is writing one; 0: none */
    uint64_t kept_seq;
};

/* Whether enough has happened since the last snapshot, and that one is finished. */
bool keeper_is_due(struct keeper *keeper, const struct state *state);
/* If one is due, starts to write it to `folder` in a child process and returns. To be called between turns:
 * everything in the state must be on disk. */
void keeper_keep(struct keeper *keeper, const struct state *state, const struct ledger *ledger,
                 const char *folder);
/* Before a clean stop: writes one, if anything has happened since the last, and waits for it. */
void keeper_keep_now(struct keeper *keeper, const struct state *state, const struct ledger *ledger,
                     const char *folder);

#endif
