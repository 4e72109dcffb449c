/* R21: a team that is to take a case over has the time of the case's urgency; the handover can be cancelled;
 * and a match that the rules would not make is asked back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

static const struct referral *accepted_as(struct core_world *w, enum urgency urgency, uint8_t age)
{
    struct command submit = world_submission(w);
    submit.is.submit.facts.urgency = urgency;
    submit.is.submit.facts.age = age;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, submit.referral);
    assert_int_equal(world_accept(w, r, MINUTES(45)), REFUSAL_NONE);
    return r;
}

static enum refusal hands_over(struct core_world *w, const struct referral *r, const char *to, bool although)
{
    struct command command = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    command.is.move.team = to;
    command.is.move.although = although;
    return world_do(w, &command);
}

static enum refusal cancels(struct core_world *w, int team, const struct referral *r)
{
    struct command command = world_from_team(w, COMMAND_CANCEL_HANDOVER, team, r->id);
    return world_do(w, &command);
}

static void R21_the_time_to_answer_is_that_of_the_urgency(void **unused)
{
    (void)unused;
    for (int urgency = URGENCY_EMERGENCY; urgency <= URGENCY_ROUTINE; urgency++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = accepted_as(w, (enum urgency)urgency, 40);
        assert_int_equal(hands_over(w, r, "team-2", false), REFUSAL_NONE);
        assert_int_equal(r->offer.expires_ms, w->now_ms + w->policy.answer_ms[urgency]);
        core_world_close(&w);
    }
}

static void R21_a_handover_can_be_cancelled_by_the_team_that_has_the_case(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted_as(w, URGENCY_EMERGENCY, 40);
    assert_int_equal(cancels(w, 1, r), REFUSAL_WRONG_STATE); /* nothing to cancel */
    assert_int_equal(hands_over(w, r, "team-2", false), REFUSAL_NONE);
    assert_int_equal(cancels(w, 2, r), REFUSAL_WRONG_STATE); /* it is not theirs */
    assert_int_equal(cancels(w, 1, r), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_CANCELLED);
    assert_int_equal(r->state, CASE_ACCEPTED);
    assert_int_equal(r->team, world_slot(w, 1));
    assert_int_equal(r->expected_arrival_ms, w->now_ms + MINUTES(45)); /* the promise is as it was */
    assert_int_equal(hands_over(w, r, "team-2", false), REFUSAL_NONE);
    core_world_close(&w);
}

static void for_adults(struct core_world *w)
{
    w->teams[1].age_first = 18;
    w->teams[2].needs = 0;
}

static void R21_a_child_is_handed_to_an_adult_team_only_if_it_is_said_twice(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, for_adults);
    const struct referral *r = accepted_as(w, URGENCY_EMERGENCY, 15);
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(hands_over(w, r, "team-2", false), REFUSAL_NOT_A_MATCH);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    assert_int_equal(hands_over(w, r, "team-2", true), REFUSAL_NONE);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    core_world_close(&w);
}

static void R21_the_coordinator_is_asked_back_too(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, for_adults);
    const struct referral *r = accepted_as(w, URGENCY_EMERGENCY, 15);
    struct command take = world_from_coordinator(w, COMMAND_TAKE, r->id);
    take.is.why.has_reason = true;
    assert_int_equal(world_do(w, &take), REFUSAL_NONE);
    struct command assign = world_from_coordinator(w, COMMAND_ASSIGN, r->id);
    assign.is.move.team = "team-2";
    assert_int_equal(world_do(w, &assign), REFUSAL_NOT_A_MATCH);
    assign.is.move.although = true;
    assert_int_equal(world_do(w, &assign), REFUSAL_NONE);
    core_world_close(&w);
}

static void R21_a_team_that_the_rules_know_nothing_against_is_asked_without_a_question(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, for_adults);
    const struct referral *r = accepted_as(w, URGENCY_EMERGENCY, 40);
    world_capacity(w, 2, 0); /* full: that is for the team to say */
    assert_int_equal(hands_over(w, r, "team-2", false), REFUSAL_NONE);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R21_the_time_to_answer_is_that_of_the_urgency),
        cmocka_unit_test(R21_a_handover_can_be_cancelled_by_the_team_that_has_the_case),
        cmocka_unit_test(R21_a_child_is_handed_to_an_adult_team_only_if_it_is_said_twice),
        cmocka_unit_test(R21_the_coordinator_is_asked_back_too),
        cmocka_unit_test(R21_a_team_that_the_rules_know_nothing_against_is_asked_without_a_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
