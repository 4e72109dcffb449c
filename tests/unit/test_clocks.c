/* test_clocks.c: which standard sets which clock, when it starts, when it stops, and that its limit is still
 * in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "broker/core/clocks.h"
#include "tests/worlds/core_world.h"

static void add_clock_standard(struct core_world *w, const char *id, enum clock_kind clock, uint8_t sources,
                               uint8_t urgencies, int64_t allowed_ms)
{
    struct policy_standard *standard = &w->policy.standards[w->policy.standard_count++];
    *standard = (struct policy_standard){
        .clock = clock, .sources = sources, .urgencies = urgencies, .allowed_ms = allowed_ms};
    strcpy(standard->id, id);
}

/* In the order of their ids, as in a policy. */
static void all_standards(struct core_world *w)
{
    const uint8_t all = 0xff;
    w->policy.standard_count = 0;
    add_clock_standard(w, "a-day", CLOCK_RESPONSE, all, 1 << URGENCY_URGENT, HOURS(24));
    add_clock_standard(w, "four-hours", CLOCK_RESPONSE, all, 1 << URGENCY_VERY_URGENT, HOURS(4));
    add_clock_standard(w, "handover-in-an-hour", CLOCK_HANDOVER, all, all, HOURS(1));
    add_clock_standard(w, "one-hour-in-the-emergency-dept", CLOCK_RESPONSE, 1 << SOURCE_EMERGENCY_DEPARTMENT,
                       all, HOURS(1));
    add_clock_standard(w, "section-136", CLOCK_SECTION_136, all, all, HOURS(24));
    add_clock_standard(w, "told-in-half-an-hour", CLOCK_REFERRER_TOLD, all, all, MINUTES(30));
    add_clock_standard(w, "two-hours-for-street-triage", CLOCK_RESPONSE, 1 << SOURCE_STREET_TRIAGE,
                       1 << URGENCY_EMERGENCY, HOURS(2));
    add_clock_standard(w, "whole-day-for-an-emergency", CLOCK_RESPONSE, all, 1 << URGENCY_EMERGENCY,
                       HOURS(24));
}

static struct facts facts_of(enum source source, enum urgency routed_as)
{
    return (struct facts){.source = source, .urgency = routed_as, .routed_as = routed_as, .age = 40};
}

/* The clock as it starts when a referral with these facts is received at noon; NULL if it does not. */
static const struct clock_change *started(const struct core_world *w, struct facts facts,
                                          enum clock_kind clock)
{
    static struct event received;
    received = (struct event){.kind = EVENT_RECEIVED,
                              .at_ms = WORLD_NOON,
                              .received_ms = WORLD_NOON,
                              .device = "",
                              .is.received.facts = facts};
    clocks_at_receipt(&(const struct clock_rules){&w->policy, 0}, &received);
    for (int i = 0; i < received.clock_count; i++) {
        assert_int_equal(received.clocks[i].what, CLOCK_STARTED);
        if (received.clocks[i].clock == clock)
            return &received.clocks[i];
    }
    return NULL;
}

static void the_shortest_standard_that_is_meant_sets_the_response_clock(void **unused)
{
    (void)unused;
    static const struct {
        enum source source;
        enum urgency routed_as;
        const char *standard; /* NULL: none is meant */
        int64_t allowed_ms;
    } rows[] = {
        {SOURCE_STREET_TRIAGE, URGENCY_VERY_URGENT, "four-hours", HOURS(4)},
        {SOURCE_STREET_TRIAGE, URGENCY_URGENT, "a-day", HOURS(24)},
        {SOURCE_STREET_TRIAGE, URGENCY_EMERGENCY, "two-hours-for-street-triage", HOURS(2)},
        {SOURCE_STREET_TRIAGE, URGENCY_ROUTINE, NULL, 0},
        {SOURCE_LIAISON_AND_DIVERSION, URGENCY_VERY_URGENT, "four-hours", HOURS(4)},
        {SOURCE_EMERGENCY_DEPARTMENT, URGENCY_VERY_URGENT, "one-hour-in-the-emergency-dept", HOURS(1)},
        {SOURCE_EMERGENCY_DEPARTMENT, URGENCY_ROUTINE, "one-hour-in-the-emergency-dept", HOURS(1)},
    };
    struct core_world *w = core_world_open(1, all_standards);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct facts facts = facts_of(rows[i].source, rows[i].routed_as);
        const struct clock_change *clock = started(w, facts, CLOCK_RESPONSE);
        assert_int_equal(clock != NULL, rows[i].standard != NULL);
        if (!clock)
            continue;
        assert_string_equal(clock->standard, rows[i].standard);
        assert_int_equal(clock->at_ms, WORLD_NOON);
        assert_int_equal(clock->due_ms, WORLD_NOON + rows[i].allowed_ms);
        assert_int_equal(clock->basis, BASIS_STATED);
    }
    core_world_close(&w);
}

