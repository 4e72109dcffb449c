/* test_report_breaches.c: each late clock is a breach once, and what was corrected after its limit ran out is
 * told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT
#define URGENT      CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define RESPONSE    CONCORDAT__V1__CLOCK__CLOCK_RESPONSE

static struct story story;
static const struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 30};

static int breaches_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int breaches_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

/* The broker says at that minute that the limit ran out. */
static void breach_at(double minutes, uint32_t number)
{
    story_at(&story, minutes);
    story_breach(&story, number, RESPONSE);
}

static void read_breaches(void)
{
    report_reader_read(&story, "breaches", 0, 0);
}

static void a_contact_that_is_told_late_and_was_in_time_is_corrected_and_no_breach(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    breach_at(240, 1);
    story_at(&story, 300);
    story.told_late_min = 100;
    story_contact(&story, 1, "north", true);
    read_breaches();
    cell_is("clocks", "response", "met", "1");
    assert_false(report_reader_has_row("breaches", "R-0001"));
    cell_is("corrected", "R-0001|response", "what", "told late, and was in time");
    cell_is("corrected", "R-0001|response", "stands", "met");
    cell_is("clocks", "response", "met_by_a_later_limit", "0");
    assert_true(report_reader_says("verdicts", "0 breaches"));
    assert_true(report_reader_says("verdicts", "1 limit ran out, and then turned out otherwise"));
}

static void an_urgency_that_is_lowered_after_the_limit_takes_no_breach_away_unsaid(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    breach_at(240, 1);
    story_at(&story, 300);
    story_urgency(&story, 1, person, URGENT);
    story_at(&story, 390);
    story_contact(&story, 1, "north", true);
    read_breaches();
    cell_is("clocks", "response", "met", "1");
    cell_is("clocks", "response", "met_by_a_later_limit", "1");
    cell_is("corrected", "R-0001|response", "what", "the urgency was changed");
    cell_is("corrected", "R-0001|response", "limit_then", "2026-09-21T18:13:20.000Z");
    cell_is("corrected", "R-0001|response", "limit_now", "2026-09-22T14:13:20.000Z");
    cell_is("urgency_changes", "urgent", "changed", "1");
    cell_is("urgency_changes", "urgent", "changed_after_the_limit", "1");
}

/* Lowered in good time is counted too, and is no correction of a breach. */
static void an_urgency_that_is_lowered_before_the_limit_is_counted_apart(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_at(&story, 100);
    story_urgency(&story, 1, person, URGENT);
    read_breaches();
    assert_false(report_reader_has_row("corrected", "R-0001"));
    cell_is("urgency_changes", "urgent", "changed", "1");
    cell_is("urgency_changes", "urgent", "changed_after_the_limit", "0");
}

static void an_urgency_that_is_raised_after_a_breach_is_one_breach(void **state)
{
    (void)state;
    struct story_person calm = person;
    calm.urgency = URGENT;
    story_receive(&story, 1, calm);
    breach_at(1440, 1);
    story_at(&story, 1500);
    story_urgency(&story, 1, calm, VERY_URGENT);
    story_breach(&story, 1, RESPONSE);
    read_breaches();
    cell_is("clocks", "response", "past_due_not_stopped", "1");
    assert_true(report_reader_says("verdicts", "1 breach"));
    cell_is("breaches", "R-0001|response", "late_min", "1260.0");
    assert_false(report_reader_has_row("corrected", "R-0001")); /* it is late by both limits */
}

/* The contact was in time by the limit that ran out, whatever the urgency is now. */
static void an_urgency_that_is_changed_too_does_not_hide_that_a_contact_was_told_late(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    breach_at(240, 1);
    story_at(&story, 300);
    story_urgency(&story, 1, person, URGENT);
    story.told_late_min = 100;
    story_contact(&story, 1, "north", true);
    read_breaches();
    cell_is("corrected", "R-0001|response", "what", "told late, and was in time");
}

