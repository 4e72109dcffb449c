/* test_report_change.c: whether the main measures have changed: made months, worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/words/london.h"
#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define TOLD CONCORDAT__V1__STATE__STATE_ACCEPTED

#define DAY_MS (24 * 60 * STORY_MIN_MS)

static struct story story; /* begins in September 2026 */
static json_t *document;
static uint32_t number;

static int change_set_up(void **state)
{
    (void)state;
    number = 0;
    story_open(&story);
    story_policy(&story);
    return 0;
}

static int change_tear_down(void **state)
{
    (void)state;
    report_reader_close();
    json_decref(document);
    document = NULL;
    story_close(&story);
    return 0;
}

static int64_t begin_of(int year, int month)
{
    return london_instant(london_day(year, month, 1), 0);
}

static void wait_for(int64_t minutes)
{
    story.now_ms += minutes * STORY_MIN_MS;
}

/* People are referred in the middle of a month, a day apart, and accepted after so many minutes; so many of
 * their referrers are told in time, the others late. */
static void tell_month(int year, int month, int people, int told_in_time, int accepted_min)
{
    static const struct story_person person = {.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                               .urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                               .age = 40};
    for (int i = 0; i < people; i++) {
        story.now_ms = london_instant(london_day(year, month, 3 + i), 12 * 60);
        story_receive(&story, ++number, person);
        story_offer(&story, number, 1, "north");
        wait_for(accepted_min);
        story_accept(&story, number, 1, "north", "");
        wait_for(i < told_in_time ? 1 : 31);
        story_told(&story, number, TOLD);
    }
}

/* From October 2026 on thirteen months in which 3 of 4 are told in time, and then one in which none is. */
static void tell_fourteen_months(void)
{
    for (int i = 0; i < 14; i++)
        tell_month(2026 + (9 + i) / 12, (9 + i) % 12 + 1, 4, i < 13 ? 3 : 0, i < 13 ? 10 : 20);
    story.now_ms = begin_of(2027, 12) + STORY_MIN_MS;
    story_cover(&story, 60, 0);
}

/* Asks for a report that may be provisional, or that may be published. */
static const json_t *ask_table(const char *name, const char *table_name, int64_t from_ms, int64_t to_ms,
                               bool unsuppressed)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    const json_t *table;
    size_t at;
    json_decref(document);
    const struct report_question question = {
        .name = name, .from_ms = from_ms, .to_ms = to_ms, .unsuppressed = unsuppressed};
    if (report_ask(story.path, &question, &document, message, sizeof message) != REPORT_DONE)
        fail_msg("%s: %s", name, message);
    json_array_foreach (json_object_get(document, "tables"), at, table)
        if (strcmp(json_string_value(json_object_get(table, "name")), table_name) == 0)
            return table;
    fail_msg("no table %s", table_name);
    return NULL;
}

static size_t rows_of(const json_t *table)
{
    return json_array_size(json_object_get(table, "rows"));
}

static const json_t *cell_of(const json_t *table, size_t row, size_t column)
{
    return json_array_get(json_array_get(json_object_get(table, "rows"), row), column);
}

static const char *text_of(const json_t *table, size_t row, size_t column)
{
    const char *text = json_string_value(cell_of(table, row, column));
    return text ? text : "";
}

static const char *said_of(const json_t *table)
{
    return json_string_value(json_object_get(json_object_get(table, "chart"), "says"));
}

static bool notes_say(const char *words)
{
    const json_t *note;
    size_t at;
    json_array_foreach (json_object_get(document, "notes"), at, note)
        if (strstr(json_string_value(note), words))
            return true;
    return false;
}

/* 13 of 75 per cent and one of 0: mean 975 / 14 = 69.6; ranges 12 of 0 and one of 75, on average 75 / 13
 * = 5.77; limits 69.643 -+ 2.66 * 5.769 = 54.3 and 85.0. */
static void a_fall_in_the_last_month_is_a_concern(void **state)
{
    (void)state;
    tell_fourteen_months();
    report_reader_read(&story, "change", begin_of(2026, 10), begin_of(2027, 12));
    cell_is("told", "2026-10", "count", "3");
    cell_is("told", "2026-10", "out_of", "4");
    cell_is("told", "2026-10", "percent", "75.0");
    cell_is("told", "2027-11", "percent", "0.0");
    cell_is("told", "2027-11", "mean", "69.6");
    cell_is("told", "2027-11", "lower_limit", "54.3");
    cell_is("told", "2027-11", "upper_limit", "85.0");
    cell_is("told", "2027-11", "special_cause", "below the lower limit");
    cell_is("told", "2027-11", "variation", "concern");
    cell_is("told", "2027-10", "special_cause", "7 or more in a row above the mean");
    cell_is("told", "2027-10", "variation", "improvement");
    /* The same of times, of which less is better: 13 of 600 s and one of 1200 s. */
    cell_is("to_accepted", "2027-10", "median_s", "600.0");
    cell_is("to_accepted", "2027-11", "median_s", "1200.0");
    cell_is("to_accepted", "2027-11", "variation", "concern");
    cell_is("to_accepted", "2027-11", "mean", "642.9");
    cell_is("to_accepted", "2027-10", "variation", "improvement");
    /* Neither more nor fewer accepted: it never changes. */
    cell_is("accepted", "2027-11", "percent", "100.0");
    cell_is("accepted", "2027-11", "special_cause", "");
    cell_is("accepted", "2027-11", "lower_limit", "100.0");
    cell_is("accepted", "2027-11", "upper_limit", ""); /* nothing is above 100 per cent */
    assert_true(report_reader_says("verdicts", "concern, 2027-11: Told within 30 minutes of receipt who has "
                                               "the case in hand, of referrals: below the lower limit"));
    assert_false(report_reader_says("verdicts", "Accepted"));
}