/* --- in the life of a case -------------------------------------------------------------------------------
 */

static const struct clock *clock_of(const struct referral *r, enum clock_kind kind)
{
    return &r->clocks[kind];
}

static int breaches(const struct core_world *w, enum clock_kind kind)
{
    int count = 0;
    for (uint32_t i = 0; i < w->event_count; i++)
        count += w->events[i].kind == EVENT_CLOCK_BREACHED && w->events[i].is.breached.clock == kind;
    return count;
}

static void the_limit_itself_is_still_in_time_and_a_breach_is_recorded_once(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    world_wait(w, HOURS(4));
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 0);
    world_wait(w, 1);
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 1);
    const struct event *breached = world_event(w, EVENT_CLOCK_BREACHED);
    assert_int_equal(breached->at_ms, WORLD_NOON + HOURS(4) + 1);
    assert_int_equal(breached->is.breached.due_ms, WORLD_NOON + HOURS(4));
    assert_string_equal(breached->is.breached.standard, "four-hours");
    assert_true(clock_of(r, CLOCK_RESPONSE)->breached);
    world_wait(w, HOURS(24));
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 1);
    core_world_close(&w);
}

/* The referrer is to be told by 12:30; section 136 ends a millisecond after that. */
static void when_one_clock_is_breached_another_at_its_very_limit_is_not(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    struct command submit = world_submission(w);
    submit.is.submit.facts.legal_status = LEGAL_SECTION_136;
    submit.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(24) + MINUTES(30) + 1;
    world_do(w, &submit);
    world_wait(w, MINUTES(30) + 1);
    assert_int_equal(breaches(w, CLOCK_REFERRER_TOLD), 1);
    assert_int_equal(breaches(w, CLOCK_SECTION_136), 0);
    world_wait(w, 1);
    assert_int_equal(breaches(w, CLOCK_SECTION_136), 1);
    core_world_close(&w);
}

static void a_contact_at_the_limit_is_in_time(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, HOURS(4));
    world_wait(w, HOURS(4));
    assert_int_equal(world_contact(w, r), REFUSAL_NONE);
    assert_int_equal(clock_of(r, CLOCK_RESPONSE)->stopped_ms, WORLD_NOON + HOURS(4));
    world_wait(w, HOURS(4));
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 0);
    core_world_close(&w);
}

/* Only a contact that is attended, face to face and after the receipt counts. */
static void only_an_attended_contact_face_to_face_stops_the_response_clock(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    for (int step = STEP_TRAVELLING; step <= STEP_CONTACT; step++)
        for (int mechanism = CONTACT_NONE; mechanism <= CONTACT_VIDEO; mechanism++)
            for (int attended = ATTEND_NONE; attended <= ATTEND_CANCELLED_BY_PROVIDER; attended++) {
                const struct referral *r = world_submitted(w);
                assert_int_equal(world_accept(w, r, MINUTES(20)), REFUSAL_NONE);
                world_wait(w, MINUTES(1));
                struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
                command.is.check_in.step = (enum step)step;
                command.is.check_in.mechanism = (enum contact_mechanism)mechanism;
                command.is.check_in.attended = (enum attend_status)attended;
                assert_int_equal(world_do(w, &command), REFUSAL_NONE);
                bool stops = step == STEP_CONTACT && mechanism == CONTACT_FACE_TO_FACE &&
                             (attended == ATTEND_ON_TIME || attended == ATTEND_LATE_BUT_SEEN);
                assert_int_equal(clock_of(r, CLOCK_RESPONSE)->stopped_ms, stops ? w->now_ms : 0);
                struct command close = world_from_team(w, COMMAND_CLOSE, 1, r->id);
                close.is.close.outcome = OUTCOME_DIED; /* met or not */
                close.is.close.note_code = "";
                assert_int_equal(world_do(w, &close), REFUSAL_NONE);
            }
    core_world_close(&w);
}