/* Tells of a clock that it started with a limit, or stopped. */
static void tell_clock(uint32_t number, Concordat__V1__Clock which, double started_min, double due_min,
                       double stopped_min)
{
    Concordat__V1__ClockChange change = CONCORDAT__V1__CLOCK_CHANGE__INIT, *changes = &change;
    Concordat__V1__DetentionNoted what = CONCORDAT__V1__DETENTION_NOTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    bool stops = stopped_min != 0;
    change.clock = which;
    change.what = stops ? CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STOPPED
                        : CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED;
    change.at_ms = STORY_START_MS + (int64_t)((stops ? stopped_min : started_min) * (double)STORY_MIN_MS);
    change.due_ms = stops ? 0 : STORY_START_MS + (int64_t)(due_min * (double)STORY_MIN_MS);
    event.n_clocks = 1;
    event.clocks = &changes;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED;
    event.detention_noted = &what;
    story_tell(&story, number, &event);
}

static void a_handover_that_is_stated_as_before_the_arrival_was_not_told_late(void **state)
{
    (void)state;
    const Concordat__V1__Clock handover = CONCORDAT__V1__CLOCK__CLOCK_HANDOVER;
    story_at(&story, 10);
    story_receive(&story, 1, person);
    tell_clock(1, handover, 10, 70, 0);
    story_at(&story, 70);
    story_breach(&story, 1, handover);
    tell_clock(1, handover, 0, 0, 5);
    read_breaches();
    cell_is("corrected", "R-0001|handover", "what", "stopped before its start");
}

static void an_extension_is_no_change_of_the_urgency(void **state)
{
    (void)state;
    const Concordat__V1__Clock hours = CONCORDAT__V1__CLOCK__CLOCK_SECTION_136;
    story_receive(&story, 1, person);
    tell_clock(1, hours, 0, 1440, 0);
    story_at(&story, 1440);
    story_breach(&story, 1, hours);
    story_urgency(&story, 1, person, URGENT);
    tell_clock(1, hours, 0, 2160, 0);
    read_breaches();
    cell_is("corrected", "R-0001|section 136", "what", "the start or the limit was changed");
}

/* Before the limit and after it, the figures are the same. */
static void a_referral_that_ended_before_the_limit_is_neither_met_nor_late_for_ever(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_at(&story, 120);
    story_withdraw(&story, 1);
    for (int when = 0; when < 2; when++) {
        read_breaches();
        cell_is("clocks", "response", "referral_ended_first", "1");
        cell_is("clocks", "response", "not_yet_due", "0");
        cell_is("clocks", "response", "past_due_not_stopped", "0");
        cell_is("clocks", "response", "time_is_up", "0");
        cell_is("clocks", "response", "met_percent_of_time_is_up", "");
        cell_is("clocks", "response", "met_percent_of_started", "0.0");
        story_at(&story, 600);
        story_cover(&story, 60, 0);
    }
}

static void a_referral_that_ended_after_the_limit_unseen_is_late_until_its_end(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    breach_at(240, 1);
    story_at(&story, 250);
    story_withdraw(&story, 1);
    story_at(&story, 600);
    story_cover(&story, 60, 0);
    read_breaches();
    cell_is("clocks", "response", "past_due_not_stopped", "1");
    cell_is("breaches", "R-0001|response", "late_min", "10.0");
}

