/* test_report_period.c: the periods that people write, by the days of London, and how each is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/words/words.h"
#include "services/audit/report_period.h"

static void periods_are_days_of_london(void **state)
{
    (void)state;
    static const struct {
        const char *text, *from, *to, *words;
    } good[] = {
        {"2026-03-28", "2026-03-28T00:00:00.000Z", "2026-03-29T00:00:00.000Z", "on 28 March 2026"},
        {"2026-03-29", "2026-03-29T00:00:00.000Z", "2026-03-29T23:00:00.000Z", "on 29 March 2026"}, /* 23 h */
        {"2026-10-25", "2026-10-24T23:00:00.000Z", "2026-10-26T00:00:00.000Z",
         "on 25 October 2026"}, /* 25 h */
        {"2026-W13", "2026-03-23T00:00:00.000Z", "2026-03-29T23:00:00.000Z",
         "from 23 March 2026 to 29 March 2026"},
        {"2026-W01", "2025-12-29T00:00:00.000Z", "2026-01-05T00:00:00.000Z",
         "from 29 December 2025 to 4 January 2026"},
        {"2026-W53", "2026-12-28T00:00:00.000Z", "2027-01-04T00:00:00.000Z",
         "from 28 December 2026 to 3 January 2027"},
        {"2026-03", "2026-03-01T00:00:00.000Z", "2026-03-31T23:00:00.000Z",
         "from 1 March 2026 to 31 March 2026"},
        {"2028-02", "2028-02-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z",
         "from 1 February 2028 to 29 February 2028"},
        {"2026-12", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z",
         "from 1 December 2026 to 31 December 2026"},
        {"2026-Q1", "2026-01-01T00:00:00.000Z", "2026-03-31T23:00:00.000Z",
         "from 1 January 2026 to 31 March 2026"},
        {"2026-Q4", "2026-09-30T23:00:00.000Z", "2027-01-01T00:00:00.000Z",
         "from 1 October 2026 to 31 December 2026"},
        {"2026-H1", "2026-01-01T00:00:00.000Z", "2026-06-30T23:00:00.000Z",
         "from 1 January 2026 to 30 June 2026"},
        {"2026-H2", "2026-06-30T23:00:00.000Z", "2027-01-01T00:00:00.000Z",
         "from 1 July 2026 to 31 December 2026"},
        {"2025/26", "2025-03-31T23:00:00.000Z", "2026-03-31T23:00:00.000Z",
         "from 1 April 2025 to 31 March 2026"},
        {"2099/00", "2099-03-31T23:00:00.000Z", "2100-03-31T23:00:00.000Z",
         "from 1 April 2099 to 31 March 2100"},
        {"2025/26-Q4", "2026-01-01T00:00:00.000Z", "2026-03-31T23:00:00.000Z",
         "from 1 January 2026 to 31 March 2026"},
        {"2025/26-H2", "2025-09-30T23:00:00.000Z", "2026-03-31T23:00:00.000Z",
         "from 1 October 2025 to 31 March 2026"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t from_ms, to_ms;
        char from[TIME_TEXT_BYTES], to[TIME_TEXT_BYTES], words[REPORT_PERIOD_BYTES];
        if (!report_period_read(good[i].text, &from_ms, &to_ms))
            fail_msg("%s was not read", good[i].text);
        words_time(from_ms, from);
        words_time(to_ms, to);
        assert_string_equal(from, good[i].from);
        assert_string_equal(to, good[i].to);
        assert_string_equal(report_period_words(from_ms, to_ms, words), good[i].words);
    }
}

static void what_the_calendar_has_not_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         "2026",       "2026-02-30", "2026-13",
                                      "2026-00",  "2026-3",     "2026-W00",   "2026-W54",
                                      "2025-W53", "2026-w13",   "2026-Q0",    "2026-Q5",
                                      "2026-H3",  "2025/27",    "2025/25",    "2025-26",
                                      "25/26",    "2025/26-Q5", "2025/26-H0", "2026-03-29 ",
                                      " 2026-03", "0000-01",    "today",      "2026-Q12",
                                      "2026-W1",  "2026-03-1",  "2025/2026",  "2026-03-29T00:00:00Z"};
    int64_t from_ms, to_ms;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (report_period_read(bad[i], &from_ms, &to_ms))
            fail_msg("%s was read", bad[i]);
}

/* Periods that follow each other share no instant and leave none out, also where the clocks change. */
static void the_months_of_a_year_follow_each_other(void **state)
{
    (void)state;
    int64_t year_from, year_to, at, from_ms, to_ms;
    assert_true(report_period_read("2026-H1", &year_from, &at));
    assert_true(report_period_read("2026-H2", &from_ms, &year_to));
    assert_int_equal(at, from_ms);
    at = year_from;
    for (int month = 1; month <= 12; month++) {
        char text[8] = {'2', '0', '2', '6', '-', (char)('0' + month / 10), (char)('0' + month % 10), '\0'};
        assert_true(report_period_read(text, &from_ms, &to_ms));
        assert_int_equal(from_ms, at);
        at = to_ms;
    }
    assert_int_equal(at, year_to);
}

static void the_period_of_an_instant_is_read_as_one_that_has_it(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "day", "week", "month", "quarter", "half", "half of a financial year", "financial year"};
    int64_t at, from_ms, to_ms;
    char period[REPORT_PERIOD_BYTES];
    assert_true(report_period_read_day("2024-12-25", &at));
    for (int hours = 0; hours < 3 * 366 * 24; hours += 7, at += INT64_C(7) * 3600000)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            assert_true(report_period_of(at, kinds[i], period));
            if (!report_period_read(period, &from_ms, &to_ms) || at < from_ms || at >= to_ms)
                fail_msg("%s does not have the instant %lld", period, (long long)at);
        }
    assert_false(report_period_of(at, "year", period));
}

