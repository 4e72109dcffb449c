/* test_report_measures.c: what each measure says of one referral, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT
#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define STATED      CONCORDAT__V1__BASIS__BASIS_STATED

static struct story story;
static const struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 17};

static int measures_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int measures_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

static void each_referral_stands_once_with_its_groups_periods_waits_and_measures(void **state)
{
    (void)state;
    story_policy(&story);
    story_receive(&story, 1, person);
    story_at(&story, 2);
    story_offer(&story, 1, 1, "north");
    story_at(&story, 5);
    story_accept(&story, 1, 1, "north", "");
    story_at(&story, 31);
    story_told(&story, 1, CONCORDAT__V1__STATE__STATE_ACCEPTED);
    story_at(&story, 60);
    story_contact(&story, 1, "north", true);
    story_receive(&story, 2, person);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("told_apart_by", "R-0001", "first_accepted_team", "north");
    cell_is("told_apart_by", "R-0001", "first_accepted_organisation", "ZZ1");
    cell_is("told_apart_by", "R-0001", "age_band", "under 18");
    cell_is("told_apart_by", "R-0001", "sex", "female");
    cell_is("told_apart_by", "R-0001", "ethnicity16", "H");
    cell_is("told_apart_by", "R-0001", "ethnicity5", "Asian");
    cell_is("told_apart_by", "R-0001", "week", "2026-W39");
    cell_is("told_apart_by", "R-0001", "financial_year", "2026/27");
    cell_is("waits", "R-0001", "to_offer_s", "120.0");
    cell_is("waits", "R-0001", "to_accepted_s", "300.0");
    cell_is("waits", "R-0001", "to_told_s", "1860.0");
    cell_is("waits", "R-0001", "to_seen_s", "3600.0");
    cell_is("measures", "R-0001", "told", "1");
    cell_is("measures", "R-0001", "told_within_30_min", "0");
    cell_is("measures", "R-0001", "seen", "1");
    cell_is("measures", "R-0001", "response_met", "1");
    cell_is("told_apart_by", "R-0002", "first_accepted_team", "none");
    cell_is("measures", "R-0002", "told_within_30_min", "0");
    cell_is("measures", "R-0002", "never_seen", "0");  /* it is open still */
    cell_is("measures", "R-0002", "response_met", ""); /* and its time is not up */
}

static void a_decision_that_was_stated_as_after_the_receipt_is_no_wait(void **state)
{
    (void)state;
    struct story_person before = person, after = person;
    before.decided = after.decided = STATED;
    before.decided_min = -6;
    after.decided_min = 7;
    story_receive(&story, 1, before);
    story_receive(&story, 2, after);
    report_reader_read(&story, "times", 0, 0);
    cell_is("times", "decided to received", "with_time", "1");
    cell_is("times", "decided to received", "median_s", "360.0");
    assert_true(report_reader_says("notes", "1 decision is stated as after the receipt"));
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("waits", "R-0002", "since_decision_s", "");
    cell_is("measures", "R-0001", "decision_after_receipt", "0");
    cell_is("measures", "R-0002", "decision_after_receipt", "1");
}

static void a_percentile_that_far_up_is_blank_of_fewer_than_20(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 20; i++) {
        story_at(&story, i);
        story_receive(&story, i, person);
        story_at(&story, i + 0.5);
        story_offer(&story, i, 1, "north");
        if (i < 19)
            continue;
        report_reader_read(&story, "times", 0, 0);
        cell_is("times", "received to first offer", "median_s", "30.0");
        cell_is("times", "received to first offer", "p90_s", i < 20 ? "" : "30.0");
        cell_is("times", "received to first offer", "p95_s", i < 20 ? "" : "30.0");
        cell_is("offers", "all", "p95", i < 20 ? "" : "1");
        assert_true(report_reader_says("notes", "p90 and p95 are not shown of fewer than 20"));
    }
    report_reader_read(&story, "volume", 0, 0);
    assert_false(report_reader_says("notes", "p90"));
}

