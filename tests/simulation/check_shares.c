/* check_shares.c: when the broker rests, no origin keeps others from the places of a full team, and nobody
 * was asked about a case before one that is more urgent, or whose origin had its turn.
 *
 * It counts the offers of the rows anew for every question, and orders nothing: so it shares no code with the
 * core but match_consider, which finds out about one team.
 */
#include <stdlib.h>

#include "broker/core/match.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/host.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

/* A case that waits for a full team that would take it. */
struct wait {
    const struct referral *r;
    uint16_t team;
};

static int wait_rank(const struct referral *r)
{
    return (r->drill ? 4 : 0) + (int)r->facts.routed_as;
}

static bool is_asked_by_the_ladder(const struct referral *r)
{
    return r->state == CASE_OFFERED && !r->offer.assigned && !r->offer.handover;
}

/* How many an origin has at one team or, with SLOT_NONE, at all teams. At a team a drill counts beside drills
 * alone, and a person beside people, because each has places of its own. */
static int offers_of(const struct state *state, uint16_t origin, uint16_t team, bool drill)
{
    int count = 0;
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        count += is_asked_by_the_ladder(r) && r->origin == origin &&
                 (team == SLOT_NONE || (r->offer.team == team && r->drill == drill));
    }
    return count;
}

/* Whether the team has a place as soon as one of its offers ends: a coordinator may have assigned it more
 * cases than it has places. */
static bool one_less_is_enough(const struct world *w, const struct team *team, bool drill)
{
    const struct team_load *load = team_load(team, drill);
    const struct policy *policy = &w->policies[w->policy]->policy;
    int index = policy_find_team(policy, team->id);
    uint32_t places = index < 0 ? 0 : policy->teams[index].places;
    bool claims =
        team->capacity_known && broker_state(w->host.broker)->counters.at_ms < team->claim_good_until_ms;
    return (!places || load->cases + load->live_offers <= places) &&
           (!claims || (drill ? load->cases : team->taken_since) + load->live_offers <= team->free_places);
}

/* --- shares ----------------------------------------------------------------------------------------- */

static void check_share_at(struct world *w, const struct wait *wait)
{
    const struct state *state = broker_state(w->host.broker);
    int own = offers_of(state, wait->r->origin, wait->team, wait->r->drill), rank = wait_rank(wait->r);
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (!is_asked_by_the_ladder(r) || r->offer.team != wait->team || r->origin == wait->r->origin ||
            r->drill != wait->r->drill)
            continue;
        int theirs = offers_of(state, r->origin, wait->team, wait->r->drill), other = wait_rank(r);
        if (other > rank ? theirs > own : other == rank && theirs > own + 1)
            world_violated(w, "P4 more than its share",
                           "%s is asked about %d cases of %s, and one of %s with %d waits",
                           state_team(state, wait->team)->id, theirs, state_origin_id(state, r->origin),
                           state_origin_id(state, wait->r->origin), own);
    }
}

/* --- turns ------------------------------------------------------------------------------------------ */

/* Whether the place was given up for this case, rather than free. */
static bool place_was_yielded(const struct world *w, uint64_t seq)
{
    const struct seen_event *ended = witness_event(&w->witness, seq - 2);
    return ended && ended->kind == WHAT(OFFER_ENDED) &&
           ended->offer_end == CONCORDAT__V1__OFFER_END__OFFER_END_ORIGIN_SHARE;
}

static bool is_of_this_turn(const struct world *w, uint64_t seq)
{
    return seq >= w->witness.batch_seq && witness_event(&w->witness, seq)->kind == WHAT(OFFERED);
}

/* Whether an event after this one changed how many offers there are, or what a team can take. */
static bool something_followed(const struct world *w, uint64_t seq)
{
    for (seq++; witness_event(&w->witness, seq); seq++) {
        int kind = witness_event(&w->witness, seq)->kind;
        if (kind == WHAT(OFFERED) || kind == WHAT(OFFER_ENDED) || kind == WHAT(ACCEPTED) ||
            kind == WHAT(POLICY_LOADED) || kind == WHAT(CAPACITY_CLAIMED))
            return true;
    }
    return false;
}

