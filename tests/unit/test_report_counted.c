/* test_report_counted.c: whom the reports count, when, under which age and team, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define URGENT CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE

static struct story story;
static const struct story_person person = {.source = STREET, .urgency = URGENT, .age = 30};

static int counted_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int counted_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

/* ---- when ---- */

static void what_was_telephoned_is_received_when_somebody_rang_on_both_sides_of_an_edge(void **state)
{
    (void)state;
    struct story_person rang = person;
    const int64_t midnight_ms = STORY_START_MS + 10 * STORY_MIN_MS;
    rang.rang_min = 15;
    story_receive(&story, 1, person);
    story_at(&story, 20); /* rang before the edge, and is entered after it */
    story_receive(&story, 2, rang);
    story_at(&story, 80);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "volume", STORY_START_MS, midnight_ms);
    assert_true(report_reader_says("verdicts", "2 received = 2 open + 0 closed + 0 withdrawn: 0 lost"));
    cell_is("sources", "all", "received", "2");
    report_reader_read(&story, "volume", midnight_ms, midnight_ms + 60 * STORY_MIN_MS);
    assert_true(report_reader_says("verdicts", "0 received = 0 open + 0 closed + 0 withdrawn: 0 lost"));
}

/* The one that has waited longest is the last to be left out. */
static void what_was_open_before_the_period_is_in_the_report_of_what_is_open(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_at(&story, 20);
    story_withdraw(&story, 2);
    story_receive(&story, 3, person);
    story_at(&story, 50);
    story_receive(&story, 4, person);
    report_reader_read(&story, "open", STORY_START_MS + 10 * STORY_MIN_MS,
                       STORY_START_MS + 30 * STORY_MIN_MS);
    cell_is("owners", "before the period|coordinator|duty", "open", "1");
    cell_is("owners", "before the period|coordinator|duty", "oldest_min", "50.0");
    cell_is("owners", "in the period|coordinator|duty", "open", "1");
    assert_true(report_reader_has_row("referrals", "R-0001"));
    assert_false(report_reader_has_row("referrals", "R-0004"));
    assert_true(report_reader_says("verdicts", "2 open, 0 without an owner"));
    report_reader_read(&story, "volume", STORY_START_MS + 10 * STORY_MIN_MS,
                       STORY_START_MS + 30 * STORY_MIN_MS);
    cell_is("sources", "all", "open", "1");
}

/* From now on the ledger's time stands so far ahead of UTC, in which people state times. */
static void stand_ahead(int64_t minutes)
{
    Concordat__V1__ClockCorrected what = CONCORDAT__V1__CLOCK_CORRECTED__INIT;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    what.ahead_ms = minutes * STORY_MIN_MS;
    what.confirmed = true;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_CLOCK_CORRECTED;
    event.clock_corrected = &what;
    story_tell(&story, 0, &event);
}

/* Decided at minute 50 by the wall, and received at minute 54 by the wall, which is 60 of the ledger. */
static void what_people_state_is_compared_in_utc_after_the_clock_was_corrected(void **state)
{
    (void)state;
    struct story_person decided = person;
    decided.decided = CONCORDAT__V1__BASIS__BASIS_STATED;
    decided.decided_min = 50;
    story_at(&story, 55);
    story_receive(&story, 1, decided);
    stand_ahead(6);
    story_at(&story, 60);
    story_receive(&story, 2, decided);
    stand_ahead(0);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("waits", "R-0001", "since_decision_s", "300.0");
    cell_is("waits", "R-0002", "since_decision_s", "240.0");
}

/* Arrived at the start by the wall. */
static void a_detention_is_counted_until_now_in_utc(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_detention(&story, 1, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED,
                    CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION, false);
    story_at(&story, 30);
    stand_ahead(6);
    story_at(&story, 36 + 30); /* the check was due at minute 60 by the wall, and was done at minute 58 */
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_HEALTH_CHECK);
    story.told_late_min = 6 + 2;
    story_detention(&story, 1, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_HEALTH_CHECKED, 0, false);
    story_at(&story, 36 + 60);
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_HEALTH_CHECK); /* due at minute 90 by the wall */
    story.told_late_min = 6 - 2;
    story_detention(&story, 1, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_HEALTH_CHECKED, 0, false);
    story_at(&story, 1440 + 6);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "section136", 0, 0);
    cell_is("station", "northmoor", "health_checks_missed", "1");
    cell_is("summary", "held for more than 24 hours", "count", "0");
    story_at(&story, 1440 + 7);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "section136", 0, 0);
    cell_is("summary", "held for more than 24 hours", "count", "1");
}

