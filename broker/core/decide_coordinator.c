/* decide_coordinator.c: what the duty coordinator can do, and what the broker itself records. */
#include "broker/core/cover.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* Any case of the area at any time. To take one from the team that has it needs a reason: the team is told.
 */
enum refusal decide_take(struct deciding *d)
{
    bool with_team = referral_is_with_team(&d->r);
    if (!directory_coordinator(d->directory, d->command->slot))
        return REFUSAL_NOT_ALLOWED; /* nobody could ring a coordinator who has left the directory */
    if (with_team && !d->command->is.why.has_reason)
        return REFUSAL_BAD_VALUE;
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_TAKEN);
    event->is.taken.coordinator = d->command->slot;
    event->is.taken.previous_team = with_team ? d->r.team : SLOT_NONE;
    event->is.taken.lease_ms = d->now_ms + d->policy->coordinator_lease_ms;
    return deciding_try(d, event) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
}

/* A team that is absent cannot be asked through a machine, only by telephone. A case that a team has is taken
 * first, with a reason. */
enum refusal decide_assign(struct deciding *d)
{
    if (referral_is_with_team(&d->r) || d->r.state == CASE_MISSING)
        return REFUSAL_WRONG_STATE; /* a team that is asked to go must know where */
    uint16_t team = state_team_slot(d->state, d->command->is.move.team);
    if (team == SLOT_NONE || !directory_team(d->directory, team) || !state_team(d->state, team)->present)
        return REFUSAL_UNKNOWN_TEAM;
    struct consideration_list considered;
    enum refusal refusal = deciding_choose(d, team, &considered);
    if (refusal != REFUSAL_NONE)
        return refusal;
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    deciding_offer(d, OFFER_BY_COORDINATOR, &considered);
    return REFUSAL_NONE;
}

static enum refusal cover_until(struct deciding *d, uint16_t area, int64_t until_ms)
{
    struct event *event = deciding_event(d, EVENT_AREA_COVERED);
    event->is.covered.coordinator = d->command->slot;
    event->is.covered.area = area;
    event->is.covered.until_ms = until_ms;
    event->is.covered.reason = d->command->is.cover.reason;
    return REFUSAL_NONE;
}

/* Covering an area again makes the cover longer, never shorter: to make it shorter, one ends it first. */
enum refusal decide_cover(struct deciding *d)
{
    uint16_t coordinator = d->command->slot, area = state_area_slot(d->state, d->command->is.cover.area);
    int64_t until_ms = d->now_ms + d->command->is.cover.for_ms;
    const struct cover *cover = cover_find(d->state, coordinator, area);
    bool ends = until_ms == d->now_ms;
    if (ends && cover_is_live(cover, d->now_ms))
        return cover_until(d, area, until_ms);
    if (!directory_has_area(d->directory, area))
        return REFUSAL_BAD_VALUE;
    if (!directory_coordinator(d->directory, coordinator))
        return REFUSAL_NOT_ALLOWED; /* a coordinator who has left the directory has no neighbours */
    bool is_theirs = directory_coordinator_slot(d->directory, area) == coordinator;
    if (ends || is_theirs || (cover && cover->until_ms >= until_ms))
        return REFUSAL_NONE; /* nothing is left to do */
    if (d->command->is.cover.reason == COVER_NONE)
        return REFUSAL_BAD_VALUE; /* a coordinator who sees a neighbour's cases says why */
    return cover_until(d, area, until_ms);
}

enum refusal decide_load_policy(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_POLICY_LOADED);
    event->opaque = d->command->opaque;
    event->is.policy = d->command->is.policy;
    return REFUSAL_NONE;
}

enum refusal decide_correct_clock(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_CLOCK_CORRECTED);
    event->is.correction = d->command->is.correction;
    return REFUSAL_NONE;
}

enum refusal decide_record_refusal(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_COMMAND_REFUSED);
    event->is.refused = d->command->is.refused;
    return REFUSAL_NONE;
}

enum refusal decide_record_start(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_BROKER_STARTED);
    event->is.started = d->command->is.started;
    return REFUSAL_NONE;
}

/* The command's referral is zero if what was found is of no case. */
enum refusal decide_record_alteration(struct deciding *d)
{
    const struct altered *altered = &d->command->is.altered;
    const struct any_case of = state_case(d->state, d->command->referral);
    if (state_knows_altered(d->state, of.open || of.ended ? d->command->referral : NULL, altered->what))
        return REFUSAL_NONE;
    if (of.open)
        d->r = *of.open;
    struct event *event = deciding_event(d, EVENT_ALTERATION_FOUND);
    event->is.altered = *altered;
    if (of.open)
        deciding_done(d, event);
    else if (of.ended)
        deciding_name_ended(event, of.ended);
    return REFUSAL_NONE;
}

enum refusal decide_begin_snapshot(struct deciding *d)
{
    deciding_event(d, EVENT_SNAPSHOT_BEGUN);
    return REFUSAL_NONE;
}

enum refusal decide_keep_snapshot(struct deciding *d)
{
    struct event *event = deciding_event(d, EVENT_SNAPSHOT_KEPT);
    event->is.kept = d->command->is.kept;
    return REFUSAL_NONE;
}
