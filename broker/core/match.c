/* match.c: which team is asked next. */
#include "broker/core/match.h"

#include <assert.h>
#include <string.h>

static bool serves_age(const struct policy_team *team, uint8_t age)
{
    if (age == AGE_UNKNOWN || (age >= team->age_first && age <= team->age_last))
        return true;
    bool in_transition = age >= TRANSITION_AGE_FIRST && age <= TRANSITION_AGE_LAST;
    return in_transition && team->flexible_transition && team->age_first <= TRANSITION_AGE_LAST &&
           team->age_last >= TRANSITION_AGE_FIRST;
}

static bool speaks_language(const struct policy_team *team, const char *language)
{
    if (!language[0] || strcmp(language, "en") == 0 || team->interpreter)
        return true;
    for (int i = 0; i < team->language_count; i++)
        if (strcmp(team->languages[i], language) == 0)
            return true;
    return false;
}

/* Whether no place is left beside so many live offers, each of which may take one: by the directory, or by a
 * claim that is fresh enough. */
static inline bool is_full_with(const struct policy_team *rules, const struct team *team,
                                uint32_t live_offers, int64_t now_ms)
{
    if (rules->places && live_offers + team->cases >= rules->places)
        return true;
    bool fresh = team->capacity_known && now_ms < team->claim_good_until_ms;
    return fresh && team->free_places <= team->taken_since + live_offers;
}

bool match_one_offer_less_frees(const struct directory *d, const struct state *state, uint16_t slot,
                                int64_t now_ms)
{
    const struct team *team = state_team(state, slot);
    return team->live_offers && !is_full_with(directory_team(d, slot), team, team->live_offers - 1, now_ms);
}

/* The time of the decision, and what the clock on every door shows then. */
struct moment {
    int64_t ms;
    struct door_time door;
};

static struct moment moment_of(const struct directory *d, const struct state *state, int64_t now_ms)
{
    return (struct moment){now_ms, rota_door_time(&d->policy->holidays, state_utc(state, now_ms))};
}

static enum consideration finding_of(const struct referral *r, const struct policy_team *rules,
                                     const struct team *team, const struct considered *c,
                                     const struct moment *now)
{
    if (referral_is_with_team(r) && r->team == c->team)
        return CONSIDERATION_HOLDS_IT_NOW;
    if (!(rules->sources & (1u << r->facts.source)))
        return CONSIDERATION_PATHWAY_NOT_SERVED;
    if (!serves_age(rules, r->facts.age))
        return CONSIDERATION_AGE_NOT_SERVED;
    if (r->facts.needs & ~rules->needs)
        return CONSIDERATION_NEED_NOT_SERVED;
    if (!speaks_language(rules, r->facts.language))
        return CONSIDERATION_LANGUAGE_NOT_SERVED;
    if (!rota_is_open(&rules->rota, now->door))
        return CONSIDERATION_CLOSED_NOW;
    if (!team->present)
        return CONSIDERATION_ABSENT;
    if (is_full_with(rules, team, team->live_offers, now->ms))
        return CONSIDERATION_FULL;
    if (referral_asked_this_round(r, c->team))
        return CONSIDERATION_ASKED_ALREADY;
    return CONSIDERATION_RANKED_LOWER; /* until the best of these is chosen */
}

static enum consideration consider_team(const struct directory *d, const struct state *state,
                                        const struct referral *r, uint16_t slot, const struct moment *now,
                                        struct considered *c)
{
    const struct policy_team *rules = directory_team(d, slot);
    const struct team *team = state_team(state, slot);
    assert(rules);
    uint16_t asked = referral_times_asked(r, slot);
    int64_t age_ms = now->ms - team->claimed_ms;
    *c = (struct considered){
        .team = slot,
        .times_asked = asked < UINT8_MAX ? (uint8_t)asked : UINT8_MAX,
        .capacity_known = team->capacity_known && now->ms < team->claim_good_until_ms,
        .free_places = team->free_places,
        .load = team->live_offers + team->cases,
        .capacity_age_minutes = team->capacity_known ? (uint32_t)(age_ms / 60000) : 0,
    };
    c->finding = finding_of(r, rules, team, c, now);
    return c->finding;
}

enum consideration match_consider(const struct directory *d, const struct state *state,
                                  const struct referral *r, uint16_t slot, int64_t now_ms,
                                  struct considered *c)
{
    struct moment now = moment_of(d, state, now_ms);
    return consider_team(d, state, r, slot, &now, c);
}