/* The hours of a detention run on when the case is closed here. */
static void closing_a_case_ends_no_clock_of_a_detention(void **state)
{
    (void)state;
    struct story_person held = person;
    held.place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
    story_receive(&story, 1, held);
    story_at(&story, 120);
    story_contact(&story, 1, "north", true);
    story.detained[1] = false; /* the closing does not stop the clock */
    story_finish(&story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    story_at(&story, 1500);
    story_cover(&story, 60, 0);
    read_breaches();
    cell_is("clocks", "section 136", "past_due_not_stopped", "1");
    cell_is("breaches", "R-0001|section 136", "late_min", "60.0");
}

/* As the clock of a handover does by a handover that was entered as before the arrival. */
static void a_clock_that_stopped_before_its_start_is_not_met(void **state)
{
    (void)state;
    story_at(&story, 10);
    story_receive(&story, 1, person);
    story.told_late_min = 5;
    story_contact(&story, 1, "north", true);
    read_breaches();
    cell_is("clocks", "response", "met", "0");
    cell_is("clocks", "response", "stopped_before_its_start", "1");
    cell_is("clocks", "response", "time_is_up", "0");
}

/* A late contact without the broker's word at the limit is a breach all the same: table and list agree. */
static void each_late_clock_is_in_the_list_though_nobody_said_so_at_its_limit(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_at(&story, 241);
    story_contact(&story, 1, "north", true);
    read_breaches();
    cell_is("clocks", "response", "stopped_late", "1");
    cell_is("breaches", "R-0001|response", "late_min", "1.0");
    assert_true(report_reader_says("verdicts", "1 breach"));
}

/* A policy's limit for an emergency in the community stands in no national measure. */
static void a_response_is_national_only_if_a_national_measure_has_its_time(void **state)
{
    (void)state;
    const Concordat__V1__Urgency emergency = CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY;
    story_receive(&story, 1, (struct story_person){.source = STREET, .urgency = emergency, .age = 30});
    story_receive(&story, 2,
                  (struct story_person){.source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                        .urgency = emergency,
                                        .age = 30});
    story_receive(&story, 3, person);
    read_breaches();
    cell_is("clocks", "response|national", "started", "2");
    cell_is("clocks", "response|local", "started", "1");
}

/* The clock moves with the correction, and so does the limit that ran out. */
static void a_clock_that_a_correction_of_the_time_moved_has_the_same_limit(void **state)
{
    (void)state;
    const Concordat__V1__Clock hours = CONCORDAT__V1__CLOCK__CLOCK_SECTION_136;
    Concordat__V1__ClockCorrected what = CONCORDAT__V1__CLOCK_CORRECTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    what.ahead_ms = 6 * STORY_MIN_MS;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CLOCK_CORRECTED;
    event.clock_corrected = &what;
    story_receive(&story, 1, person);
    tell_clock(1, hours, 0, 1440, 0);
    story_at(&story, 1440);
    story_breach(&story, 1, hours);
    story_at(&story, 1450);
    story_tell(&story, 0, &event);
    read_breaches();
    cell_is("clocks", "section 136", "past_due_not_stopped", "1");
    assert_false(report_reader_has_row("corrected", "R-0001"));
    story_at(&story, 1460);
    tell_clock(1, hours, 0, 0, 1456);
    read_breaches();
    cell_is("clocks", "section 136", "stopped_late", "1");
    assert_false(report_reader_has_row("corrected", "R-0001"));
}

/* It was met by the limit that ran out, which the correction moved too. */
static void a_limit_that_a_correction_of_the_time_moved_is_no_earlier_one(void **state)
{
    (void)state;
    const Concordat__V1__Clock review = CONCORDAT__V1__CLOCK__CLOCK_CUSTODY_REVIEW;
    Concordat__V1__ClockCorrected what = CONCORDAT__V1__CLOCK_CORRECTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    what.ahead_ms = 90 * STORY_MIN_MS;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CLOCK_CORRECTED;
    event.clock_corrected = &what;
    story_receive(&story, 1, person);
    tell_clock(1, review, 0, 60, 0);
    story_at(&story, 60);
    story_breach(&story, 1, review);
    story_at(&story, 70);
    story_tell(&story, 0, &event);
    story_at(&story, 160);
    tell_clock(1, review, 0, 0, 140);
    read_breaches();
    cell_is("corrected", "R-0001", "what", "told late, and was in time");
    cell_is("clocks", "custody review", "met", "1");
    cell_is("clocks", "custody review", "met_by_a_later_limit", "0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, breaches_set_up, breaches_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_urgency_that_is_changed_too_does_not_hide_that_a_contact_was_told_late),
        TEST(a_handover_that_is_stated_as_before_the_arrival_was_not_told_late),
        TEST(a_limit_that_a_correction_of_the_time_moved_is_no_earlier_one),
        TEST(a_clock_that_a_correction_of_the_time_moved_has_the_same_limit),
        TEST(an_extension_is_no_change_of_the_urgency),
        TEST(a_response_is_national_only_if_a_national_measure_has_its_time),
        TEST(a_contact_that_is_told_late_and_was_in_time_is_corrected_and_no_breach),
        TEST(an_urgency_that_is_lowered_after_the_limit_takes_no_breach_away_unsaid),
        TEST(an_urgency_that_is_lowered_before_the_limit_is_counted_apart),
        TEST(an_urgency_that_is_raised_after_a_breach_is_one_breach),
        TEST(a_referral_that_ended_before_the_limit_is_neither_met_nor_late_for_ever),
        TEST(a_referral_that_ended_after_the_limit_unseen_is_late_until_its_end),
        TEST(closing_a_case_ends_no_clock_of_a_detention),
        TEST(a_clock_that_stopped_before_its_start_is_not_met),
        TEST(each_late_clock_is_in_the_list_though_nobody_said_so_at_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