static void the_night_of_a_clock_change_is_of_the_day_in_london(void **state)
{
    (void)state;
    static const struct {
        const char *at, *kind, *period;
    } known[] = {
        {"2026-03-31T22:59:59.999Z", "month", "2026-03"},
        {"2026-03-31T23:00:00.000Z", "month", "2026-04"},
        {"2026-03-31T22:59:59.999Z", "financial year", "2025/26"},
        {"2026-03-31T23:00:00.000Z", "financial year", "2026/27"},
        {"2026-10-24T23:00:00.000Z", "day", "2026-10-25"},
        {"2026-10-25T23:59:59.999Z", "day", "2026-10-25"},
        {"2027-01-03T12:00:00.000Z", "week", "2026-W53"},
        {"2025-12-29T00:00:00.000Z", "week", "2026-W01"},
        {"2026-06-30T23:00:00.000Z", "quarter", "2026-Q3"},
        {"2026-06-30T22:59:00.000Z", "half", "2026-H1"},
        {"2026-03-31T22:59:59.999Z", "half of a financial year", "2025/26-H2"},
        {"2026-03-31T23:00:00.000Z", "half of a financial year", "2026/27-H1"},
        {"2026-09-30T23:00:00.000Z", "half of a financial year", "2026/27-H2"},
        {"2027-01-01T00:00:00.000Z", "half of a financial year", "2026/27-H2"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char period[REPORT_PERIOD_BYTES];
        int64_t at;
        assert_true(words_parse_time(known[i].at, &at));
        assert_true(report_period_of(at, known[i].kind, period));
        assert_string_equal(period, known[i].period);
    }
}

static void bounds_are_said_alone_and_as_times_if_they_are_no_midnight(void **state)
{
    (void)state;
    char words[REPORT_PERIOD_BYTES], day[REPORT_PERIOD_BYTES];
    int64_t from_ms, to_ms;
    assert_true(report_period_read("2026-10-25", &from_ms, &to_ms));
    assert_string_equal(report_period_words(0, 0, words), "at any time");
    assert_string_equal(report_period_words(from_ms, 0, words), "from 25 October 2026");
    assert_string_equal(report_period_words(0, to_ms, words), "until 25 October 2026");
    assert_string_equal(report_period_words(from_ms + 1, to_ms, words),
                        "from 2026-10-24T23:00:00.001Z to 25 October 2026");
    assert_string_equal(report_period_words(from_ms, to_ms - 60000, words),
                        "from 25 October 2026 to before 2026-10-25T23:59:00.000Z");
    assert_string_equal(report_period_words(0, to_ms - 60000, words),
                        "until before 2026-10-25T23:59:00.000Z");
    report_period_first(from_ms, day);
    assert_string_equal(day, "2026-10-25");
    report_period_last(to_ms, day);
    assert_string_equal(day, "2026-10-25");
    report_period_last(0, day);
    assert_string_equal(day, "");
}

static void a_period_of_a_kind_is_whole_or_it_is_not(void **state)
{
    (void)state;
    static const char *const whole[][2] = {{"2026-03", "month"},
                                           {"2026-10", "month"},
                                           {"2026-Q1", "quarter"},
                                           {"2026-H2", "half"},
                                           {"2026/27-H1", "half of a financial year"},
                                           {"2026/27-H2", "half of a financial year"},
                                           {"2025/26", "financial year"}},
                             *const other[][2] = {{"2026-03-29", "month"},
                                                  {"2026-W13", "month"},
                                                  {"2026-Q1", "month"},
                                                  {"2026-03", "quarter"},
                                                  {"2026-H1", "half of a financial year"},
                                                  {"2026-H2", "half of a financial year"},
                                                  {"2026/27-H1", "half"},
                                                  {"2025/26", "half"}};
    int64_t from_ms, to_ms, other_ms;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        assert_true(report_period_read(whole[i][0], &from_ms, &to_ms));
        assert_true(report_period_is_whole(from_ms, to_ms, whole[i][1]));
        assert_false(report_period_is_whole(from_ms + 1, to_ms, whole[i][1]));
        assert_false(report_period_is_whole(from_ms, to_ms + 1, whole[i][1]));
        assert_false(report_period_is_whole(from_ms, 0, whole[i][1]));
        assert_false(report_period_is_whole(0, to_ms, whole[i][1]));
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_true(report_period_read(other[i][0], &from_ms, &to_ms));
        assert_false(report_period_is_whole(from_ms, to_ms, other[i][1]));
    }
    assert_true(report_period_read("2026-03", &from_ms, &other_ms));
    assert_true(report_period_read("2026-04", &other_ms, &to_ms));
    assert_false(report_period_is_whole(from_ms, to_ms, "month"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_days_of_london),
        cmocka_unit_test(what_the_calendar_has_not_is_refused),
        cmocka_unit_test(the_months_of_a_year_follow_each_other),
        cmocka_unit_test(the_period_of_an_instant_is_read_as_one_that_has_it),
        cmocka_unit_test(a_period_of_a_kind_is_whole_or_it_is_not),
        cmocka_unit_test(the_night_of_a_clock_change_is_of_the_day_in_london),
        cmocka_unit_test(bounds_are_said_alone_and_as_times_if_they_are_no_midnight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
