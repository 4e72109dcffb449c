/* snapshots.c: see snapshots.h. */
#include "tests/simulation/snapshots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/snapshot.h"
#include "broker/record/replay.h"
#include "tests/simulation/host.h"

enum { TURNS_BETWEEN = 100, ONE_IN = 4 /* writers that fail, and snapshots that are forged */ };

void snapshots_open(struct world *w)
{
    random_open(&w->host.snapshots.random, w->options.seed, "snapshots", 0);
}

void snapshots_die(struct world *w)
{
    w->host.snapshots.written = false;
}

bool snapshots_record(struct world *w)
{
    struct snapshots *s = &w->host.snapshots;
    struct now now = world_clock(w);
    s->step = SNAPSHOTS_REST;
    if (s->written && s->ready_ms > w->now_ms)
        return false;
    if (s->written &&
        broker_keep_snapshot(w->host.broker, &(struct kept){s->of, s->digest, state_layout}, now))
        s->step = SNAPSHOTS_ARE_WRITTEN;
    else if (!random_between(&s->random, 0, TURNS_BETWEEN - 1) && broker_begin_snapshot(w->host.broker, now))
        s->step = SNAPSHOTS_BEGIN;
    return s->step != SNAPSHOTS_REST;
}

struct listing {
    struct snapshot_part parts[STATE_PARTS];
    size_t count;
};

static void list_part(void *context, const void *bytes, size_t size)
{
    struct listing *listing = context;
    listing->parts[listing->count++] = (struct snapshot_part){bytes, size};
}

static void write_listing(struct world *w, const struct listing *listing, uint8_t digest[STATE_DIGEST_BYTES])
{
    const struct snapshots *s = &w->host.snapshots;
    int problem = snapshot_write(w->host.disk.folder, s->of, s->chain, state_layout, listing->parts,
                                 listing->count, false, digest);
    assert(problem == 0);
    (void)problem;
}

static void begin(struct world *w)
{
    struct snapshots *s = &w->host.snapshots;
    struct listing listing = {.count = 0};
    s->of = broker_state(w->host.broker)->counters.seq;
    replay_digest(broker_state(w->host.broker), s->digest);
    s->written = random_between(&s->random, 0, ONE_IN - 1);
    s->ready_ms = w->now_ms + random_between(&s->random, 0, MINUTES(5));
    if (!w->host.disk.ledger)
        return;
    ledger_head(w->host.disk.ledger, s->chain);
    state_visit(broker_state(w->host.broker), list_part, &listing);
    write_listing(w, &listing, s->digest);
}

static bool accept_any(void *context, uint64_t seq, const uint8_t *chain, const uint8_t *digest)
{
    (void)context, (void)seq, (void)chain, (void)digest;
    return true;
}

/* Somebody writes to the folder: the newest snapshot with one figure of a team altered, and its hash made
 * anew. The books of such a state still add up. */
static void forge(struct world *w)
{
    const char *folder = w->host.disk.folder;
    struct snapshot *snapshot = snapshot_open_newest(folder, state_layout, accept_any, NULL);
    struct listing listing = {.count = STATE_PARTS};
    uint8_t digest[STATE_DIGEST_BYTES];
    for (size_t i = 0; i < STATE_PARTS; i++)
        listing.parts[i].bytes = snapshot_part_at(snapshot, i, &listing.parts[i].size);
    struct snapshot_part *teams = &listing.parts[1];
    struct team *altered = malloc(teams->size);
    assert(altered && teams->size >= sizeof *altered);
    teams->bytes = memcpy(altered, teams->bytes, teams->size);
    altered->last_offered_seq ^= 1;
    write_listing(w, &listing, digest);
    snapshot_close(&snapshot);
    free(altered);
    int problem = snapshot_keep(folder);
    assert(problem == 0);
    (void)problem;
}

void snapshots_settle(struct world *w)
{
    struct snapshots *s = &w->host.snapshots;
    if (s->step == SNAPSHOTS_BEGIN)
        begin(w);
    if (s->step != SNAPSHOTS_ARE_WRITTEN)
        return;
    s->written = false;
    if (!w->host.disk.ledger)
        return;
    int problem = snapshot_keep(w->host.disk.folder);
    assert(problem == 0);
    (void)problem;
    if (!random_between(&s->random, 0, ONE_IN - 1))
        forge(w);
}
