/* test_report.c: each report's figures, worked out by hand from a story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/audit/report.h"
#include "services/audit/report_functions.h"
#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT
#define URGENT      CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define DEPARTMENT  CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT

static struct story story;

static int report_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int report_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    story_close(&story);
    return 0;
}

/* A referral is received at a minute, offered to a team and accepted at once, and the person seen (or not)
 * some minutes later. */
static void tell_seen(uint32_t number, double received_min, struct story_person person, double seen_after_min)
{
    story_at(&story, received_min);
    story_receive(&story, number, person);
    story_offer(&story, number, 1, "north");
    story_accept(&story, number, 1, "north", "");
    if (seen_after_min >= 0) {
        story_at(&story, received_min + seen_after_min);
        story_contact(&story, number, "north", true);
    }
}

/* ---- national ---- */

static void exactly_240_minutes_counts_as_met_and_a_millisecond_more_does_not(void **state)
{
    (void)state;
    struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 18};
    tell_seen(1, 0, person, 240);
    tell_seen(2, 300, person, 240 + 1.0 / 60000);
    report_reader_read(&story, "national", 0, 0);
    cell_is("own", "community, very urgent|18 and over|new referrals", "count", "2");
    cell_is("own", "community, very urgent|18 and over|had a face-to-face contact", "count", "2");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "count", "1");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "percent",
            "50.0");
    cell_is("own", "community, very urgent|18 and over|seen later", "count", "1");
    cell_is("waits", "community, very urgent|18 and over", "median_min", "240.0");
}

static void accepted_or_rung_is_not_seen_and_never_seen_is_a_line_of_its_own(void **state)
{
    (void)state;
    struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 40};
    tell_seen(1, 0, person, 30);
    tell_seen(2, 60, person, -1); /* accepted, rung, closed: never seen */
    story_contact(&story, 2, "north", false);
    story_finish(&story, 2, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    tell_seen(3, 70, person, -1);  /* accepted, open, past the time at the end */
    tell_seen(4, 400, person, -1); /* accepted, open, still within time */
    report_reader_read(&story, "national", 0, 0);
    cell_is("own", "community, very urgent|18 and over|new referrals", "count", "4");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "count", "1");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "out_of", "4");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "percent",
            "25.0");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of those with", "out_of", "1");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of those with", "percent",
            "100.0");
    cell_is("own", "community, very urgent|18 and over|never seen", "count", "1");
    cell_is("own", "community, very urgent|18 and over|open, not seen and past the time", "count", "1");
    cell_is("own", "community, very urgent|18 and over|open, not seen and still within time", "count", "1");
}

static void tell_passed_on(uint32_t number, const char *provider, int64_t received_ms)
{
    Concordat__V1__PassedOn what = CONCORDAT__V1__PASSED_ON__INIT;
    what.provider = (char *)(uintptr_t)provider;
    what.received_ms = received_ms;
    Concordat__V1__Event event = CONCORDAT__V1__EVENT__INIT;
    event.what_case = CONCORDAT__V1__EVENT__WHAT_PASSED_ON;
    event.passed_on = &what;
    story_tell(&story, number, &event);
}

/* The second is passed on at once, the third after our time had run out; of the fourth nobody says to whom.
 */
