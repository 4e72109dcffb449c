/* decide_time.c: what time brings: offers that expire, leases, reminders, breaches, and a rematch of held
 * cases.
 */
#include <assert.h>

#include "broker/core/beside.h"
#include "broker/core/deciding.h"

static void lapse_lease(struct deciding *d)
{
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_LEASE_LAPSED);
    event->is.lease.team = d->r.team;
    deciding_done(d, event);
    deciding_go_on(d, HOLD_LEASE_LAPSED);
}

static void warn_team(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_LEASE_WARNED);
    event->is.lease.team = d->r.team;
    event->is.lease.lapses_ms = d->now_ms + d->policy->lease_grace_ms;
    deciding_done(d, event);
    deciding_ask_again(d, WORSE_OVERDUE);
}

static void remind_coordinator(struct deciding *d)
{
    bool asks = referral_reminder_asks(&d->r);
    deciding_remind(d);
    if (asks)
        deciding_look(d);
}

/* Also warns of clocks that will end soon. What does not fit into one decision stays due for the next; the
 * last place is for asking a coordinator again. */
static void record_breaches(struct deciding *d)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT && d->decision->count + 1 < DECISION_EVENTS_MAX;
         kind++) {
        const struct clock *clock = &d->r.clocks[kind];
        if (!clock->started_ms || clock->stopped_ms || clock->breached)
            continue;
        bool ended = d->now_ms > clock->due_ms;
        if (!ended && (!clock->warn_ms || clock->warned || d->now_ms < clock->warn_ms))
            continue;
        struct event *event = deciding_event(d, ended ? EVENT_CLOCK_BREACHED : EVENT_CLOCK_WARNED);
        event->is.breached.clock = (enum clock_kind)kind;
        event->is.breached.due_ms = clock->due_ms;
        event->is.breached.standard = state_referral(d->state, d->r.id)->clocks[kind].standard;
        deciding_done(d, event);
    }
    deciding_ask_again(d, WORSE_CLOCK_BREACHED);
}

static void decide_due(struct deciding *d)
{
    const struct referral *r = &d->r;
    bool absent = r->offer.attempt && !state_team(d->state, r->offer.team)->present;
    if (absent)
        deciding_offer_failed(d, OFFER_END_TEAM_ABSENT, DECLINE_NONE);
    else if (r->offer.attempt && r->offer.expires_ms <= d->now_ms)
        deciding_offer_failed(d, OFFER_END_EXPIRED, DECLINE_NONE);
    else if (referral_is_with_team(r) && r->lapses_ms && r->lapses_ms <= d->now_ms)
        lapse_lease(d);
    else if (referral_is_with_team(r) && !r->lapses_ms && r->lease_ms <= d->now_ms)
        warn_team(d);
    else if (referral_seeks_in_vain(r) && r->look_again_ms && r->look_again_ms <= d->now_ms)
        deciding_seek_in_time(d);
    else if (r->state == CASE_TAKEN && r->lease_ms <= d->now_ms)
        deciding_hold(d, HOLD_COORDINATOR_SILENT, NULL);
    else if (referral_is_reminded(r) && r->remind_ms <= d->now_ms)
        remind_coordinator(d);
    else if (r->state == CASE_HELD && r->look_again_ms && r->look_again_ms <= d->now_ms)
        deciding_look(d);
    else if (state_silent_due(d->state, r) <= d->now_ms)
        deciding_tell_silence(d);
    else if (beside_due(r) <= d->now_ms)
        deciding_chase_beside(d);
    else
        record_breaches(d);
}

void decide_time(const struct state *state, const struct directory *directory, int64_t now_ms,
                 struct decision *decision)
{
    struct deciding d;
    deciding_begin(&d, state, directory, now_ms, decision);
    const struct agenda_entry *first = agenda_first(&state->agenda);
    if (!first || first->due_ms > d.now_ms)
        return;
    deciding_about(&d, state_referral_row(state, first->row));
    decide_due(&d);
    assert(decision->count > 0); /* a due case that changes nothing would stay due for ever */
}

bool decide_again(const struct state *state, const struct directory *directory, int64_t now_ms,
                  struct waiting *waiting, struct decision *decision)
{
    struct deciding d;
    deciding_begin(&d, state, directory, now_ms, decision);
    d.in_turn = true;
    for (int looked_at = 0; looked_at < CASES_LOOKED_AT_MAX; looked_at++) {
        const struct referral *r = waiting_next(waiting, state);
        if (!r)
            return false;
        deciding_about(&d, r);
        deciding_look(&d);
        if (decision->count)
            return true;
    }
    return true;
}
