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
    cell_is("told_apart_by", "R-0001", "team", "north");
    cell_is("told_apart_by", "R-0001", "organisation", "ZZ1");
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
    cell_is("told_apart_by", "R-0002", "team", "none");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, measures_set_up, measures_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_referral_stands_once_with_its_groups_periods_waits_and_measures),
        TEST(a_percentile_that_far_up_is_blank_of_fewer_than_20),
        TEST(a_decision_that_was_stated_as_after_the_receipt_is_no_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
