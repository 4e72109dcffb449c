/* P9 Private, between neighbours: a coordinator may do nothing about the cases of another's area, and may
 * read none of their records. Covering the area lets them, on purpose and for a time, and changes nothing
 * about who owns a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/cover.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

enum { NORTHMOOR, SOUTHFELL };

/* Every case is Northmoor's: these are Southfell's coordinator's commands about one. */
static enum refusal by_southfell(struct core_world *w, enum command_kind kind, const uint8_t *referral)
{
    struct command command = world_from_coordinator(w, kind, referral);
    command.slot = w->directory->coordinator_slots[SOUTHFELL];
    command.actor = "southfell-duty";
    if (kind == COMMAND_ASSIGN)
        command.is.move.team = "team-2";
    else if (kind == COMMAND_CHECK_IN)
        command.is.check_in.step = STEP_CONTACT;
    else if (kind == COMMAND_CLOSE)
        command.is.close.outcome = 1;
    else if (kind == COMMAND_READ_RECORD)
        command.is.read.reason = "to help";
    return world_do(w, &command);
}

static enum refusal cover_northmoor(struct core_world *w, int64_t for_ms)
{
    struct command command = world_cover(w, SOUTHFELL, for_ms);
    return world_do(w, &command);
}

static bool southfell_sees(const struct core_world *w, const uint8_t *referral)
{
    return cover_shows_case(w->state, w->directory, w->directory->coordinator_slots[SOUTHFELL],
                            state_case(w->state, referral), w->now_ms);
}

static void a_coordinator_of_another_area_may_do_nothing_and_learns_nothing(void **unused)
{
    (void)unused;
    static const enum command_kind kinds[] = {COMMAND_TAKE, COMMAND_ASSIGN, COMMAND_CHECK_IN, COMMAND_CLOSE,
                                              COMMAND_READ_RECORD};
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    memcpy(id, world_submitted(w)->id, ID_BYTES);
    for (int ended = 0; ended < 2; ended++) {
        struct state_copy before = state_copy_take(w->state);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            assert_int_equal(by_southfell(w, kinds[i], id), REFUSAL_NOT_YOURS);
        assert_true(state_copy_equals(&before, w->state));
        assert_false(southfell_sees(w, id));
        state_copy_drop(&before);
        struct command withdraw = world_command(w, COMMAND_WITHDRAW, id);
        world_do(w, &withdraw);
    }
    core_world_close(&w);
}

static void covering_lets_them_until_its_time_and_no_longer(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(cover_northmoor(w, MINUTES(3)), REFUSAL_NONE);
    const struct event *event = world_event(w, EVENT_AREA_COVERED);
    assert_non_null(event);
    assert_int_equal(event->is.covered.until_ms, w->now_ms + MINUTES(3));
    assert_int_equal(event->is.covered.reason, COVER_ASKED);
    assert_string_equal(event->actor, "southfell-duty");
    assert_true(southfell_sees(w, r->id));
    assert_int_equal(by_southfell(w, COMMAND_READ_RECORD, r->id), REFUSAL_NONE);
    assert_int_equal(by_southfell(w, COMMAND_ASSIGN, r->id), REFUSAL_NONE);
    world_wait(w, MINUTES(3) - 1);
    assert_true(southfell_sees(w, r->id));
    world_wait(w, 1);
    assert_false(southfell_sees(w, r->id));
    assert_int_equal(by_southfell(w, COMMAND_TAKE, r->id), REFUSAL_NOT_YOURS);
    assert_int_equal(world_count(w, EVENT_AREA_COVERED), 1); /* time ends it: no event says so */
    core_world_close(&w);
}

static void a_cover_can_be_ended_and_made_longer_but_not_shorter(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(cover_northmoor(w, 0), REFUSAL_NONE); /* nothing to end */
    assert_int_equal(cover_northmoor(w, HOURS(2)), REFUSAL_NONE);
    assert_int_equal(cover_northmoor(w, HOURS(1)), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_AREA_COVERED), 1);
    assert_int_equal(cover_northmoor(w, HOURS(3)), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_AREA_COVERED), 2);
    world_wait(w, MINUTES(1));
    assert_int_equal(cover_northmoor(w, 0), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_AREA_COVERED)->is.covered.until_ms, w->now_ms);
    assert_false(southfell_sees(w, r->id));
    assert_int_equal(cover_northmoor(w, 0), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_AREA_COVERED), 3);
    assert_int_equal(cover_northmoor(w, HOURS(1)), REFUSAL_NONE);
    assert_true(southfell_sees(w, r->id));
    assert_int_equal(w->state->covers.count, 1); /* one row, however often */
    core_world_close(&w);
}

