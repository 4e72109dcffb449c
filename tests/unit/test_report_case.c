/* test_report_case.c: the story of one case, the tables that pictures are made of, and how much of a report
 * is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/audit/report.h"
#include "services/audit/report_period.h"
#include "tests/worlds/story.h"

#define VERY_URGENT CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT
#define URGENT      CONCORDAT__V1__URGENCY__URGENCY_URGENT
#define STREET      CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE

static struct story story;
static json_t *document; /* the latest report */
static char message[TRAIL_MESSAGE_BYTES];

static int case_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int case_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    story_close(&story);
    return 0;
}

static int ask_for(const struct report_question *question)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = report_run(story.path, question, REPORT_JSON, out, message, sizeof message);
    fclose(out);
    json_decref(document);
    document = json_loads(text, 0, NULL);
    free(text);
    return result;
}

static json_t *table_of(const char *name)
{
    size_t at;
    json_t *table;
    json_array_foreach (json_object_get(document, "tables"), at, table)
        if (strcmp(json_string_value(json_object_get(table, "name")), name) == 0)
            return table;
    fail_msg("no table %s", name);
    return NULL;
}

/* Looks at the first row that has this text in the column `key`. */
static void cell_is(const char *table, const char *key, const char *row_text, const char *column,
                    const char *expected)
{
    size_t at;
    json_t *row;
    json_array_foreach (json_object_get(table_of(table), "rows"), at, row) {
        const char *text = json_string_value(json_object_get(row, key));
        if (!text || strcmp(text, row_text) != 0)
            continue;
        const json_t *cell = json_object_get(row, column);
        char number[32];
        snprintf(number, sizeof number, "%g", json_number_value(cell));
        assert_string_equal(json_is_string(cell) ? json_string_value(cell) : number, expected);
        return;
    }
    fail_msg("no row %s in %s", row_text, table);
}

static bool says(const char *text)
{
    size_t at;
    json_t *line;
    json_array_foreach (json_object_get(document, "verdicts"), at, line)
        if (strstr(json_string_value(line), text))
            return true;
    return false;
}

/* ---- pictures ---- */

static void the_bands_of_the_times_and_the_hours_of_the_day_divide_all_referrals(void **state)
{
    (void)state;
    struct story_person person = {.source = STREET, .urgency = VERY_URGENT, .age = 18};
    story_receive(&story, 1, person);
    story_offer(&story, 1, 1, "north");
    story_accept(&story, 1, 1, "north", "");
    story_at(&story, 50);
    story_receive(&story, 2, person);
    story_offer(&story, 2, 1, "north");
    story_at(&story, 55);
    story_accept(&story, 2, 1, "north", "");
    story_at(&story, 60);
    story_receive(&story, 3, person);
    assert_int_equal(ask_for(&(struct report_question){.name = "times", .unsuppressed = true}), REPORT_DONE);
    cell_is("spread", "received_to_accepted", "under 5 min", "referrals", "1");
    cell_is("spread", "received_to_accepted", "5 to 15 min", "referrals", "1");
    cell_is("spread", "received_to_accepted", "open, not accepted", "referrals", "1");
    cell_is("spread", "received_to_accepted", "ended, never accepted", "referrals", "0");
    assert_int_equal(ask_for(&(struct report_question){.name = "volume", .unsuppressed = true}),
                     REPORT_DONE); /* the story begins at 15:13 in London */
    cell_is("hours", "hour", "15:00", "received", "1");
    cell_is("hours", "hour", "16:00", "received", "2");
    cell_is("hours", "hour", "23:00", "received", "0");
}

/* ---- one case ---- */

