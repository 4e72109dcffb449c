/* R13: only a contact that the person attended buys the long silence; one that failed gives no more time than
 * an arrival does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/core_world.h"

static const struct referral *accepted_in_twenty_minutes(struct core_world *w)
{
    const struct referral *r = world_submitted(w);
    assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
    world_wait(w, MINUTES(5));
    return r;
}

static void check_in(struct core_world *w, const struct referral *r, enum step step,
                     enum contact_mechanism mechanism, enum attend_status attended)
{
    struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
    command.is.check_in.step = step;
    command.is.check_in.mechanism = mechanism;
    command.is.check_in.attended = attended;
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
}

static void R13_only_an_attended_contact_gives_the_contact_lease(void **unused)
{
    (void)unused;
    static const struct {
        enum attend_status attended;
        bool is_long;
    } rows[] = {
        {ATTEND_ON_TIME, true},
        {ATTEND_LATE_BUT_SEEN, true},
        {ATTEND_NONE, true}, /* who reports a contact reports that one took place */
        {ATTEND_LATE_NOT_SEEN, false},
        {ATTEND_DID_NOT_ATTEND, false},
        {ATTEND_CANCELLED_BY_PERSON, false},
        {ATTEND_CANCELLED_BY_PROVIDER, false},
    };
    static const enum contact_mechanism mechanisms[] = {CONTACT_FACE_TO_FACE, CONTACT_TELEPHONE};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, NULL);
        const struct referral *r = accepted_in_twenty_minutes(w);
        int64_t arrival_lease_ms = r->lease_ms;
        check_in(w, r, STEP_CONTACT, mechanisms[i % 2], rows[i / 2].attended);
        assert_int_equal(r->lease_ms,
                         rows[i / 2].is_long ? w->now_ms + w->policy.contact_lease_ms : arrival_lease_ms);
        core_world_close(&w);
    }
}

static void R13_after_arrival_a_failed_contact_gives_the_grace_alone(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted_in_twenty_minutes(w);
    check_in(w, r, STEP_ARRIVED, CONTACT_NONE, ATTEND_NONE);
    check_in(w, r, STEP_CONTACT, CONTACT_FACE_TO_FACE, ATTEND_DID_NOT_ATTEND);
    assert_int_equal(r->lease_ms, w->now_ms + w->policy.arrival_grace_ms);
    core_world_close(&w);
}

/* Silence after it ends as any other: the team is warned, and then the case goes on. */
static void R13_a_failed_contact_and_then_silence_gives_the_case_back(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(2, NULL);
    const struct referral *r = accepted_in_twenty_minutes(w);
    check_in(w, r, STEP_CONTACT, CONTACT_TELEPHONE, ATTEND_DID_NOT_ATTEND);
    world_wait(w, MINUTES(15) + w->policy.arrival_grace_ms + w->policy.lease_grace_ms);
    assert_int_equal(world_count(w, EVENT_LEASE_LAPSED), 1);
    assert_int_equal(r->state, CASE_OFFERED);
    core_world_close(&w);
}

static void R13_a_person_who_was_met_is_not_given_up_over_a_failed_call(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, NULL);
    const struct referral *r = accepted_in_twenty_minutes(w);
    check_in(w, r, STEP_CONTACT, CONTACT_FACE_TO_FACE, ATTEND_ON_TIME);
    int64_t lease_ms = r->lease_ms;
    world_wait(w, HOURS(1));
    check_in(w, r, STEP_CONTACT, CONTACT_TELEPHONE, ATTEND_DID_NOT_ATTEND);
    assert_int_equal(r->lease_ms, lease_ms);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R13_only_an_attended_contact_gives_the_contact_lease),
        cmocka_unit_test(R13_after_arrival_a_failed_contact_gives_the_grace_alone),
        cmocka_unit_test(R13_a_failed_contact_and_then_silence_gives_the_case_back),
        cmocka_unit_test(R13_a_person_who_was_met_is_not_given_up_over_a_failed_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
