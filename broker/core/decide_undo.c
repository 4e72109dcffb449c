/* decide_undo.c: reopening a case whose closing or withdrawal was wrong. */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"
#include "broker/core/undo.h"

int64_t deciding_undo_until(const struct deciding *d)
{
    return d->policy->undo_within_ms ? instant_within(d->now_ms + d->policy->undo_within_ms) : 0;
}

/* An end is undone by its sender, or by the coordinator of the area. */
static enum refusal undo_is_theirs(const struct deciding *d, const struct ended_case *ended)
{
    bool closed = ended->state == CASE_CLOSED;
    if (d->command->party == PARTY_SOURCE)
        return closed ? REFUSAL_ENDED_BY_OTHERS : REFUSAL_NONE;
    if (d->command->party != PARTY_TEAM)
        return REFUSAL_NONE;
    if (ended->team != d->command->slot)
        return REFUSAL_NOT_YOURS;
    return closed ? REFUSAL_NONE : REFUSAL_ENDED_BY_OTHERS;
}

/* A sender who closed the case themselves knows where it stood, and goes on. Nobody else can know whether
 * that team still would, so from everybody else it goes to the coordinator. */
static bool undo_gives_back(const struct deciding *d, const struct ended_case *ended)
{
    const struct command *command = d->command;
    if (ended->state != CASE_CLOSED)
        return false;
    if (command->party == PARTY_TEAM)
        return referral_is_with_team(&d->r) && directory_team(d->directory, command->slot);
    return d->r.state == CASE_TAKEN && d->r.coordinator == command->slot &&
           directory_coordinator(d->directory, command->slot);
}

/* When the next word is due from whoever has it again. */
static int64_t undo_lease_ms(const struct deciding *d)
{
    if (d->command->party != PARTY_TEAM)
        return d->now_ms + d->policy->coordinator_lease_ms;
    if (d->r.contact_made)
        return d->now_ms + d->policy->contact_lease_ms;
    int64_t expected_ms = d->r.expected_arrival_ms;
    return (expected_ms > d->now_ms ? expected_ms : d->now_ms) + d->policy->arrival_grace_ms;
}

static void undo_reopen(struct deciding *d, const struct ended_case *ended)
{
    struct event *event = deciding_event(d, EVENT_REOPENED);
    uint16_t had = ended->team;
    bool in_hand = undo_gives_back(d, ended);
    event->is.reopened.undone = (enum case_state)ended->state;
    event->is.reopened.in_hand = in_hand;
    event->is.reopened.team = in_hand ? had : SLOT_NONE;
    event->is.reopened.previous_team = in_hand ? SLOT_NONE : had;
    event->is.reopened.coordinator = in_hand && had == SLOT_NONE
                                         ? d->r.coordinator
                                         : directory_coordinator_slot(d->directory, d->r.facts.area);
    if (in_hand)
        event->is.reopened.lease_ms = undo_lease_ms(d);
    else
        event->is.reopened.remind_ms = d->now_ms;
    deciding_done(d, event);
    if (in_hand)
        deciding_seek(d);
    else
        deciding_go_on(d, HOLD_ENDED_BY_MISTAKE);
}

/* A team hears how an open case stands if it ever was asked about it. */
static enum refusal undo_of_open(const struct deciding *d)
{
    bool concerned = d->command->party != PARTY_TEAM || referral_times_asked(&d->r, d->command->slot);
    return concerned ? REFUSAL_WRONG_STATE : REFUSAL_NOT_YOURS;
}

enum refusal decide_reopen(struct deciding *d)
{
    const struct ended_case *ended = state_ended(d->state, d->command->referral);
    if (!ended)
        return undo_of_open(d);
    enum refusal refusal = undo_is_theirs(d, ended);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (d->now_ms > undo_until_ms(d->state, ended))
        return REFUSAL_CASE_CLOSED;
    if (!d->command->is.why.has_reason)
        return REFUSAL_BAD_VALUE;
    undo_find(d->state, ended, &d->r);
    undo_reopen(d, ended);
    return REFUSAL_NONE;
}