static void a_case_is_told_from_its_receipt_to_its_end(void **state)
{
    (void)state;
    story_receive(&story, 1, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    story_offer(&story, 1, 1, "north");
    story_at(&story, 4);
    story_end_offer(&story, 1, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                    CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY);
    story_offer(&story, 1, 2, "south");
    story_at(&story, 10);
    story_accept(&story, 1, 2, "south", "");
    story_at(&story, 70);
    story_contact(&story, 1, "south", true);
    story_finish(&story, 1, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
    assert_int_equal(ask_for(&(struct report_question){.name = "case", .number = "R-0001"}), REPORT_DONE);
    assert_string_equal(json_string_value(json_object_get(document, "case")), "R-0001");
    cell_is("case", "line", "state", "value", "closed");
    cell_is("case", "line", "received", "value", "2026-09-21T14:13:20.000Z");
    cell_is("case", "line", "ended", "value", "70.0 min after the receipt");
    cell_is("offers", "team", "north", "reason", "no capacity");
    cell_is("offers", "team", "north", "ended_min", "4");
    cell_is("offers", "ended_as", "accepted", "after_min", "4");
    cell_is("custody", "owner", "north", "to_min", "4"); /* a team that is asked owns the answer */
    cell_is("custody", "owner", "south", "from_min", "4");
    cell_is("custody", "owner", "south", "to_min", "10");
    cell_is("clocks", "clock", "response", "stands", "met");
    cell_is("events", "what", "offer ended", "details",
            "attempt: 1; team: north; end: declined; reason: no capacity");
    cell_is("events", "what", "offer ended", "time", "2026-09-21T14:17:20.000Z");
    assert_true(says("R-0001: 0 unowned seconds"));
    assert_true(says("clocks: 1 met"));
    assert_true(says("concordat show R-0001 shows them"));
}

static void a_drill_is_told_too_and_a_case_that_is_not_there_is_refused(void **state)
{
    (void)state;
    story_of_a_day(&story);
    assert_int_equal(ask_for(&(struct report_question){.name = "case", .number = "D-0003"}), REPORT_DONE);
    cell_is("case", "line", "drill", "value", "yes: it is in no figure of a report");
    assert_int_equal(ask_for(&(struct report_question){.name = "case", .number = "R-0003"}), REPORT_UNKNOWN);
    assert_string_equal(message, "the trail has no case R-0003");
}

/* ---- how much of it ---- */

static void rows_beyond_a_bound_are_counted_and_a_report_that_is_stopped_says_so(void **state)
{
    (void)state;
    atomic_bool stop = true;
    struct report_question question = {.name = "volume", .unsuppressed = true, .rows_max = 20};
    assert_int_equal(ask_for(&question), REPORT_DONE);
    json_t *hours = table_of("hours");
    assert_int_equal(json_array_size(json_object_get(hours, "rows")), 20);
    assert_int_equal(json_integer_value(json_object_get(hours, "leftOut")), 4);
    question.stop = &stop;
    for (uint32_t i = 1; i < 60; i++)
        story_receive(&story, i, (struct story_person){.source = STREET, .urgency = URGENT, .age = 40});
    assert_int_equal(ask_for(&question), REPORT_STOPPED);
    assert_null(document);
}

static void a_day_of_the_calendar_is_read_and_nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-1-31",   "2026-02-30", "2026-13-01",
                                      "31-01-2026", "2026-01-31 ", "2026/01/31", "0000-01-01",
                                      "today",      "2026-01-311"};
    int64_t from_ms = 0;
    assert_true(report_period_read_day("2026-07-01", &from_ms)); /* midnight in London in summer */
    assert_int_equal(from_ms, 1782860400000);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (report_period_read_day(bad[i], &from_ms))
            fail_msg("%s was read", bad[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_set_up, case_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_bands_of_the_times_and_the_hours_of_the_day_divide_all_referrals),
        TEST(a_case_is_told_from_its_receipt_to_its_end),
        TEST(a_drill_is_told_too_and_a_case_that_is_not_there_is_refused),
        TEST(rows_beyond_a_bound_are_counted_and_a_report_that_is_stopped_says_so),
        TEST(a_day_of_the_calendar_is_read_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