static void R8_passed_on_is_neither_met_nor_late_and_both_waits_are_shown(void **state)
{
    (void)state;
    struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 40};
    tell_seen(1, 0, person, 30);
    tell_seen(2, 60, person, -1);
    story_at(&story, 70);
    story_finish(&story, 2, CONCORDAT__V1__OUTCOME__OUTCOME_REFERRED_ON);
    tell_passed_on(2, "RX4", 0);
    tell_seen(3, 80, person, 300);
    story_finish(&story, 3, CONCORDAT__V1__OUTCOME__OUTCOME_REFERRED_ON);
    tell_passed_on(3, "", 0);
    tell_seen(4, 500, person, -1);
    story_finish(&story, 4, CONCORDAT__V1__OUTCOME__OUTCOME_REFERRED_ON); /* and nobody says to whom */
    tell_passed_on(2, "RX4", story.now_ms - 400 * 60000);                 /* told later: 40 minutes after */
    report_reader_read(&story, "national", 0, 0);
    cell_is("own", "community, very urgent|18 and over|new referrals", "count", "2");
    cell_is("own", "community, very urgent|18 and over|had a face-to-face contact", "count", "1");
    cell_is("own", "community, very urgent|18 and over|seen within 240 min, of new referrals", "percent",
            "50.0");
    cell_is("own", "community, very urgent|18 and over|seen later", "count", "0");
    cell_is("own", "community, very urgent|18 and over|never seen", "count", "1");
    cell_is("own", "community, very urgent|18 and over|passed on to another provider", "count", "2");
    cell_is("own", "community, very urgent|18 and over|passed on to another provider", "out_of", "4");
    cell_is("waits", "community, very urgent|18 and over", "seen", "1");
    cell_is("passed_on", "R-0002|RX4", "person_seen_after_min", "not known to us");
    cell_is("passed_on", "R-0002|RX4", "to_there_min", "40.0");
    cell_is("passed_on", "R-0002|RX4", "our_time_ran_out_first", "no");
    cell_is("passed_on", "R-0003|no code", "person_seen_after_min", "300.0");
    cell_is("passed_on", "R-0003|no code", "to_there_min", "");
    cell_is("passed_on", "R-0003|no code", "our_time_ran_out_first", "yes");
    report_reader_read(&story, "breaches", 0, 0);
    cell_is("clocks", "response", "passed_on", "2");
    cell_is("clocks", "response", "met", "1");
    cell_is("clocks", "response", "stopped_late", "0");
    cell_is("clocks", "response", "met_percent_of_started", "50.0");
}

static void each_person_falls_in_the_measure_of_their_source_urgency_and_age(void **state)
{
    (void)state;
    tell_seen(1, 0, (struct story_person){.source = STREET, .urgency = URGENT, .age = 17}, 1440);
    tell_seen(2, 1450, (struct story_person){.source = DEPARTMENT, .urgency = URGENT, .age = 18}, 60);
    tell_seen(3, 1520, (struct story_person){.source = DEPARTMENT, .urgency = VERY_URGENT, .age = 17}, 61);
    tell_seen(4, 1600, (struct story_person){.source = STREET, .routed_as = VERY_URGENT, .age = -1}, 10);
    tell_seen(5, 1620,
              (struct story_person){.source = STREET, .urgency = CONCORDAT__V1__URGENCY__URGENCY_ROUTINE}, 5);
    report_reader_read(&story, "national", 0, 0);
    cell_is("own", "community, urgent|under 18|seen within 1440 min, of new", "percent", "100.0");
    cell_is("own", "emergency department|18 and over|seen within 60 min, of new", "percent", "100.0");
    cell_is("own", "emergency department|under 18|seen within 60 min, of new", "percent", "0.0");
    cell_is("own", "community, very urgent|age not known|seen within 240 min, of new", "percent", "100.0");
    cell_is("own", "community, very urgent|18 and over|new referrals", "count", "0");
    cell_is("recording", "urgency not recorded", "count", "1");
    cell_is("recording", "time of the decision", "count", "5");
    cell_is("recording", "in no measure of our own", "count", "1");
}

static void a_drill_is_outside_every_figure_of_every_report(void **state)
{
    (void)state;
    story_of_a_day(&story);
    size_t count;
    const struct report *const *reports = report_list(&count);
    assert_int_equal(count, 17);
    for (size_t i = 0; i < count; i++) {
        if (reports[i]->of_one_case)
            continue;
        char *text = report_reader_print(&story, reports[i]->name, REPORT_TEXT, 0, 0);
        assert_null(strstr(text, "D-0003"));
        assert_non_null(strstr(text, "1 drill is left out of every figure"));
        assert_non_null(strstr(text, "for internal use only"));
        free(text);
    }
    report_reader_read(&story, "volume", 0, 0);
    cell_is("sources", "all", "received", "2");
    report_reader_read(&story, "declines", 0, 0);
    cell_is("teams", "north", "offers", "1"); /* its other offer was the drill's */
    report_reader_read(&story, "equality", 0, 0);
    cell_is("overall", "accepted by a team", "out_of", "2");
}

/* ---- times ---- */

