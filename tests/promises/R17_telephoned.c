/* R17: a duty coordinator enters a referral that was taken by telephone. It is its source's own, was received
 * when they rang, and its clocks run from then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

#define STREET "street-triage-1"

/* A telephoned referral of street triage; rang_ms 0: they ring now. */
static struct command telephoned_by(struct core_world *w, const char *source, int64_t rang_ms)
{
    struct command command = world_submission(w);
    command.party = PARTY_COORDINATOR;
    command.slot = 0;
    command.actor = "northmoor-desk-1";
    command.is.submit.telephoned = (struct telephoned){true, source, rang_ms};
    return command;
}

static const struct referral *entered(struct core_world *w, const struct command *command)
{
    assert_int_equal(world_do(w, command), REFUSAL_NONE);
    return state_referral(w->state, command->referral);
}

static void R17_a_late_entry_was_received_when_they_rang(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    int64_t rang_ms = w->now_ms - MINUTES(50);
    struct command command = telephoned_by(w, STREET, rang_ms);
    const struct referral *r = entered(w, &command);
    assert_int_equal(r->received_ms, rang_ms);
    assert_int_equal(r->entered_ms, w->now_ms);
    assert_int_equal(r->owned_since_ms, w->now_ms);
    assert_int_equal(r->clocks[CLOCK_RESPONSE].started_ms, rang_ms);
    assert_int_equal(r->clocks[CLOCK_RESPONSE].due_ms, rang_ms + HOURS(4));
    assert_int_equal(r->offer.offered_ms, w->now_ms); /* the team has its whole time to answer */
    core_world_close(&w);
}

static void R17_its_clock_can_have_run_out_before_it_is_entered(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = telephoned_by(w, STREET, w->now_ms - HOURS(30));
    const struct referral *r = entered(w, &command);
    world_wait(w, 1);
    assert_true(r->clocks[CLOCK_RESPONSE].breached);
    core_world_close(&w);
}

static void R17_without_a_time_it_is_now_and_a_clock_that_is_fast_is_now_too(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command now = telephoned_by(w, STREET, 0), fast = telephoned_by(w, STREET, w->now_ms + MINUTES(1));
    assert_int_equal(entered(w, &now)->received_ms, w->now_ms);
    assert_int_equal(entered(w, &fast)->received_ms, w->now_ms);
    core_world_close(&w);
}

static void R17_a_time_to_come_and_one_long_ago_are_refused(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = telephoned_by(w, STREET, w->now_ms + MINUTES(10));
    assert_int_equal(world_do(w, &command), REFUSAL_TIME_TO_COME);
    command.is.submit.telephoned.rang_ms = w->now_ms - HOURS(24 * 8);
    assert_int_equal(world_do(w, &command), REFUSAL_BAD_VALUE);
    assert_int_equal(w->state->counters.open_count, 0);
    core_world_close(&w);
}

static void R17_it_is_the_callers_own_and_only_a_coordinator_enters_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = telephoned_by(w, STREET, 0), unknown = telephoned_by(w, "", 0);
    const struct referral *r = entered(w, &command);
    assert_string_equal(state_origin_id(w->state, r->origin), STREET);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, r->id);
    withdraw.actor = "street-triage-2";
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NOT_YOURS);
    withdraw.actor = STREET;
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_string_equal(state_origin_id(w->state, entered(w, &unknown)->origin), "northmoor-desk-1");

    struct command by_source = world_submission(w), by_desk = telephoned_by(w, STREET, 0);
    by_source.is.submit.telephoned = (struct telephoned){true, STREET, 0};
    assert_int_equal(world_do(w, &by_source), REFUSAL_BAD_VALUE);
    by_desk.is.submit.telephoned.is = false;
    assert_int_equal(world_do(w, &by_desk), REFUSAL_BAD_VALUE);
    core_world_close(&w);
}

static void R17_the_same_referral_again_is_one(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command command = telephoned_by(w, STREET, 0);
    entered(w, &command);
    struct command again = world_submission(w); /* another id of the command */
    memcpy(command.id, again.id, ID_BYTES);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    assert_true(w->last.repeated);
    assert_int_equal(world_count(w, EVENT_RECEIVED), 1);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R17_a_late_entry_was_received_when_they_rang),
        cmocka_unit_test(R17_its_clock_can_have_run_out_before_it_is_entered),
        cmocka_unit_test(R17_without_a_time_it_is_now_and_a_clock_that_is_fast_is_now_too),
        cmocka_unit_test(R17_a_time_to_come_and_one_long_ago_are_refused),
        cmocka_unit_test(R17_it_is_the_callers_own_and_only_a_coordinator_enters_it),
        cmocka_unit_test(R17_the_same_referral_again_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
