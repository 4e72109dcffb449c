/* R22 If no device of a team that has a case is there, that shows, and after the policy's time the case's
 * coordinator is told. The team keeps the case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

static const struct referral *accepted(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, HOURS(1)), REFUSAL_NONE);
    return r;
}

static void R22_a_team_that_goes_with_a_case_is_told_to_the_coordinator_after_a_while(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    world_wait(w, MINUTES(3));
    int64_t gone_ms = w->now_ms;
    world_presence(w, 1, false);
    assert_int_equal(state_team(w->state, r->team)->absent_ms, gone_ms);
    world_wait(w, MINUTES(10) - 1);
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 0);
    world_wait(w, 1);
    const struct event *silent = world_event(w, EVENT_TEAM_SILENT);
    assert_int_equal(silent->is.silent.since_ms, gone_ms);
    assert_int_equal(silent->is.silent.team, world_slot(w, 1));
    assert_int_equal(r->state, CASE_ACCEPTED); /* it is still the team's */
    assert_int_equal(r->owner.kind, OWNER_TEAM);
    world_wait(w, MINUTES(20));
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 1);
    core_world_close(&w);
}

static void R22_each_case_of_the_team_is_told_of(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    accepted(w);
    accepted(w);
    world_presence(w, 1, false);
    world_wait(w, MINUTES(10));
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 2);
    core_world_close(&w);
}

static void R22_a_team_that_comes_back_in_time_troubles_nobody(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    world_presence(w, 1, false);
    world_wait(w, MINUTES(9));
    world_presence(w, 1, true);
    world_wait(w, MINUTES(30));
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 0);
    world_presence(w, 1, false); /* and it is told if it goes again */
    world_wait(w, MINUTES(10));
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 1);
    world_presence(w, 1, true);
    assert_false(r->silent_told);
    core_world_close(&w);
}

static void R22_a_muted_coordinator_is_told_all_the_same(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted(w);
    struct command mute = world_from_coordinator(w, COMMAND_MUTE, r->id);
    mute.person = (struct person){"p117", 16};
    mute.is.mute.for_ms = MINUTES(60);
    assert_int_equal(world_do(w, &mute), REFUSAL_NONE);
    world_presence(w, 1, false);
    world_wait(w, MINUTES(10));
    assert_int_equal(r->muted_ms, 0);
    core_world_close(&w);
}

static void R22_a_team_without_a_case_may_go(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    accepted(w);
    world_presence(w, 2, false);
    world_wait(w, MINUTES(30));
    assert_int_equal(world_count(w, EVENT_TEAM_SILENT), 0);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R22_a_team_that_goes_with_a_case_is_told_to_the_coordinator_after_a_while),
        cmocka_unit_test(R22_each_case_of_the_team_is_told_of),
        cmocka_unit_test(R22_a_team_that_comes_back_in_time_troubles_nobody),
        cmocka_unit_test(R22_a_muted_coordinator_is_told_all_the_same),
        cmocka_unit_test(R22_a_team_without_a_case_may_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
