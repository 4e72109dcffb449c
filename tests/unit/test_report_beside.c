/* test_report_beside.c: self-harm, liaison and diversion, requests, who could not be reached, who looked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"
#include "tests/worlds/story_beside.h"

#define URGENT     CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET     CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define LIAISON    CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION
#define DEPARTMENT CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT
#define YES        CONCORDAT__V1__ANSWERED__ANSWERED_YES
#define NO         CONCORDAT__V1__ANSWERED__ANSWERED_NO
#define ASKED(x)   CONCORDAT__V1__BESIDE__BESIDE_##x
#define STANDS(x)  CONCORDAT__V1__BESIDE_STATE__BESIDE_STATE_##x
#define NEXT(x)    CONCORDAT__V1__CONTACT_NEXT__CONTACT_NEXT_##x

static struct story story;
static const struct story_person person = {.source = STREET, .urgency = URGENT, .age = 30};

static int beside_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int beside_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

static void read_beside(const char *report)
{
    story_cover(&story, 60, 0);
    report_reader_read(&story, report, 0, 0);
}

/* ---- self-harm ---- */

static void harmed(uint32_t number, Concordat__V1__Answered self_harm, Concordat__V1__Answered assessed,
                   int64_t waited_min, int age)
{
    story_receive(&story, number,
                  (struct story_person){.source = DEPARTMENT,
                                        .urgency = URGENT,
                                        .age = age,
                                        .self_harm = self_harm,
                                        .assessed = assessed,
                                        .department_min = -60,
                                        .psychosocial_min = waited_min - 60});
}

static void whoever_was_assessed_is_counted_among_those_referred_for_self_harm_alone(void **state)
{
    (void)state;
    harmed(1, YES, YES, 30, 30);
    harmed(2, YES, YES, 90, 17);
    harmed(3, YES, YES, -5, 30); /* stated as before the arrival: no wait */
    harmed(4, YES, NO, 0, 30);
    harmed(5, YES, 0, 0, 17);
    harmed(6, NO, YES, 10, 30);
    story_receive(&story, 7, (struct story_person){.source = DEPARTMENT, .urgency = URGENT, .age = 30});
    story_receive(&story, 8, person);
    read_beside("selfharm");
    cell_is("referred", "yes", "referrals", "5");
    cell_is("referred", "no", "referrals", "1");
    cell_is("referred", "not recorded", "referrals", "1");
    cell_is("assessed", "all", "referrals", "5");
    cell_is("assessed", "all", "assessed", "3");
    cell_is("assessed", "all", "not_assessed", "1");
    cell_is("assessed", "all", "not_recorded", "1");
    cell_is("assessed", "all", "assessed_percent", "60.0");
    cell_is("assessed", "under 18", "assessed_percent", "50.0");
    cell_is("waits", "all", "with_time", "2");
    cell_is("waits", "all", "median_min", "30.0");
    cell_is("waits", "all", "max_min", "90.0");
    assert_true(report_reader_says("verdicts", "3 of 5 people referred for self-harm"));
}

/* ---- liaison and diversion ---- */

static void met(uint32_t number, Concordat__V1__PointOfContact point, Concordat__V1__Answered screened,
                Concordat__V1__Answered assessed, Concordat__V1__Answered consents)
{
    story_receive(&story, number,
                  (struct story_person){.source = LIAISON,
                                        .urgency = URGENT,
                                        .age = 30,
                                        .point_of_contact = point,
                                        .screened = screened,
                                        .assessed = assessed,
                                        .consents = consents});
}

