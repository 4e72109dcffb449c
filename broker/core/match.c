/* match.c: which team is asked next. */
#include "broker/core/match.h"

#include <assert.h>
#include <string.h>

#include "broker/core/detention.h"

/* In the order of their bits (match.h). */
const enum consideration match_differences[DIFFERENCES] = {
    CONSIDERATION_PATHWAY_NOT_SERVED, CONSIDERATION_LANGUAGE_NOT_SERVED, CONSIDERATION_NEED_NOT_SERVED,
    CONSIDERATION_AGE_NOT_SERVED,     CONSIDERATION_ONLY_DETAINED,       CONSIDERATION_DETENTION_NOT_TAKEN};

/* These two weigh more than that no team is asked; the others do not. */
enum { HARD_DIFFERENCES = DIFFERS_ONLY_DETAINED | DIFFERS_DETENTION };

static bool is_within_ages(const struct policy_team *team, uint8_t age)
{
    return age >= team->age_first && age <= team->age_last;
}

/* A team that sees people on both sides of the age of majority. */
static bool takes_either_age(const struct policy_team *team)
{
    return is_within_ages(team, ADULT_YEARS - 1) && is_within_ages(team, ADULT_YEARS);
}

bool match_serves_age(const struct policy_team *team, uint8_t age)
{
    if (is_within_ages(team, age))
        return true;
    bool in_transition = age >= TRANSITION_AGE_FIRST && age <= TRANSITION_AGE_LAST;
    return in_transition && team->flexible_transition && team->age_first <= TRANSITION_AGE_LAST &&
           team->age_last >= TRANSITION_AGE_FIRST;
}

bool match_halves_time(const struct directory *d, uint16_t slot)
{
    const struct policy_team *team = directory_team(d, slot);
    return team && !takes_either_age(team);
}

/* Whether no place is left beside so many live offers, each of which may take one: by the directory, or by a
 * claim that is fresh enough. A drill has places of its own, as many as people have, and takes none of
 * theirs.
 */
static inline bool is_full_with(const struct policy_team *rules, const struct team *team, bool drill,
                                uint32_t live_offers, int64_t now_ms)
{
    const struct team_load *load = team_load(team, drill);
    if (rules->places && live_offers + load->cases >= rules->places)
        return true;
    bool fresh = team->capacity_known && now_ms < team->claim_good_until_ms;
    return fresh && team->free_places <= (drill ? load->cases : team->taken_since) + live_offers;
}

bool match_one_offer_less_frees(const struct directory *d, const struct state *state, uint16_t slot,
                                bool drill, int64_t now_ms)
{
    const struct team *team = state_team(state, slot);
    uint32_t live_offers = team_load(team, drill)->live_offers;
    return live_offers && !is_full_with(directory_team(d, slot), team, drill, live_offers - 1, now_ms);
}

/* A case as each team of its ladder is compared with it, and the time of the decision with what the clock on
 * every door shows then. */
struct looking {
    const struct referral *r;
    int64_t ms;
    struct door_time door;
    const char *language;         /* NULL: one that every team speaks */
    enum policy_detained refuses; /* a team of this kind does not take the person */
    uint16_t needs;
    uint8_t source, age; /* the source as a bit */
    bool age_is_known;
    uint16_t holder, own_team; /* SLOT_NONE: none */
};

static struct looking looking_for(const struct directory *d, const struct state *state,
                                  const struct referral *r, int64_t now_ms)
{
    const struct facts *facts = &r->facts;
    bool english = !facts->language[0] || strcmp(facts->language, "en") == 0;
    return (struct looking){
        .r = r,
        .ms = now_ms,
        .door = rota_door_time(&d->policy->holidays, state_utc(state, now_ms)),
        .language = english ? NULL : facts->language,
        .refuses = needs_place_of_safety(facts) ? DETAINED_NEVER : DETAINED_ONLY,
        .needs = (uint16_t)(facts->needs & ~NEEDS_ASKED_BESIDE),
        .source = (uint8_t)(1u << facts->source),
        .age = facts->age,
        .age_is_known = facts_age(facts) == PERSON_OF_KNOWN_AGE,
        .holder = referral_is_with_team(r) ? r->team : SLOT_NONE,
        .own_team = facts->own_team ? (uint16_t)(facts->own_team - 1) : SLOT_NONE,
    };
}

/* If nobody knows the age, a team of children is one that sees people of 17, and a team of adults one that
 * sees people of 18. */