/* Two hours here, and then held on elsewhere, as nobody has said that the detention ended. */
static void closing_a_case_ends_no_detention(void **state)
{
    (void)state;
    struct story_person held = person;
    held.place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
    held.transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_AMBULANCE;
    story_receive(&story, 1, held);
    story_detention(&story, 1, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED, held.place, false);
    story_receive(&story, 2, person);
    story_at(&story, 120);
    story_finish(&story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    story_at(&story, 1440);
    story_cover(&story, 60, 0);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("measures", "R-0001", "held_over_24_h", "0"); /* not more than 24 h to the millisecond */
    story.now_ms++;
    story_cover(&story, 60, 0);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("measures", "R-0001", "detained_136", "1");
    cell_is("measures", "R-0001", "held_over_24_h", "1");
    cell_is("measures", "R-0001", "police_vehicle", "0");
    cell_is("measures", "R-0001", "handover_within_60_min", "");
    cell_is("measures", "R-0002", "detained_136", "0");
    cell_is("measures", "R-0002", "held_over_24_h", "");
    report_reader_read(&story, "section136", 0, 0);
    cell_is("summary", "held for more than 24 hours", "count", "1");
}

static void a_refusal_for_drink_is_one_of_its_referral_and_others_are_not(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 2; i++) {
        story_receive(&story, i, person);
        story_offer(&story, i, 1, "north");
        story_end_offer(&story, i, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        i == 1 ? CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION
                               : CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY);
    }
    story_receive(&story, 3, person);
    report_reader_read(&story, "referrals", 0, 0);
    cell_is("measures", "R-0001", "refused_for_drink_or_behaviour", "1");
    cell_is("measures", "R-0002", "refused_for_drink_or_behaviour", "0");
    cell_is("measures", "R-0002", "declined", "1");
    cell_is("measures", "R-0003", "declined", "0");
}

/* ---- the published cohort ---- */

#define EMERGENCY  CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY
#define URGENT     CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define DEPARTMENT CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT

static void accept_by(uint32_t number, struct story_person who, const char *team)
{
    story_receive(&story, number, who);
    story_offer(&story, number, 1, team);
    story_accept(&story, number, 1, team, "");
}

static void decline_by(uint32_t number, struct story_person who, const char *team)
{
    story_receive(&story, number, who);
    story_offer(&story, number, 1, team);
    story_end_offer(&story, number, 1, team, CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                    CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY);
}

/* Not by the source: a department's referral that a crisis team took is no referral to liaison. */
static void the_published_cohort_goes_by_the_team_that_has_it(void **state)
{
    (void)state;
    const struct story_person from_department = {.source = DEPARTMENT, .urgency = VERY_URGENT, .age = 40};
    story_policy(&story); /* north is A02, liaison A11 */
    accept_by(1, from_department, "liaison");
    accept_by(2, from_department, "north");
    accept_by(3, person, "liaison"); /* from the street, to liaison: in neither */
    report_reader_read(&story, "national", 0, 0);
    cell_is("published", "PLS121|all", "count", "1");
    cell_is("published", "CCR117|all", "count", "1");
    cell_is("published", "CCR117a", "count", "1");
    cell_is("published", "CCR117b", "count", "0");
    cell_is("own", "emergency department|all|new referrals", "count", "2");
    cell_is("recording", "in no published measure", "count", "1");
}

static void a_refused_referral_is_published_and_one_that_nobody_answered_is_not(void **state)
{
    (void)state;
    story_policy(&story);
    decline_by(1, person, "north");
    story_receive(&story, 2, person);
    story_offer(&story, 2, 1, "north");
    report_reader_read(&story, "national", 0, 0);
    cell_is("published", "CCR117|all", "count", "1");
    cell_is("own", "community, very urgent|all|new referrals", "count", "2");
}

