/* test_disclosure.c: what a published report shows, of documents made by hand; and that nobody who counts
 * through all that it may have been finds a hidden number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/audit/disclosure.h"

static json_t *document;

/* Tables as JSON with single quotes, and the document published. */
static void publish(const char *tables)
{
    char *text = strdup(tables);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_error_t error;
    json_t *made = json_loads(text, 0, &error);
    if (!made)
        fail_msg("%s: %s", error.text, text);
    free(text);
    json_decref(document);
    document = json_pack("{s:o, s:[]}", "tables", made, "notes");
    disclosure_publish(&document, 1, NULL, 0);
}

/* The rows of a table as they are shown, in one line. */
static void table_is(size_t table, const char *expected)
{
    char *text =
        json_dumps(json_object_get(json_array_get(json_object_get(document, "tables"), table), "rows"),
                   JSON_COMPACT | JSON_REAL_PRECISION(12));
    for (char *c = text; *c; c++)
        *c = *c == '"' ? '\'' : *c;
    assert_string_equal(text, expected);
    free(text);
}

static int drop_document(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    return 0;
}

#define KEY(name)         "{'name': '" name "', 'kind': 'key'}"
#define TOTAL(name)       "{'name': '" name "', 'kind': 'key', 'total': 'all'}"
#define COUNT(name)       "{'name': '" name "', 'kind': 'count', 'unit': 'people'}"
#define OFFERS(name)      "{'name': '" name "', 'kind': 'count', 'unit': 'offers'}"
#define PERCENT(of, over) "{'name': 'percent', 'kind': 'percent', 'numerator': '" of "', " over "}"
#define TABLE(name, columns, rows, more)                                                                     \
    "{'name': '" name "', 'columns': [" columns "], 'rows': [" rows "]" more "}"

static void fewer_than_five_are_hidden_and_others_are_rounded(void **state)
{
    (void)state;
    publish("[" TABLE("one", KEY("team") "," COUNT("a") "," COUNT("b"),
                      "['n', 4, 5], ['s', 0, 7], ['w', 12, 13], ['e', 8, null]", "") "]");
    table_is(0, "[['n','*',5],['s','*',5],['w',10,15],['e',10,null]]");
}

static void a_row_of_which_all_is_hidden_is_left_out_and_a_row_without_counts_stays(void **state)
{
    (void)state;
    publish("[" TABLE("one", KEY("team") "," COUNT("a"), "['n', 4], ['s', 0], ['w', 12]",
                      "") "," TABLE("two", KEY("what") "," KEY("is"), "['x', 'y']", "") "]");
    table_is(0, "[['w',10]]");
    table_is(1, "[['x','y']]");
}

static void a_chart_has_a_row_for_each_month_whatever_is_in_it(void **state)
{
    (void)state;
    publish("[" TABLE("one", KEY("month") "," COUNT("a"), "['2026-03', 4], ['2026-04', 0], ['2026-05', 12]",
                      ", 'chart': {}") "]");
    table_is(0, "[['2026-03','*'],['2026-04','*'],['2026-05',10]]");
}

/* If 7 in all are shown as 5, and 5 at n as 5, anybody could tell that s has at most 2. */
static void a_lone_hidden_cell_in_a_total_hides_another(void **state)
{
    (void)state;
    publish("[" TABLE("one", TOTAL("source") "," COUNT("a") "," COUNT("b"),
                      "['n', 5, 40], ['s', 2, 50], ['all', 7, 90]", "") "]");
    table_is(0, "[['n','*',40],['s','*',50],['all',5,90]]");
}

/* Rounding alone leaves 0 to 6 for s. */
static void what_nobody_can_find_hides_no_other(void **state)
{
    (void)state;
    publish("[" TABLE("one", TOTAL("source") "," COUNT("a") "," COUNT("b"),
                      "['n', 9, 40], ['s', 2, 50], ['all', 11, 90]", "") "]");
    table_is(0, "[['n',10,40],['s','*',50],['all',10,90]]");
}

/* Only n is there, and somebody may ask how many others there can be. */
static void rows_that_are_not_there_are_not_found_either(void **state)
{
    (void)state;
    publish("[" TABLE("one", TOTAL("source") "," COUNT("a") "," COUNT("b"), "['n', 6, 40], ['all', 6, 40]",
                      "") "]");
    table_is(0, "[['n','*',40],['all','*',40]]"); /* whoever knows that n is all would know it by the other */
}

static void a_percentage_is_of_what_is_shown_and_hidden_with_it(void **state)
{
    (void)state;
    publish("[" TABLE(
        "one", KEY("team") "," COUNT("seen") "," COUNT("all") "," PERCENT("seen", "'denominator': 'all'"),
        "['n', 12, 38, 31.6], ['s', 3, 38, 7.9], ['w', 0, 0, null], ['e', 38, null, null]", "") "]");
    table_is(0, "[['n',10,40,25],['s','*',40,'*'],['e',40,null,null]]");
}