static void a_contact_counts_from_when_it_was_but_not_before_the_receipt(void **unused)
{
    (void)unused;
    static const struct {
        int64_t occurred_ms; /* from now */
        int64_t stopped_ms;  /* from now */
        bool stops;
    } rows[] = {{-MINUTES(10), -MINUTES(10), true},
                {-MINUTES(30), -MINUTES(30), true}, /* the instant of receipt */
                {-MINUTES(30) - 1, 0, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_world *w = core_world_open(1, all_standards);
        const struct referral *r = world_submitted(w);
        world_accept(w, r, HOURS(1));
        world_wait(w, MINUTES(30));
        struct command command = world_from_team(w, COMMAND_CHECK_IN, 1, r->id);
        command.is.check_in.step = STEP_CONTACT;
        command.is.check_in.mechanism = CONTACT_FACE_TO_FACE;
        command.is.check_in.attended = ATTEND_ON_TIME;
        command.is.check_in.occurred_ms = w->now_ms + rows[i].occurred_ms;
        assert_int_equal(world_do(w, &command), REFUSAL_NONE);
        assert_int_equal(clock_of(r, CLOCK_RESPONSE)->stopped_ms,
                         rows[i].stops ? w->now_ms + rows[i].stopped_ms : 0);
        core_world_close(&w);
    }
}

static void the_first_contact_counts_and_no_later_one(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(20));
    world_contact(w, r);
    int64_t first_ms = w->now_ms;
    world_wait(w, MINUTES(20));
    world_contact(w, r);
    assert_int_equal(clock_of(r, CLOCK_RESPONSE)->stopped_ms, first_ms);
    assert_int_equal(world_event(w, EVENT_CHECKED_IN)->clock_count, 0);
    core_world_close(&w);
}

static void the_referrer_is_told_once_a_person_has_it_in_hand(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    struct command told = world_command(w, COMMAND_TOLD, r->id);
    told.is.told.state = CASE_OFFERED;
    world_do(w, &told);
    assert_int_equal(clock_of(r, CLOCK_REFERRER_TOLD)->stopped_ms, 0); /* nobody has said yes */
    world_accept(w, r, MINUTES(20));
    world_wait(w, MINUTES(2));
    told = world_command(w, COMMAND_TOLD, r->id);
    told.is.told.state = CASE_ACCEPTED;
    world_do(w, &told);
    assert_int_equal(clock_of(r, CLOCK_REFERRER_TOLD)->stopped_ms, w->now_ms);
    core_world_close(&w);
}

/* --- updates ---------------------------------------------------------------------------------------------
 */

static struct command update_of(struct core_world *w, const struct referral *r)
{
    struct command command = world_submission(w);
    command.kind = COMMAND_UPDATE;
    memcpy(command.referral, r->id, ID_BYTES);
    return command;
}

static void an_update_starts_moves_and_stops_clocks(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    struct clock response = *clock_of(r, CLOCK_RESPONSE);
    world_wait(w, MINUTES(10));
    struct command update = update_of(w, r);
    update.is.submit.facts.legal_status = LEGAL_SECTION_136;
    update.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(1);
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(clock_of(r, CLOCK_SECTION_136)->due_ms, WORLD_NOON + HOURS(23));
    assert_memory_equal(clock_of(r, CLOCK_RESPONSE), &response, sizeof response); /* untouched */
    assert_int_equal(world_event(w, EVENT_DETENTION_NOTED)->clock_count, 2);
    update.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(2); /* it had been earlier */
    update.id[8] = 1;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(clock_of(r, CLOCK_SECTION_136)->due_ms, WORLD_NOON + HOURS(22));
    update.is.submit.facts.handover_done_ms = WORLD_NOON + MINUTES(5);
    update.id[8] = 2;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_int_equal(clock_of(r, CLOCK_HANDOVER)->stopped_ms, WORLD_NOON + MINUTES(5));
    core_world_close(&w);
}