/* What the ladder offered last in this turn has a place that a case took which waited longer than the turn.
 */
static void check_turn_at(struct world *w, const struct wait *wait)
{
    const struct state *state = broker_state(w->host.broker);
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (!is_asked_by_the_ladder(r) || r->offer.team != wait->team || r->drill != wait->r->drill ||
            !is_of_this_turn(w, r->last_seq) || wait->r->last_seq >= w->witness.batch_seq ||
            place_was_yielded(w, r->last_seq) || something_followed(w, r->last_seq))
            continue;
        int before = offers_of(state, r->origin, SLOT_NONE, false) - 1,
            own = offers_of(state, wait->r->origin, SLOT_NONE, false);
        if (wait_rank(wait->r) < wait_rank(r) || (wait_rank(wait->r) == wait_rank(r) && own < before))
            world_violated(w, "P4 out of turn",
                           "%s is asked about a case of rank %d of %s with %d offers before one "
                           "of rank %d of %s with %d",
                           state_team(state, wait->team)->id, wait_rank(r), state_origin_id(state, r->origin),
                           before, wait_rank(wait->r), state_origin_id(state, wait->r->origin), own);
    }
}

/* A case that comes back to the coordinator, who had chosen what to do with it, is matched with the next
 * rematch. One that the coordinator has to choose for is, from the first reminder on. */
static bool is_left_to_the_coordinator(const struct world *w, const struct referral *r)
{
    return r->contact_made || r->hold_reason == HOLD_COORDINATOR_SILENT ||
           r->hold_reason == HOLD_COORDINATOR_LEFT || r->hold_reason == HOLD_ASSIGNED_NOT_TAKEN ||
           witness_case(&w->witness, r->id)->left || witness_case(&w->witness, r->id)->closing_asked;
}

static bool ladder_has(const struct policy *policy, const char *area, const char *team)
{
    int index = policy_find_area(policy, area), wanted = policy_find_team(policy, team);
    const struct policy_area *of = &policy->areas[index < 0 ? policy->default_area : index];
    for (int i = 0; i < of->step_count; i++)
        if (of->steps[i].team == wanted)
            return true;
    return false;
}

static void check_wait(struct world *w, const struct directory *directory, const struct referral *r)
{
    const struct state *state = broker_state(w->host.broker);
    const char *area = state_area_id(state, r->facts.area);
    struct wait wait = {.r = r};
    struct considered considered;
    for (; wait.team < state->teams.count && !w->violation.found; wait.team++) {
        const struct team *team = state_team(state, wait.team);
        /* The dearest question comes last: a night can have thousands of cases that wait. */
        if (!team_load(team, r->drill)->live_offers || !one_less_is_enough(w, team, r->drill) ||
            referral_asked_this_round(r, wait.team) || !ladder_has(directory->policy, area, team->id) ||
            match_consider(directory, state, r, wait.team, state->counters.at_ms, &considered) !=
                CONSIDERATION_FULL)
            continue;
        check_share_at(w, &wait);
        /* If the rematch of held cases began in a turn before, it may have come to this case before a place
         * was free: it comes to the case again when it begins anew. */
        if (!w->turn_went_on)
            check_turn_at(w, &wait);
    }
}

void check_shares(struct world *w)
{
    const struct state *state = broker_state(w->host.broker);
    bool goes_on = broker_patience_ms(w->host.broker, world_clock(w)) == 0;
    if (state->counters.held_count == 0 || goes_on) {
        w->turn_went_on = goes_on;
        return;
    }
    struct directory *directory = directory_new(&w->policies[w->policy]->policy);
    if (!directory || !directory_bind(directory, state))
        abort();
    for (uint32_t row = 0; row < state_referral_rows(state); row++) {
        const struct referral *r = state_referral_row(state, row);
        if (r->state == CASE_HELD && !is_left_to_the_coordinator(w, r))
            check_wait(w, directory, r);
    }
    w->turn_went_on = false;
    directory_destroy(&directory);
}
