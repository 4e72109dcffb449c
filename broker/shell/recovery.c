/* recovery.c: see recovery.h. replay.c applies events, snapshot.c knows the files. */
#include "broker/shell/recovery.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/core/state_check.h"
#include "broker/ledger/snapshot.h"
#include "broker/record/record.h"
#include "broker/record/replay.h"

enum { PAGE_EVENTS = 1000 /* read in one transaction of the ledger */ };

/* --- the snapshot ----------------------------------------------------------------------------------- */

struct vouching {
    const struct recovery_history *history;
    uint64_t *refused;
};

struct kept_search {
    uint64_t of;
    uint8_t digest[STATE_DIGEST_BYTES];
    bool found;
    uint64_t last; /* event that was looked at */
};

static bool find_kept(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain; /* the ledger has checked it */
    struct kept_search *search = context;
    search->last = event->seq;
    search->found = record_find_kept(event->body, event->body_size, search->of, search->digest);
    return !search->found;
}

/* The event stands soon after the snapshot's own: it was recorded as soon as the snapshot was written. */
static bool history_vouches_for(const struct recovery_history *history, uint64_t seq,
                                const uint8_t digest[SNAPSHOT_DIGEST_BYTES])
{
    struct kept_search search = {.of = seq, .last = seq};
    enum ledger_status status = LEDGER_OK;
    while (status == LEDGER_OK && !search.found && search.last < history->head)
        status = history->read(history->context, search.last, PAGE_EVENTS, find_kept, &search);
    return search.found && memcmp(search.digest, digest, sizeof search.digest) == 0;
}

static bool is_of_this_history(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES],
                               const uint8_t digest[SNAPSHOT_DIGEST_BYTES])
{
    const struct vouching *vouching = context;
    const struct recovery_history *history = vouching->history;
    if (!history->has(history->context, seq, chain))
        return false;
    if (history_vouches_for(history, seq, digest))
        return true;
    *vouching->refused = seq;
    return false;
}

struct state *recovery_snapshot(const struct recovery_history *history, const char *folder, uint64_t seed,
                                uint64_t *refused)
{
    struct vouching vouching = {history, refused};
    struct snapshot *snapshot = snapshot_open_newest(folder, state_layout, is_of_this_history, &vouching);
    const void *parts[STATE_PARTS];
    size_t sizes[STATE_PARTS];
    struct state *state = NULL;
    bool whole = snapshot;
    for (size_t i = 0; whole && i < STATE_PARTS; i++) {
        parts[i] = snapshot_part_at(snapshot, i, &sizes[i]);
        whole = parts[i];
    }
    if (whole)
        state = state_from_parts(seed, parts, sizes);
    if (state && (state->counters.seq != snapshot_seq(snapshot) || state_check_open(state)))
        state_destroy(&state);
    snapshot_close(&snapshot);
    return state;
}

/* --- the events after it ---------------------------------------------------------------------------- */

struct recovering {
    struct replay *replay;
    enum replay_result result; /* of the last event */
    uint64_t seq;              /* its number, as the source says */
    uint64_t copy;             /* as in struct recovery_found */
};

static bool replay_next(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    (void)chain; /* the source has checked it */
    struct recovering *recovering = context;
    recovering->seq = event->seq;
    recovering->result = replay_event(recovering->replay, event->body, event->body_size);
    if (!recovering->copy &&
        !record_copies_match(event->body, event->body_size, event->at_ms, event->kind, event->referral))
        recovering->copy = event->seq;
    return recovering->result == REPLAY_APPLIED;
}

enum ledger_status recovery_replay(struct state *state, uint64_t head, recovery_source *read, void *context,
                                   struct recovery_found *found)
{
    struct recovering recovering = {.replay = replay_open(state), .result = REPLAY_APPLIED};
    enum ledger_status status = LEDGER_OK;
    *found = (struct recovery_found){0, 0, 0};
    if (!recovering.replay)
        return LEDGER_UNKNOWN;
    while (recovering.result == REPLAY_APPLIED && status == LEDGER_OK && state->counters.seq < head)
        status = read(context, state->counters.seq, PAGE_EVENTS, replay_next, &recovering);
    found->differs = replay_differs(recovering.replay)->seq;
    found->copy = recovering.copy;
    replay_close(&recovering.replay);
    if (recovering.result == REPLAY_APPLIED)
        return status;
    if (recovering.result == REPLAY_NO_MEMORY)
        return LEDGER_UNKNOWN;
    found->contradicts = recovering.seq;
    return LEDGER_CORRUPT;
}

static enum ledger_status read_ledger(void *context, uint64_t after, size_t limit, ledger_each *each,
                                      void *each_context)
{
    return ledger_read(context, after, limit, each, each_context);
}

static void say_why_not(const struct ledger *ledger, uint64_t contradicts, char *message, size_t message_size)
{
    if (contradicts)
        snprintf(message, message_size,
                 "the ledger contradicts itself at event %" PRIu64 ": restore it from a copy that verifies",
                 contradicts);
    else if (*ledger_message(ledger))
        snprintf(message, message_size, "the ledger cannot be read: %s", ledger_message(ledger));
    else
        snprintf(message, message_size, "not enough memory to read the ledger");
}

static bool ledger_has(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    uint8_t stored[CHAIN_BYTES];
    return ledger_chain_at(context, seq, stored) == LEDGER_OK && memcmp(stored, chain, sizeof stored) == 0;
}

/* Takes the state over, and brings it to the ledger's newest event. */
static struct state *replay_rest(struct ledger *ledger, struct state *state, struct recovery *recovery,
                                 char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t head = ledger_head(ledger, chain), from = state ? state->counters.seq : 0;
    enum ledger_status status =
        state ? recovery_replay(state, head, read_ledger, ledger, &recovery->found) : LEDGER_UNKNOWN;
    if (status != LEDGER_OK) {
        say_why_not(ledger, recovery->found.contradicts, message, message_size);
        state_destroy(&state);
        return NULL;
    }
    assert(state->counters.seq == head);
    assert(!state_check_open(state));
    recovery->replayed = head - from;
    return state;
}

struct state *recovery_read(struct ledger *ledger, const char *folder, uint64_t seed,
                            struct recovery *recovery, char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    const struct recovery_history history = {ledger_head(ledger, chain), ledger_has, read_ledger, ledger};
    *recovery = (struct recovery){0};
    struct state *state = recovery_snapshot(&history, folder, seed, &recovery->refused_snapshot);
    if (!state)
        state = state_new(seed);
    return replay_rest(ledger, state, recovery, message, message_size);
}

/* A follower reads from any server, also what was never acknowledged and is not of the history that won. */
struct state *recovery_go_on(struct ledger *ledger, const char *folder, uint64_t seed, struct state *followed,
                             const uint8_t chain[CHAIN_BYTES], struct recovery *recovery, char *message,
                             size_t message_size)
{
    if (!ledger_has(ledger, followed->counters.seq, chain)) {
        state_destroy(&followed);
        return recovery_read(ledger, folder, seed, recovery, message, message_size);
    }
    *recovery = (struct recovery){0};
    return replay_rest(ledger, followed, recovery, message, message_size);
}
