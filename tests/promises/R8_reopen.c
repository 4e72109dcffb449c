/* R8: an end that was a mistake can be undone, by its sender or by the coordinator of the area, for a while:
 * the case keeps its number and its clocks, as if it had never ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/state_check.h"
#include "broker/core/undo.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

static enum refusal reopens(struct core_world *w, struct command command)
{
    command.kind = COMMAND_REOPEN;
    command.is.why.has_reason = true;
    enum refusal refusal = world_do(w, &command);
    assert_null(state_check(w->state));
    return refusal;
}

static enum refusal the_team_reopens(struct core_world *w, int team, const uint8_t *id)
{
    return reopens(w, world_from_team(w, COMMAND_REOPEN, team, id));
}

static enum refusal the_source_reopens(struct core_world *w, const uint8_t *id)
{
    return reopens(w, world_command(w, COMMAND_REOPEN, id));
}

static enum refusal the_coordinator_reopens(struct core_world *w, const uint8_t *id)
{
    return reopens(w, world_from_coordinator(w, COMMAND_REOPEN, id));
}

static void close_by(struct core_world *w, struct command command)
{
    command.is.close.outcome = OUTCOME_DIED; /* whether the person was met or not */
    command.is.close.note_code = "";
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
}

static void the_team_closes(struct core_world *w, const uint8_t *id)
{
    close_by(w, world_from_team(w, COMMAND_CLOSE, 1, id));
}

static void the_source_withdraws(struct core_world *w, const uint8_t *id)
{
    struct command command = world_command(w, COMMAND_WITHDRAW, id);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
}

/* A case that the first team has, in this state; id: a copy, for when it has ended. */
static const struct referral *with_the_first(struct core_world *w, enum case_state state, uint8_t *id)
{
    const struct referral *r = world_submitted(w);
    memcpy(id, r->id, ID_BYTES);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, id);
    command.is.check_in.step = state == CASE_TRAVELLING ? STEP_TRAVELLING : STEP_ARRIVED;
    if (state == CASE_IN_CONTACT)
        world_contact(w, r);
    else if (state != CASE_ACCEPTED)
        world_do(w, &command);
    assert_int_equal(r->state, state);
    return r;
}

static void R8_the_team_that_closed_has_its_case_again_as_it_was(void **unused)
{
    (void)unused;
    for (int state = CASE_ACCEPTED; state <= CASE_IN_CONTACT; state++) {
        struct core_world *w = core_world_open(2, NULL);
        uint8_t id[ID_BYTES];
        struct referral before = *with_the_first(w, (enum case_state)state, id);
        the_team_closes(w, id);
        assert_null(state_referral(w->state, id));
        assert_null(state_check(w->state));
        world_wait(w, MINUTES(3));
        assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_NONE);
        const struct referral *r = state_referral(w->state, id);
        assert_non_null(r);
        assert_null(state_ended(w->state, id));
        assert_int_equal(r->state, state);
        assert_int_equal(r->number, before.number);
        assert_int_equal(r->team, world_slot(w, 1));
        assert_int_equal(r->expected_arrival_ms, before.expected_arrival_ms);
        assert_memory_equal(r->clocks, before.clocks, sizeof before.clocks);
        assert_true(r->owner.act_by_ms > w->now_ms);
        assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 1);
        the_team_closes(w, id); /* and it goes on as any other */
        assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_NONE);
        core_world_close(&w);
    }
}

static void R8_a_coordinator_who_closed_has_it_in_hand_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    uint8_t id[ID_BYTES];
    memcpy(id, r->id, ID_BYTES);
    assert_int_equal(world_take(w, r), REFUSAL_NONE);
    close_by(w, world_from_coordinator(w, COMMAND_CLOSE, id));
    assert_int_equal(the_coordinator_reopens(w, id), REFUSAL_NONE);
    r = state_referral(w->state, id);
    assert_int_equal(r->state, CASE_TAKEN);
    assert_int_equal(r->owner.act_by_ms, w->now_ms + w->policy.coordinator_lease_ms);
    core_world_close(&w);
}

/* Nobody but the team itself can know whether it would go on. */
static void R8_from_a_coordinator_the_next_team_is_asked_and_the_former_is_named(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_TRAVELLING, id);
    the_team_closes(w, id);
    assert_int_equal(the_coordinator_reopens(w, id), REFUSAL_NONE);
    const struct event *event = world_event(w, EVENT_REOPENED);
    assert_int_equal(event->is.reopened.previous_team, world_slot(w, 1));
    assert_int_equal(event->is.reopened.team, SLOT_NONE);
    assert_int_equal(event->is.reopened.undone, CASE_CLOSED);
    const struct referral *r = state_referral(w->state, id);
    assert_int_equal(r->state, CASE_OFFERED);
    assert_int_equal(state_team(w->state, world_slot(w, 1))->people.cases, 0);
    core_world_close(&w);
}

