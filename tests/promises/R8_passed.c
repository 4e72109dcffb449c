/* R8: a case that was passed on to another provider says to which, and when they received it; the person's
 * wait runs from our receipt, and the national one from theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/state_check.h"
#include "tests/worlds/core_world.h"

enum { SECOND = 1000 };

/* A case that was received ten seconds after noon, and which the first team has closed so; ten minutes past.
 */
static void closed_as(struct core_world *w, int outcome, uint8_t *id)
{
    world_wait(w, WORLD_NOON + 10 * SECOND - w->now_ms);
    const struct referral *r = world_submitted(w);
    memcpy(id, r->id, ID_BYTES);
    assert_int_equal(r->received_ms, WORLD_NOON + 10 * SECOND);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    world_wait(w, MINUTES(10));
    struct command rang = world_from_team(w, COMMAND_CHECK_IN, 1, id);
    rang.is.check_in.step = STEP_CONTACT;
    rang.is.check_in.mechanism = CONTACT_TELEPHONE;
    assert_int_equal(world_do(w, &rang), REFUSAL_NONE);
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = outcome;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
}

static enum refusal says(struct core_world *w, struct command command, const char *provider, int64_t at_ms)
{
    command.is.passed_on.to = (struct passed_on){provider, at_ms};
    enum refusal refusal = world_do(w, &command);
    assert_null(state_check(w->state));
    return refusal;
}

static enum refusal the_team_says(struct core_world *w, const uint8_t *id, const char *provider,
                                  int64_t at_ms)
{
    return says(w, world_from_team(w, COMMAND_RECORD_PASSED_ON, 1, id), provider, at_ms);
}

static enum refusal the_coordinator_says(struct core_world *w, const uint8_t *id, const char *provider,
                                         int64_t at_ms)
{
    return says(w, world_from_coordinator(w, COMMAND_RECORD_PASSED_ON, id), provider, at_ms);
}

static void is_passed_on(struct core_world *w, const uint8_t *id, const char *provider, int64_t at_ms)
{
    const struct ended_case *ended = state_ended(w->state, id);
    assert_true(ended->is_passed_on);
    assert_string_equal(ended->provider, provider);
    assert_int_equal(ended->provider_received_ms, at_ms);
}

static void R8_passed_on_is_told_by_the_team_and_corrected_by_the_coordinator(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    closed_as(w, OUTCOME_REFERRED_ON, id);
    assert_int_equal(the_team_says(w, id, "RX4", 0), REFUSAL_NONE);
    is_passed_on(w, id, "RX4", 0);
    world_wait(w, HOURS(30)); /* long after the time to undo it */
    int64_t at_ms = WORLD_NOON + HOURS(2);
    assert_int_equal(the_coordinator_says(w, id, "", at_ms), REFUSAL_NONE); /* they have received it */
    is_passed_on(w, id, "RX4", at_ms);
    assert_int_equal(the_team_says(w, id, "RX4", 0), REFUSAL_NONE); /* again: the rest stays */
    is_passed_on(w, id, "RX4", at_ms);
    const struct event *event = world_event(w, EVENT_PASSED_ON); /* has the whole */
    assert_string_equal(event->is.passed_on.provider, "RX4");
    assert_int_equal(event->is.passed_on.received_ms, at_ms);
    assert_int_equal(event->state, CASE_CLOSED);
    assert_int_equal(the_coordinator_says(w, id, "A1B2C", 0), REFUSAL_NONE); /* another: not at that time */
    is_passed_on(w, id, "A1B2C", 0);
    core_world_close(&w);
}

static void R8_passed_on_to_a_provider_without_a_code_needs_a_note(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    closed_as(w, OUTCOME_REFERRED_ON, id);
    assert_int_equal(the_team_says(w, id, "", 0), REFUSAL_BAD_VALUE);
    assert_int_equal(the_team_says(w, id, "", WORLD_NOON + MINUTES(5)), REFUSAL_BAD_VALUE);
    assert_false(state_ended(w->state, id)->is_passed_on);
    struct command noted = world_from_team(w, COMMAND_RECORD_PASSED_ON, 1, id);
    noted.is.passed_on.has_note = true;
    assert_int_equal(says(w, noted, "", 0), REFUSAL_NONE);
    is_passed_on(w, id, "", 0);
    core_world_close(&w);
}