static bool serves_unknown_age(const struct policy_team *team, const struct facts *facts)
{
    switch (facts_age(facts)) {
    case PERSON_OF_KNOWN_AGE:
        break;
    case PERSON_A_CHILD:
        return is_within_ages(team, ADULT_YEARS - 1);
    case PERSON_AN_ADULT:
        return is_within_ages(team, ADULT_YEARS);
    case PERSON_OF_EITHER_AGE:
        return is_within_ages(team, ADULT_YEARS - 1) || is_within_ages(team, ADULT_YEARS);
    }
    return true;
}

static inline bool serves_age(const struct looking *l, const struct policy_team *team)
{
    if (!l->age_is_known)
        return serves_unknown_age(team, &l->r->facts);
    return is_within_ages(team, l->age) || match_serves_age(team, l->age);
}

static bool speaks_language(const struct policy_team *team, const char *language)
{
    for (int i = 0; i < team->language_count; i++)
        if (strcmp(team->languages[i], language) == 0)
            return true;
    return false;
}

/* What a team is not there for. Some of it is hard: a person who is detained is taken to a place of safety,
 * and such a place may be for nobody else. The rest is said to everybody, and leaves nobody without a team.
 */
static inline uint8_t differences_of(const struct looking *l, const struct policy_team *rules)
{
    uint8_t differs = 0;
    if (!(rules->sources & l->source))
        differs |= DIFFERS_PATHWAY;
    if (l->language && !rules->interpreter && !speaks_language(rules, l->language))
        differs |= DIFFERS_LANGUAGE;
    if (l->needs & ~rules->needs)
        differs |= DIFFERS_NEED;
    if (!serves_age(l, rules))
        differs |= DIFFERS_AGE;
    if (rules->detained == l->refuses)
        differs |= l->refuses == DETAINED_ONLY ? DIFFERS_ONLY_DETAINED : DIFFERS_DETENTION;
    return differs;
}

/* The difference that weighs most: the highest bit. There must be one. */
static inline enum consideration worst_of(uint8_t differs)
{
    return match_differences[31 - __builtin_clz(differs)];
}

/* What keeps a team from being asked, however well it fits. */
static inline enum consideration hard_finding(const struct looking *l, const struct policy_team *rules,
                                              const struct considered *c)
{
    if (c->team == l->holder)
        return CONSIDERATION_HOLDS_IT_NOW;
    if (c->team == l->own_team)
        return CONSIDERATION_REFERRERS_OWN;
    if (l->r->seeking && rules->offers == TEAM_RINGS)
        return CONSIDERATION_ONLY_RINGS;
    if (c->differs & HARD_DIFFERENCES)
        return worst_of(c->differs);
    return CONSIDERATION_NONE;
}

/* What keeps a team from being asked now, and may end by itself. */
static inline enum consideration finding_now(const struct looking *l, const struct policy_team *rules,
                                             const struct team *team, uint16_t slot)
{
    const struct referral *r = l->r;
    if (!rota_is_open(&rules->rota, l->door))
        return CONSIDERATION_CLOSED_NOW;
    if (!team->present)
        return CONSIDERATION_ABSENT;
    if (is_full_with(rules, team, r->drill, team_load(team, r->drill)->live_offers, l->ms))
        return CONSIDERATION_FULL;
    if (referral_asked_this_round(r, slot))
        return CONSIDERATION_ASKED_ALREADY;
    return CONSIDERATION_RANKED_LOWER; /* until the best of these is chosen */
}

static enum consideration consider_team(const struct directory *d, const struct state *state,
                                        const struct looking *l, uint16_t slot, struct considered *c)
{
    const struct policy_team *rules = directory_team(d, slot);
    const struct team *team = state_team(state, slot);
    const struct team_load *load = team_load(team, l->r->drill);
    assert(rules);
    uint16_t asked = referral_times_asked(l->r, slot);
    int64_t age_ms = l->ms - team->claimed_ms;
    *c = (struct considered){
        .team = slot,
        .times_asked = asked < UINT8_MAX ? (uint8_t)asked : UINT8_MAX,
        .capacity_known = team->capacity_known && l->ms < team->claim_good_until_ms,
        .free_places = team->free_places,
        .load = load->live_offers + load->cases,
        .capacity_age_minutes = team->capacity_known ? (uint32_t)(age_ms / 60000) : 0,
        .differs = differences_of(l, rules),
    };
    c->finding = hard_finding(l, rules, c);
    if (c->finding == CONSIDERATION_NONE)
        c->finding = c->differs ? worst_of(c->differs) : finding_now(l, rules, team, slot);
    return c->finding;
}

