/* R10: a team that says 0 minutes is there now, and a team that says nothing has said nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

/* Accepts after five minutes on the road of the world's clock; -1: without a time. */
static const struct event *accepted_saying(struct core_world *w, int64_t minutes)
{
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(1));
    struct command command = world_from_team(w, COMMAND_ACCEPT, 1, r->id);
    command.is.offer.attempt = r->offer.attempt;
    command.is.offer.says_when = minutes >= 0;
    command.is.offer.expected_ms = minutes < 0 ? 0 : MINUTES(minutes);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    return world_event(w, EVENT_ACCEPTED);
}

static void R10_an_acceptance_expects_what_was_said(void **unused)
{
    (void)unused;
    const struct {
        int64_t says, expected; /* minutes; -1: nothing, and the team's usual time */
    } rows[] = {{0, 0}, {1, 1}, {20, 20}, {-1, -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct event *event = accepted_saying(w, rows[i].says);
        int64_t expected_ms =
            rows[i].expected < 0 ? w->teams[0].expected_arrival_ms : MINUTES(rows[i].expected);
        assert_int_equal(event->is.accepted.expected_arrival_ms, w->now_ms + expected_ms);
        assert_int_equal(event->is.accepted.lease_ms, w->now_ms + expected_ms + w->policy.arrival_grace_ms);
        core_world_close(&w);
    }
}

static void R10_travelling_without_a_time_keeps_the_promised_arrival(void **unused)
{
    (void)unused;
    const struct {
        bool says_when;
        int64_t expected; /* minutes from receipt */
    } rows[] = {{true, 5}, {false, 31}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, NULL);
        accepted_saying(w, 30);
        const struct referral *r = state_referral_row(w->state, 0);
        world_wait(w, MINUTES(4));
        struct command travelling = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        travelling.is.check_in.step = STEP_TRAVELLING;
        travelling.is.check_in.says_when = rows[i].says_when;
        assert_int_equal(world_do(w, &travelling), REFUSAL_NONE);
        assert_int_equal(r->expected_arrival_ms, WORLD_NOON + MINUTES(rows[i].expected));
        core_world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R10_an_acceptance_expects_what_was_said),
        cmocka_unit_test(R10_travelling_without_a_time_keeps_the_promised_arrival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