static void R8_a_person_who_was_met_waits_with_the_coordinator_and_the_reason_says_so(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_IN_CONTACT, id);
    the_team_closes(w, id);
    assert_int_equal(the_coordinator_reopens(w, id), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, id);
    assert_int_equal(r->state, CASE_HELD);
    assert_int_equal(r->hold_reason, HOLD_ENDED_BY_MISTAKE);
    assert_int_equal(r->owner.kind, OWNER_COORDINATOR);
    core_world_close(&w);
}

static void R8_a_withdrawal_is_undone_by_its_source_and_the_team_can_be_asked_again(void **unused)
{
    (void)unused;
    for (int accepted = 0; accepted < 2; accepted++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = world_submitted(w);
        uint8_t id[ID_BYTES];
        memcpy(id, r->id, ID_BYTES);
        if (accepted)
            assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
        int64_t due_ms = r->clocks[CLOCK_RESPONSE].due_ms, received_ms = r->received_ms;
        the_source_withdraws(w, id);
        world_wait(w, MINUTES(30));
        assert_int_equal(the_source_reopens(w, id), REFUSAL_NONE);
        r = state_referral(w->state, id);
        assert_int_equal(r->state, CASE_OFFERED); /* to the only team, which had been asked in this round */
        assert_int_equal(r->received_ms, received_ms);
        assert_int_equal(r->clocks[CLOCK_RESPONSE].due_ms, due_ms);
        assert_int_equal(world_accept(w, r, MINUTES(5)), REFUSAL_NONE);
        core_world_close(&w);
    }
}

/* The limit of a clock that passed meanwhile is found to have passed, at once. */
static void R8_a_clock_that_ran_out_meanwhile_has_run_out(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_ACCEPTED, id);
    the_team_closes(w, id);
    world_wait(w, HOURS(20));
    assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_NONE);
    assert_int_equal(world_count(w, EVENT_CLOCK_BREACHED), 0);
    world_wait(w, 1);
    assert_true(world_count(w, EVENT_CLOCK_BREACHED) > 0);
    core_world_close(&w);
}

static void R8_nobody_else_reopens_and_nothing_is_changed(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t closed[ID_BYTES], withdrawn[ID_BYTES], open[ID_BYTES];
    with_the_first(w, CASE_ACCEPTED, closed);
    the_team_closes(w, closed);
    with_the_first(w, CASE_ACCEPTED, withdrawn);
    the_source_withdraws(w, withdrawn);
    with_the_first(w, CASE_ACCEPTED, open);
    struct command other = world_from_coordinator(w, COMMAND_REOPEN, closed), source = other, bare;
    other.slot = 1;
    source = world_command(w, COMMAND_REOPEN, withdrawn);
    source.actor = "another-source";
    bare = world_from_team(w, COMMAND_REOPEN, 1, closed);
    struct state_copy before = state_copy_take(w->state);
    assert_int_equal(the_source_reopens(w, closed), REFUSAL_ENDED_BY_OTHERS);
    assert_int_equal(the_team_reopens(w, 1, withdrawn), REFUSAL_ENDED_BY_OTHERS);
    assert_int_equal(the_team_reopens(w, 2, closed), REFUSAL_NOT_YOURS);
    assert_int_equal(the_team_reopens(w, 2, withdrawn), REFUSAL_NOT_YOURS);
    assert_int_equal(reopens(w, other), REFUSAL_NOT_YOURS);
    assert_int_equal(reopens(w, source), REFUSAL_NOT_YOURS);
    assert_int_equal(the_team_reopens(w, 1, open), REFUSAL_WRONG_STATE);
    assert_int_equal(the_team_reopens(w, 2, open), REFUSAL_NOT_YOURS);
    assert_int_equal(world_do(w, &bare), REFUSAL_BAD_VALUE); /* without a reason */
    assert_true(state_copy_equals(&before, w->state));
    state_copy_drop(&before);
    core_world_close(&w);
}

static void R8_after_the_policys_time_it_stays_as_it_is(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        struct core_world *w = core_world_open(1, NULL);
        uint8_t id[ID_BYTES];
        with_the_first(w, CASE_ACCEPTED, id);
        the_team_closes(w, id);
        assert_int_equal(undo_until_ms(w->state, state_ended(w->state, id)),
                         w->now_ms + w->policy.undo_within_ms);
        world_wait(w, w->policy.undo_within_ms + late);
        assert_int_equal(the_coordinator_reopens(w, id), late ? REFUSAL_CASE_CLOSED : REFUSAL_NONE);
        core_world_close(&w);
    }
}

static void never(struct core_world *w)
{
    w->policy.undo_within_ms = 0;
}

