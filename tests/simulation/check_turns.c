/* check_turns.c: after each turn nothing is stuck, and the state in memory agrees with the disk and with a
 * replay. */
#include <string.h>

#include "broker/core/state_check.h"
#include "broker/record/replay.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/host.h"

enum { STUCK_SLACK_MS = 30 * 1000, EVENTS_BETWEEN_REPLAYS = 500 };

typedef unsigned long long number;

/* By a case's deadline its owner must have acted, or something else must have happened. We measure by true
 * time, which no clock that is set can stretch by much, and if nobody has set the broker's clock also by
 * that. */
void check_stuck(struct world *w)
{
    struct now now = world_clock(w);
    if (broker_patience_ms(w->host.broker, now) == 0)
        return; /* the broker says that it has more to do: a turn is limited */
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (c->ended)
            continue;
        int64_t allowed_ms = c->act_by_ms - c->at_ms;
        int64_t from_ms = c->since_ms > w->host.started_ms ? c->since_ms : w->host.started_ms;
        bool held = c->state == CONCORDAT__V1__STATE__STATE_HELD;
        if (!w->options.on[FAULT_CLOCK_JUMP] && c->act_by_ms <= now.wall_ms)
            world_violated(w, held ? "P4 held and not reminded" : "P4 stuck",
                           "%s had to act by %lld, it is %lld, and nothing happened", c->owner,
                           (long long)c->act_by_ms, (long long)now.wall_ms);
        else if (w->now_ms - from_ms > allowed_ms + allowed_ms / 4 + 2 * w->options.tick_ms + STUCK_SLACK_MS)
            world_violated(w, held ? "P4 held and not reminded" : "P4 stuck",
                           "%s had %lld ms to act, %lld have passed in truth", c->owner,
                           (long long)allowed_ms, (long long)(w->now_ms - from_ms));
        if (c->offer_live && !witness_present(&w->witness, c->offer_team))
            world_violated(w, "P4 stuck", "%s is asked, and nobody is there", c->offer_team);
    }
}

/* The state in memory must agree with the disk. */
void check_agrees(struct world *w)
{
    const struct state *state = broker_state(w->host.broker);
    if (state->counters.seq != w->store.count || state->counters.open_count != w->witness.open)
        world_violated(w, "P6 replay differs", "in memory event %llu, %u open; on disk event %llu, %u open",
                       (number)state->counters.seq, state->counters.open_count, (number)w->store.count,
                       w->witness.open);
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        const struct seen_case *c = r->state == CASE_NONE ? NULL : witness_case(&w->witness, r->id);
        if (r->state == CASE_NONE)
            continue;
        if (!c || c->ended || c->state != (int)r->state || c->owner_kind != (int)r->owner.kind ||
            c->act_by_ms != r->owner.act_by_ms || c->last_seq != r->last_seq)
            world_violated(w, "P6 replay differs", "a case in memory is in state %d, on disk in %d",
                           (int)r->state, c ? c->state : 0);
        else if ((c->offer_live ? c->attempt : 0) != r->offer.attempt)
            world_violated(w, "P6 replay differs", "in memory offer %u is live, on disk %u", r->offer.attempt,
                           c->offer_live ? c->attempt : 0);
    }
}

static void check_state(struct world *w, const char *which, const char *wrong)
{
    if (wrong)
        world_violated(w, "books do not add up", "%s, after event %llu: %s", which, (number)w->store.count,
                       wrong);
}

void check_books(struct world *w)
{
    check_state(w, "in memory", state_check_open(broker_state(w->host.broker)));
}

void check_replay(struct world *w)
{
    uint8_t live[32], replayed[32];
    if (w->store.count - w->host.replica_checked < EVENTS_BETWEEN_REPLAYS)
        return;
    check_state(w, "in memory", state_check(broker_state(w->host.broker)));
    w->host.replica_checked = w->store.count;
    if (!host_replay(w, w->host.replica))
        return;
    replay_digest(broker_state(w->host.broker), live);
    replay_digest(w->host.replica, replayed);
    if (memcmp(live, replayed, sizeof live) != 0)
        world_violated(w, "P6 replay differs", "at event %llu the state lived through and the one replayed",
                       (number)w->store.count);
}

static void check_command(struct world *w, const struct seen_command *c)
{
    const struct seen_event *event = witness_event(&w->witness, c->answered_seq);
    const struct state *state = broker_state(w->host.broker);
    bool is_submission = c->kind == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    if (!event)
        world_violated(w, "P1 lost", "event %llu was acknowledged to %s", (number)c->answered_seq,
                       w->peers[c->peer].key.name);
    else if (is_submission && (memcmp(event->referral, c->referral, 16) != 0 ||
                               (!state_referral(state, c->referral) && !state_ended(state, c->referral))))
        world_violated(w, "P1 lost", "the referral of event %llu was acknowledged to %s and is not known now",
                       (number)c->answered_seq, w->peers[c->peer].key.name);
}

void check_lost(struct world *w)
{
    for (uint32_t row = 0; row < w->witness.commands.count && !w->violation.found; row++) {
        const struct seen_command *c = table_row(&w->witness.commands, row);
        if (c->done && c->answered_seq)
            check_command(w, c);
    }
}
