/* replaying.h: the events of a ledger replayed from the first on: whether each follows by the router's own
 * rules, and the state that they come to. For the programs of this folder. */
#ifndef CONCORDAT_REPLAYING_H
#define CONCORDAT_REPLAYING_H

#include "broker/record/replay.h"
#include "proto/wire/chain.h"
#include "proto/words/exit_code.h"

enum { REPLAYING_MESSAGE_BYTES = 512 };

/* How far the replay has come, and why it went no further. */
struct replay_run {
    struct state *state; /* owned; not to be used once contradicted */
    struct replay *replay;
    uint64_t until, last;
    int64_t last_ms;
    uint8_t chain[CHAIN_BYTES];
    uint8_t first_chain[CHAIN_BYTES]; /* of event 1, which tells ledgers apart */
    bool contradicted;
    char why[REPLAYING_MESSAGE_BYTES]; /* for the event after the last; or why the ledger cannot be read */
    bool no_memory;
    uint8_t *scratch; /* for a reduced form */
    size_t scratch_size;
    uint64_t copy; /* the first event with copies beside it that are not what stands in it; 0: none */
};

/* Begins before event 1; `until` is the last event to be replayed. False if memory is short. Close it in
 * either case. */
bool replay_run_open(struct replay_run *run, uint64_t until);
void replay_run_close(struct replay_run *run);

/* Replays a ledger's file, which may be in use. CODE_DONE also if it contradicts itself; CODE_ENVIRONMENT if
 * it cannot be read. */
enum exit_code replay_run_ledger(struct replay_run *run, const char *path);
/* Replays one event more. `beside`: the digest of the reduced form that stands beside it, or NULL. Returns
 * whether to go on. */
bool replay_run_event(struct replay_run *run, const uint8_t *body, size_t size, const uint8_t *beside);
void replay_run_contradict(struct replay_run *run, const char *why);
bool replay_run_goes_on(const struct replay_run *run);

/* The first event by which the router said of its state what these events do not come to, or, if it comes
 * first, that has other copies beside it than stand in it: *of_copy. */
struct replay_difference replay_run_differs(const struct replay_run *run, bool *of_copy);

#endif
