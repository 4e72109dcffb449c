/* recovery.h: from what is on disk back to the state before the stop: the newest snapshot, then the events
 * after it. The ledger alone is the truth: a snapshot is used only if an event after it says the digest of
 * its state.
 */
#ifndef CONCORDAT_RECOVERY_H
#define CONCORDAT_RECOVERY_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

/* What replaying events came upon. */
struct recovery_found {
    uint64_t contradicts; /* this event cannot follow from those before it; 0: all of them do */
    uint64_t differs; /* an earlier run lived by another state, as this event shows (replay_differs); 0: none
                         did */
    uint64_t copy;    /* the copies beside this event are not what stands in it; 0: all are */
};

struct recovery {
    uint64_t replayed;         /* events after the snapshot */
    uint64_t refused_snapshot; /* is whole and of this event, and not what the ledger says of it; 0: none */
    struct recovery_found found;
};

/* A source of events: as ledger_read, and as the broker's port. */
typedef enum ledger_status recovery_source(void *context, uint64_t after, size_t limit, ledger_each *each,
                                           void *each_context);

/* The history that vouches for a snapshot: a ledger's, or what a follower reads of it. */
struct recovery_history {
    uint64_t head; /* its newest event */
    /* Whether event `seq` has that chain value; what is read next follows on it. */
    bool (*has)(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES]);
    recovery_source *read;
    void *context; /* the first argument of both; borrowed */
};

/* The state of the newest snapshot in `folder` for which the history vouches; NULL if there is none. *refused
 * becomes the event of a snapshot that is whole and not what the history says of it, if there is one. */
struct state *recovery_snapshot(const struct recovery_history *history, const char *folder, uint64_t seed,
                                uint64_t *refused);

/* The state after the ledger's newest event; the caller's to destroy. `folder` is where snapshots are kept,
 * `seed` the new state's. NULL with a message for a person if the ledger contradicts itself or cannot be
 * read, or if memory is short. */
struct state *recovery_read(struct ledger *ledger, const char *folder, uint64_t seed,
                            struct recovery *recovery, char *message, size_t message_size);

/* The same from a state that a follower of this ledger has come to; chain is the value of its last event. The
 * state is the caller's until this returns, and then the returned one is, which is another one if the ledger
 * has another history. */
struct state *recovery_go_on(struct ledger *ledger, const char *folder, uint64_t seed, struct state *followed,
                             const uint8_t chain[CHAIN_BYTES], struct recovery *recovery, char *message,
                             size_t message_size);

/* Applies the events that follow on the state, up to number `head`. LEDGER_CORRUPT with found->contradicts
 * not 0: the state must not be used any more. Any other status is the source's; LEDGER_UNKNOWN also if memory
 * is short. */
enum ledger_status recovery_replay(struct state *state, uint64_t head, recovery_source *read, void *context,
                                   struct recovery_found *found);

#endif
