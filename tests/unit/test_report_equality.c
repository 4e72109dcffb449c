/* test_report_equality.c: measures by group, of a few people by hand, and of a half as it is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "proto/words/london.h"
#include "services/audit/report.h"
#include "services/audit/report_period.h"
#include "tests/worlds/report_reader.h"
#include "tests/worlds/story.h"

#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT

#define TOLD_BY     "told within 30 min who has the case in hand|all referrals|"
#define DETAINED_BY "detained under section 136|all referrals|"

static struct story story;
static char message[TRAIL_MESSAGE_BYTES];
static json_t *document;

static int equality_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int equality_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    report_reader_close();
    story_close(&story);
    return 0;
}

static struct story_person of_category(const char *category)
{
    return (struct story_person){
        .source = STREET, .urgency = VERY_URGENT, .age = 40, .ethnic_category = category, .gender = "1"};
}

static void receive_and_tell(uint32_t number, struct story_person person, double told_after_min)
{
    double begin = (double)(story.now_ms - STORY_START_MS) / (double)STORY_MIN_MS + 1;
    story_at(&story, begin);
    story_receive(&story, number, person);
    story_offer(&story, number, 1, "north");
    story_accept(&story, number, 1, "north", "");
    story_at(&story, begin + told_after_min);
    story_told(&story, number, CONCORDAT__V1__STATE__STATE_ACCEPTED);
}

/* 3 of 4 White people are told of within 30 min, 1 of 2 Black people, no Asian person of 1; and one whose
 * group is not stated. */
static void tell_eight(void)
{
    static const struct {
        const char *category;
        double told_after_min;
    } people[] = {{"A", 10}, {"A", 30}, {"B", 10}, {"C", 31}, {"M", 10}, {"N", 40}, {"J", 50}, {"Z", 10}};
    for (uint32_t i = 0; i < 8; i++)
        receive_and_tell(i + 1, of_category(people[i].category), people[i].told_after_min);
}

/* 75 % and 50 %; z = 1.96: Wilson of 3 in 4 is 0.3006 to 0.9544, of 1 in 2 it is 0.0945 to 0.9055. Newcombe:
 * -0.25 - sqrt(0.4055^2 + 0.2044^2) and -0.25 + sqrt(0.4055^2 + 0.4494^2). Katz: the error of ln(2/3) is
 * sqrt(1/1 - 1/2 + 1/3 - 1/4). Black is 25 points away and Asian 75, and nobody is in the others. */
static void each_group_stands_with_its_share_and_beside_the_reference(void **state)
{
    (void)state;
    tell_eight();
    report_reader_read(&story, "equality", 0, 0);
    cell_is("overall", "told within", "count", "5");
    cell_is("overall", "told within", "out_of", "8");
    cell_is("overall", "told within", "ethnic_group_known", "7");
    cell_is("overall", "told within", "ethnic_group_known_percent", "87.5");
    cell_is("overall", "told within", "percent", "62.5");
    cell_is("ethnicity5", TOLD_BY "White", "percent", "75.0");
    cell_is("ethnicity5", TOLD_BY "White", "percent_lower", "30.1");
    cell_is("ethnicity5", TOLD_BY "White", "percent_upper", "95.4");
    cell_is("ethnicity5", TOLD_BY "White", "difference", "");
    cell_is("ethnicity5", TOLD_BY "White", "mean_deviation", "50.0");
    cell_is("ethnicity5", TOLD_BY "Black", "difference", "-25.0");
    cell_is("ethnicity5", TOLD_BY "Black", "difference_lower", "-70.4");
    cell_is("ethnicity5", TOLD_BY "Black", "difference_upper", "35.5");
    cell_is("ethnicity5", TOLD_BY "Black", "ratio", "0.7");
    cell_is("ethnicity5", TOLD_BY "Black", "ratio_lower", "0.1");
    cell_is("ethnicity5", TOLD_BY "Black", "ratio_upper", "3.0");
    cell_is("ethnicity5", TOLD_BY "Asian", "ratio", "0.0");
    cell_is("ethnicity5", TOLD_BY "Asian", "ratio_lower", "");
    cell_is("ethnicity5", TOLD_BY "Mixed", "out_of", "0");
    cell_is("ethnicity5", TOLD_BY "Mixed", "difference", "");
    cell_is("ethnicity5", TOLD_BY "not stated", "percent", "100.0");
    cell_is("ethnicity5", TOLD_BY "not stated", "difference", "");
    assert_true(
        report_reader_says("verdicts", "By ethnic group, beside White: of 13 measures 0 have a difference"));
}