static void router_times_are_worked_out_from_receipt(void **state)
{
    (void)state;
    story_of_a_day(&story);
    report_reader_read(&story, "times", 0, 0);
    cell_is("times", "received to first offer", "referrals", "2");
    cell_is("times", "received to first offer", "max_s", "0.0");
    cell_is("times", "received to accepted", "with_time", "1");
    cell_is("times", "received to accepted", "median_s", "480.0");
    cell_is("times", "received to referrer told", "max_s", "540.0");
    cell_is("times", "decided to received", "with_time", "1"); /* the other was imputed */
    cell_is("times", "decided to received", "median_s", "360.0");
    cell_is("times_by_group", "received to accepted|street triage|very urgent", "median_s", "480.0");
    cell_is("offers", "all", "offers", "3");
    cell_is("offers", "all", "mean", "1.5");
    cell_is("offers", "street triage", "max", "2");
    cell_is("told", "all", "told_within_30_min", "1");
    cell_is("told", "all", "percent_of_referrals", "50.0");
    cell_is("told", "all", "percent_of_told", "100.0");
}

static void told_at_exactly_30_minutes_counts(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 2; i++) {
        tell_seen(i, 100.0 * i, (struct story_person){.source = STREET, .urgency = URGENT, .age = 30}, -1);
        story_at(&story, 100.0 * i + 30 + (i - 1) / 60000.0);
        story_told(&story, i, CONCORDAT__V1__STATE__STATE_OFFERED); /* not who has it in hand */
        story_told(&story, i, CONCORDAT__V1__STATE__STATE_ACCEPTED);
    }
    report_reader_read(&story, "times", 0, 0);
    cell_is("told", "all", "told_within_30_min", "1");
}

static void percentiles_are_by_nearest_rank(void **state)
{
    (void)state;
    sqlite3 *database = trail_database(story.trail);
    assert_int_equal(report_functions_add(database), SQLITE_OK);
#define OF(values, p) story_ask(&story, "SELECT percentile(column1, " #p ") FROM (VALUES " values ")")
    assert_string_equal(OF("(5), (1), (4), (2), (3)", 50), "3");
    assert_string_equal(OF("(4), (1), (2), (3)", 50), "2");
    assert_string_equal(OF("(10), (9), (8), (7), (6), (5), (4), (3), (2), (1)", 90), "9");
    assert_string_equal(OF("(10), (9), (8), (7), (6), (5), (4), (3), (2), (1)", 95), "10");
    assert_string_equal(OF("(7), (NULL)", 50), "7");
    assert_string_equal(OF("(NULL)", 50), "");
    assert_string_equal(OF("(-3), (-1), (-2)", 50), "-2");
}

/* ---- the others ---- */

static void declines_are_counted_and_intoxication_is_marked(void **state)
{
    (void)state;
    story_of_a_day(&story);
    report_reader_read(&story, "declines", 0, 0);
    cell_is("reasons", "intoxication", "declined", "1");
    cell_is("reasons", "intoxication", "bars_code", "24");
    cell_is("reasons", "intoxication", "mark", "not a reason to turn a person away");
    cell_is("teams", "liaison", "expired", "1");
    cell_is("teams", "north", "declined_percent_of_offers", "100.0");
    cell_is("teams", "south", "accepted", "1");
    assert_true(report_reader_says("verdicts", "1 of 1 declined offers gave intoxication or behaviour"));
}

static void custody_prints_0_unowned_seconds_and_the_time_overdue(void **state)
{
    (void)state;
    story_of_a_day(&story);
    report_reader_read(&story, "custody", 0, 0);
    assert_true(report_reader_says("verdicts", "0 unowned seconds"));
    cell_is("summary", "", "owned_s", "15000.0"); /* 130 and 120 minutes */
    cell_is("summary", "", "overdue_s", "0.0");
    story_at(&story, 160); /* the coordinator was to act by minute 145 */
    story_told(&story, 2, CONCORDAT__V1__STATE__STATE_TAKEN);
    report_reader_read(&story, "custody", 0, 0);
    cell_is("overdue", "coordinator|duty", "overdue_s", "900.0");
    report_reader_read(&story, "open", 0, 0);
    cell_is("referrals", "R-0002|coordinator|duty", "mark", "overdue");
}

