/* R15 A reminder that nobody acknowledges goes on to the second coordinator and then along the policy's list;
 * who has heard of a case is left in peace until its next reminder, or until it turns worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/cover.h"
#include "tests/worlds/core_world.h"

/* A third coordinator, who has no area, is the last of Northmoor's list. */
static struct policy_coordinator three[3];

static void three_coordinators(struct core_world *w)
{
    memset(three, 0, sizeof three);
    memcpy(three, w->coordinators, sizeof w->coordinators);
    strcpy(three[2].id, "z-manager");
    w->policy.coordinators = three;
    w->policy.coordinator_count = 3;
    w->areas[0].escalate[0] = 1;
    w->areas[0].escalate[1] = 2;
    w->areas[0].escalate_count = 2;
    w->policy.acknowledge_ms = MINUTES(2);
}

/* Northmoor's coordinator is at the board. */
static struct core_world *watched_world(void)
{
    struct core_world *w = core_world_open(0, three_coordinators);
    world_on_duty(w, 0, true);
    return w;
}

static enum refusal hear(struct core_world *w, const struct referral *r, enum command_kind kind,
                         int64_t mute_ms)
{
    struct command command = world_from_coordinator(w, kind, r->id);
    command.person = (struct person){"p117", 16};
    command.is.mute.for_ms = mute_ms;
    return world_do(w, &command);
}

static bool shown_to(const struct core_world *w, const struct referral *r, const char *coordinator)
{
    return cover_shows_case(w->state, w->directory, state_coordinator_slot(w->state, coordinator),
                            (struct any_case){.open = r}, w->now_ms);
}

static void R15_a_reminder_that_nobody_hears_goes_along_the_list(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(15));
    const struct event *first = world_event(w, EVENT_REMINDED);
    assert_int_equal(first->is.reminded.unheard, 0);
    assert_int_equal(first->is.reminded.also_count, 0);
    assert_false(shown_to(w, r, "southfell-duty"));
    world_wait(w, MINUTES(2));
    const struct event *second = world_event(w, EVENT_REMINDED);
    assert_int_equal(second->is.reminded.unheard, 1);
    assert_int_equal(second->is.reminded.also_count, 1);
    assert_true(shown_to(w, r, "southfell-duty"));
    assert_false(shown_to(w, r, "z-manager"));
    world_wait(w, MINUTES(2));
    assert_int_equal(world_event(w, EVENT_REMINDED)->is.reminded.unheard, 2);
    assert_true(shown_to(w, r, "z-manager"));
    world_wait(w, MINUTES(20)); /* there is nobody else */
    assert_int_equal(world_event(w, EVENT_REMINDED)->is.reminded.also_count, 2);
    assert_int_equal(r->unheard, r->reminders);
    assert_string_equal(state_coordinator_id(w->state, r->owner.slot), "northmoor-duty"); /* all the while */
    core_world_close(&w);
}

static void R15_who_was_told_may_take_it(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    const struct referral *r = world_submitted(w);
    struct command take = world_from_coordinator(w, COMMAND_TAKE, r->id);
    take.slot = state_coordinator_slot(w->state, "z-manager");
    take.person = (struct person){"p204", 16};
    assert_int_equal(world_do(w, &take), REFUSAL_NOT_YOURS);
    world_wait(w, MINUTES(19));
    assert_int_equal(world_do(w, &take), REFUSAL_NONE);
    assert_int_equal(r->owner.slot, take.slot);
    assert_int_equal(r->unheard, 0);
    core_world_close(&w);
}

static void R15_a_person_who_acknowledges_stops_the_list_until_the_next_reminder(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(15));
    struct command nobody = world_from_coordinator(w, COMMAND_ACKNOWLEDGE, r->id);
    assert_int_equal(world_do(w, &nobody), REFUSAL_BAD_VALUE); /* somebody hears it, and not a screen */
    assert_int_equal(hear(w, r, COMMAND_ACKNOWLEDGE, 0), REFUSAL_NONE);
    assert_string_equal(r->heard_by, "p117");
    assert_int_equal(r->remind_ms, w->now_ms + w->policy.remind_ms);
    world_wait(w, MINUTES(14));
    assert_int_equal(world_count(w, EVENT_REMINDED), 1);
    world_wait(w, MINUTES(1));
    const struct event *next = world_event(w, EVENT_REMINDED);
    assert_int_equal(next->is.reminded.unheard, 0); /* it begins again */
    assert_int_equal(next->is.reminded.also_count, 0);
    assert_string_equal(r->heard_by, "");
    core_world_close(&w);
}