static void categories_sexes_and_ages_stand_each_in_a_row_of_its_own(void **state)
{
    (void)state;
    tell_eight();
    struct story_person child = of_category("99");
    child.age = 15;
    child.gender = "3";
    receive_and_tell(9, child, 5);
    child.ethnic_category = child.gender = "";
    child.age = -1;
    receive_and_tell(10, child, 5);
    report_reader_read(&story, "equality", 0, 0);
    cell_is("ethnicity16", TOLD_BY "White British|A|White", "out_of", "2");
    cell_is("ethnicity16", TOLD_BY "White Irish|B|White", "difference", "0.0");
    cell_is("ethnicity16", TOLD_BY "Caribbean|M|Black", "count", "1");
    cell_is("ethnicity16", TOLD_BY "not stated|Z", "out_of", "1");
    cell_is("ethnicity16", TOLD_BY "not known|99", "out_of", "1");
    cell_is("ethnicity16", TOLD_BY "not recorded", "out_of", "1");
    cell_is("sex", TOLD_BY "male", "out_of", "8");
    cell_is("sex", TOLD_BY "non-binary", "difference", "37.5");
    cell_is("sex", TOLD_BY "not recorded", "difference", "");
    cell_is("age", TOLD_BY "under 18", "difference", "37.5");
    cell_is("age", TOLD_BY "age not known", "out_of", "1");
    cell_is("age_structure", "not known|under 18", "people", "1");
    cell_is("age_structure", "White|18 and over", "percent", "100.0");
}

/* A second team is asked of one, and one is declined twice by the same. */
static void a_re_offer_is_one_to_another_team(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 2; i++) {
        story_receive(&story, i, of_category("A"));
        story_offer(&story, i, 1, "north");
        story_end_offer(&story, i, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION);
        story_offer(&story, i, 2, i == 1 ? "south" : "north");
    }
    story_receive(&story, 3, of_category("A"));
    report_reader_read(&story, "equality", 0, 0);
    cell_is("overall", "declined at least once", "count", "2");
    cell_is("overall", "refused for drink", "count", "2");
    cell_is("overall", "asked of more than one team", "count", "1");
    cell_is("overall", "asked of more than one team", "out_of", "3");
}

static void the_measures_of_a_detention_are_of_those_detained(void **state)
{
    (void)state;
    struct story_person held = of_category("P");
    held.place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION;
    held.transport = CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE;
    held.age = 15;
    story_receive(&story, 1, held);
    story_detention(&story, 1, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED, held.place, true);
    story_receive(&story, 2, of_category("A"));
    report_reader_read(&story, "equality", 0, 0);
    cell_is("ethnicity5", DETAINED_BY "Black", "percent", "100.0");
    cell_is("ethnicity5", DETAINED_BY "White", "count", "0");
    cell_is("ethnicity5", DETAINED_BY "Black", "ratio", ""); /* of nobody there is no multiple */
    cell_is("overall", "conveyed in a police vehicle", "out_of", "1");
    cell_is("overall", "handed over", "out_of", "0");
    cell_is("overall", "handed over", "percent", "");
    cell_is("children", "Black", "at_a_police_station", "1");
}

/* ---- as it is published ---- */

static int ask_half(const char *period)
{
    struct report_question question = {.name = "equality"};
    assert_true(report_period_read(period, &question.from_ms, &question.to_ms));
    json_decref(document);
    document = NULL;
    message[0] = '\0';
    return report_ask(story.path, &question, &document, message, sizeof message);
}