static void custody_names_each_gap(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    story_at(&story, 2);
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_OFFERED);
    story_at(&story, 2.5);
    story_offer(&story, 7, 1, "north");
    report_reader_read(&story, "custody", 0, 0);
    assert_false(report_reader_says("verdicts", "0 unowned seconds") &&
                 !report_reader_says("verdicts", "30 unowned seconds"));
    assert_true(
        report_reader_says("verdicts", "R-0007: nobody owned it for 30.000 s from 2026-09-21T14:15:20.000Z"));
    cell_is("faults", "R-0007|gap", "seconds", "30.000");
}

static void open_referrals_stand_with_owner_age_and_deadline(void **state)
{
    (void)state;
    story_of_a_day(&story);
    report_reader_read(&story, "open", 0, 0);
    cell_is("owners", "in the period|coordinator|duty", "open", "1");
    cell_is("owners", "in the period|coordinator|duty", "oldest_min", "120.0");
    cell_is("referrals", "R-0002", "act_by", "2026-09-21T16:38:20.000Z"); /* minute 145 */
    assert_true(report_reader_says("verdicts", "1 open, 0 without an owner"));
}

static void breaches_stand_with_their_clock_and_provenance(void **state)
{
    (void)state;
    story_of_a_day(&story);
    report_reader_read(&story, "breaches", 0, 0);
    cell_is("breaches", "R-0002|response|national", "late_min", "60.0"); /* due at 70, now 130 */
    cell_is("clocks", "response|national", "started", "2");
    cell_is("clocks", "response|national", "met", "1");
    cell_is("clocks", "response|national", "past_due_not_stopped", "1");
    cell_is("clocks", "section 136|statutory", "met", "1");
    assert_true(report_reader_says("verdicts", "1 breach"));
}

static void volume_reconciles_with_0_lost(void **state)
{
    (void)state;
    story_of_a_day(&story);
    story_receive(&story, 9, (struct story_person){.source = STREET, .urgency = URGENT, .age = 12});
    story_withdraw(&story, 9);
    report_reader_read(&story, "volume", 0, 0);
    assert_true(report_reader_says("verdicts", "3 received = 1 open + 1 closed + 1 withdrawn: 0 lost"));
    cell_is("volume", "street triage|urgent|under 18", "withdrawn", "1");
    cell_is("volume", "emergency department|urgent|under 18", "open", "1");
}

