/* decide_tries.c: somebody tried to reach the person and could not: which try it was, and what comes next. */
#include "broker/core/beside.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* What comes next has its own time, so that the next word of the team is due then. */
static int64_t lease_of_next(const struct deciding *d)
{
    if (d->command->party != PARTY_TEAM)
        return d->now_ms + d->policy->coordinator_lease_ms;
    int64_t lease_ms = d->now_ms + d->command->is.tried.next_in_ms + d->policy->arrival_grace_ms;
    bool promised = d->r.contact_made && d->r.lease_ms > lease_ms; /* an earlier contact gave more */
    return promised ? d->r.lease_ms : lease_ms;
}

void deciding_tell_tries(struct deciding *d)
{
    if (d->r.tries < d->policy->tries_max || d->r.tries_told)
        return;
    struct event *event = deciding_event(d, EVENT_TRIES_USED_UP);
    event->is.tried.tries = d->r.tries;
    deciding_done(d, event);
}

static void hand_back(struct deciding *d)
{
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_GIVEN_BACK);
    event->is.lease.team = d->r.team;
    deciding_done(d, event);
    deciding_hold(d, HOLD_NOT_REACHED, NULL);
}

/* Another try needs its time, and a coordinator has nobody to hand the case back to. */
static bool next_is_whole(const struct deciding *d)
{
    enum contact_next next = d->command->is.tried.next;
    if (next == CONTACT_NEXT_NONE || (int)next >= CONTACT_NEXT_COUNT)
        return false;
    return (next != CONTACT_NEXT_TRY_AGAIN || d->command->is.tried.next_in_ms) &&
           (next != CONTACT_NEXT_HAND_BACK || d->command->party == PARTY_TEAM);
}

enum refusal decide_tried(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!next_is_whole(d))
        return REFUSAL_BAD_VALUE;
    enum contact_next next = d->command->is.tried.next;
    struct event *event = deciding_event(d, EVENT_CONTACT_TRIED);
    event->is.tried.tries = d->r.tries < UINT8_MAX ? d->r.tries + 1u : d->r.tries;
    event->is.tried.mechanism = d->command->is.tried.mechanism;
    event->is.tried.next = next;
    event->is.tried.next_ms =
        d->command->is.tried.next_in_ms ? d->now_ms + d->command->is.tried.next_in_ms : 0;
    event->is.tried.lease_ms = lease_of_next(d);
    deciding_done(d, event);
    if (next == CONTACT_NEXT_WELFARE_CHECK)
        deciding_need_welfare_check(d);
    deciding_tell_tries(d);
    if (next == CONTACT_NEXT_HAND_BACK)
        hand_back(d);
    return REFUSAL_NONE;
}
