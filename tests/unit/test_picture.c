/* test_picture.c: where the parts of a picture stand, and how a report becomes tables of rows and cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/gateway/html.h"
#include "services/gateway/limits.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/report_view.h"

static struct report_view view;
static json_t *report;

/* Views a report with one table, which is written here as JSON. */
static const struct page_report_table *view_one(enum report_picture picture, const char *table)
{
    const struct report_table described = {.name = "one", .picture = picture};
    const struct report kind = {.tables = &described, .table_count = 1};
    json_t *one = json_loads(table, 0, NULL);
    assert_non_null(one);
    report = json_pack("{s:[o], s:[s], s:[s, s]}", "tables", one, "verdicts", "it holds", "notes", "a", "b");
    assert_true(report_view_open(&view, &kind, report));
    assert_int_equal(view.table_count, 1);
    return &view.tables[0];
}

static int end_view(void **state)
{
    (void)state;
    report_view_close(&view);
    json_decref(report);
    report = NULL;
    return 0;
}

static void a_report_becomes_rows_and_cells_with_numbers_to_the_right(void **state)
{
    (void)state;
    const struct page_report_table *table = view_one(
        REPORT_NO_PICTURE,
        "{\"name\": \"one\", \"title\": \"One\", \"leftOut\": 12,"
        " \"columns\": [{\"name\": \"team\", \"kind\": \"key\"}, {\"name\": \"gone\", \"kind\": \"key\"},"
        " {\"name\": \"median_s\", \"kind\": \"figure\"}, {\"name\": \"why\", \"kind\": \"words\"}],"
        " \"rows\": [[\"north\", null, 1.5, null], [\"south\", null, null, \"x\"]]}");
    assert_int_equal(table->columns_count, 3); /* a column without any value is left out */
    assert_string_equal(table->columns[1].text, "median s");
    assert_true(table->columns[1].is_number);
    assert_false(table->columns[2].is_number);
    assert_string_equal(table->left_out, "12");
    assert_string_equal(table->rows[0].head.text, "north");
    assert_int_equal(table->rows[0].cells_count, 2);
    assert_string_equal(table->rows[0].cells[0].text, "1.5");
    assert_string_equal(table->rows[1].cells[0].text, "none");
    assert_true(table->rows[1].cells[0].is_number);
    assert_int_equal(table->lines_count, 0);
    assert_string_equal(view.verdicts[0].text, "it holds");
    assert_int_equal(view.note_count, 2);
}

static void the_longest_bar_fills_the_room_and_the_others_are_in_proportion(void **state)
{
    (void)state;
    const struct page_report_table *table = view_one(
        REPORT_BARS,
        "{\"name\": \"one\", \"title\": \"One\", \"columns\": [{\"name\": \"hour\", \"kind\": \"key\"}, {\"name\": \"n\", \"kind\": \"count\"}],"
        " \"rows\": [[\"a\", 4], [\"b\", 1], [\"c\", 0]]}");
    assert_int_equal(table->bars_count, 3);
    assert_string_equal(table->bars[0].width, "380.0");
    assert_string_equal(table->bars[1].width, "95.0");
    assert_string_equal(table->bars[2].width, "0.0");
    assert_string_equal(table->lines[1].label, "b");
    assert_string_equal(table->lines[1].figure, "1");
    assert_true(atof(table->lines[1].text_y) > atof(table->lines[0].text_y));
}

static void each_owner_has_a_line_and_their_stretches_fill_the_time(void **state)
{
    (void)state;
    const struct page_report_table *table = view_one(
        REPORT_SPANS,
        "{\"name\": \"one\", \"title\": \"One\", \"columns\": [{\"name\": \"from\"}, {\"name\": \"to\"}, {\"name\": \"owner\"}],"
        " \"rows\": [[0, 10, \"duty\"], [10, 30, \"north\"], [30, 40, \"duty\"]]}");
    assert_int_equal(table->bars_count, 3);
    assert_int_equal(table->lines_count, 2);
    assert_string_equal(table->lines[1].label, "north");
    assert_string_equal(table->bars[0].width, "95.0");
    assert_string_equal(table->bars[1].width, "190.0");
    assert_string_equal(table->bars[0].y, table->bars[2].y);
    assert_true(atof(table->bars[2].x) == atof(table->bars[1].x) + 190.0);
    assert_string_equal(table->axis_to, "40 min");
}