/* One of 6 was not seen, and nobody may tell that at most 2 were not. */
static void those_whom_a_percentage_leaves_are_not_found(void **state)
{
    (void)state;
    publish("[" TABLE(
        "one", KEY("team") "," COUNT("seen") "," COUNT("all") "," PERCENT("seen", "'denominator': 'all'"),
        "['n', 5, 6, 83.3]", "") "]");
    table_is(0, "[['n','*',5,'*']]");
}

static void a_percentage_of_a_difference_or_of_a_sum_is_of_that_rounded(void **state)
{
    (void)state;
    publish("[" TABLE("one",
                      KEY("team") "," COUNT("met") "," COUNT("all") "," COUNT("gone") "," PERCENT(
                          "met", "'denominator': 'all', 'less': 'gone'"),
                      "['n', 21, 52, 11, 51.2], ['s', 2, 52, 49, 66.7]",
                      "") "," TABLE("two",
                                    KEY("reason") "," COUNT("n") "," PERCENT("n", "'denominatorIsSum': true"),
                                    "['x', 31, 75.6], ['y', 10, 24.4]", "") "]");
    table_is(0, "[['n',20,50,10,50],['s','*',50,50,'*']]");
    table_is(1, "[['x',30,75],['y',10,25]]");
}

/* In the order of their numbers, a hidden one is known to be between those beside it. */
static void rows_are_not_in_the_order_of_hidden_numbers(void **state)
{
    (void)state;
    publish("[" TABLE("one", KEY("team") "," COUNT("n") "," COUNT("b"),
                      "['s', 17, 50], ['w', 15, 50], ['e', 3, 50], ['n', 0, 50]", ", 'bySize': true") "]");
    table_is(0, "[['e','*',50],['n','*',50],['s',15,50],['w',15,50]]");
}

#define FIGURE(name, unit, more)                                                                             \
    "{'name': '" name "', 'kind': 'figure', 'unit': '" unit "', 'over': 'n'" more "}"

static void a_figure_is_hidden_with_its_count_and_has_two_digits(void **state)
{
    (void)state;
    publish("[" TABLE(
        "one",
        KEY("team") "," COUNT("n") "," OFFERS("offers") "," FIGURE("median", "seconds", "") "," FIGURE(
            "mean", "offers", "") "," FIGURE("p90", "seconds", ", 'ofTwentyOrMore': true"),
        "['n', 40, 90, 1234.5, 2.3, 98765.0], ['s', 4, 50, 12.0, 2, null], ['w', 20, 3, 7.46, 0.2, 99.0],"
        "['e', 12, 13, null, 1.1, null]",
        "") "]");
    table_is(
        0,
        "[['n',40,90,1200,2.3,99000],['s','*',50,'*','*','*'],['w',20,'*',7.5,'*',null],['e',10,15,null,1.1,null]]");
}

#define SUM(total, parts, more) ", 'sums': [{'total': {" total "}, 'parts': [" parts "]" more "}]"

/* 5 of 6 were seen: the one who was not must not be found, so the 5 are hidden, also in the second table. */
static void one_figure_that_is_printed_twice_is_hidden_in_both_places_or_in_none(void **state)
{
    (void)state;
    publish("[" TABLE(
        "one", KEY("team") "," COUNT("seen") "," COUNT("all") "," PERCENT("seen", "'denominator': 'all'"),
        "['n', 5, 6, 83.3]",
        "") "," TABLE("two", KEY("team") "," COUNT("b") "," COUNT("c"), "['n', 5, 50]",
                      SUM("'table': 'one', 'column': 'seen'", "{'column': 'b'}", "")) "]");
    table_is(0, "[['n','*',5,'*']]");
    table_is(1, "[['n','*',50]]");
}

