/* watch.c: see watch.h. */
#include "tests/simulation/servers/watch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ledger/served/served_ledger.h"
#include "broker/record/replay.h"

/* How old an answer may be, and what two clocks may make of it. */
enum { WATCH_STALE_MS = LEDGER_PULSE_MS + SERVED_COMMIT_MS + 20 };

void watch_open(struct watch *w, struct quorum *quorum)
{
    *w = (struct watch){.quorum = quorum};
}

void watch_close(struct watch *w)
{
    free(w->acknowledged);
    free(w->states);
}

void watch_violated(struct watch *w, const char *checker, const char *format, ...)
{
    va_list arguments;
    if (w->checker)
        return;
    w->checker = checker;
    va_start(arguments, format);
    vsnprintf(w->text, sizeof w->text, format, arguments);
    va_end(arguments);
}

static void watch_makes_room(struct watch *w, uint64_t seq)
{
    if (seq < w->room)
        return;
    size_t room = (size_t)seq * 2 + 256;
    w->acknowledged = realloc(w->acknowledged, room * sizeof *w->acknowledged);
    w->states = realloc(w->states, room * sizeof *w->states);
    assert(w->acknowledged && w->states);
    memset(w->acknowledged + w->room, 0, (room - w->room) * sizeof *w->acknowledged);
    memset(w->states + w->room, 0, (room - w->room) * sizeof *w->states);
    w->room = room;
}

/* --- the history that wins ----------------------------------------------------------------------------- */

static const struct quorum_server *watch_history(const struct watch *w)
{
    return &w->quorum->servers[w->quorum->leader];
}

static const struct quorum_place *watch_place(const struct watch *w, uint64_t seq)
{
    const struct quorum_server *s = watch_history(w);
    size_t at = quorum_find(s, seq);
    return at < s->place_count && s->places[at].row->seq == seq ? &s->places[at] : NULL;
}

const struct quorum_row *watch_row(const struct watch *w, uint64_t seq)
{
    const struct quorum_place *place = watch_place(w, seq);
    return place ? place->row : NULL;
}

bool watch_has(const struct watch *w, uint64_t seq, const uint8_t chain[CHAIN_BYTES])
{
    const struct quorum_row *row = watch_row(w, seq);
    return row && memcmp(row->chain, chain, CHAIN_BYTES) == 0;
}

static bool claim_is_in_history(const struct watch *w, uint64_t claim)
{
    const struct quorum_server *s = watch_history(w);
    for (size_t i = s->count; i-- > 0;)
        if (s->log[i]->kind == ENGINE_CLAIM && s->log[i]->claim == claim)
            return true;
    return false;
}

/* What the agent gave up is counted, and no longer expected. */
static void watch_gives_up(struct watch *w)
{
    w->gave_up = true;
    for (uint64_t seq = 1; seq <= w->newest; seq++)
        if (w->acknowledged[seq].is && !watch_has(w, seq, w->acknowledged[seq].chain)) {
            w->acknowledged[seq].is = false;
            w->lost++;
        }
    w->newest_claim = 0;
    for (uint64_t claim = 1; claim <= w->quorum->claims; claim++) {
        if (w->answered_ms[claim] && !claim_is_in_history(w, claim))
            w->answered_ms[claim] = 0;
        w->newest_claim = w->answered_ms[claim] ? claim : w->newest_claim;
    }
}

static void watch_looks_for_all(struct watch *w)
{
    for (uint64_t seq = 1; seq <= w->newest && !w->checker; seq++)
        if (w->acknowledged[seq].is && !watch_has(w, seq, w->acknowledged[seq].chain))
            watch_violated(w, "P1 lost", "event %" PRIu64 " was acknowledged, and server %d leads without it",
                           seq, w->quorum->leader);
}

void watch_leads(void *watch, bool by_fault)
{
    struct watch *w = watch;
    if (by_fault)
        watch_gives_up(w);
    watch_looks_for_all(w);
}

static void watch_row_follows(struct watch *w, const struct quorum_row *row)
{
    static const uint8_t none[CHAIN_BYTES];
    const struct quorum_row *before = watch_row(w, row->seq - 1);
    uint8_t chain[CHAIN_BYTES];
    chain_digest(row->body, row->size, chain);
    chain_next(before ? before->chain : none, row->reduced, chain, chain);
    if ((row->seq > 1 && !before) || memcmp(chain, row->chain, sizeof chain) != 0)
        watch_violated(w, "P8 chain broken", "event %" PRIu64 " does not follow the one before it", row->seq);
}

/* --- acknowledging ------------------------------------------------------------------------------------- */

/* Once one router has stored an event under its claim, none stores another under an older one. */
static void watch_one_writer(struct watch *w, const struct quorum_place *place)
{
    const struct quorum_server *s = watch_history(w);
    const struct quorum_place *before = watch_place(w, place->row->seq - 1);
    if (before && s->log[before->commit]->claim > s->log[place->commit]->claim)
        watch_violated(w, "two routers write",
                       "event %" PRIu64 " was stored under an older claim than its forerunner",
                       place->row->seq);
}