/* At the midnight that begins a day in London. */
static void story_at_day(int year, int month, int day)
{
    int64_t at_ms = london_instant(london_day(year, month, day), 0);
    story_at(&story, (double)(at_ms - STORY_START_MS) / (double)STORY_MIN_MS);
}

/* 35 of 40 White British people are told of in time, 5 of 30 Caribbean people, 15 of 20 Indian people, and of
 * 3 Chinese people nobody; all before October, and the half is published. */
static void tell_half(void)
{
    static const struct {
        const char *category;
        uint32_t count, in_time;
    } groups[] = {{"A", 40, 35}, {"M", 30, 5}, {"H", 20, 15}, {"R", 3, 0}};
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (uint32_t x = 0; x < groups[i].count; x++)
            receive_and_tell(++number, of_category(groups[i].category), x < groups[i].in_time ? 5 : 35);
    story_at_day(2026, 10, 8);
    story_policy(&story);
}

static const json_t *published_cell(const char *table_name, const char *group, const char *column)
{
    const json_t *table, *row, *columns;
    size_t t, y, x;
    json_array_foreach (json_object_get(document, "tables"), t, table) {
        if (strcmp(json_string_value(json_object_get(table, "name")), table_name) != 0)
            continue;
        columns = json_object_get(table, "columns");
        json_array_foreach (json_object_get(table, "rows"), y, row)
            for (x = 0; x < json_array_size(columns); x++)
                if (strncmp(json_string_value(json_array_get(row, 0)), "told", 4) == 0 &&
                    strcmp(json_string_value(json_array_get(row, 2)), group) == 0 &&
                    strcmp(json_string_value(json_object_get(json_array_get(columns, x), "name")), column) ==
                        0)
                    return json_array_get(row, x);
    }
    fail_msg("no %s of %s in %s", column, group, table_name);
    return NULL;
}

