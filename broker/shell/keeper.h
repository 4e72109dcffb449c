/* keeper.h: when a snapshot of the state is written, and the child process that writes it.
 *
 * Snapshots make the next start quick and nothing else: if one cannot be written nobody is told, and the next
 * start replays more of the ledger. What a start reads from a file is believed only if the ledger vouches for
 * it, so a snapshot takes four steps, two of them the caller's:
 *
 * 1. When keeper_is_due, the caller records the event by which the snapshot begins (own_events.h).
 *
 * 2. When that is on disk, keeper_begin has a child write the state as that event left it.
 *
 * 3. When keeper_has_written, the caller records the event that says the digest of that state.
 *
 * 4. When that is on disk, keeper_keep gives the file its name: from now on a start uses it.
 *
 * If anything ends in between, the snapshot before it is used. One thread uses a keeper.
 */
#ifndef CONCORDAT_KEEPER_H
#define CONCORDAT_KEEPER_H

#include <sys/types.h>

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* Start with zeros, and with the number of the event as of which the newest snapshot on disk is. */
struct keeper {
    uint64_t kept_seq; /* of the newest snapshot that is on disk, is written or was given up */
    uint64_t own;      /* events since then that only say something of snapshots */
    pid_t child;       /* that is writing one; 0: none */
    bool written;      /* it is whole, and has not got its name yet */
    uint8_t *digest;   /* of its state, in memory that the child shares */
};

/* Whether enough has happened since the last snapshot, and that one is finished. */
bool keeper_is_due(const struct keeper *keeper, const struct state *state);
/* Starts to write the state to `folder` in a child process and returns. The state's newest event, which is on
 * disk, must be the one that begins this snapshot; chain is its chain value. */
void keeper_begin(struct keeper *keeper, const struct state *state, const uint8_t chain[CHAIN_BYTES],
                  const char *folder);
/* Whether a snapshot is written and has no name yet: of which state it is, borrowed until keeper_keep. */
bool keeper_has_written(struct keeper *keeper, struct kept *kept);
/* Gives it its name. */
void keeper_keep(struct keeper *keeper, const char *folder);
/* Forgets one that is written and has no name. */
void keeper_drop(struct keeper *keeper);

/* Before a clean stop: gives up a snapshot that has no name yet, and tells whether anything has happened
 * since the last one that has. */
bool keeper_give_up(struct keeper *keeper, const struct state *state);
/* As keeper_begin, but waits for it. */
void keeper_write_now(struct keeper *keeper, const struct state *state, const uint8_t chain[CHAIN_BYTES],
                      const char *folder);
void keeper_close(struct keeper *keeper);

#endif
