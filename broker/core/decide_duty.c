/* decide_duty.c: who answers for a case among the coordinators: it passes over when one of them has left. */
#include "broker/core/deciding.h"

/* What somebody had in hand who has left is in nobody's hand: the next coordinator holds it. */
static void pass_over(struct deciding *d)
{
    bool taken = d->r.state == CASE_TAKEN;
    struct event *event = deciding_event(d, EVENT_PASSED_OVER);
    event->is.passed.coordinator = directory_coordinator_slot(d->directory, d->r.facts.area);
    event->is.passed.previous = d->r.coordinator;
    event->is.passed.remind_ms = d->r.state == CASE_HELD ? d->now_ms + d->policy->remind_ms : 0;
    deciding_done(d, event);
    if (taken)
        deciding_hold(d, HOLD_COORDINATOR_LEFT, NULL);
}

bool decide_pass_over(const struct state *state, const struct directory *directory, int64_t now_ms,
                      uint32_t *row, struct decision *decision)
{
    struct deciding d;
    deciding_begin(&d, state, directory, now_ms, decision);
    for (int looked_at = 0; looked_at < CASES_LOOKED_AT_MAX; looked_at++) {
        if (*row >= state_referral_rows(state))
            return false;
        const struct referral *r = state_referral_row(state, (*row)++);
        if (!referral_is_open(r) || directory_coordinator(directory, r->coordinator))
            continue;
        deciding_about(&d, r);
        pass_over(&d);
        return true;
    }
    return true;
}
