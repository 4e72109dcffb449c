/* decide_change.c: what a change of a case's facts means for the team that is asked, or has the case. */
#include "broker/core/decide_change.h"

#include "broker/core/decide_commands.h"

/* Whether a finding is about the team as it is now, and not about what it is there for. */
static bool suits_by_finding(enum consideration finding)
{
    return !match_is_not_for(finding) && finding != CONSIDERATION_REFERRERS_OWN;
}

static bool is_on_ladder(const struct deciding *d, uint16_t area_slot, uint16_t team)
{
    const struct policy_area *area = directory_area(d->directory, area_slot);
    for (int i = 0; i < area->step_count; i++)
        if (d->directory->team_slots[area->steps[i].team] == team)
            return true;
    return false;
}

/* The case as if nobody had it or were asked, so that a team can be considered for it. */
static struct referral free_case(const struct referral *r, const struct facts *facts)
{
    struct referral free = *r;
    free.facts = *facts;
    free.state = CASE_HELD;
    free.team = SLOT_NONE;
    free.seeking = SEEKING_NOT;
    free.offer = (struct live_offer){.team = SLOT_NONE};
    return free;
}

/* Whether the ladder could choose the team by these facts, at some hour, with a place free. */
static bool suits_case(const struct deciding *d, const struct facts *facts, uint16_t team)
{
    const struct referral free = free_case(&d->r, facts);
    struct considered considered;
    return directory_team(d->directory, team) && is_on_ladder(d, facts->area, team) &&
           suits_by_finding(match_consider(d->directory, d->state, &free, team, d->now_ms, &considered));
}

bool change_alters_who_comes(const struct deciding *d, const struct facts *after)
{
    const struct referral *r = &d->r;
    bool was_chosen = r->offer.attempt && !offer_is_of_ladder(&r->offer) && !r->offer.handover;
    uint16_t team = referral_is_with_team(r) ? r->team : was_chosen ? r->offer.team : SLOT_NONE;
    if (team == SLOT_NONE)
        return false;
    return (r->alters_who_comes || suits_case(d, &r->facts, team)) && !suits_case(d, after, team);
}

/* The case as it was before the team that is asked was asked: what is found must not depend on that. */
static struct referral case_before_offer(const struct referral *r)
{
    struct referral before = free_case(r, &r->facts);
    for (int i = 0; i < before.asked_count; i++)
        if (before.asked[i].team == r->offer.team) {
            before.asked[i].times--;
            before.asked[i].round = 0;
        }
    before.last_asked = SLOT_NONE;
    return before;
}

static unsigned rung_in(const struct match *match, uint16_t team)
{
    for (int i = 0; i < match->considered.count; i++)
        if (match->considered.items[i].team == team)
            return match->considered.items[i].rung;
    return UINT8_MAX;
}

/* Whether the team that the ladder asked is still the one to ask. One that suits the case as well as before
 * is, unless the case has moved to an area where a nearer team is free: an answer on its way is worth more
 * than the order of two teams. */
static bool is_still_right(const struct deciding *d, uint16_t area_before)
{
    uint16_t asked = d->r.offer.team;
    bool suits = suits_case(d, &d->r.facts, asked), has_moved = d->r.facts.area != area_before;
    if (suits && !has_moved)
        return true;
    const struct referral before = case_before_offer(&d->r);
    struct match match;
    match_find(d->directory, d->state, &before, d->now_ms, &match);
    if (match.team == asked)
        return true;
    return suits && (match.team == SLOT_NONE || rung_in(&match, asked) <= rung_in(&match, match.team));
}

/* A person who waits for an answer waits no longer than the urgency now allows. */
static void shorten_offer(struct deciding *d)
{
    int64_t latest_ms = d->now_ms + d->policy->answer_ms[d->r.facts.routed_as];
    if (!d->r.offer.attempt || d->r.offer.expires_ms <= latest_ms)
        return;
    struct event *event = deciding_event(d, EVENT_OFFER_SHORTENED);
    event->is.offered.attempt = d->r.offer.attempt;
    event->is.offered.team = d->r.offer.team;
    event->is.offered.expires_ms = latest_ms;
    deciding_done(d, event);
}

void change_match_anew(struct deciding *d, uint16_t area_before)
{
    if (referral_waits(&d->r)) {
        deciding_look(d);
    } else if (offer_is_of_ladder(&d->r.offer) && !is_still_right(d, area_before)) {
        deciding_end_offer(d, OFFER_END_CHANGED, DECLINE_NONE);
        deciding_route(d);
    } else {
        shorten_offer(d);
    }
}