/* Twelve months whose mean is 48.15; the sum of their nearest binary numbers is less. */
static void a_half_is_rounded_away_from_zero(void **state)
{
    (void)state;
    static const int told[][2] = {{1, 2}, {4, 11}, {5, 9}, {7, 15}, {6, 13}, {1, 2},
                                  {1, 2}, {4, 11}, {4, 9}, {9, 13}, {1, 2},  {3, 7}};
    for (int i = 0; i < 12; i++)
        tell_month(2026 + (9 + i) / 12, (9 + i) % 12 + 1, told[i][1], told[i][0], 10);
    story.now_ms = begin_of(2027, 10) + STORY_MIN_MS;
    story_cover(&story, 60, 0);
    const json_t *table = ask_table("change", "told", begin_of(2026, 10), begin_of(2027, 10), true);
    report_reader_read(&story, "change", begin_of(2026, 10), begin_of(2027, 10));
    cell_is("told", "2027-09", "mean", "48.2");
    assert_non_null(strstr(said_of(table), "mean 48.2 percent"));
}

/* A limit of 0.02 is passed by 0, and says so. */
static void a_limit_just_above_nothing_is_a_limit(void **state)
{
    (void)state;
    static const int told[] = {6, 2, 1, 5, 6, 8, 9, 9, 8, 3, 3, 1};
    for (int i = 0; i < 12; i++)
        tell_month(2026 + (9 + i) / 12, (9 + i) % 12 + 1, 12, told[i], 10);
    story.now_ms = begin_of(2027, 10) + STORY_MIN_MS;
    story_cover(&story, 60, 0);
    report_reader_read(&story, "change", begin_of(2026, 10), begin_of(2027, 10));
    cell_is("told", "2027-09", "lower_limit", "0.0");
}

static void what_the_chart_says_is_said_in_a_sentence_too(void **state)
{
    (void)state;
    tell_fourteen_months();
    const json_t *told = ask_table("change", "told", begin_of(2026, 10), begin_of(2027, 12), true),
                 *chart = json_object_get(told, "chart");
    assert_string_equal(said_of(told),
                        "mean 69.6 percent, lower limit 54.3, upper limit 85.0; higher is better; special "
                        "cause in 14 of 14; the limits are wide, because of 1 change from one point to the "
                        "next above the upper range limit");
    assert_int_equal(json_integer_value(json_object_get(chart, "points")), 14);
    assert_false(json_is_true(json_object_get(chart, "trial")));
    assert_string_equal(json_string_value(json_object_get(chart, "better")), "higher");
}

/* A year as it was asked for; of less, the two years up to its end, or what the trail has of them. */
static void a_chart_has_the_months_that_it_needs(void **state)
{
    (void)state;
    tell_fourteen_months();
    const json_t *told = ask_table("change", "told", begin_of(2026, 10), begin_of(2027, 10), true);
    assert_int_equal(rows_of(told), 12);
    assert_string_equal(text_of(told, 0, 0), "2026-10");
    assert_string_equal(said_of(told), "mean 75.0 percent, lower limit 75.0, upper limit 75.0; higher is "
                                       "better; no special cause");
    told = ask_table("change", "told", begin_of(2027, 3), begin_of(2027, 4), true);
    assert_int_equal(rows_of(told), 7); /* the trail begins in September */
    assert_string_equal(text_of(told, 0, 0), "2026-09");
    assert_true(json_is_null(cell_of(told, 0, 3))); /* nobody was referred */
    assert_string_equal(text_of(told, 6, 0), "2027-03");
    assert_non_null(strstr(said_of(told), "; trial limits, because they are of 6 points and not of 12"));
    assert_string_equal(json_string_value(json_object_get(document, "firstDay")), "2025-04-01");
    assert_string_equal(json_string_value(json_object_get(document, "lastDay")), "2027-03-31");
    /* A day is no month: its month is taken. */
    told = ask_table("change", "told", begin_of(2027, 3) + STORY_MIN_MS, begin_of(2027, 3) + 2 * STORY_MIN_MS,
                     true);
    assert_string_equal(json_string_value(json_object_get(document, "lastDay")), "2027-03-31");
}