/* Both times are cut to the minute before they are compared; a device's clock may be a little ahead. */
static void R8_passed_on_no_earlier_than_our_receipt_and_not_in_the_future(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    closed_as(w, OUTCOME_REFERRED_ON, id);
    static const struct {
        int64_t at_ms, noted_ms; /* after noon */
        enum refusal refusal;
    } rows[] = {
        {-1, 0, REFUSAL_BEFORE_RECEIPT},
        {-HOURS(1), 0, REFUSAL_BEFORE_RECEIPT},
        {MINUTES(13), 0, REFUSAL_TIME_TO_COME},
        {HOURS(24), 0, REFUSAL_TIME_TO_COME},
        {0, 0, REFUSAL_NONE}, /* in the minute of our receipt, as people state it */
        {MINUTES(5), MINUTES(5), REFUSAL_NONE},
        {MINUTES(12), MINUTES(10) + 10 * SECOND, REFUSAL_NONE}, /* that is now */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(the_team_says(w, id, "RX4", WORLD_NOON + rows[i].at_ms), rows[i].refusal);
        if (rows[i].refusal == REFUSAL_NONE)
            is_passed_on(w, id, "RX4", WORLD_NOON + rows[i].noted_ms);
        else
            assert_false(state_ended(w->state, id)->is_passed_on);
    }
    core_world_close(&w);
}

static void R8_passed_on_is_said_of_a_case_of_ones_own_that_was_closed_as_referred_on(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    uint8_t id[ID_BYTES];
    const struct referral *r = world_submitted(w);
    memcpy(id, r->id, ID_BYTES);
    assert_int_equal(the_team_says(w, id, "RX4", 0), REFUSAL_WRONG_STATE); /* it is open */
    assert_int_equal(the_coordinator_says(w, id, "RX4", 0), REFUSAL_WRONG_STATE);
    struct command withdraw = world_command(w, COMMAND_WITHDRAW, id);
    assert_int_equal(world_do(w, &withdraw), REFUSAL_NONE);
    assert_int_equal(the_coordinator_says(w, id, "RX4", 0), REFUSAL_WRONG_STATE);
    core_world_close(&w);
    w = core_world_open(2, NULL);
    closed_as(w, 1, id); /* advice */
    assert_int_equal(the_team_says(w, id, "RX4", 0), REFUSAL_WRONG_STATE);
    core_world_close(&w);
    w = core_world_open(2, NULL);
    closed_as(w, OUTCOME_REFERRED_ON, id);
    struct command other = world_from_team(w, COMMAND_RECORD_PASSED_ON, 2, id);
    assert_int_equal(says(w, other, "RX4", 0), REFUSAL_NOT_YOURS);
    core_world_close(&w);
}

/* It goes with the end that it followed. */
static void R8_passed_on_is_undone_with_its_closing(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    uint8_t id[ID_BYTES];
    closed_as(w, OUTCOME_REFERRED_ON, id);
    assert_int_equal(the_team_says(w, id, "RX4", WORLD_NOON + MINUTES(1)), REFUSAL_NONE);
    struct command reopen = world_from_team(w, COMMAND_REOPEN, 1, id);
    reopen.is.why.has_reason = true;
    assert_int_equal(world_do(w, &reopen), REFUSAL_NONE);
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = OUTCOME_REFERRED_ON;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_false(state_ended(w->state, id)->is_passed_on);
    core_world_close(&w);
}

/* With no standard and no clock too: the wait is the person's. */
static void R8_passed_on_keeps_when_the_person_was_first_seen(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = world_submitted(w);
    uint8_t id[ID_BYTES];
    memcpy(id, r->id, ID_BYTES);
    int64_t received_ms = r->received_ms;
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    world_wait(w, MINUTES(10));
    static const int64_t seen_after_ms[] = {MINUTES(9), MINUTES(4), MINUTES(6), -MINUTES(30)};
    for (size_t i = 0; i < sizeof seen_after_ms / sizeof *seen_after_ms; i++) {
        struct command contact = world_from_team(w, COMMAND_CHECK_IN, 1, id);
        contact.is.check_in.step = STEP_CONTACT;
        contact.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
        contact.is.check_in.attended = ATTEND_ON_TIME;
        contact.is.check_in.occurred_ms = received_ms + seen_after_ms[i];
        assert_int_equal(world_do(w, &contact), REFUSAL_NONE);
    }
    struct command close = world_from_team(w, COMMAND_CLOSE, 1, id);
    close.is.close.outcome = OUTCOME_REFERRED_ON;
    close.is.close.note_code = "";
    assert_int_equal(world_do(w, &close), REFUSAL_NONE);
    assert_int_equal(state_ended(w->state, id)->seen_ms, received_ms + MINUTES(4));
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R8_passed_on_is_told_by_the_team_and_corrected_by_the_coordinator),
        cmocka_unit_test(R8_passed_on_to_a_provider_without_a_code_needs_a_note),
        cmocka_unit_test(R8_passed_on_no_earlier_than_our_receipt_and_not_in_the_future),
        cmocka_unit_test(R8_passed_on_is_said_of_a_case_of_ones_own_that_was_closed_as_referred_on),
        cmocka_unit_test(R8_passed_on_is_undone_with_its_closing),
        cmocka_unit_test(R8_passed_on_keeps_when_the_person_was_first_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
