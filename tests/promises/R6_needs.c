/* R6: what a team is not there for ranks and is said; it never leaves somebody without a team that could be
 * asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static const struct referral *needy_submitted(struct core_world *w, const struct facts *facts)
{
    struct command submit = world_submission(w);
    submit.is.submit.facts = *facts;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    return state_referral(w->state, submit.referral);
}

/* The number of the team that is asked; 0: none is. */
static int needy_asked(const struct core_world *w, const struct referral *r)
{
    for (int team = 1; team <= w->policy.team_count; team++)
        if (r->offer.attempt && world_slot(w, team) == r->offer.team)
            return team;
    return 0;
}

enum { ADULTS = 1, CHILDREN };

static void adults_and_children(struct core_world *w)
{
    w->teams[ADULTS - 1].age_first = ADULT_YEARS;
    w->teams[CHILDREN - 1].age_last = ADULT_YEARS - 1;
    w->teams[CHILDREN - 1].needs = 1 << NEED_FACE_TO_FACE_VISIT;
}

static void R6_to_tick_amhp_takes_no_team_away(void **unused)
{
    (void)unused;
    static const uint8_t ages[] = {12, 17, 34};
    for (size_t i = 0; i < sizeof ages; i++) {
        struct core_world *w = core_world_open(2, adults_and_children);
        struct facts facts = {
            .source = SOURCE_LIAISON_AND_DIVERSION, .age = ages[i], .needs = 1 << NEED_AMHP};
        const struct referral *r = needy_submitted(w, &facts);
        assert_int_equal(needy_asked(w, r), ages[i] < ADULT_YEARS ? CHILDREN : ADULTS);
        assert_int_equal(r->offer.differs, 0);
        core_world_close(&w);
    }
}

/* Each tick more leaves somebody who is asked, and the children's team before the adults'. */
static void R6_however_much_is_ticked_somebody_is_asked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, adults_and_children);
    uint16_t needs = 0;
    for (int need = NEED_AMHP; need < NEED_COUNT; need++) {
        needs = (uint16_t)(needs | 1 << need);
        struct facts facts = {.source = SOURCE_STREET_TRIAGE, .age = 12, .needs = needs, .language = "pl"};
        const struct referral *r = needy_submitted(w, &facts);
        assert_int_equal(needy_asked(w, r), CHILDREN);
    }
    core_world_close(&w);
}

/* The adults' team is asked about a child only after the children's has said no, and the offer says it. */
static void R6_no_child_goes_to_adults_while_a_team_for_children_can_be_asked(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, adults_and_children);
    struct facts facts = {
        .source = SOURCE_STREET_TRIAGE, .age = 12, .needs = 1 << NEED_PERINATAL | 1 << NEED_AUTISM};
    const struct referral *r = needy_submitted(w, &facts);
    assert_int_equal(needy_asked(w, r), CHILDREN);
    assert_int_equal(r->offer.differs, DIFFERS_NEED);
    world_decline(w, r);
    assert_int_equal(needy_asked(w, r), ADULTS);
    assert_int_equal(r->offer.differs, DIFFERS_AGE);
    world_accept(w, r, MINUTES(20));
    assert_int_equal(r->differs, DIFFERS_AGE);
    core_world_close(&w);
}

/* A team that differs is asked when the others are shut, away or full, and not before. */
static void R6_a_team_that_fits_comes_before_one_that_does_not(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, adults_and_children);
    struct facts facts = {.source = SOURCE_STREET_TRIAGE, .age = 9};
    world_capacity(w, CHILDREN, 0);
    assert_int_equal(needy_asked(w, needy_submitted(w, &facts)), ADULTS);
    world_capacity(w, CHILDREN, 3);
    assert_int_equal(needy_asked(w, needy_submitted(w, &facts)), CHILDREN);
    world_presence(w, CHILDREN, false);
    assert_int_equal(needy_asked(w, needy_submitted(w, &facts)), ADULTS);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R6_to_tick_amhp_takes_no_team_away),
        cmocka_unit_test(R6_however_much_is_ticked_somebody_is_asked),
        cmocka_unit_test(R6_no_child_goes_to_adults_while_a_team_for_children_can_be_asked),
        cmocka_unit_test(R6_a_team_that_fits_comes_before_one_that_does_not),
    };
    return cmocka_run_group_tests_name("R6_needs", tests, NULL, NULL);
}