static void a_month_that_has_not_ended_is_left_out_and_named(void **state)
{
    (void)state;
    tell_fourteen_months();
    const json_t *told = ask_table("change", "told", 0, 0, true);
    assert_string_equal(text_of(told, rows_of(told) - 1, 0), "2027-11");
    assert_string_equal(json_string_value(json_object_get(document, "lastDay")), "2027-12-31");
    assert_true(json_is_true(json_object_get(document, "provisional")));
    assert_true(notes_say("2027-12 has not ended by the newest event, and is left out"));
    ask_table("change", "told", begin_of(2026, 10), begin_of(2027, 12), true);
    assert_false(notes_say("has not ended"));
}

/* Ten a month, and in one month three. */
static void a_hidden_month_is_a_gap_and_limits_are_of_what_is_shown(void **state)
{
    (void)state;
    static const int people[] = {10, 10, 3, 16, 16}, told[] = {10, 10, 3, 8, 8};
    for (int i = 0; i < 5; i++)
        tell_month(2026 + (9 + i) / 12, (9 + i) % 12 + 1, people[i], told[i], 10);
    story.now_ms = begin_of(2027, 3) + 8 * DAY_MS; /* February is published */
    story_cover(&story, 60, 0);
    const json_t *table = ask_table("change", "told", begin_of(2026, 10), begin_of(2027, 3), false);
    assert_int_equal(rows_of(table), 6); /* September too */
    assert_string_equal(text_of(table, 3, 0), "2026-12");
    assert_string_equal(text_of(table, 3, 1), "*");
    assert_string_equal(text_of(table, 3, 2), "*");
    assert_string_equal(text_of(table, 3, 3), "*");
    assert_int_equal(json_integer_value(cell_of(table, 4, 2)), 15);
    assert_int_equal(json_integer_value(cell_of(table, 4, 3)), 67); /* 10 of 15, and not 50 */
    /* Shown are 100, 100, a gap, 67, 67: two ranges, both 0. */
    assert_int_equal(json_integer_value(json_object_get(json_object_get(table, "chart"), "points")), 4);
    assert_true(json_real_value(json_object_get(json_object_get(table, "chart"), "mean")) == 83.5);
    assert_true(json_real_value(json_object_get(json_object_get(table, "chart"), "averageRange")) == 0);
    assert_string_equal(said_of(table),
                        "mean 83.5 percent; higher is better; no special cause; no limits yet, "
                        "because they take 4 moving ranges and there are 2");
    /* The other reports of that month hide the same. */
    const json_t *of_month = ask_table("times", "told", begin_of(2027, 1), begin_of(2027, 2), false);
    assert_int_equal(json_integer_value(cell_of(of_month, rows_of(of_month) - 1, 1)), 15);
    assert_int_equal(json_integer_value(cell_of(of_month, rows_of(of_month) - 1, 4)), 67);
    assert_false(notes_say("has not ended"));
}

static void days_between_rare_events_are_for_inspectors(void **state)
{
    (void)state;
    struct story_person held = {.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                .urgency = CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                .age = 40,
                                .place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED};
    for (int i = 0; i < 3; i++) {
        story.now_ms = london_instant(london_day(2026, 10, 1 + 5 * i), 12 * 60);
        held.arrived_min = (story.now_ms - STORY_START_MS) / STORY_MIN_MS;
        story_receive(&story, ++number, held);
        story_detention(&story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED, held.place,
                        false);
    }
    story.now_ms = begin_of(2026, 11) + 8 * DAY_MS;
    story_cover(&story, 60, 0);
    const json_t *table = ask_table("change", "held_over_24_h", begin_of(2026, 10), begin_of(2026, 11), true);
    assert_int_equal(rows_of(table), 3);
    assert_true(json_is_null(cell_of(table, 0, 2)));
    assert_true(json_real_value(cell_of(table, 1, 2)) == 5);
    assert_true(json_real_value(cell_of(table, 2, 2)) == 5);
    assert_true(json_real_value(json_object_get(json_object_get(table, "chart"), "mean")) == 5);
    json_t *left_out;
    ask_table("change", "told", begin_of(2026, 10), begin_of(2026, 11), false);
    left_out = json_object_get(document, "tablesLeftOut");
    assert_int_equal(json_array_size(left_out), 5); /* and what is of detentions */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, change_set_up, change_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fall_in_the_last_month_is_a_concern),
        TEST(a_half_is_rounded_away_from_zero),
        TEST(a_limit_just_above_nothing_is_a_limit),
        TEST(what_the_chart_says_is_said_in_a_sentence_too),
        TEST(a_chart_has_the_months_that_it_needs),
        TEST(a_month_that_has_not_ended_is_left_out_and_named),
        TEST(a_hidden_month_is_a_gap_and_limits_are_of_what_is_shown),
        TEST(days_between_rare_events_are_for_inspectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