static void what_a_picture_could_not_say_has_none(void **state)
{
    (void)state;
    static const char *const empty[] = {"[[\"a\", 0], [\"b\", 0]]", "[]"};
    char table[200];
    for (size_t i = 0; i < 2; i++) {
        snprintf(
            table, sizeof table,
            "{\"name\": \"one\", \"title\": \"One\", \"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"rows\": %s}",
            empty[i]);
        assert_int_equal(view_one(REPORT_BARS, table)->lines_count, 0);
        assert_int_equal(end_view(NULL), 0);
    }
    json_t *rows = json_array();
    for (int i = 0; i <= PICTURE_LINES_MAX; i++) {
        snprintf(table, sizeof table, "owner %d", i);
        json_array_append_new(rows, json_pack("[i, i, s]", i, i + 1, table));
    }
    json_t *many = json_pack("{s:s, s:s, s:[{s:s}, {s:s}, {s:s}], s:o}", "name", "one", "title", "One",
                             "columns", "name", "from", "name", "to", "name", "owner", "rows", rows);
    char *text = json_dumps(many, 0);
    assert_int_equal(view_one(REPORT_SPANS, text)->lines_count, 0);
    free(text);
    json_decref(many);
}

/* A chart of percentages in the months of 2026, of which a row says the value, and what it is. */
#define CHART(rows, said)                                                                                                \
    "{\"name\": \"one\", \"title\": \"One\", \"columns\": [{\"name\": \"month\", \"kind\": \"key\"},"                    \
    " {\"name\": \"percent\", \"kind\": \"percent\", \"unit\": \"percent\"}, {\"name\": \"mean\", \"kind\": \"limit\"}," \
    " {\"name\": \"variation\", \"kind\": \"signal\"}], \"rows\": [" rows "],"                                           \
    " \"chart\": {\"column\": \"percent\", \"says\": \"it says\", " said "}}"

static void a_chart_has_its_points_on_a_scale_and_a_gap_in_its_line(void **state)
{
    (void)state;
    const struct page_report_table *table =
        view_one(REPORT_LINE, CHART("[\"2026-01\", 20, 50, null], [\"2026-02\", 80, 50, null],"
                                    "[\"2026-03\", \"*\", 50, null], [\"2026-04\", 50, 50, null]",
                                    "\"points\": 3, \"mean\": 50.0, \"lower\": null, \"upper\": 90.0"));
    const struct page_chart *chart = &table->chart;
    assert_string_equal(chart->says, "it says");
    assert_string_equal(chart->unit, "percent");
    assert_int_equal(chart->marks_count, 3);
    assert_int_equal(chart->lines_count, 1); /* the last point stands alone behind the gap */
    assert_ptr_equal(strchr(strchr(chart->lines[0].points, ',') + 1, ','),
                     strrchr(chart->lines[0].points, ','));
    assert_int_equal(chart->ticks_count, 5); /* 20 to 100 by 20 */
    assert_string_equal(chart->ticks[0].label, "20");
    assert_string_equal(chart->ticks[4].label, "100");
    assert_string_equal(chart->marks[0].y, chart->ticks[0].y);
    assert_string_equal(chart->marks[1].y, chart->ticks[3].y);
    assert_true(atof(chart->marks[1].x) > atof(chart->marks[0].x));
    assert_int_equal(chart->rules_count, 2);
    assert_string_equal(chart->rules[0].style, "limit");
    assert_string_equal(chart->rules[1].style, "mean");
    assert_string_equal(chart->rules[1].label, "50.0");
    assert_string_equal(chart->rules[1].y, chart->marks[2].y);
    assert_int_equal(chart->labels_count, 4);
    assert_string_equal(chart->labels[0].text, "Apr 26");
    assert_int_equal(chart->keys_count, 3); /* the mean, the limit, as usual */
    /* The mean is the same in each row: it is said once, above the table. */
    assert_int_equal(table->columns_count, 2);
}

static void a_special_cause_is_told_by_its_shape_and_stands_in_the_key(void **state)
{
    (void)state;
    const struct page_chart *chart =
        &view_one(REPORT_LINE,
                  CHART("[\"2026-01\", 20, 50, \"improvement\"], [\"2026-02\", 80, 50, \"concern\"],"
                        "[\"2026-03\", 50, 50, \"improvement and concern\"]",
                        "\"points\": 3, \"mean\": 50.0, \"lower\": null, \"upper\": null"))
             ->chart;
    assert_null(chart->marks[0].x);
    assert_string_equal(chart->marks[0].style, "improvement");
    assert_string_equal(chart->marks[1].style, "concern");
    assert_string_equal(chart->marks[2].style, "concern"); /* the worse of both */
    size_t corners[2] = {0, 0};
    for (size_t i = 0; i < 2; i++)
        for (const char *c = chart->marks[i].corners; *c; c++)
            corners[i] += *c == ',';
    assert_int_equal(corners[0], 3);
    assert_int_equal(corners[1], 4);
    assert_int_equal(chart->keys_count, 3);
    assert_string_equal(chart->keys[1].word, "improvement");
    assert_string_equal(chart->keys[2].word, "concern");
    assert_null(chart->keys[2].line);
}