static void published_is(const char *group, const char *column, const char *expected)
{
    char *text =
        json_dumps(published_cell("ethnicity5", group, column), JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    assert_string_equal(text, expected);
    free(text);
}

/* Whether a sentence begins so. */
static bool is_said(const char *begins)
{
    const json_t *line;
    size_t at;
    json_array_foreach (json_object_get(document, "verdicts"), at, line)
        if (strncmp(json_string_value(line), begins, strlen(begins)) == 0)
            return true;
    return false;
}

static void a_half_of_a_financial_year_is_published_and_no_other(void **state)
{
    (void)state;
    tell_half();
    assert_int_equal(ask_half("2026-H2"), REPORT_WITHHELD);
    assert_non_null(strstr(message, "published of a whole half of a financial year"));
    assert_int_equal(ask_half("2026-09"), REPORT_WITHHELD);
    assert_int_equal(ask_half("2026/27"), REPORT_WITHHELD);
    assert_int_equal(ask_half("2026/27-H1"), REPORT_DONE);
    assert_int_equal(ask_half("2026/27-H2"), REPORT_WITHHELD);
    assert_non_null(strstr(message, "is published from 8 April 2027 on"));
}

/* 35 of 40 are 88 %, 5 of 30 are 17 %: -71 points. Chinese people are too few, so the mean deviation of the
 * five groups is hidden with them. */
static void what_is_published_is_worked_out_of_what_is_shown(void **state)
{
    (void)state;
    tell_half();
    assert_int_equal(ask_half("2026/27-H1"), REPORT_DONE);
    published_is("White", "count", "35");
    published_is("White", "percent", "88");
    published_is("Black", "difference", "-71");
    published_is("Black", "difference_lower", "-83");
    published_is("Black", "difference_upper", "-49");
    published_is("Black", "ratio", "0.19");
    published_is("Other", "out_of", "\"*\"");
    published_is("Other", "percent", "\"*\"");
    published_is("Other", "difference", "\"*\"");
    published_is("Other", "ratio_upper", "\"*\"");
    published_is("White", "mean_deviation", "\"*\"");
    assert_true(is_said("told within 30 min who has the case in hand: Black 17 %, White 88 %: difference -71 "
                        "percentage points (95 % interval -83 to -49)"));
}

/* 75 % beside 88 %: the interval leaves 0 in. Two groups are too few, or nobody. */
static void a_difference_that_can_be_chance_is_not_said(void **state)
{
    (void)state;
    tell_half();
    assert_int_equal(ask_half("2026/27-H1"), REPORT_DONE);
    published_is("Asian", "difference", "-13");
    assert_false(
        is_said("told within 30 min who has the case in hand: Asian 75 %, White 88 %: difference -13 "
                "percentage points (95 % interval -36 to 6)"));
    assert_false(is_said("accepted by a team: "));
    assert_true(is_said("By ethnic group, beside White: of 13 measures "));
}

/* 10 of 10 people and 60 of 80 are shown of 8 of 9 and 61 of 80: the interval of what is shown leaves out 0
 * and that of what they were does not. */
static void a_difference_that_rounding_made_is_not_said(void **state)
{
    (void)state;
    uint32_t number = 0;
    for (uint32_t i = 0; i < 80; i++)
        receive_and_tell(++number, of_category("A"), i < 48 ? 5 : 35);
    for (uint32_t i = 0; i < 33; i++)
        receive_and_tell(++number, of_category("H"), i < 28 ? 5 : 35);
    for (uint32_t i = 0; i < 40; i++)
        receive_and_tell(++number, of_category("M"), i < 24 ? 5 : 35);
    story_at_day(2026, 10, 8);
    story_policy(&story);
    assert_int_equal(ask_half("2026/27-H1"), REPORT_DONE);
    published_is("Asian", "percent", "86");
    assert_true(json_integer_value(published_cell("ethnicity5", "Asian", "difference_lower")) > 0);
    assert_false(is_said("told within 30 min who has the case in hand: Asian"));
}

/* People are received: so many under 18 and 20 adults on the second day of each month from April 2027 on, as
 * it is published after September. */
static void tell_ages(const uint32_t under_18[6])
{
    uint32_t number = 0;
    for (int month = 0; month < 6; month++) {
        story_at_day(2027, 4 + month, 2);
        for (uint32_t i = 0; i < under_18[month] + 20; i++) {
            struct story_person person = of_category("A");
            person.age = i < 20 ? 40 : 15;
            story_receive(&story, ++number, person);
        }
    }
    story_at_day(2027, 10, 8);
    story_policy(&story);
}

static void out_of_under_18_is(const char *expected)
{
    assert_int_equal(ask_half("2027/28-H1"), REPORT_DONE);
    char *text = json_dumps(published_cell("age", "under 18", "out_of"), JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
}

/* By its months there are 8 + 8 + 8 + 8 + 5 at least, and 37 is the most that is shown as 35: each month
 * would be known exactly, and that there was nobody in September. */
static void a_half_tells_nothing_of_what_is_hidden_in_its_months(void **state)
{
    (void)state;
    static const uint32_t under_18[6] = {8, 8, 8, 8, 5, 0};
    tell_ages(under_18);
    out_of_under_18_is("\"*\"");
}

/* Each month is shown as 10, and 55 leaves each of them all that it can be. */
static void a_half_that_tells_nothing_of_its_months_is_shown(void **state)
{
    (void)state;
    static const uint32_t under_18[6] = {9, 9, 9, 9, 9, 9};
    tell_ages(under_18);
    out_of_under_18_is("55");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, equality_set_up, equality_tear_down)
    const struct CMUnitTest tests[] = {
        CASE(each_group_stands_with_its_share_and_beside_the_reference),
        CASE(categories_sexes_and_ages_stand_each_in_a_row_of_its_own),
        CASE(a_re_offer_is_one_to_another_team),
        CASE(the_measures_of_a_detention_are_of_those_detained),
        CASE(a_half_of_a_financial_year_is_published_and_no_other),
        CASE(what_is_published_is_worked_out_of_what_is_shown),
        CASE(a_difference_that_can_be_chance_is_not_said),
        CASE(a_difference_that_rounding_made_is_not_said),
        CASE(a_half_tells_nothing_of_what_is_hidden_in_its_months),
        CASE(a_half_that_tells_nothing_of_its_months_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
