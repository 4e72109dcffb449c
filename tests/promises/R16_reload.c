/* R16 A policy that is loaded leaves no open case with a coordinator who is not in it: the case passes over
 * to the coordinator of its area. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

/* Loads a policy in which Northmoor's coordinator has another id. */
static uint16_t rename_coordinator(struct core_world *w)
{
    strcpy(w->coordinators[0].id, "northmoor-night");
    world_load_policy(w);
    return state_coordinator_slot(w->state, "northmoor-night");
}

static void assert_in_the_policy(const struct core_world *w)
{
    for (uint32_t row = 0; row < state_referral_rows(w->state); row++) {
        const struct referral *r = state_referral_row(w->state, row);
        if (!referral_is_open(r))
            continue;
        assert_non_null(directory_coordinator(w->directory, r->coordinator));
        if (r->owner.kind == OWNER_COORDINATOR)
            assert_non_null(directory_coordinator(w->directory, r->owner.slot));
    }
}

static void R16_a_held_case_passes_over_and_its_reminders_go_to_the_new_coordinator(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(31)); /* reminded twice */
    assert_int_equal(r->reminders, 2);
    uint16_t night = rename_coordinator(w);
    world_pass_over(w);
    assert_in_the_policy(w);
    const struct event *passed = world_event(w, EVENT_PASSED_OVER);
    assert_int_equal(passed->is.passed.coordinator, night);
    assert_string_equal(state_coordinator_id(w->state, passed->is.passed.previous), "northmoor-duty");
    assert_int_equal(r->owner.slot, night);
    assert_int_equal(r->reminders, 0);
    world_wait(w, MINUTES(16));
    assert_int_equal(world_event(w, EVENT_REMINDED)->is.reminded.coordinator, night);
    core_world_close(&w);
}

static void R16_what_a_coordinator_who_left_had_in_hand_is_held_by_the_next(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    world_take(w, r);
    assert_string_equal(r->taken_by, "p117");
    uint16_t night = rename_coordinator(w);
    world_pass_over(w);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_COORDINATOR_LEFT);
    assert_int_equal(r->owner.slot, night);
    assert_string_equal(r->taken_by, "");
    core_world_close(&w);
}

static void R16_the_coordinator_behind_a_team_passes_over_and_the_team_keeps_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *accepted = world_submitted(w);
    world_accept(w, accepted, MINUTES(20));
    const struct referral *offered = world_submitted(w);
    struct owner before[] = {accepted->owner, offered->owner};
    uint16_t night = rename_coordinator(w);
    world_pass_over(w);
    assert_in_the_policy(w);
    assert_int_equal(accepted->coordinator, night);
    assert_int_equal(offered->coordinator, night);
    assert_memory_equal(&accepted->owner, &before[0], sizeof before[0]);
    assert_memory_equal(&offered->owner, &before[1], sizeof before[1]);
    core_world_close(&w);
}

static void R16_whoever_is_still_in_the_policy_keeps_their_cases(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    strcpy(w->coordinators[0].telephone, "01632 960199");
    world_load_policy(w);
    world_pass_over(w);
    w->areas[0].coordinator = 1; /* the area has another coordinator; the former one still answers */
    world_load_policy(w);
    world_pass_over(w);
    assert_int_equal(world_count(w, EVENT_PASSED_OVER), 0);
    assert_string_equal(state_coordinator_id(w->state, r->coordinator), "northmoor-duty");
    core_world_close(&w);
}

static void R16_a_key_of_somebody_who_left_takes_no_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(0, NULL);
    const struct referral *r = world_submitted(w);
    rename_coordinator(w);
    assert_int_equal(world_take(w, r), REFUSAL_NOT_ALLOWED); /* also before the case has passed over */
    world_pass_over(w);
    assert_int_not_equal(world_take(w, r), REFUSAL_NONE);
    assert_in_the_policy(w);
    core_world_close(&w);
}

static void R16_more_cases_than_one_look_takes_all_pass_over(void **unused)
{
    (void)unused;
    enum { CASES = 3 * CASES_LOOKED_AT_MAX };
    struct core_world *w = core_world_open(0, NULL);
    for (int i = 0; i < CASES; i++)
        world_submitted(w);
    rename_coordinator(w);
    world_pass_over(w);
    assert_int_equal(world_count(w, EVENT_PASSED_OVER), CASES);
    assert_in_the_policy(w);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R16_a_held_case_passes_over_and_its_reminders_go_to_the_new_coordinator),
        cmocka_unit_test(R16_what_a_coordinator_who_left_had_in_hand_is_held_by_the_next),
        cmocka_unit_test(R16_the_coordinator_behind_a_team_passes_over_and_the_team_keeps_the_case),
        cmocka_unit_test(R16_whoever_is_still_in_the_policy_keeps_their_cases),
        cmocka_unit_test(R16_a_key_of_somebody_who_left_takes_no_case),
        cmocka_unit_test(R16_more_cases_than_one_look_takes_all_pass_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
