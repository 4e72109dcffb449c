/* follower.c: see follower.h. */
#include "broker/shell/follower.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "broker/core/event.h"
#include "broker/record/record.h"
#include "broker/shell/recovery.h"

enum { FOLLOW_EVENTS = 5000 /* a turn: some tens of milliseconds */ };

/* --- what is read ------------------------------------------------------------------------------------- */

/* What a page of events is given to: first to whoever applies them. */
struct following {
    struct follower *follower;
    ledger_each *each;
    void *context;
};

/* A snapshot that is on its way goes first, unless the leader has none of it: then it had to begin anew. */
static bool follower_may_begin_snapshot(const struct follower *f)
{
    return f->keeper.child == 0 && !(f->keeper.written && f->has_digest);
}

static bool follower_takes(void *context, const struct ledger_event *event, const uint8_t *chain)
{
    const struct following *following = context;
    struct follower *f = following->follower;
    if (!following->each(following->context, event, chain))
        return false;
    f->begins = event->kind == EVENT_SNAPSHOT_BEGUN && follower_may_begin_snapshot(f);
    if (event->kind == EVENT_SNAPSHOT_KEPT)
        f->has_digest |= record_find_kept(event->body, event->body_size, f->keeper.kept_seq, f->digest);
    return !f->begins;
}

/* LEDGER_NOT_FOUND: all is read, or a snapshot is to begin. */
static enum ledger_status follower_reads(void *context, uint64_t after, size_t limit, ledger_each *each,
                                         void *each_context)
{
    struct follower *f = context;
    struct following following = {f, each, each_context};
    (void)after; /* the reader is there */
    return f->begins ? LEDGER_NOT_FOUND : ledger_reader_next(f->reader, limit, follower_takes, &following);
}

/* --- its own snapshots -------------------------------------------------------------------------------- */

static void follower_begin_snapshot(struct follower *f)
{
    uint8_t chain[CHAIN_BYTES];
    (void)ledger_reader_at(f->reader, chain);
    f->begins = f->has_digest = false;
    keeper_drop(&f->keeper);
    keeper_begin(&f->keeper, f->state, chain, f->folder);
}

static void follower_tend_snapshot(struct follower *f)
{
    struct kept kept;
    if (!keeper_has_written(&f->keeper, &kept) || !f->has_digest)
        return;
    if (memcmp(kept.state_digest, f->digest, sizeof f->digest) == 0)
        keeper_keep(&f->keeper, f->folder);
    else
        fprintf(stderr,
                "concordat-broker: at event %" PRIu64 " the leader's state was another one than the one that "
                "this router has from the same events; have an auditor run concordat verify\n",
                kept.of);
    keeper_drop(&f->keeper);
    f->has_digest = false;
}

/* --- following ---------------------------------------------------------------------------------------- */

static bool reader_has(void *context, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    struct follower *f = context;
    memcpy(f->begun_chain, chain, CHAIN_BYTES);
    return ledger_reader_go_to(f->reader, seq, chain) == LEDGER_OK;
}

static enum ledger_status reader_reads(void *context, uint64_t after, size_t limit, ledger_each *each,
                                       void *each_context)
{
    struct follower *f = context;
    (void)after; /* the reader is there */
    return ledger_reader_next(f->reader, limit, each, each_context);
}

static void follower_forget(struct follower *f)
{
    ledger_reader_close(&f->reader);
    state_destroy(&f->state);
    f->begins = false;
}

static bool follower_begin(struct follower *f)
{
    char message[512];
    enum ledger_status status;
    uint64_t seed, refused;
    randombytes_buf(&seed, sizeof seed);
    f->reader = f->open_reader(f->address, &status, message, sizeof message);
    if (!f->reader)
        return false;
    const struct recovery_history history = {ledger_reader_head(f->reader), reader_has, reader_reads, f};
    f->state = recovery_snapshot(&history, f->folder, seed, &refused);
    if (f->state) {
        f->keeper.kept_seq = f->state->counters.seq;
        return ledger_reader_go_to(f->reader, f->state->counters.seq, f->begun_chain) == LEDGER_OK;
    }
    /* The search for a snapshot may have left the reader anywhere. */
    f->state = state_new(seed);
    return f->state && ledger_reader_skip(f->reader, 0) == LEDGER_OK;
}

static uint64_t follower_target(const struct follower *f)
{
    uint64_t head = ledger_reader_head(f->reader), seq = f->state->counters.seq;
    return head - seq > FOLLOW_EVENTS ? seq + FOLLOW_EVENTS : head;
}

/* A history that is shorter than what was read is another one. */
static bool follower_go_on(struct follower *f)
{
    struct recovery_found found;
    if (ledger_reader_look(f->reader) != LEDGER_OK || ledger_reader_head(f->reader) < f->state->counters.seq)
        return false;
    enum ledger_status status =
        ledger_reader_head(f->reader) == f->state->counters.seq
            ? LEDGER_OK
            : recovery_replay(f->state, follower_target(f), follower_reads, f, &found);
    if (status != LEDGER_OK && status != LEDGER_NOT_FOUND)
        return false;
    if (f->begins)
        follower_begin_snapshot(f);
    follower_tend_snapshot(f);
    return true;
}

bool follower_turn(struct follower *f)
{
    if ((!f->state && !follower_begin(f)) || !follower_go_on(f)) {
        follower_forget(f);
        return false;
    }
    return f->state->counters.seq < ledger_reader_head(f->reader);
}

uint64_t follower_reached(const struct follower *f, uint8_t chain[CHAIN_BYTES])
{
    return f->reader && f->state ? ledger_reader_at(f->reader, chain) : 0;
}

enum ledger_status follower_has(struct follower *f, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    return f->reader ? ledger_reader_has(f->reader, seq, chain) : LEDGER_UNKNOWN;
}

struct state *follower_give(struct follower *f)
{
    struct state *state = f->state;
    f->state = NULL;
    if (state)
        (void)keeper_give_up(&f->keeper, state);
    follower_close(f);
    return state;
}

void follower_close(struct follower *f)
{
    follower_forget(f);
    keeper_close(&f->keeper);
}