static void each_answer_in_custody_is_yes_no_or_not_recorded(void **state)
{
    (void)state;
    met(1, CONCORDAT__V1__POINT_OF_CONTACT__POINT_OF_CONTACT_CUSTODY, YES, YES, NO);
    met(2, CONCORDAT__V1__POINT_OF_CONTACT__POINT_OF_CONTACT_CUSTODY, YES, NO, YES);
    met(3, CONCORDAT__V1__POINT_OF_CONTACT__POINT_OF_CONTACT_YOUTH_COURT, NO, 0, 0);
    met(4, 0, 0, 0, YES);
    story_receive(&story, 5, person);
    read_beside("diversion");
    cell_is("stages", "all", "referrals", "4");
    cell_is("stages", "all", "screened", "2");
    cell_is("stages", "all", "not_screened", "1");
    cell_is("stages", "all", "screened_not_recorded", "1");
    cell_is("stages", "all", "screened_percent", "50.0");
    cell_is("stages", "all", "assessed_percent", "25.0");
    cell_is("stages", "all", "assessed_not_recorded", "2");
    cell_is("stages", "all", "consenting", "2");
    cell_is("stages", "custody", "not_consenting", "1");
    cell_is("stages", "custody", "consenting_percent", "50.0");
    cell_is("stages", "youth court", "referrals", "1");
    cell_is("stages", "not recorded", "consenting", "1");
    cell_is("ages", "18 and over", "referrals", "4");
}

/* ---- requests ---- */

/* A no that became a yes was refused once; an ambulance that was not asked first answers at once. */
static void a_request_is_what_was_said_last_and_waits_from_the_first_asking_to_the_first_yes(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(NEEDED), 0, 0);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(ASKED), 1, 10);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(NO), 1, 20);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(ASKED), 2, 25);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(YES), 2, 50);
    story_request(&story, 1, 1, ASKED(AMHP), STANDS(DONE), 2, 90);
    story_request(&story, 1, 2, ASKED(BED), STANDS(NEEDED), 0, 90);
    story_remind_of_request(&story, 1, 2, ASKED(BED), 100);
    story_request(&story, 2, 1, ASKED(AMHP), STANDS(ASKED), 1, 110);
    story_request(&story, 2, 2, ASKED(AMBULANCE), STANDS(ON_THE_WAY), 1, 110);
    story_request(&story, 2, 3, ASKED(BED), STANDS(CANCELLED), 1, 111);
    read_beside("requests");
    cell_is("requests", "all", "requests", "5");
    cell_is("requests", "AMHP", "requests", "2");
    cell_is("requests", "AMHP", "done", "1");
    cell_is("requests", "AMHP", "asked", "1");
    cell_is("requests", "AMHP", "done_percent", "50.0");
    cell_is("requests", "bed", "needed", "1");
    cell_is("requests", "bed", "cancelled", "1");
    cell_is("requests", "ambulance", "on_the_way", "1");
    cell_is("answers", "AMHP", "with_yes", "1");
    cell_is("answers", "AMHP", "refused_at_least_once", "1");
    cell_is("answers", "AMHP", "asked_more_than_once", "1");
    cell_is("answers", "AMHP", "median_min", "40.0");
    cell_is("answers", "ambulance", "max_min", "0.0");
    cell_is("answers", "bed", "reminded", "1");
    cell_is("answers", "all", "with_yes", "2");
    assert_true(report_reader_says("verdicts", "2 of 5 requests have had no yes yet"));
}

/* ---- not reached ---- */

static void a_contact_before_the_first_failed_try_is_not_one_after_it(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_receive(&story, 3, person);
    story_contact(&story, 2, "harbour", false);
    story_try(&story, 1, NEXT(TRY_AGAIN), 10);
    story_try(&story, 1, NEXT(VISIT), 20);
    story_use_up_tries(&story, 1);
    story_try(&story, 2, NEXT(TRY_AGAIN), 30);
    story_try(&story, 3, 0, 30);
    story_at(&story, 40);
    story_contact(&story, 1, "harbour", true);
    story_finish(&story, 3, CONCORDAT__V1__OUTCOME__OUTCOME_NOT_FOUND);
    read_beside("reached");
    cell_is("tries", "all", "people", "3");
    cell_is("tries", "all", "met_later", "1");
    cell_is("tries", "all", "ended_unmet", "1");
    cell_is("tries", "all", "not_met_yet", "1");
    cell_is("tries", "all", "failed_tries", "4");
    cell_is("tries", "street triage", "met_later_percent", "33.3");
    cell_is("next", "try again", "failed_tries", "2");
    cell_is("next", "visit", "failed_tries", "1");
    cell_is("next", "not recorded", "failed_tries", "1");
    assert_true(report_reader_says("verdicts", "2 of 3 people who could not be reached"));
}