static void R8_a_policy_can_say_never(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, never);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_ACCEPTED, id);
    the_team_closes(w, id);
    assert_int_equal(w->state->undoable.count, 0);
    assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_CASE_CLOSED);
    core_world_close(&w);
}

static void R8_an_erased_case_stays_ended_and_nothing_is_kept_of_it(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_ACCEPTED, id);
    the_team_closes(w, id);
    assert_int_equal(world_erase(w, id, ERASE_MISTAKE), REFUSAL_NONE);
    const struct undoable *kept = table_row(&w->state->undoable, 0), nothing = {0};
    assert_memory_equal(kept, &nothing, sizeof nothing);
    assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_CASE_CLOSED);
    core_world_close(&w);
}

/* A record that was made of the case while it was over stays with it. */
static void R8_a_hold_that_was_set_meanwhile_stays(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    with_the_first(w, CASE_ACCEPTED, id);
    the_team_closes(w, id);
    assert_int_equal(world_hold(w, id, true, HOLD_ON_ERASURE_COMPLAINT), REFUSAL_NONE);
    assert_int_equal(the_team_reopens(w, 1, id), REFUSAL_NONE);
    assert_int_equal(state_referral(w->state, id)->holds, hold_bit(HOLD_ON_ERASURE_COMPLAINT));
    core_world_close(&w);
}

/* The ended case in the middle goes; the others are found as before, and in their order. */
static void R8_of_many_ended_cases_one_is_reopened(void **unused)
{
    (void)unused;
    enum { MANY = 40, ONE = 17 };
    struct core_world *w = core_world_open(1, NULL);
    uint8_t ids[MANY][ID_BYTES];
    for (int i = 0; i < MANY; i++) {
        with_the_first(w, CASE_ACCEPTED, ids[i]);
        the_team_closes(w, ids[i]);
    }
    assert_int_equal(the_team_reopens(w, 1, ids[ONE]), REFUSAL_NONE);
    assert_int_equal(state_ended_rows(w->state), MANY - 1);
    for (int i = 0, row = 0; i < MANY; i++) {
        if (i == ONE)
            continue;
        assert_memory_equal(state_ended_row(w->state, (uint32_t)row++)->id, ids[i], ID_BYTES);
        assert_non_null(state_ended(w->state, ids[i]));
    }
    struct state_copy copy = state_copy_take(w->state);
    struct state *loaded = state_copy_load(&copy, 5);
    assert_non_null(loaded);
    assert_null(state_check(loaded));
    state_destroy(&w->state);
    w->state = loaded;
    state_copy_drop(&copy);
    assert_int_equal(the_team_reopens(w, 1, ids[MANY - 1]), REFUSAL_NONE); /* also after a restart */
    core_world_close(&w);
}

/* The oldest is forgotten first. */
static void R8_as_many_are_kept_as_the_bound_says(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t first[ID_BYTES], second[ID_BYTES], other[ID_BYTES];
    for (uint32_t i = 0; i <= UNDOABLE_MAX; i++) {
        const struct referral *r = world_submitted(w);
        memcpy(i == 0 ? first : i == 1 ? second : other, r->id, ID_BYTES);
        the_source_withdraws(w, i == 0 ? first : i == 1 ? second : other);
    }
    assert_int_equal(w->state->undoable.count, UNDOABLE_MAX);
    assert_int_equal(the_source_reopens(w, first), REFUSAL_CASE_CLOSED);
    assert_int_equal(the_source_reopens(w, second), REFUSAL_NONE);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R8_the_team_that_closed_has_its_case_again_as_it_was),
        cmocka_unit_test(R8_a_coordinator_who_closed_has_it_in_hand_again),
        cmocka_unit_test(R8_from_a_coordinator_the_next_team_is_asked_and_the_former_is_named),
        cmocka_unit_test(R8_a_person_who_was_met_waits_with_the_coordinator_and_the_reason_says_so),
        cmocka_unit_test(R8_a_withdrawal_is_undone_by_its_source_and_the_team_can_be_asked_again),
        cmocka_unit_test(R8_a_clock_that_ran_out_meanwhile_has_run_out),
        cmocka_unit_test(R8_nobody_else_reopens_and_nothing_is_changed),
        cmocka_unit_test(R8_after_the_policys_time_it_stays_as_it_is),
        cmocka_unit_test(R8_a_policy_can_say_never),
        cmocka_unit_test(R8_an_erased_case_stays_ended_and_nothing_is_kept_of_it),
        cmocka_unit_test(R8_a_hold_that_was_set_meanwhile_stays),
        cmocka_unit_test(R8_of_many_ended_cases_one_is_reopened),
        cmocka_unit_test(R8_as_many_are_kept_as_the_bound_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
