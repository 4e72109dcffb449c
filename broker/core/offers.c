/* offers.c: the live offers of each team as a list, and how many each origin has. */
#include "broker/core/offers.h"

#include <assert.h>

static struct referral *case_listed(const struct state *state, uint32_t next)
{
    return next ? table_row(&state->referrals, next - 1) : NULL;
}

static struct team_load *load_at(struct team *team, const struct referral *r)
{
    return r->drill ? &team->drills : &team->people;
}

static void count_origin(const struct state *state, const struct referral *r, int by)
{
    if (!offer_is_of_ladder(&r->offer) || r->origin >= state->origins.count)
        return; /* the last: no slot was left for its origin */
    struct origin *origin = table_row(&state->origins, r->origin);
    assert(by > 0 || origin->offers > 0);
    origin->offers += (uint32_t)by;
}

void offers_begin(struct state *state, struct referral *r)
{
    struct team *team = table_row(&state->teams, r->offer.team);
    uint32_t row = (uint32_t)(r - (const struct referral *)(const void *)state->referrals.rows);
    struct referral *second = case_listed(state, team->first_offer);
    assert(!r->next_offer && !r->prev_offer);
    r->next_offer = team->first_offer;
    team->first_offer = row + 1;
    load_at(team, r)->live_offers++;
    if (second)
        second->prev_offer = row + 1;
    count_origin(state, r, +1);
}

void offers_end(struct state *state, struct referral *r)
{
    struct team *team = table_row(&state->teams, r->offer.team);
    struct referral *next = case_listed(state, r->next_offer), *before = case_listed(state, r->prev_offer);
    assert(load_at(team, r)->live_offers > 0);
    load_at(team, r)->live_offers--;
    if (before)
        before->next_offer = r->next_offer;
    else
        team->first_offer = r->next_offer;
    if (next)
        next->prev_offer = r->prev_offer;
    r->next_offer = r->prev_offer = 0;
    count_origin(state, r, -1);
}

const struct referral *offers_first(const struct state *state, uint16_t team)
{
    return case_listed(state, ((const struct team *)table_row(&state->teams, team))->first_offer);
}

const struct referral *offers_next(const struct state *state, const struct referral *r)
{
    return case_listed(state, r->next_offer);
}