/* The policy's urgency is the router's own: nationally it is in no measure. */
static void an_urgency_that_was_assumed_is_in_no_published_measure(void **state)
{
    (void)state;
    story_policy(&story);
    accept_by(1, (struct story_person){.source = STREET, .routed_as = VERY_URGENT, .age = 30}, "north");
    accept_by(2, (struct story_person){.source = STREET, .urgency = EMERGENCY, .age = -1}, "north");
    report_reader_read(&story, "national", 0, 0);
    cell_is("published", "CCR117|all", "count", "0");
    cell_is("published", "CCR70|all", "count", "1");
    cell_is("published", "in CCR70|age not known", "count", "1");
    cell_is("own", "community, very urgent|all|new referrals", "count", "1");
    cell_is("own", "community, emergency|all|open and not seen", "count", "1");
}

/* The rate of NHS England leaves out who was never seen; our own has them in the denominator. */
static void each_count_stands_under_its_own_code_with_its_denominator(void **state)
{
    (void)state;
    story_policy(&story);
    for (uint32_t i = 1; i <= 3; i++)
        accept_by(i, person, "north");
    story_at(&story, 240);
    story_contact(&story, 1, "north", true);
    story_at(&story, 241);
    story_contact(&story, 2, "north", true);
    report_reader_read(&story, "national", 0, 0);
    cell_is("published", "CCR117|all", "count", "3");
    cell_is("published", "CCR118|all", "count", "2");
    cell_is("published", "CCR119|all", "count", "1");
    cell_is("published", "CCR119|all", "out_of", "2");
    cell_is("published", "CCR119b|under 18", "percent", "50.0");
    cell_is("own", "community, very urgent|all|seen within 240 min, of new", "percent", "33.3");
}

/* A nurse writes the minute; the month ends at midnight in London. */
static void what_the_published_code_loses_is_counted(void **state)
{
    (void)state;
    story_policy(&story);
    accept_by(1, person, "north"); /* 20 seconds past the minute */
    story.now_ms = STORY_START_MS + 40000;
    story.told_late_min = 1;
    story_contact(&story, 1, "north", true);
    story.told_late_min = 0;
    int64_t october_ms = INT64_C(1790809200000); /* 2026-09-30T23:00:00Z */
    story.now_ms = october_ms - 60000;
    accept_by(2, person, "north");
    story.now_ms = october_ms;
    story_contact(&story, 2, "north", true);
    report_reader_read(&story, "national", 0, 0);
    cell_is("published", "CCR117|all", "count", "2");
    cell_is("published", "CCR118|all", "count", "0");
    cell_is("own", "community, very urgent|all|had a face-to-face contact", "count", "2");
    cell_is("recording", "seen, but for the published code too late", "count", "2");
}

static void a_policy_with_another_limit_stands_beside_the_national_one(void **state)
{
    (void)state;
    struct story_person slower = person;
    slower.routed_as = URGENT; /* by whose limit the clock runs */
    accept_by(1, person, "north");
    report_reader_read(&story, "national", 0, 0);
    cell_is("limits", "community, very urgent", "policy_limit", "240 min");
    accept_by(2, person, "north");
    story_urgency(&story, 2, slower, VERY_URGENT);
    report_reader_read(&story, "national", 0, 0);
    cell_is("limits", "community, very urgent", "national_limit", "240 min");
    cell_is("limits", "community, very urgent", "policy_limit", "240 to 1440 min");
    cell_is("limits", "community, very urgent", "with_another_limit", "1");
    cell_is("limits", "community, urgent", "policy_limit", "none");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, measures_set_up, measures_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_referral_stands_once_with_its_groups_periods_waits_and_measures),
        TEST(a_percentile_that_far_up_is_blank_of_fewer_than_20),
        TEST(closing_a_case_ends_no_detention),
        TEST(a_refusal_for_drink_is_one_of_its_referral_and_others_are_not),
        TEST(the_published_cohort_goes_by_the_team_that_has_it),
        TEST(a_refused_referral_is_published_and_one_that_nobody_answered_is_not),
        TEST(an_urgency_that_was_assumed_is_in_no_published_measure),
        TEST(each_count_stands_under_its_own_code_with_its_denominator),
        TEST(what_the_published_code_loses_is_counted),
        TEST(a_policy_with_another_limit_stands_beside_the_national_one),
        TEST(a_decision_that_was_stated_as_after_the_receipt_is_no_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