static void R15_a_case_is_muted_for_a_while_and_back(void **unused)
{
    (void)unused;
    static const int minutes[] = {15, 30, 60};
    struct core_world *w = watched_world();
    const struct referral *r = world_submitted(w);
    assert_int_equal(hear(w, r, COMMAND_MUTE, MINUTES(45)), REFUSAL_BAD_VALUE);
    assert_int_equal(hear(w, r, COMMAND_MUTE, HOURS(12)), REFUSAL_BAD_VALUE);
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        int before = world_count(w, EVENT_REMINDED);
        assert_int_equal(hear(w, r, COMMAND_MUTE, MINUTES(minutes[i])), REFUSAL_NONE);
        world_wait(w, MINUTES(minutes[i]) - 1);
        assert_int_equal(world_count(w, EVENT_REMINDED), before);
        world_wait(w, 1);
        assert_int_equal(world_count(w, EVENT_REMINDED), before + 1);
        assert_int_equal(r->muted_ms, 0);
    }
    assert_int_equal(hear(w, r, COMMAND_MUTE, MINUTES(60)), REFUSAL_NONE);
    assert_int_equal(hear(w, r, COMMAND_MUTE, 0), REFUSAL_NONE);
    assert_int_equal(r->remind_ms, w->now_ms + w->policy.remind_ms);
    core_world_close(&w);
}

static void R15_a_muted_case_that_turns_worse_is_told_again_at_once(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    struct command submit = world_submission(w);
    submit.is.submit.facts.urgency = URGENCY_URGENT;
    world_do(w, &submit);
    const struct referral *r = state_referral(w->state, submit.referral);
    hear(w, r, COMMAND_MUTE, MINUTES(60));
    struct command update = world_command(w, COMMAND_UPDATE, r->id);
    update.is.submit = submit.is.submit;
    update.is.submit.facts.urgency = URGENCY_EMERGENCY;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_ASKED_AGAIN)->is.asked_again.why, WORSE_URGENCY_RAISED);
    world_wait(w, 0);
    assert_int_equal(world_count(w, EVENT_REMINDED), 1);
    while (w->now_ms < r->clocks[CLOCK_RESPONSE].due_ms) { /* somebody hears of it each time */
        hear(w, r, COMMAND_MUTE, MINUTES(60));
        int64_t left_ms = r->clocks[CLOCK_RESPONSE].due_ms - w->now_ms;
        world_wait(w, left_ms < MINUTES(59) ? left_ms : MINUTES(59));
    }
    hear(w, r, COMMAND_MUTE, MINUTES(60));
    int before = world_count(w, EVENT_REMINDED);
    world_wait(w, 1);
    assert_int_equal(world_event(w, EVENT_ASKED_AGAIN)->is.asked_again.why, WORSE_CLOCK_BREACHED);
    assert_int_equal(world_count(w, EVENT_REMINDED), before + 1);
    core_world_close(&w);
}

static void R15_while_nobody_is_at_the_board_the_first_reminder_goes_to_the_second(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    world_on_duty(w, 0, false);
    assert_int_equal(world_event(w, EVENT_PRESENCE_CHANGED)->is.presence.coordinator,
                     state_coordinator_slot(w->state, "northmoor-duty"));
    const struct referral *r = world_submitted(w);
    world_wait(w, MINUTES(15));
    assert_true(shown_to(w, r, "southfell-duty"));
    assert_false(shown_to(w, r, "z-manager"));
    core_world_close(&w);
}

static void R15_a_lease_that_is_renewed_is_no_event(void **unused)
{
    (void)unused;
    struct core_world *w = watched_world();
    int before = world_count(w, EVENT_PRESENCE_CHANGED);
    world_on_duty(w, 0, true);
    assert_int_equal(world_count(w, EVENT_PRESENCE_CHANGED), before);
    assert_true(state_coordinator(w->state, state_coordinator_slot(w->state, "northmoor-duty"))->present);
    core_world_close(&w);
}

static void R15_a_team_that_is_overdue_has_the_coordinator_asked_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    assert_int_equal(hear(w, r, COMMAND_MUTE, MINUTES(60)), REFUSAL_NONE);
    world_wait(w, MINUTES(35)); /* it should have arrived, and the grace is over */
    assert_int_equal(world_event(w, EVENT_ASKED_AGAIN)->is.asked_again.why, WORSE_OVERDUE);
    assert_int_equal(r->muted_ms, 0);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R15_a_reminder_that_nobody_hears_goes_along_the_list),
        cmocka_unit_test(R15_who_was_told_may_take_it),
        cmocka_unit_test(R15_a_person_who_acknowledges_stops_the_list_until_the_next_reminder),
        cmocka_unit_test(R15_a_case_is_muted_for_a_while_and_back),
        cmocka_unit_test(R15_a_muted_case_that_turns_worse_is_told_again_at_once),
        cmocka_unit_test(R15_while_nobody_is_at_the_board_the_first_reminder_goes_to_the_second),
        cmocka_unit_test(R15_a_lease_that_is_renewed_is_no_event),
        cmocka_unit_test(R15_a_team_that_is_overdue_has_the_coordinator_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
