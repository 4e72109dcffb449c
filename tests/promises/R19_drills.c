/* R19: a drill takes no person's place, comes after people, and stays a drill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/match.h"
#include "tests/worlds/core_world.h"

static const struct referral *drilled(struct core_world *w, bool drill)
{
    struct command submit = world_submission(w);
    submit.is.submit.drill = drill;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    return state_referral(w->state, submit.referral);
}

static void one_place(struct core_world *w)
{
    w->teams[0].places = 1;
}

/* A place by the directory, and one that the team claims; a drill that is asked, has been accepted, has
 * ended. */
static void R19_a_drill_takes_no_persons_place(void **unused)
{
    (void)unused;
    for (int claimed = 0; claimed < 2; claimed++) {
        struct core_world *w = core_world_open(1, claimed ? NULL : one_place);
        if (claimed)
            world_capacity(w, 1, 1);
        const struct referral *drill = drilled(w, true);
        assert_int_equal(drill->state, CASE_OFFERED);
        const struct referral *person = drilled(w, false);
        assert_int_equal(person->state, CASE_OFFERED);
        world_accept(w, drill, MINUTES(20));
        world_decline(w, person);
        assert_int_equal(drilled(w, false)->state, CASE_OFFERED);
        struct command close = world_from_team(w, COMMAND_CLOSE, 1, drill->id);
        close.is.close.outcome = 1;
        close.is.close.note_code = "";
        assert_int_equal(world_do(w, &close), REFUSAL_NONE);
        assert_int_equal(drilled(w, true)->state, CASE_OFFERED);
        core_world_close(&w);
    }
}

static void R19_a_person_takes_no_drills_place_and_drills_have_as_many(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, one_place);
    world_accept(w, drilled(w, false), MINUTES(20));
    assert_int_equal(drilled(w, true)->state, CASE_OFFERED);
    assert_int_equal(drilled(w, true)->hold_reason, HOLD_ALL_FULL);
    assert_int_equal(drilled(w, false)->hold_reason, HOLD_ALL_FULL);
    core_world_close(&w);
}

static void R19_drills_come_after_people(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    world_presence(w, 1, false);
    const struct referral *drill = drilled(w, true), *person = drilled(w, false);
    world_presence(w, 1, true);
    world_look_again(w);
    assert_true(person->last_seq < drill->last_seq);
    core_world_close(&w);
}

static void R19_an_update_changes_no_drill_into_a_person_nor_back(void **unused)
{
    (void)unused;
    for (int drill = 0; drill < 2; drill++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = drilled(w, drill);
        for (int says = 0; says < 2; says++) {
            struct command update = world_submission(w);
            update.kind = COMMAND_UPDATE;
            memcpy(update.referral, r->id, ID_BYTES);
            update.is.submit.drill = says;
            assert_int_equal(world_do(w, &update), says == drill ? REFUSAL_NONE : REFUSAL_DRILL_STAYS);
            assert_int_equal(r->drill, drill);
        }
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R19_a_drill_takes_no_persons_place),
        cmocka_unit_test(R19_a_person_takes_no_drills_place_and_drills_have_as_many),
        cmocka_unit_test(R19_drills_come_after_people),
        cmocka_unit_test(R19_an_update_changes_no_drill_into_a_person_nor_back),
    };
    return cmocka_run_group_tests_name("R19_drills", tests, NULL, NULL);
}