static void labels_of_lines_never_run_into_each_other(void **state)
{
    (void)state;
    const struct page_chart *chart =
        &view_one(REPORT_LINE, CHART("[\"2026-01\", 50, 50, null], [\"2026-02\", 90, 50, null]",
                                     "\"points\": 2, \"mean\": 50.0, \"lower\": 49.9, \"upper\": 50.1"))
             ->chart;
    assert_int_equal(chart->rules_count, 3);
    for (size_t i = 1; i < 3; i++)
        assert_true(atof(chart->rules[i].label_y) >= atof(chart->rules[i - 1].label_y) + 13);
}

static void a_chart_without_a_value_has_words_and_no_picture(void **state)
{
    (void)state;
    const struct page_chart *chart =
        &view_one(REPORT_LINE, CHART("[\"2026-01\", \"*\", null, null]", "\"points\": 0, \"mean\": null"))
             ->chart;
    assert_int_equal(chart->keys_count, 0);
    assert_string_equal(chart->says, "it says");
    assert_int_equal(end_view(NULL), 0);
    chart = &view_one(REPORT_LINE, CHART("[\"2026-01\", 7, 7, null]", "\"points\": 1, \"mean\": 7.0"))->chart;
    assert_int_equal(chart->marks_count, 1);
    assert_int_equal(chart->lines_count, 0);
    assert_int_equal(chart->rules_count, 1);
}

/* ---- the page ---- */

/* Whether each element of the picture ends, in its turn, and each value stands in quotes. */
static void svg_is_well_formed(const char *svg, size_t size)
{
    char open[16][16];
    size_t depth = 0;
    for (const char *c = svg; c < svg + size; c++) {
        char name[16] = "";
        if (*c != '<')
            continue;
        bool ends = c[1] == '/';
        assert_int_equal(sscanf(c + 1 + ends, "%15[a-z]", name), 1);
        for (; *c != '>'; c++)
            if (*c == '=')
                assert_int_equal(c[1], '"');
        if (ends) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else {
            assert_true(depth < 16);
            strcpy(open[depth++], name);
        }
    }
    assert_int_equal(depth, 0);
}

static void the_page_has_the_picture_with_a_title_and_the_table_behind_it(void **state)
{
    (void)state;
    struct html html = {0};
    view_one(REPORT_LINE, CHART("[\"2026-01\", 20, 50, \"improvement\"], [\"2026-02\", \"*\", 50, null]",
                                "\"points\": 1, \"mean\": 50.0, \"lower\": 10.0, \"upper\": 90.0"));
    const struct page_report page = {
        .name = "change", .about = "it", .is_of_period = true, .tables = view.tables, .tables_count = 1};
    page_report(&html, &page);
    assert_true(html_is_whole(&html));
    const char *svg = strstr(html.text, "<svg class=\"chart\""), *end = svg ? strstr(svg, "</svg>") : NULL;
    assert_non_null(end);
    svg_is_well_formed(svg, (size_t)(end - svg) + strlen("</svg>"));
    assert_non_null(
        strstr(svg, "<title id=\"chart-one\">One: it says. The table below has the figures</title>"));
    assert_non_null(strstr(svg, "role=\"img\" aria-labelledby=\"chart-one\""));
    assert_non_null(strstr(svg, "<polygon class=\"improvement\""));
    assert_null(strstr(svg, "style="));
    assert_true(strstr(html.text, "<table") > end);
    html_close(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_report_becomes_rows_and_cells_with_numbers_to_the_right, end_view),
        cmocka_unit_test_teardown(the_longest_bar_fills_the_room_and_the_others_are_in_proportion, end_view),
        cmocka_unit_test_teardown(each_owner_has_a_line_and_their_stretches_fill_the_time, end_view),
        cmocka_unit_test_teardown(what_a_picture_could_not_say_has_none, end_view),
        cmocka_unit_test_teardown(a_chart_has_its_points_on_a_scale_and_a_gap_in_its_line, end_view),
        cmocka_unit_test_teardown(a_special_cause_is_told_by_its_shape_and_stands_in_the_key, end_view),
        cmocka_unit_test_teardown(labels_of_lines_never_run_into_each_other, end_view),
        cmocka_unit_test_teardown(a_chart_without_a_value_has_words_and_no_picture, end_view),
        cmocka_unit_test_teardown(the_page_has_the_picture_with_a_title_and_the_table_behind_it, end_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