bool match_is_not_for(enum consideration finding)
{
    return finding == CONSIDERATION_PATHWAY_NOT_SERVED || finding == CONSIDERATION_AGE_NOT_SERVED ||
           finding == CONSIDERATION_NEED_NOT_SERVED || finding == CONSIDERATION_LANGUAGE_NOT_SERVED;
}

/* This is the only place that orders the teams that can take a case. */
static inline bool ranks_before(const struct directory *d, const struct state *state,
                                const struct referral *r, const struct considered *a,
                                const struct considered *b)
{
    /* No team is asked twice in a row while another one is free. */
    if ((a->team == r->last_asked) != (b->team == r->last_asked))
        return b->team == r->last_asked;
    if (a->times_asked != b->times_asked)
        return a->times_asked < b->times_asked;
    if (a->rung != b->rung)
        return a->rung < b->rung;
    int64_t arrival_a = directory_team(d, a->team)->expected_arrival_ms;
    int64_t arrival_b = directory_team(d, b->team)->expected_arrival_ms;
    if (arrival_a != arrival_b)
        return arrival_a < arrival_b;
    if (a->load != b->load)
        return a->load < b->load;
    return state_team(state, a->team)->last_offered_seq < state_team(state, b->team)->last_offered_seq;
}

bool match_ranks_before(const struct directory *d, const struct state *state, const struct referral *r,
                        const struct considered *a, const struct considered *b)
{
    return ranks_before(d, state, r, a, b);
}

/* The most hopeful finding says why the coordinator has to take over. */
static enum hold_reason hold_reason_of(const struct consideration_list *considered)
{
    bool found[CONSIDERATION_HOLDS_IT_NOW + 1] = {false};
    for (int i = 0; i < considered->count; i++)
        found[considered->items[i].finding] = true;
    if (found[CONSIDERATION_ASKED_ALREADY])
        return HOLD_ALL_ASKED;
    if (found[CONSIDERATION_FULL])
        return HOLD_ALL_FULL;
    if (found[CONSIDERATION_ABSENT])
        return HOLD_ALL_ABSENT;
    if (found[CONSIDERATION_CLOSED_NOW])
        return HOLD_ALL_CLOSED;
    return HOLD_NO_TEAM_MATCHES;
}

/* When a shut team opens, or a claim of being full expires. When a team comes or has places again, that is an
 * event, after which the shell rematches every held case. */
static int64_t next_chance(const struct directory *d, const struct state *state,
                           const struct consideration_list *all, int64_t now_ms)
{
    int64_t soonest = 0;
    for (int i = 0; i < all->count; i++) {
        const struct considered *c = &all->items[i];
        int64_t at = 0;
        if (c->finding == CONSIDERATION_CLOSED_NOW)
            at = state_time_of_utc(state, rota_next_opening(&directory_team(d, c->team)->rota,
                                                            &d->policy->holidays, state_utc(state, now_ms)));
        else if (c->finding == CONSIDERATION_FULL && c->capacity_known)
            at = state_team(state, c->team)->claim_good_until_ms;
        if (at > now_ms && (!soonest || at < soonest))
            soonest = at;
    }
    return soonest;
}

void match_find(const struct directory *d, const struct state *state, const struct referral *r,
                int64_t now_ms, struct match *match)
{
    const struct policy_area *area = directory_area(d, r->facts.area);
    struct consideration_list *all = &match->considered;
    struct considered *best = NULL;
    struct moment now = moment_of(d, state, now_ms);
    assert(area->step_count <= LADDER_STEPS_MAX);
    all->count = 0;
    for (int i = 0; i < area->step_count; i++) {
        struct considered *c = &all->items[all->count++];
        uint16_t slot = d->team_slots[area->steps[i].team];
        enum consideration finding = consider_team(d, state, r, slot, &now, c);
        c->rung = area->steps[i].rung;
        if (finding == CONSIDERATION_RANKED_LOWER && (!best || ranks_before(d, state, r, c, best)))
            best = c;
    }
    match->team = SLOT_NONE;
    match->reason = HOLD_NONE;
    match->look_again_ms = 0;
    if (best) {
        best->finding = CONSIDERATION_CHOSEN;
        match->team = best->team;
    } else {
        match->reason = hold_reason_of(all);
        match->look_again_ms = next_chance(d, state, all, now_ms);
    }
}
