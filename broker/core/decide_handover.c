/* decide_handover.c: how a team parts with a case that it has: it hands it to another team, or gives it back.
 */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* A team that the sender chose, as the only one considered. */
static enum refusal consider_chosen(const struct deciding *d, struct match *match)
{
    uint16_t team = state_team_slot(d->state, d->command->is.move.team);
    if (team == SLOT_NONE || team == d->r.team || !directory_team(d->directory, team) ||
        !state_team(d->state, team)->present)
        return REFUSAL_UNKNOWN_TEAM;
    match->team = team;
    return deciding_choose(d, team, &match->considered);
}

/* The case stays with the team until another has accepted it. */
enum refusal decide_handover(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    deciding_end_seeking(d);
    if (d->r.offer.attempt)
        return REFUSAL_WRONG_STATE; /* another team is being asked */
    struct match match;
    if (d->command->is.move.team[0]) {
        refusal = consider_chosen(d, &match);
        if (refusal != REFUSAL_NONE)
            return refusal;
    } else {
        match_find(d->directory, d->state, &d->r, d->now_ms, &match);
        if (match.team == SLOT_NONE)
            return REFUSAL_UNKNOWN_TEAM;
    }
    deciding_offer(d, OFFER_BY_HOLDER, &match.considered);
    return REFUSAL_NONE;
}

enum refusal decide_cancel_handover(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!d->r.offer.handover || d->r.offer.sought)
        return REFUSAL_WRONG_STATE;
    deciding_offer_failed(d, OFFER_END_CANCELLED, DECLINE_NONE);
    return REFUSAL_NONE;
}

/* The team has been asked in this round, so the ladder asks others first. */
enum refusal decide_give_back(struct deciding *d)
{
    enum refusal refusal = deciding_in_hand(d);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!d->command->is.why.has_reason)
        return REFUSAL_BAD_VALUE;
    deciding_end_offer(d, OFFER_END_CASE_MOVED, DECLINE_NONE);
    struct event *event = deciding_event(d, EVENT_GIVEN_BACK);
    event->is.lease.team = d->r.team;
    deciding_done(d, event);
    deciding_go_on(d, HOLD_GIVEN_BACK);
    return REFUSAL_NONE;
}
