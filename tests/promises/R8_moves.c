/* R8: what was done by mistake can be undone: the coordinator takes any case at any time with a reason, and a
 * team gives back what it cannot go to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

static const struct referral *accepted_by_the_first(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    return r;
}

static enum refusal takes(struct core_world *w, const struct referral *r, bool with_reason)
{
    struct command command = world_from_coordinator(w, COMMAND_TAKE, r->id);
    command.is.why.has_reason = with_reason;
    return world_do(w, &command);
}

static enum refusal gives_back(struct core_world *w, int team, const struct referral *r, bool with_reason)
{
    struct command command = world_from_team(w, COMMAND_GIVE_BACK, team, r->id);
    command.is.why.has_reason = with_reason;
    return world_do(w, &command);
}

static void goes_as_far_as(struct core_world *w, const struct referral *r, enum case_state state)
{
    struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    command.is.check_in.step = state == CASE_TRAVELLING ? STEP_TRAVELLING : STEP_ARRIVED;
    if (state == CASE_IN_CONTACT)
        world_contact(w, r);
    else if (state != CASE_ACCEPTED)
        world_do(w, &command);
    assert_int_equal(r->state, state);
}

static void R8_a_coordinator_takes_a_case_from_a_team_in_every_state(void **unused)
{
    (void)unused;
    for (int state = CASE_ACCEPTED; state <= CASE_IN_CONTACT; state++) {
        struct core_world *w = core_world_open(2, NULL);
        const struct referral *r = accepted_by_the_first(w);
        goes_as_far_as(w, r, (enum case_state)state);
        assert_int_equal(takes(w, r, true), REFUSAL_NONE);
        assert_int_equal(r->state, CASE_TAKEN);
        assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
        assert_int_equal(r->team, SLOT_NONE);
        assert_int_equal(r->taken_from, world_slot(w, 1));
        assert_int_equal(r->expected_arrival_ms, 0);
        assert_int_equal(world_event(w, EVENT_TAKEN)->is.taken.previous_team, world_slot(w, 1));
        assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 0);
        assert_int_equal(world_assign(w, r, 2), REFUSAL_NONE); /* and goes on as with any case in hand */
        assert_int_equal(world_accept(w, r, MINUTES(5)), REFUSAL_NONE);
        assert_int_equal(r->taken_from, SLOT_NONE);
        core_world_close(&w);
    }
}

static void R8_from_a_team_nothing_is_taken_without_a_reason(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted_by_the_first(w);
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(takes(w, r, false), REFUSAL_BAD_VALUE);
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    const struct referral *held = world_submitted(w);
    assert_int_equal(takes(w, held, false), REFUSAL_NONE); /* only asked: no team has it */
    assert_int_equal(held->taken_from, SLOT_NONE);
    core_world_close(&w);
}

static void R8_what_is_handed_over_can_be_taken_too_and_the_offer_ends(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted_by_the_first(w);
    struct command handover = world_from_team(w, COMMAND_HANDOVER, 1, r->id);
    handover.is.move.team = "team-2";
    assert_int_equal(world_do(w, &handover), REFUSAL_NONE);
    assert_int_equal(takes(w, r, true), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_OFFER_ENDED)->is.offer.end, OFFER_END_CASE_MOVED);
    assert_int_equal(state_team(w->state, world_slot(w, 2))->people.live_offers, 0);
    core_world_close(&w);
}

static void R8_a_coordinator_of_another_area_takes_nothing(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted_by_the_first(w);
    struct command command = world_from_coordinator(w, COMMAND_TAKE, r->id);
    command.slot = 1;
    command.is.why.has_reason = true;
    assert_int_equal(world_do(w, &command), REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

static void R8_a_team_gives_back_and_the_next_is_asked_at_once(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted_by_the_first(w);
    assert_int_equal(gives_back(w, 1, r, false), REFUSAL_BAD_VALUE);
    assert_int_equal(r->state, CASE_ACCEPTED);
    assert_int_equal(gives_back(w, 1, r, true), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_GIVEN_BACK)->is.lease.team, world_slot(w, 1));
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(r->offer.team, world_slot(w, 2));
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 0);
    assert_int_equal(gives_back(w, 1, r, true), REFUSAL_WRONG_STATE); /* it is theirs no more */
    core_world_close(&w);
}

static void R8_if_nobody_else_can_be_asked_the_coordinator_has_it_and_the_reason_says_so(void **unused)
{
    (void)unused;
    for (int met = 0; met < 2; met++) {
        struct core_world *w = core_world_open(1 + met, NULL);
        const struct referral *r = accepted_by_the_first(w);
        if (met)
            world_contact(w, r);
        assert_int_equal(gives_back(w, 1, r, true), REFUSAL_NONE);
        assert_int_equal(r->state, CASE_HELD); /* a person who was met is not sent a second team unasked */
        assert_int_equal(r->hold_reason, HOLD_GIVEN_BACK);
        assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
        core_world_close(&w);
    }
}

static void R8_another_team_gives_nothing_back(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(3, NULL);
    const struct referral *r = world_submitted(w);
    world_decline(w, r);
    world_accept(w, r, MINUTES(10));
    assert_int_equal(gives_back(w, 1, r, true), REFUSAL_WRONG_STATE);
    assert_int_equal(gives_back(w, 3, r, true), REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

static void R8_what_a_case_follows_stays_with_it_after_its_end(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    struct command submit = world_submission(w);
    submit.is.submit.follows = 7;
    assert_int_equal(world_do(w, &submit), REFUSAL_NONE);
    assert_int_equal(state_referral(w->state, submit.referral)->follows, 7);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, submit.referral);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(state_ended(w->state, submit.referral)->follows, 7);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R8_a_coordinator_takes_a_case_from_a_team_in_every_state),
        cmocka_unit_test(R8_from_a_team_nothing_is_taken_without_a_reason),
        cmocka_unit_test(R8_what_is_handed_over_can_be_taken_too_and_the_offer_ends),
        cmocka_unit_test(R8_a_coordinator_of_another_area_takes_nothing),
        cmocka_unit_test(R8_a_team_gives_back_and_the_next_is_asked_at_once),
        cmocka_unit_test(R8_if_nobody_else_can_be_asked_the_coordinator_has_it_and_the_reason_says_so),
        cmocka_unit_test(R8_another_team_gives_nothing_back),
        cmocka_unit_test(R8_what_a_case_follows_stays_with_it_after_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