static void ones_own_area_needs_no_cover_and_an_unknown_one_has_none(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = world_cover(w, SOUTHFELL, HOURS(1));
    command.is.cover.area = "southfell";
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    command = world_cover(w, SOUTHFELL, HOURS(1));
    command.is.cover.area = "nowhere";
    assert_int_equal(world_do(w, &command), REFUSAL_BAD_VALUE);
    command = world_cover(w, SOUTHFELL, 0);
    command.is.cover.area = "nowhere";
    assert_int_equal(world_do(w, &command), REFUSAL_BAD_VALUE);
    command = world_cover(w, SOUTHFELL, HOURS(1));
    command.is.cover.reason = COVER_NONE;
    assert_int_equal(world_do(w, &command), REFUSAL_BAD_VALUE);
    assert_int_equal(world_count(w, EVENT_AREA_COVERED), 0);
    core_world_close(&w);
}

static void a_coordinator_who_has_left_the_directory_covers_nobody(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = world_cover(w, SOUTHFELL, HOURS(1));
    w->areas[SOUTHFELL].coordinator = NORTHMOOR;
    w->policy.coordinator_count = 1;
    world_load_policy(w);
    assert_int_equal(world_do(w, &command), REFUSAL_NOT_ALLOWED);
    core_world_close(&w);
}

static void covering_changes_nothing_about_who_owns_a_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    struct owner before = r->owner;
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(cover_northmoor(w, HOURS(12)), REFUSAL_NONE);
    assert_memory_equal(&r->owner, &before, sizeof before);
    world_wait(w, HOURS(1));
    assert_int_equal(r->owner.slot, before.slot); /* it is Northmoor's coordinator who is reminded */
    core_world_close(&w);
}

/* Taking is what makes a case another's, and falling silent gives it back to its area. */
static void a_case_taken_under_cover_stays_with_its_coordinator_until_it_falls_back(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    assert_int_equal(cover_northmoor(w, MINUTES(5)), REFUSAL_NONE);
    assert_int_equal(by_southfell(w, COMMAND_TAKE, r->id), REFUSAL_NONE);
    world_wait(w, MINUTES(10));
    assert_true(southfell_sees(w, r->id));
    assert_int_equal(by_southfell(w, COMMAND_CHECK_IN, r->id), REFUSAL_NONE);
    uint16_t northmoor = w->directory->coordinator_slots[NORTHMOOR];
    assert_true(cover_shows_case(w->state, w->directory, northmoor, state_case(w->state, r->id), w->now_ms));
    world_wait(w, HOURS(2));
    assert_int_equal(r->coordinator, northmoor);
    assert_false(southfell_sees(w, r->id));
    core_world_close(&w);
}

static void a_correction_moves_a_case_to_the_other_coordinator(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    w->policy.default_area = SOUTHFELL; /* no district says otherwise */
    world_load_policy(w);
    struct command update = world_submission(w);
    update.kind = COMMAND_UPDATE;
    memcpy(update.referral, r->id, ID_BYTES);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_true(southfell_sees(w, r->id));
    uint16_t northmoor = w->directory->coordinator_slots[NORTHMOOR];
    assert_false(cover_shows_case(w->state, w->directory, northmoor, state_case(w->state, r->id), w->now_ms));
    core_world_close(&w);
}

static void a_cover_outlives_a_restart(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    memcpy(id, world_submitted(w)->id, ID_BYTES);
    assert_int_equal(cover_northmoor(w, HOURS(1)), REFUSAL_NONE);
    struct state_copy copy = state_copy_take(w->state);
    state_destroy(&w->state);
    w->state = state_copy_load(&copy, 7);
    state_copy_drop(&copy);
    assert_non_null(w->state);
    assert_true(southfell_sees(w, id));
    assert_int_equal(cover_northmoor(w, 0), REFUSAL_NONE);
    assert_int_equal(w->state->covers.count, 1);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coordinator_of_another_area_may_do_nothing_and_learns_nothing),
        cmocka_unit_test(covering_lets_them_until_its_time_and_no_longer),
        cmocka_unit_test(a_cover_can_be_ended_and_made_longer_but_not_shorter),
        cmocka_unit_test(ones_own_area_needs_no_cover_and_an_unknown_one_has_none),
        cmocka_unit_test(a_coordinator_who_has_left_the_directory_covers_nobody),
        cmocka_unit_test(covering_changes_nothing_about_who_owns_a_case),
        cmocka_unit_test(a_case_taken_under_cover_stays_with_its_coordinator_until_it_falls_back),
        cmocka_unit_test(a_correction_moves_a_case_to_the_other_coordinator),
        cmocka_unit_test(a_cover_outlives_a_restart),
    };
    return cmocka_run_group_tests_name("P9_cover", tests, NULL, NULL);
}
