/* R14: a time that is still to come is refused; times are compared by the minute; the earliest contact
 * counts, whenever it is told; one before the receipt is counted apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"
#include "tests/worlds/state_copy.h"

enum { SECOND = 1000 };

static void four_hours(struct core_world *w)
{
    w->policy.standard_count = 1;
    w->policy.standards[0] = (struct policy_standard){.id = "four-hours",
                                                      .clock = CLOCK_RESPONSE,
                                                      .sources = 0xff,
                                                      .urgencies = 0xff,
                                                      .allowed_ms = HOURS(4)};
}

/* Received 40 seconds after noon, and accepted. */
static const struct referral *accepted_after_noon(struct core_world *w)
{
    world_wait(w, 40 * SECOND);
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, HOURS(3)), REFUSAL_NONE);
    return r;
}

static enum refusal contact_at(struct core_world *w, const struct referral *r, int64_t utc_ms,
                               enum contact_mechanism mechanism, enum attend_status attended)
{
    struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    command.is.check_in.step = STEP_CONTACT;
    command.is.check_in.mechanism = mechanism;
    command.is.check_in.attended = attended;
    command.is.check_in.occurred_ms = utc_ms;
    return world_do(w, &command);
}

static enum refusal seen_at(struct core_world *w, const struct referral *r, int64_t utc_ms)
{
    return contact_at(w, r, utc_ms, CONTACT_FACE_TO_FACE, ATTEND_ON_TIME);
}

static int64_t stopped_at(const struct referral *r)
{
    return r->clocks[CLOCK_RESPONSE].stopped_ms;
}

static void R14_a_time_to_come_is_refused_and_changes_nothing(void **unused)
{
    (void)unused;
    const int64_t to_come[] = {MINUTES(3), HOURS(1), HOURS(11), HOURS(24)};
    static const enum step steps[] = {STEP_CONTACT, STEP_ARRIVED, STEP_TRAVELLING};
    struct core_world *w = core_world_open(1, four_hours);
    const struct referral *r = accepted_after_noon(w);
    struct state_copy before = state_copy_take(w->state);
    for (size_t i = 0; i < 3 * sizeof to_come / sizeof *to_come; i++) {
        struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        command.is.check_in.step = steps[i % 3];
        command.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
        command.is.check_in.attended = ATTEND_ON_TIME;
        command.is.check_in.occurred_ms = w->now_ms + to_come[i / 3];
        assert_int_equal(world_do(w, &command), REFUSAL_TIME_TO_COME);
        assert_true(state_copy_equals(&before, w->state));
    }
    state_copy_drop(&before);
    core_world_close(&w);
}

static void R14_a_device_whose_clock_is_a_little_ahead_says_now(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, four_hours);
    const struct referral *r = accepted_after_noon(w);
    assert_int_equal(seen_at(w, r, w->now_ms + MINUTES(CLOCKS_DIFFER_MINUTES)), REFUSAL_NONE);
    const struct event *event = world_event(w, EVENT_CHECKED_IN);
    assert_int_equal(event->is.checked_in.occurred_ms, w->now_ms);
    assert_int_equal(event->is.checked_in.basis, BASIS_STATED);
    assert_int_equal(stopped_at(r), w->now_ms);
    core_world_close(&w);
}

static void R14_a_contact_in_the_minute_of_the_receipt_counts_and_one_before_is_counted_apart(void **unused)
{
    (void)unused;
    static const struct {
        int64_t at_ms; /* from noon; the receipt is 40 seconds after it */
        bool counts;
        int64_t stops_ms;
    } rows[] = {
        {0, true, 40 * SECOND},
        {39 * SECOND, true, 40 * SECOND},
        {59 * SECOND, true, 59 * SECOND},
        {60 * SECOND, true, 60 * SECOND},
        {-1, false, 0},
        {-30 * 60 * SECOND, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, four_hours);
        const struct referral *r = accepted_after_noon(w);
        world_wait(w, MINUTES(10));
        assert_int_equal(seen_at(w, r, WORLD_NOON + rows[i].at_ms), REFUSAL_NONE);
        const struct event *event = world_event(w, EVENT_CHECKED_IN);
        assert_int_equal(event->is.checked_in.occurred_ms, WORLD_NOON + rows[i].at_ms); /* as it was stated */
        assert_int_equal(event->is.checked_in.counts_as_seen, rows[i].counts);
        assert_int_equal(event->is.checked_in.before_receipt, !rows[i].counts);
        assert_int_equal(stopped_at(r), rows[i].counts ? WORLD_NOON + rows[i].stops_ms : 0);
        core_world_close(&w);
    }
}

