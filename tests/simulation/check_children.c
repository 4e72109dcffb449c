/* check_children.c: no child is offered to a team for adults while one for children could be asked; of
 * somebody who may be a child or not, a team of all ages is asked first, and after a team of adults one of
 * children, and the other way round; and nobody who is detained, or a child, is held while a team could be
 * asked for them.
 *
 * It counts the cases of a team anew and shares no code with the core but the rota. A team that has said how
 * many places it has is left out, because what it said is used up in ways that the core counts.
 */
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

typedef unsigned long long number;

static bool is_child(const struct seen_person *person)
{
    return person->age_known ? person->age_years < ADULT_YEARS
                             : person->looks_under_18 == CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_YES;
}

/* A person who looks like a child is one of unknown years, for whom teams of 17-year-olds are. */
static bool is_for_child(const struct policy_team *team, const struct seen_person *person)
{
    int age = person->age_known ? person->age_years : ADULT_YEARS - 1;
    bool within = age >= team->age_first && age <= team->age_last;
    bool moves_on = person->age_known && age >= TRANSITION_AGE_FIRST && team->flexible_transition &&
                    team->age_first <= TRANSITION_AGE_LAST && team->age_last >= TRANSITION_AGE_FIRST;
    return within || moves_on;
}

static uint32_t cases_of(const struct world *w, const char *team, bool drill)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (!c->ended && c->drill == drill)
            count += (uint32_t)((c->offer_live && strcmp(c->offer_team, team) == 0) +
                                (strcmp(c->team, team) == 0));
    }
    return count;
}

/* Whether the team could be asked now, whatever it is best at. One that has a place more since this batch is
 * asked once that is on the books. */
static bool can_be_asked(const struct world *w, const struct policy *policy, const struct policy_team *team,
                         const struct seen_case *c, int64_t at_ms)
{
    int row = witness_team(&w->witness, team->id);
    if (row < 0 || c->asked_in_round & UINT64_C(1) << row || strcmp(team->id, c->own_team) == 0 ||
        strcmp(team->id, c->team) == 0 || !witness_present(&w->witness, team->id) ||
        team->detained == (c->person.detained ? DETAINED_NEVER : DETAINED_ONLY))
        return false;
    const struct seen_team *seen = table_row(&w->witness.teams, (uint32_t)row);
    return seen->claim_good_until_ms <= at_ms && seen->freed_seq < w->witness.batch_seq &&
           rota_open_at(&team->rota, &policy->holidays, at_ms - w->witness.ahead_ms) &&
           (!team->places || cases_of(w, team->id, c->drill) < team->places);
}

static const struct policy_area *area_of(const struct policy *policy, const struct seen_case *c)
{
    int at = policy_find_area(policy, c->area);
    return &policy->areas[at < 0 ? policy->default_area : at];
}

static void check_child_offered(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                                const struct seen_case *c, const struct policy *policy)
{
    int chosen = policy_find_team(policy, e->offered->team);
    if (!is_child(&c->person) || chosen < 0 || is_for_child(&policy->teams[chosen], &c->person))
        return;
    const struct policy_area *area = area_of(policy, c);
    for (int i = 0; i < area->step_count; i++) {
        const struct policy_team *team = &policy->teams[area->steps[i].team];
        bool is_voice = e->offered->sought && team->offers == TEAM_RINGS;
        if (!is_voice && is_for_child(team, &c->person) && can_be_asked(w, policy, team, c, e->at_ms))
            world_violated(w, "R6 child with adults",
                           "event %llu asks %s about a child, and %s could be asked", (number)seq,
                           e->offered->team, team->id);
    }
}

static bool may_be_either(const struct seen_person *person)
{
    return !person->age_known &&
           (person->looks_under_18 == 0 ||
            person->looks_under_18 == CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_CANNOT_TELL);
}

enum ages { AGES_OTHER, AGES_CHILDREN, AGES_ADULTS, AGES_ALL };

static enum ages ages_of(const struct policy_team *team)
{
    bool children = team->age_first < ADULT_YEARS && team->age_last >= ADULT_YEARS - 1;
    bool adults = team->age_first <= ADULT_YEARS && team->age_last >= ADULT_YEARS;
    return children ? (adults ? AGES_ALL : AGES_CHILDREN) : adults ? AGES_ADULTS : AGES_OTHER;
}

/* Whether `other` comes before the team that was chosen, after the one that was asked last. */
static bool comes_first(const struct policy_team *other, const struct policy_team *chosen, enum ages last)
{
    enum ages ages = ages_of(chosen), others = ages_of(other);
    if (other->offers == TEAM_RINGS || others == AGES_OTHER || ages == AGES_ALL)
        return false;
    bool again = ages == last && (last == AGES_ADULTS || last == AGES_CHILDREN);
    return chosen->offers == TEAM_RINGS || others == AGES_ALL || (again && others != last);
}

/* Looks at the teams that were not asked yet, and are there for all else that is said. */
static void check_either_offered(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                                 const struct seen_case *c, const struct policy *policy)
{
    int chosen = policy_find_team(policy, e->offered->team), last = policy_find_team(policy, c->last_asked);
    if (!may_be_either(&c->person) || !c->person.needs_nothing_more || chosen < 0)
        return;
    const struct policy_area *area = area_of(policy, c);
    for (int i = 0; i < area->step_count; i++) {
        const struct policy_team *team = &policy->teams[area->steps[i].team];
        int row = witness_team(&w->witness, team->id);
        bool is_new = row >= 0 && !(c->asked & UINT64_C(1) << row) && team->sources & 1u << c->person.source;
        if (is_new &&
            comes_first(team, &policy->teams[chosen],
                        last < 0 ? AGES_OTHER : ages_of(&policy->teams[last])) &&
            can_be_asked(w, policy, team, c, e->at_ms))
            world_violated(w, "R7 out of turn",
                           "event %llu asks %s about somebody who may be a child, and %s comes first",
                           (number)seq, e->offered->team, team->id);
    }
}

static void check_held(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                       const struct seen_case *c, const struct policy *policy)
{
    if (!e->held->n_considered || (!c->person.detained && !is_child(&c->person)))
        return;
    const struct policy_area *area = area_of(policy, c);
    for (int i = 0; i < area->step_count; i++) {
        const struct policy_team *team = &policy->teams[area->steps[i].team];
        if (can_be_asked(w, policy, team, c, e->at_ms))
            world_violated(w, "R6 with nobody",
                           "event %llu holds a case of somebody %s, and %s could be asked", (number)seq,
                           c->person.detained ? "detained" : "who is a child", team->id);
    }
}

void check_child(struct world *w, uint64_t seq, const Concordat__V1__Event *e, const struct seen_case *before)
{
    bool is_offered = e->what_case == WHAT(OFFERED);
    if (!before || (!is_offered && e->what_case != WHAT(HELD)))
        return;
    const Concordat__V1__Offered *m = is_offered ? e->offered : NULL;
    int of = witness_policy_of(w, m ? &m->policy : &e->held->policy);
    if (of < 0 || (m && (m->assigned || m->late || (m->handover && !m->sought))))
        return;
    const struct policy *policy = &w->policies[of]->policy;
    if (m) {
        check_child_offered(w, seq, e, before, policy);
        check_either_offered(w, seq, e, before, policy);
    } else {
        check_held(w, seq, e, before, policy);
    }
}