/* ---- in which order ---- */

static void expect_order(const char *report, const char *first, const char *second)
{
    char *text = report_reader_print(&story, report, REPORT_TEXT, 0, 0);
    const char *one = strstr(text, first), *other = strstr(text, second);
    assert_non_null(one);
    assert_non_null(other);
    assert_true(one < other);
    free(text);
}

/* 9999 is before 10000, and as a text it is not. */
static void cases_stand_in_the_order_of_their_numbers(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_ask(&story, "UPDATE referral SET number = 'R-10000' WHERE number = 'R-0001'");
    story_ask(&story, "UPDATE referral SET number = 'R-9999' WHERE number = 'R-0002'");
    expect_order("referrals", "R-9999", "R-10000");
    expect_order("open", "R-9999", "R-10000");
    story_at(&story, 1500);
    story_cover(&story, 60, 0);
    expect_order("breaches", "R-9999", "R-10000");
}

/* ---- by what ---- */

/* R7: the younger age counts, and a guess is no clear evidence against how somebody looks. */
static void the_age_is_the_one_that_the_router_used(void **state)
{
    (void)state;
    struct story_person younger = person, guessed = person;
    younger.age_by_birth = 16;
    guessed.guessed_adult_looks_under_18 = true;
    story_receive(&story, 1, younger);
    story_receive(&story, 2, guessed);
    story_receive(&story, 3, person);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("told_apart_by", "R-0001", "age_band", "under 18");
    cell_is("told_apart_by", "R-0002", "age_band", "age not known");
    cell_is("told_apart_by", "R-0003", "age_band", "18 and over");
    report_reader_read(&story, "volume", 0, 0);
    cell_is("volume", "street triage|urgent|under 18", "received", "1");
}

static void who_was_told_that_a_coordinator_took_the_case_was_told_who_has_it(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_at(&story, 5);
    story_take(&story, 1);
    story_told(&story, 1, CONCORDAT__V1__STATE__STATE_TAKEN);
    report_reader_read(&story, "times", 0, 0);
    cell_is("told", "all", "told_within_30_min", "1");
    char *text = report_reader_print(&story, "times", REPORT_TEXT, 0, 0);
    assert_non_null(strstr(text, "Referrer told who has the case in hand within 30 minutes"));
    assert_null(strstr(text, "who will come")); /* nobody does yet */
    free(text);
}

/* The wait is of the team that said yes first; who had the case last is another thing. */
static void the_team_that_accepted_first_and_the_one_that_had_it_last_are_told_apart(void **state)
{
    (void)state;
    story_policy(&story);
    story_receive(&story, 1, person);
    story_offer(&story, 1, 1, "south");
    story_at(&story, 5);
    story_accept(&story, 1, 1, "south", "");
    story_at(&story, 60);
    story_offer(&story, 1, 2, "north");
    story_accept(&story, 1, 2, "north", "south");
    story_at(&story, 1500);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("told_apart_by", "R-0001", "first_accepted_team", "south");
    cell_is("told_apart_by", "R-0001", "first_accepted_organisation", "ZZ1");
    cell_is("told_apart_by", "R-0001", "last_accepted_team", "north");
    cell_is("waits", "R-0001", "to_accepted_s", "300.0");
    report_reader_read(&story, "breaches", 0, 0);
    cell_is("breaches", "R-0001", "last_accepted_team", "north");
}

/* The code 27 of BaRS says that the service could not be contacted, and this reason that the person could
 * not. */
static void a_reason_that_no_national_code_fits_has_none(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_offer(&story, 1, 1, "north");
    story_end_offer(&story, 1, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                    CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_PERSON_NOT_CONTACTABLE);
    report_reader_read(&story, "declines", 0, 0);
    cell_is("reasons", "person not contactable", "bars_code", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, counted_set_up, counted_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_telephoned_is_received_when_somebody_rang_on_both_sides_of_an_edge),
        TEST(what_was_open_before_the_period_is_in_the_report_of_what_is_open),
        TEST(the_team_that_accepted_first_and_the_one_that_had_it_last_are_told_apart),
        TEST(what_people_state_is_compared_in_utc_after_the_clock_was_corrected),
        TEST(a_detention_is_counted_until_now_in_utc),
        TEST(the_age_is_the_one_that_the_router_used),
        TEST(who_was_told_that_a_coordinator_took_the_case_was_told_who_has_it),
        TEST(a_reason_that_no_national_code_fits_has_none),
        TEST(cases_stand_in_the_order_of_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
