/* test_picture.c: where the parts of a picture stand, and how a report becomes tables of rows and cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/gateway/limits.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_report_becomes_rows_and_cells_with_numbers_to_the_right, end_view),
        cmocka_unit_test_teardown(the_longest_bar_fills_the_room_and_the_others_are_in_proportion, end_view),
        cmocka_unit_test_teardown(each_owner_has_a_line_and_their_stretches_fill_the_time, end_view),
        cmocka_unit_test_teardown(what_a_picture_could_not_say_has_none, end_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
