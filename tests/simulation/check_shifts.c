/* check_shifts.c: a handover takes effect only if one person has proposed it and another signs just that, at
 * the same team or desk; it names each of the people's cases that are in hand there or that the coordinator
 * answers for, each as of its latest event, and no other; and nobody goes as the last one while there are
 * cases in hand.
 */
#include <string.h>

#include "tests/simulation/checks.h"

#define STEP(name) CONCORDAT__V1__SHIFT_STEP__SHIFT_STEP_##name

typedef unsigned long long number;

static struct seen_shift *find_person(const struct witness *w, const char *desk, const char *person)
{
    for (uint32_t i = 0; i < w->shifts.count; i++) {
        struct seen_shift *shift = table_row(&w->shifts, i);
        if (strcmp(shift->desk, desk) == 0 && strcmp(shift->person, person) == 0)
            return shift;
    }
    return NULL;
}

static uint32_t people_at(const struct witness *w, const char *desk)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->shifts.count; i++) {
        const struct seen_shift *shift = table_row(&w->shifts, i);
        count += shift->is_on && strcmp(shift->desk, desk) == 0;
    }
    return count;
}

static bool is_in_hand(const struct seen_case *c, const Concordat__V1__ShiftNoted *m)
{
    if (c->drill || c->ended)
        return false;
    return m->team[0] ? strcmp(c->team, m->team) == 0
                      : c->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_COORDINATOR &&
                            strcmp(c->owner, m->coordinator) == 0;
}

static bool is_answered_for(const struct seen_case *c, const Concordat__V1__ShiftNoted *m)
{
    return !c->drill && !c->ended && !m->team[0] && strcmp(c->coordinator, m->coordinator) == 0;
}

static bool names(const Concordat__V1__ShiftNoted *m, const struct seen_case *c)
{
    for (size_t i = 0; i < m->n_cases; i++)
        if (m->cases[i]->number == c->number)
            return m->cases[i]->seq == c->newest_seq;
    return false;
}

/* Returns how many cases are in hand, and compares those and the others that are answered for with those that
 * the event names. What is in hand is left out only if there is no room for anything else. */
static uint32_t check_named(struct world *w, uint64_t seq, const Concordat__V1__ShiftNoted *m, bool is_listed)
{
    uint32_t in_hand = 0, in_hand_named = 0, all = 0, named = 0;
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        bool is_concerned = is_in_hand(c, m) || is_answered_for(c, m);
        in_hand += is_in_hand(c, m);
        in_hand_named += is_in_hand(c, m) && names(m, c);
        all += is_concerned;
        named += is_concerned && names(m, c);
    }
    bool others_first = in_hand_named < in_hand && in_hand_named < m->n_cases;
    if (is_listed && (named != m->n_cases || named + m->left_out != all || others_first))
        world_violated(w, "R15 other cases handed over",
                       "event %llu names %zu cases and %u more, of %u it names %u, and %u of %u in hand",
                       (number)seq, m->n_cases, m->left_out, all, named, in_hand_named, in_hand);
    return in_hand;
}

static void take_shift(struct witness *w, const char *desk, const char *person, bool is_on, bool is_proposed)
{
    struct seen_shift *shift = find_person(w, desk, person);
    if (!shift)
        shift = witness_new_shift(w, desk, person);
    shift->is_on = is_on;
    shift->is_proposed = is_proposed;
}

static void check_signed(struct world *w, uint64_t seq, const char *desk, const char *person,
                         const Concordat__V1__ShiftNoted *m)
{
    const struct seen_shift *goes = find_person(&w->witness, desk, m->with_person);
    if (strcmp(person, m->with_person) == 0 || !goes || !goes->is_on || !goes->is_proposed ||
        goes->proposed_seq != m->signs)
        world_violated(w, "R15 signed alone", "event %llu: %s signs what %s did not propose", (number)seq,
                       person, m->with_person);
    take_shift(&w->witness, desk, m->with_person, false, false);
    const struct seen_shift *comes = find_person(&w->witness, desk, person);
    take_shift(&w->witness, desk, person, true, comes && comes->is_on && comes->is_proposed);
}

static void take_proposal(struct witness *w, uint64_t seq, const char *desk, const char *person)
{
    struct seen_shift *shift = find_person(w, desk, person);
    if (shift)
        shift->proposed_seq = seq;
}

void check_shift(struct world *w, uint64_t seq, const Concordat__V1__Event *e)
{
    const Concordat__V1__ShiftNoted *m = e->shift_noted;
    const char *desk = m->team[0] ? m->team : m->coordinator, *person = e->person ? e->person->id : "";
    bool is_listed = m->step == STEP(HANDOVER_PROPOSED) || m->step == STEP(HANDOVER_SIGNED);
    uint32_t in_hand = check_named(w, seq, m, is_listed);
    if (!person[0])
        world_violated(w, "R15 signed alone", "event %llu says of nobody that they are on shift",
                       (number)seq);
    if (m->step == STEP(HANDOVER_SIGNED))
        check_signed(w, seq, desk, person, m);
    else
        take_shift(&w->witness, desk, person, m->step != STEP(ENDED), m->step == STEP(HANDOVER_PROPOSED));
    if (m->step == STEP(HANDOVER_PROPOSED))
        take_proposal(&w->witness, seq, desk, person);
    if (m->step != STEP(STARTED) && in_hand && people_at(&w->witness, desk) == 0)
        world_violated(w, "R15 nobody on shift", "event %llu leaves %u cases with nobody on shift",
                       (number)seq, in_hand);
}