/* A person who is seen meanwhile is still missing. */
static void each_time_that_a_person_was_missing_counts_until_they_were_found(void **state)
{
    (void)state;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_missing(&story, 1, 10);
    story_missing(&story, 1, 40); /* seen */
    story_found(&story, 1, CONCORDAT__V1__FOUND_BY__FOUND_BY_POLICE, 70);
    story_missing(&story, 1, 100);
    story_found(&story, 1, CONCORDAT__V1__FOUND_BY__FOUND_BY_FAMILY, 120);
    story_missing(&story, 2, 130);
    read_beside("reached");
    cell_is("missing", "all", "times", "3");
    cell_is("missing", "all", "max_min", "60.0");
    cell_is("missing", "police", "times", "1");
    cell_is("missing", "police", "median_min", "60.0");
    cell_is("missing", "family", "median_min", "20.0");
    cell_is("missing", "not found yet", "times", "1");
    cell_is("missing", "not found yet", "median_min", "");
    assert_true(report_reader_says("verdicts", "1 of 3 times that somebody was missing"));
}

/* ---- who looked ---- */

static void a_record_that_was_read_beyond_the_areas_is_told_apart(void **state)
{
    (void)state;
    const Concordat__V1__Role team = CONCORDAT__V1__ROLE__ROLE_TEAM;
    const Concordat__V1__Role coordinator = CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    story_receive(&story, 1, person);
    story_receive(&story, 2, person);
    story_look(&story, 1, team, "harbour", 0, false);
    story_look(&story, 1, team, "harbour", 0, false);
    story_look(&story, 2, team, "northmoor", 0, false);
    story_look(&story, 1, coordinator, "duty", CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_LIFE_AT_RISK, false);
    story_look(&story, 1, coordinator, "duty", 0, true);
    read_beside("looked");
    cell_is("roles", "all", "times", "5");
    cell_is("roles", "all", "cases", "2");
    cell_is("roles", "team", "records", "3");
    cell_is("roles", "coordinator", "who_had_to_do_with_it", "1");
    cell_is("roles", "coordinator", "beyond_their_areas", "1");
    cell_is("readers", "team|harbour", "times", "2");
    cell_is("readers", "team|harbour", "cases", "1");
    cell_is("beyond", "life at risk", "times", "1");
    assert_true(report_reader_has_row("each_reading", "R-0001"));
    assert_true(report_reader_says("verdicts", "4 times a record was opened, of which 1 beyond"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            whoever_was_assessed_is_counted_among_those_referred_for_self_harm_alone, beside_set_up,
            beside_tear_down),
        cmocka_unit_test_setup_teardown(each_answer_in_custody_is_yes_no_or_not_recorded, beside_set_up,
                                        beside_tear_down),
        cmocka_unit_test_setup_teardown(
            a_request_is_what_was_said_last_and_waits_from_the_first_asking_to_the_first_yes, beside_set_up,
            beside_tear_down),
        cmocka_unit_test_setup_teardown(a_contact_before_the_first_failed_try_is_not_one_after_it,
                                        beside_set_up, beside_tear_down),
        cmocka_unit_test_setup_teardown(each_time_that_a_person_was_missing_counts_until_they_were_found,
                                        beside_set_up, beside_tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_was_read_beyond_the_areas_is_told_apart, beside_set_up,
                                        beside_tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