static void a_change_of_urgency_sets_another_standard_from_the_same_receipt(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    struct command submit = world_submission(w);
    submit.is.submit.facts.urgency = URGENCY_URGENT;
    world_do(w, &submit);
    const struct referral *r = state_referral(w->state, submit.referral);
    assert_string_equal(clock_of(r, CLOCK_RESPONSE)->standard, "a-day");
    world_wait(w, HOURS(5));
    struct command update = update_of(w, r); /* very urgent */
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_string_equal(clock_of(r, CLOCK_RESPONSE)->standard, "four-hours");
    assert_int_equal(clock_of(r, CLOCK_RESPONSE)->started_ms, WORLD_NOON);
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 0);
    world_wait(w, 0); /* it is past its limit already */
    assert_int_equal(breaches(w, CLOCK_RESPONSE), 1);
    core_world_close(&w);
}

static void an_update_does_not_start_a_stopped_clock_again(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    const struct referral *r = world_submitted(w);
    world_accept(w, r, MINUTES(20));
    world_contact(w, r);
    struct clock stopped = *clock_of(r, CLOCK_RESPONSE);
    struct command update = update_of(w, r);
    update.is.submit.facts.urgency = URGENCY_URGENT;
    assert_int_equal(world_do(w, &update), REFUSAL_NONE);
    assert_memory_equal(clock_of(r, CLOCK_RESPONSE), &stopped, sizeof stopped);
    core_world_close(&w);
}

/* A stated arrival is UTC, so its clocks follow UTC when the ledger's time is found to stand elsewhere. */
static void a_clock_correction_moves_what_was_stated_and_nothing_else(void **unused)
{
    (void)unused;
    struct core_world *w = core_world_open(1, all_standards);
    struct command command = world_submission(w);
    command.is.submit.facts.legal_status = LEGAL_SECTION_136;
    command.is.submit.facts.place_of_safety_ms = WORLD_NOON - HOURS(3);
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    const struct referral *r = state_referral(w->state, command.referral);
    const struct referral before = *r;
    struct command correct = world_command(w, COMMAND_CORRECT_CLOCK, NULL);
    correct.is.correction.ahead_ms = HOURS(15);
    assert_int_equal(world_do(w, &correct), REFUSAL_NONE);
    assert_int_equal(clock_of(r, CLOCK_SECTION_136)->due_ms, WORLD_NOON + HOURS(21 + 15));
    assert_int_equal(clock_of(r, CLOCK_HANDOVER)->started_ms, WORLD_NOON + HOURS(15 - 3));
    assert_memory_equal(clock_of(r, CLOCK_RESPONSE), &before.clocks[CLOCK_RESPONSE], sizeof(struct clock));
    assert_memory_equal(&r->offer, &before.offer, sizeof r->offer);
    assert_int_equal(state_utc(w->state, clock_of(r, CLOCK_SECTION_136)->due_ms), WORLD_NOON + HOURS(21));
    command.kind = COMMAND_UPDATE; /* the same arrival again moves nothing */
    memcpy(command.id, "another", sizeof "another");
    assert_int_equal(world_do(w, &command), REFUSAL_NONE);
    assert_int_equal(world_event(w, EVENT_UPDATED)->clock_count, 0);
    core_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_standard_that_is_meant_sets_the_response_clock),
        cmocka_unit_test(the_limit_itself_is_still_in_time_and_a_breach_is_recorded_once),
        cmocka_unit_test(when_one_clock_is_breached_another_at_its_very_limit_is_not),
        cmocka_unit_test(a_contact_at_the_limit_is_in_time),
        cmocka_unit_test(only_an_attended_contact_face_to_face_stops_the_response_clock),
        cmocka_unit_test(a_contact_counts_from_when_it_was_but_not_before_the_receipt),
        cmocka_unit_test(the_first_contact_counts_and_no_later_one),
        cmocka_unit_test(the_referrer_is_told_once_a_person_has_it_in_hand),
        cmocka_unit_test(an_update_starts_moves_and_stops_clocks),
        cmocka_unit_test(a_change_of_urgency_sets_another_standard_from_the_same_receipt),
        cmocka_unit_test(an_update_does_not_start_a_stopped_clock_again),
        cmocka_unit_test(a_clock_correction_moves_what_was_stated_and_nothing_else),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
