/* R4: a person who is detained and needs a place of safety is taken to one,
 * and a place that is only for detained people takes nobody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static const struct referral *detained_submitted(struct core_world *w, const struct facts *facts)
{
    struct command submit = world_submission(w);
    submit.is.submit.facts = *facts;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    return state_referral(w->state, submit.referral);
}

/* The number of the team that is asked; 0: none is. */
static int detained_asked(const struct core_world *w, const struct referral *r)
{
    for (int team = 1; team <= w->policy.team_count; team++)
        if (r->offer.attempt && world_slot(w, team) == r->offer.team)
            return team;
    return 0;
}

enum { HOME_TREATMENT = 1, SUITE, LIAISON };

static void three_kinds(struct core_world *w)
{
    w->teams[HOME_TREATMENT - 1].detained = DETAINED_NEVER;
    w->teams[SUITE - 1].detained = DETAINED_ONLY;
    w->teams[SUITE - 1].offers = TEAM_RECEIVES;
    w->teams[LIAISON - 1].detained = DETAINED_ALSO;
}

static const struct facts detained_adult = {
    .source = SOURCE_STREET_TRIAGE, .age = 40, .legal_status = LEGAL_SECTION_136};
static const struct facts undetained_child = {.source = SOURCE_EMERGENCY_DEPARTMENT, .age = 13};

/* However often they say no, home treatment is never asked about the first, nor the suite about the second.
 */
static void R4_whom_a_team_takes_is_kept_in_every_round(void **unused)
{
    (void)unused;
    for (int detained = 0; detained < 2; detained++) {
        struct core_world *w = core_world_open(3, three_kinds);
        const struct referral *r = detained_submitted(w, detained ? &detained_adult : &undetained_child);
        int never = detained ? HOME_TREATMENT : SUITE;
        assert_int_equal(detained_asked(w, r), detained ? SUITE : HOME_TREATMENT);
        for (int i = 0; i < 6; i++) {
            assert_int_not_equal(detained_asked(w, r), never);
            if (r->offer.attempt)
                world_decline(w, r);
            else
                world_wait(w, w->policy.remind_ms);
        }
        assert_int_equal(referral_times_asked(r, world_slot(w, never)), 0);
        core_world_close(&w);
    }
}

static void nobody_takes_detained_people(struct core_world *w)
{
    w->teams[0].detained = DETAINED_NEVER;
}

static void R4_without_any_place_of_safety_the_coordinator_is_told_that(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, nobody_takes_detained_people);
    const struct referral *r = detained_submitted(w, &detained_adult);
    assert_int_equal(r->hold_reason, HOLD_NO_PLACE_OF_SAFETY);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    core_world_close(&w);
}

/* The detention ends while the suite is asked: at the next look another kind of team is right. */
static void R4_somebody_who_is_released_is_asked_of_other_teams(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, three_kinds);
    const struct referral *r = detained_submitted(w, &detained_adult);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    if (detained_asked(w, r) == SUITE)
        world_decline(w, r);
    assert_int_equal(detained_asked(w, r), HOME_TREATMENT);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R4_whom_a_team_takes_is_kept_in_every_round),
        cmocka_unit_test(R4_without_any_place_of_safety_the_coordinator_is_told_that),
        cmocka_unit_test(R4_somebody_who_is_released_is_asked_of_other_teams),
    };
    return cmocka_run_group_tests_name("R4_place_of_safety", tests, NULL, NULL);
}