static void declared_sums_are_heeded_in_a_row_among_rows_and_among_tables(void **state)
{
    (void)state;
    publish("[" TABLE("one", KEY("k") "," COUNT("a") "," COUNT("b") "," COUNT("c") "," COUNT("d"),
                      "['x', 7, 5, 2, 90]",
                      SUM("'column': 'a'", "{'column': 'b'}, {'column': 'c'}", "")) "]");
    table_is(0, "[['x',5,'*','*',90]]");
    publish("[" TABLE(
        "one", KEY("team") "," KEY("line") "," COUNT("a") "," COUNT("b"),
        "['x', 'new, of all', 7, 50], ['x', 'seen', 5, 50], ['x', 'never', 2, 50], ['y', 'seen', 5, 50]",
        SUM("'column': 'a', 'key': 'line', 'row': 'new*'",
            "{'column': 'a', 'key': 'line', 'row': 'seen'}, {'column': 'a', 'key': 'line', 'row': 'never'}",
            "")) "]");
    table_is(0, "[['x','new, of all',5,50],['x','seen','*',50],['x','never','*',50],['y','seen',5,50]]");
    publish("[" TABLE("one", TOTAL("team") "," COUNT("a"), "['n', 7], ['s', 93], ['all', 100]",
                      "") "," TABLE("two", KEY("team") "," KEY("hour") "," COUNT("a") "," COUNT("b"),
                                    "['n', '1', 5, 50], ['n', '2', 2, 50], ['s', '1', 93, 50]",
                                    SUM("'table': 'one', 'column': 'a'", "{'column': 'a'}", "")) "]");
    table_is(1, "[['n','1','*',50],['n','2','*',50],['s','1',95,50]]");
    publish("[" TABLE("one", KEY("k") "," COUNT("a") "," COUNT("b") "," COUNT("c"), "['x', 6, 5, 90]",
                      SUM("'column': 'a'", "{'column': 'b'}", ", 'rest': true")) "]");
    table_is(0, "[['x',5,'*',90]]");
}

/* ---- by counting ---- */

enum { PARTS = 3, MOST = 9, TRIALS = 300 };

static bool may_be(const json_t *shown, int value)
{
    return json_is_string(shown) || (value >= 5 && (value + 2) / 5 * 5 == json_integer_value(shown));
}

/* Goes through all numbers that the parts may have had, and marks those that fit what is shown. */
static void count_through(const json_t *const shown[PARTS + 1], bool seen[PARTS][2 * MOST])
{
    for (int a = 0; a < 2 * MOST; a++)
        for (int b = 0; b < 2 * MOST; b++)
            for (int c = 0; c < 2 * MOST; c++)
                if (may_be(shown[0], a) && may_be(shown[1], b) && may_be(shown[2], c) &&
                    may_be(shown[PARTS], a + b + c))
                    seen[0][a] = seen[1][b] = seen[2][c] = true;
}

static void nobody_who_counts_through_all_finds_a_hidden_number(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    printf("seed %u\n", seed);
    srandom(seed);
    for (int trial = 0; trial < TRIALS; trial++) {
        int part[PARTS] = {(int)(random() % MOST), (int)(random() % MOST), (int)(random() % MOST)};
        char text[1000];
        snprintf(text, sizeof text,
                 "[" TABLE("one", TOTAL("k") "," COUNT("n") "," COUNT("b"),
                           "['x', %d, 50], ['y', %d, 50], ['z', %d, 50], ['all', %d, 150]", "") "]",
                 part[0], part[1], part[2], part[0] + part[1] + part[2]);
        publish(text);
        const json_t *rows = json_object_get(json_array_get(json_object_get(document, "tables"), 0), "rows");
        const json_t *shown[PARTS + 1];
        bool seen[PARTS][2 * MOST] = {{false}};
        for (size_t i = 0; i <= PARTS; i++)
            shown[i] = json_array_get(json_array_get(rows, i), 1);
        count_through(shown, seen);
        for (size_t i = 0; i < PARTS; i++) {
            int values = 0;
            for (int value = 0; value < 2 * MOST; value++)
                values += seen[i][value];
            if (json_is_string(shown[i]) && values < 5)
                fail_msg("seed %u, trial %d: part %zu can be one of %d numbers", seed, trial, i, values);
        }
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, drop_document)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fewer_than_five_are_hidden_and_others_are_rounded),
        TEST(a_row_of_which_all_is_hidden_is_left_out_and_a_row_without_counts_stays),
        TEST(a_chart_has_a_row_for_each_month_whatever_is_in_it),
        TEST(one_figure_that_is_printed_twice_is_hidden_in_both_places_or_in_none),
        TEST(a_lone_hidden_cell_in_a_total_hides_another),
        TEST(what_nobody_can_find_hides_no_other),
        TEST(rows_that_are_not_there_are_not_found_either),
        TEST(a_percentage_is_of_what_is_shown_and_hidden_with_it),
        TEST(those_whom_a_percentage_leaves_are_not_found),
        TEST(a_percentage_of_a_difference_or_of_a_sum_is_of_that_rounded),
        TEST(rows_are_not_in_the_order_of_hidden_numbers),
        TEST(a_figure_is_hidden_with_its_count_and_has_two_digits),
        TEST(declared_sums_are_heeded_in_a_row_among_rows_and_among_tables),
        TEST(nobody_who_counts_through_all_finds_a_hidden_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