static void volume_counts_a_referral_that_nobody_owns_as_lost(void **state)
{
    (void)state;
    story_receive(&story, 7, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    story_own(&story, 7, CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED, "", 0);
    story_told(&story, 7, CONCORDAT__V1__STATE__STATE_OFFERED);
    report_reader_read(&story, "volume", 0, 0);
    assert_true(report_reader_says("verdicts", "1 received = 0 open + 0 closed + 0 withdrawn: 1 lost"));
}

#define STEP(name) CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name

static void R2_section_136_counts_by_the_history_of_each_detention(void **state)
{
    (void)state;
    struct story_person person = {.source = STREET,
                                  .urgency = URGENT,
                                  .age = 17,
                                  .place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION,
                                  .transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE};
    story_receive(&story, 1, person);
    story_detention(&story, 1, STEP(ARRIVED), person.place, true);
    person.age = 18;
    story_receive(&story, 2, person);
    story_detention(&story, 2, STEP(ARRIVED), person.place, false);
    person.place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
    story_receive(&story, 3, person);
    story_detention(&story, 3, STEP(ARRIVED), person.place, false);
    story_detention(&story, 1, STEP(ARRIVED), person.place,
                    false); /* a correction: the child was elsewhere */
    story_at(&story, 1440); /* exactly 24 hours are not more than 24 hours */
    story_detention(&story, 2, STEP(ENDED), 0, false);
    story_finish(&story, 2, CONCORDAT__V1__OUTCOME__OUTCOME_DETAINED_SECTION_2);
    story_at(&story, 1441);
    story_detention(&story, 3, STEP(ENDED), 0, false);
    story_finish(&story, 3, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    report_reader_read(&story, "section136", 0, 0);
    cell_is("summary", "people detained", "count", "3");
    cell_is("summary", "held for more than 24 hours", "count", "2"); /* the first is held still */
    cell_is("summary", "held beyond their hours", "count", "2");
    cell_is("summary", "then detained", "count", "1");
    cell_is("summary", "under 18 at a police station", "count", "1");
    cell_is("place", "police station", "people", "2");
    cell_is("transport", "police vehicle", "percent", "100.0");
    assert_true(report_reader_says("verdicts", "1 under 18 at a police station (must be 0)"));
}

/* Two people are received, and arrive at a place of that kind. */
static void two_arrive(Concordat__V1__PlaceOfSafety place)
{
    for (uint32_t i = 1; i <= 2; i++) {
        story_receive(&story, i,
                      (struct story_person){.source = STREET, .urgency = URGENT, .age = 40, .place = place});
        story_detention(&story, i, STEP(ARRIVED), place, false);
    }
}

static void R2_a_handover_before_the_arrival_is_no_handover_in_time(void **state)
{
    (void)state;
    two_arrive(CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED);
    story_at(&story, 10);
    story_detention(&story, 1, STEP(POLICE_LEFT), 0, false);
    story.told_late_min = 15;
    story_detention(&story, 2, STEP(POLICE_LEFT), 0, false);
    report_reader_read(&story, "section136", 0, 0);
    cell_is("summary", "handover by the police recorded", "count", "1");
    cell_is("summary", "handover by the police recorded as before the arrival", "count", "1");
}

/* The area is counted, and nobody is named. A check that is told late, and was in time, was not missed. */
static void R5_checks_and_reviews_that_were_missed_are_counted_by_area(void **state)
{
    (void)state;
    two_arrive(CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION);
    story_at(&story, 30);
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_HEALTH_CHECK);
    story_breach(&story, 2, CONCORDAT__V1__CLOCK__CLOCK_HEALTH_CHECK);
    story_at(&story, 40);
    story_detention(&story, 1, STEP(HEALTH_CHECKED), 0, false);
    story.told_late_min = 12;
    story_detention(&story, 2, STEP(HEALTH_CHECKED), 0, false);
    story_at(&story, 60);
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_CUSTODY_REVIEW);
    story_at(&story, 70);
    story_breach(&story, 1, CONCORDAT__V1__CLOCK__CLOCK_HEALTH_CHECK);
    report_reader_read(&story, "section136", 0, 0);
    cell_is("station", "northmoor", "people", "2");
    cell_is("station", "northmoor", "health_checks_missed", "2");
    cell_is("station", "northmoor", "reviews_missed", "1");
}

static void the_range_takes_its_first_instant_and_not_its_last(void **state)
{
    (void)state;
    story_receive(&story, 1, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    story_at(&story, 10);
    story_receive(&story, 2, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    report_reader_read(&story, "volume", STORY_START_MS, STORY_START_MS + 10 * STORY_MIN_MS);
    cell_is("sources", "all", "received", "1");
    assert_true(report_reader_says("verdicts", "1 received = 1 open"));
    report_reader_read(&story, "volume", STORY_START_MS + 1, 0);
    cell_is("sources", "all", "received", "1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, report_set_up, report_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(exactly_240_minutes_counts_as_met_and_a_millisecond_more_does_not),
        TEST(accepted_or_rung_is_not_seen_and_never_seen_is_a_line_of_its_own),
        TEST(R8_passed_on_is_neither_met_nor_late_and_both_waits_are_shown),
        TEST(each_person_falls_in_the_measure_of_their_source_urgency_and_age),
        TEST(a_drill_is_outside_every_figure_of_every_report),
        TEST(router_times_are_worked_out_from_receipt),
        TEST(told_at_exactly_30_minutes_counts),
        TEST(percentiles_are_by_nearest_rank),
        TEST(declines_are_counted_and_intoxication_is_marked),
        TEST(custody_prints_0_unowned_seconds_and_the_time_overdue),
        TEST(custody_names_each_gap),
        TEST(open_referrals_stand_with_owner_age_and_deadline),
        TEST(breaches_stand_with_their_clock_and_provenance),
        TEST(volume_reconciles_with_0_lost),
        TEST(volume_counts_a_referral_that_nobody_owns_as_lost),
        TEST(R2_section_136_counts_by_the_history_of_each_detention),
        TEST(R2_a_handover_before_the_arrival_is_no_handover_in_time),
        TEST(R5_checks_and_reviews_that_were_missed_are_counted_by_area),
        TEST(the_range_takes_its_first_instant_and_not_its_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