static void watch_acknowledges(struct watch *w, const struct router *r, uint64_t seq, const uint8_t *chain)
{
    struct watched_event *known = &w->acknowledged[seq];
    const struct quorum_place *place = watch_place(w, seq);
    if (!watch_has(w, seq, chain)) {
        w->lost += w->gave_up; /* its answer was on its way when the agent gave it up */
        if (!w->gave_up)
            watch_violated(w, "P1 lost",
                           "event %" PRIu64 " is acknowledged to router %d, and is not in the history", seq,
                           r->which);
        return;
    }
    if (known->is && memcmp(known->chain, chain, CHAIN_BYTES) != 0)
        watch_violated(w, "P1 acknowledged twice", "event %" PRIu64 ", of router %d", seq, r->which);
    *known = (struct watched_event){.is = true};
    memcpy(known->chain, chain, CHAIN_BYTES);
    w->newest = seq > w->newest ? seq : w->newest;
    watch_row_follows(w, place->row);
    watch_one_writer(w, place);
}

void watch_acknowledged(struct watch *w, const struct router *r, uint64_t first, size_t count,
                        const uint8_t (*chains)[CHAIN_BYTES])
{
    w->commits++;
    watch_makes_room(w, first + count);
    for (size_t i = 0; i < count && !w->checker; i++)
        watch_acknowledges(w, r, first + i, chains[i]);
}

void watch_claimed(struct watch *w, uint64_t claim)
{
    assert(claim < WATCH_CLAIMS);
    w->answered_ms[claim] = w->quorum->now_ms;
    if (claim > w->newest_claim && claim_is_in_history(w, claim))
        w->newest_claim = claim;
}

void watch_answers(struct watch *w, const struct router *r)
{
    w->answers++;
    if (r->claim >= w->newest_claim)
        return;
    int64_t late_ms = w->quorum->now_ms - w->answered_ms[w->newest_claim];
    if (late_ms > WATCH_STALE_MS && (!w->gave_up || claim_is_in_history(w, r->claim)))
        watch_violated(w, "answered when deposed",
                       "router %d answers %" PRId64 " ms after the claim of another was answered", r->which,
                       late_ms);
}

/* --- what a router knows -------------------------------------------------------------------------------- */

void watch_state(struct watch *w, const struct state *state, const uint8_t chain[CHAIN_BYTES])
{
    uint64_t seq = state->counters.seq;
    uint8_t digest[STATE_DIGEST_BYTES];
    watch_makes_room(w, seq);
    replay_digest(state, digest);
    struct watched_state *known = &w->states[seq];
    if (known->is && memcmp(known->chain, chain, CHAIN_BYTES) == 0) {
        w->compared++;
        if (memcmp(known->digest, digest, sizeof digest) != 0)
            watch_violated(w, "P6 replay differs", "of two routers after event %" PRIu64, seq);
        return;
    }
    known->is = true;
    memcpy(known->chain, chain, CHAIN_BYTES);
    memcpy(known->digest, digest, sizeof digest);
}

static enum ledger_status watch_reads(void *context, uint64_t after, size_t limit, ledger_each *each,
                                      void *each_context)
{
    const struct watch *w = context;
    const struct quorum_row *row;
    for (; limit > 0 && (row = watch_row(w, after + 1)); after++, limit--) {
        const struct ledger_event event = quorum_event(row);
        if (!each(each_context, &event, row->chain))
            break;
    }
    return LEDGER_OK;
}

void watch_begins(struct watch *w, const struct router *r, const struct state *state,
                  const uint8_t chain[CHAIN_BYTES])
{
    struct recovery_found found;
    uint64_t seq = state->counters.seq;
    const struct acknowledged *a = &r->acknowledged;
    w->takeovers++;
    if (a->seq > 0 && (seq == 0 || watch_has(w, seq, chain)) && !watch_has(w, a->seq, a->chain))
        watch_violated(w, "led without what it acknowledged",
                       "router %d leads a history without event %" PRIu64, r->which, a->seq);
    if (seq == 0 || !watch_has(w, seq, chain))
        return; /* it reads from another server than it writes to, and will be told so */
    struct state *replayed = state_new(1);
    assert(replayed);
    enum ledger_status status = recovery_replay(replayed, seq, watch_reads, w, &found);
    if (status != LEDGER_OK || found.differs)
        watch_violated(w, "P6 replay differs", "event %" PRIu64 " contradicts those before it",
                       found.contradicts ? found.contradicts : found.differs);
    else
        watch_state(w, replayed, chain);
    state_destroy(&replayed);
    watch_state(w, state, chain);
}

void watch_ends(struct watch *w)
{
    const struct quorum_server *s = watch_history(w);
    watch_looks_for_all(w);
    for (size_t i = 0; i < s->place_count && !w->checker; i++)
        watch_row_follows(w, s->places[i].row);
}