static void R14_what_is_no_seeing_is_neither_counted_nor_counted_apart(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, four_hours);
    const struct referral *r = accepted_after_noon(w);
    assert_int_equal(contact_at(w, r, WORLD_NOON - HOURS(1), CONTACT_TELEPHONE, ATTEND_ON_TIME),
                     REFUSAL_NONE);
    assert_false(world_event(w, EVENT_CHECKED_IN)->is.checked_in.before_receipt);
    assert_int_equal(contact_at(w, r, WORLD_NOON - HOURS(1), CONTACT_FACE_TO_FACE, ATTEND_DID_NOT_ATTEND),
                     REFUSAL_NONE);
    assert_false(world_event(w, EVENT_CHECKED_IN)->is.checked_in.before_receipt);
    assert_int_equal(stopped_at(r), 0);
    core_world_close(&w);
}

static void R14_the_earliest_contact_counts_whenever_it_is_told(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, four_hours);
    const struct referral *r = accepted_after_noon(w);
    world_wait(w, HOURS(2));
    assert_int_equal(seen_at(w, r, WORLD_NOON + MINUTES(90)), REFUSAL_NONE);
    assert_int_equal(stopped_at(r), WORLD_NOON + MINUTES(90));
    assert_int_equal(seen_at(w, r, WORLD_NOON + MINUTES(110)), REFUSAL_NONE); /* later: changes nothing */
    assert_int_equal(stopped_at(r), WORLD_NOON + MINUTES(90));
    assert_int_equal(seen_at(w, r, WORLD_NOON + MINUTES(30)), REFUSAL_NONE); /* told last, and was first */
    assert_int_equal(stopped_at(r), WORLD_NOON + MINUTES(30));
    assert_int_equal(seen_at(w, r, WORLD_NOON - MINUTES(30)), REFUSAL_NONE); /* before the receipt */
    assert_int_equal(stopped_at(r), WORLD_NOON + MINUTES(30));
    core_world_close(&w);
}

/* A clock that was corrected: what people read from the wall is UTC, and the ledger's time is an hour and a
 * half minute ahead of it. */
static void R14_minutes_are_those_of_the_clock_on_the_wall(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, four_hours);
    struct command correct = world_command(w, COMMAND_CORRECT_CLOCK, (const uint8_t[ID_BYTES]){0});
    correct.has_id = false;
    correct.party = PARTY_BROKER;
    correct.is.correction = (struct clock_correction){.ahead_ms = HOURS(1) + 30 * SECOND, .confirmed = true};
    assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
    const struct referral *r = accepted_after_noon(w); /* 11:00:10 by UTC */
    world_wait(w, MINUTES(10));
    assert_int_equal(seen_at(w, r, WORLD_NOON - HOURS(1)), REFUSAL_NONE);
    assert_true(world_event(w, EVENT_CHECKED_IN)->is.checked_in.counts_as_seen);
    assert_int_equal(seen_at(w, r, WORLD_NOON - HOURS(1) - 1), REFUSAL_NONE);
    assert_true(world_event(w, EVENT_CHECKED_IN)->is.checked_in.before_receipt);
    assert_int_equal(seen_at(w, r, WORLD_NOON), REFUSAL_TIME_TO_COME);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R14_a_time_to_come_is_refused_and_changes_nothing),
        cmocka_unit_test(R14_a_device_whose_clock_is_a_little_ahead_says_now),
        cmocka_unit_test(R14_a_contact_in_the_minute_of_the_receipt_counts_and_one_before_is_counted_apart),
        cmocka_unit_test(R14_what_is_no_seeing_is_neither_counted_nor_counted_apart),
        cmocka_unit_test(R14_the_earliest_contact_counts_whenever_it_is_told),
        cmocka_unit_test(R14_minutes_are_those_of_the_clock_on_the_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