enum consideration match_consider(const struct directory *d, const struct state *state,
                                  const struct referral *r, uint16_t slot, int64_t now_ms,
                                  struct considered *c)
{
    struct looking looking = looking_for(d, state, r, now_ms);
    return consider_team(d, state, &looking, slot, c);
}

/* If nobody can tell whether the person is a child: a team of all ages comes first, and after a team of
 * adults one of children is asked, and the other way round. A voice comes last. */
static int rank_of_age(const struct directory *d, const struct referral *r, uint16_t slot)
{
    const struct policy_team *team = directory_team(d, slot);
    const struct policy_team *last = directory_team(d, r->last_asked);
    if (team->offers == TEAM_RINGS)
        return 3;
    if (takes_either_age(team))
        return 0;
    bool adults = is_within_ages(team, ADULT_YEARS);
    bool adults_asked = last && is_within_ages(last, ADULT_YEARS) && !takes_either_age(last);
    return adults != adults_asked ? 1 : 2;
}

bool match_is_not_for(enum consideration finding)
{
    for (int i = 0; i < DIFFERENCES; i++)
        if (match_differences[i] == finding)
            return true;
    return false;
}

/* This is the only place that orders the teams that can take a case. */
static inline bool ranks_before(const struct directory *d, const struct state *state,
                                const struct referral *r, const struct considered *a,
                                const struct considered *b)
{
    /* A child is not asked of a team for adults while one for children can be asked, nor the other way round.
     */
    if ((a->differs ^ b->differs) & DIFFERS_AGE)
        return b->differs & DIFFERS_AGE;
    /* No team is asked twice in a row while another one is free. */
    if ((a->team == r->last_asked) != (b->team == r->last_asked))
        return b->team == r->last_asked;
    if (a->times_asked != b->times_asked)
        return a->times_asked < b->times_asked;
    if (facts_age(&r->facts) == PERSON_OF_EITHER_AGE) {
        int rank_a = rank_of_age(d, r, a->team), rank_b = rank_of_age(d, r, b->team);
        if (rank_a != rank_b)
            return rank_a < rank_b;
    }
    if (a->differs != b->differs)
        return a->differs < b->differs;
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
static enum hold_reason hold_reason_of(const struct referral *r, const struct consideration_list *considered)
{
    bool found[CONSIDERATION_COUNT] = {false};
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
    return needs_place_of_safety(&r->facts) ? HOLD_NO_PLACE_OF_SAFETY : HOLD_NO_TEAM_MATCHES;
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

static bool is_soft(const struct considered *c)
{
    return c->differs && c->finding == worst_of(c->differs) && !(c->differs & HARD_DIFFERENCES);
}

/* The best of the teams that differ in what is not hard. What keeps one from being asked now is its finding
 * then: it, and not the difference, is what may end. */
static struct considered *best_of_others(const struct directory *d, const struct state *state,
                                         const struct looking *l, struct consideration_list *all)
{
    struct considered *best = NULL;
    for (int i = 0; i < all->count; i++) {
        struct considered *c = &all->items[i];
        if (!is_soft(c))
            continue;
        enum consideration finding =
            finding_now(l, directory_team(d, c->team), state_team(state, c->team), c->team);
        if (finding != CONSIDERATION_RANKED_LOWER)
            c->finding = finding;
        else if (!best || ranks_before(d, state, l->r, c, best))
            best = c;
    }
    return best;
}

void match_find(const struct directory *d, const struct state *state, const struct referral *r,
                int64_t now_ms, struct match *match)
{
    const struct policy_area *area = directory_area(d, r->facts.area);
    struct consideration_list *all = &match->considered;
    struct considered *best = NULL;
    struct looking looking = looking_for(d, state, r, now_ms);
    assert(area->step_count <= LADDER_STEPS_MAX);
    all->count = 0;
    for (int i = 0; i < area->step_count; i++) {
        struct considered *c = &all->items[all->count++];
        uint16_t slot = d->team_slots[area->steps[i].team];
        enum consideration finding = consider_team(d, state, &looking, slot, c);
        c->rung = area->steps[i].rung;
        if (finding == CONSIDERATION_RANKED_LOWER && (!best || ranks_before(d, state, r, c, best)))
            best = c;
    }
    if (!best)
        best = best_of_others(d, state, &looking, all);
    match->team = SLOT_NONE;
    match->reason = HOLD_NONE;
    match->look_again_ms = 0;
    if (best) {
        best->finding = CONSIDERATION_CHOSEN;
        match->team = best->team;
    } else {
        match->reason = hold_reason_of(r, all);
        match->look_again_ms = next_chance(d, state, all, now_ms);
    }
}
