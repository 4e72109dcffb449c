/* test_report_forms.c: every report in every format, and that its tables are what its file declares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "services/audit/report.h"
#include "services/audit/report_csv.h"
#include "tests/worlds/story.h"

enum { CHARTED = 5, SHARED = 3, COMPARED = 10 }; /* columns that a chart gets, and that rates get */

static struct story story;
static json_t *document; /* the latest report */

static int forms_set_up(void **state)
{
    (void)state;
    story_open(&story);
    return 0;
}

static int forms_tear_down(void **state)
{
    (void)state;
    json_decref(document);
    document = NULL;
    story_close(&story);
    return 0;
}

static char *print_report(const char *name, enum report_format format)
{
    const struct report_question question = {.name = name, .unsuppressed = true};
    char *bytes = NULL, message[TRAIL_MESSAGE_BYTES] = "";
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    int result = report_run(story.path, &question, format, out, message, sizeof message);
    fclose(out);
    if (result != REPORT_DONE)
        fail_msg("%s: %s", name, message);
    return bytes;
}

static void an_empty_trail_gives_every_report_in_every_format(void **state)
{
    (void)state;
    size_t count;
    const struct report *const *reports = report_list(&count);
    for (size_t i = 0; i < count; i++)
        for (int format = REPORT_TEXT; format <= REPORT_JSON && !reports[i]->of_one_case; format++)
            free(print_report(reports[i]->name, (enum report_format)format));
}

/* Whether a cell may stand in a column of that kind; NULL may everywhere. */
static bool fits(const json_t *cell, enum report_kind kind)
{
    switch (kind) {
    case REPORT_KEY:
        return json_string_length(cell) > 0 || json_is_integer(cell); /* what is not there is null */
    case REPORT_COUNT:
    case REPORT_EVENT:
        return json_is_integer(cell);
    case REPORT_PERCENT:
    case REPORT_FIGURE:
    case REPORT_FIGURE20:
        return json_is_number(cell);
    case REPORT_CASE:
    case REPORT_WHEN:
    case REPORT_WORDS:
        return json_is_string(cell);
    }
    return false;
}

static size_t added_columns(const struct report_table *declared)
{
    if (declared->rates.numerator >= 0)
        return declared->rates.reference ? COMPARED : SHARED;
    return declared->chart.column >= 0 ? CHARTED : 0;
}

static void check_cells(const struct report_table *declared, const json_t *table)
{
    size_t at, x;
    const json_t *row, *cell;
    json_array_foreach (json_object_get(table, "rows"), at, row) {
        assert_int_equal(json_array_size(row), declared->column_count + added_columns(declared));
        json_array_foreach (row, x, cell)
            if (x < declared->column_count && !json_is_null(cell) && !fits(cell, declared->columns[x].kind))
                fail_msg("table %s, column %s: the cell is of another kind", declared->name,
                         declared->columns[x].name);
    }
}

static void every_table_has_the_columns_that_its_file_declares(void **state)
{
    (void)state;
    size_t count;
    const struct report *const *reports = report_list(&count);
    story_of_a_day(&story);
    for (size_t i = 0; i < count; i++) {
        char message[TRAIL_MESSAGE_BYTES] = "";
        const struct report_question question = {.name = reports[i]->name,
                                                 .unsuppressed = true,
                                                 .number = reports[i]->of_one_case ? "R-0001" : NULL};
        json_decref(document);
        if (report_ask(story.path, &question, &document, message, sizeof message) != REPORT_DONE)
            fail_msg("%s: %s", reports[i]->name, message);
        for (size_t t = 0; t < reports[i]->table_count; t++)
            check_cells(&reports[i]->tables[t], json_array_get(json_object_get(document, "tables"), t));
    }
}

static void an_unknown_report_is_refused_by_name(void **state)
{
    (void)state;
    char message[TRAIL_MESSAGE_BYTES] = "";
    assert_int_equal(report_run(story.path, &(struct report_question){.name = "weather"}, REPORT_TEXT, stderr,
                                message, sizeof message),
                     REPORT_UNKNOWN);
    assert_int_equal(report_run("/nonexistent", &(struct report_question){.name = "times"}, REPORT_TEXT,
                                stderr, message, sizeof message),
                     REPORT_FAILED);
}

/* ---- CSV ---- */

static json_t *ask_document(const char *name)
{
    char message[TRAIL_MESSAGE_BYTES] = "";
    json_decref(document);
    if (report_ask(story.path, &(struct report_question){.name = name, .unsuppressed = true}, &document,
                   message, sizeof message) != REPORT_DONE)
        fail_msg("%s: %s", name, message);
    return document;
}

static char *write_csv(const json_t *report, const char *table, bool mark)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(report_csv_write(report, table, mark, out));
    fclose(out);
    return bytes;
}

/* RFC 4180: CRLF, the same number of fields in each record, quotes doubled. */
static void check_records(const char *text)
{
    int expected = -1, fields = 1;
    bool quoted = false;
    for (const char *c = text; *c != '\0'; c++) {
        quoted = *c == '"' ? !quoted : quoted;
        fields += *c == ',' && !quoted;
        if (*c == '\n' && !quoted) {
            assert_true(c > text && c[-1] == '\r');
            assert_true(expected < 0 || fields == expected);
            expected = fields;
            fields = 1;
        }
    }
    assert_true(expected > 3);
}

static void each_table_is_a_file_of_csv_with_equal_records(void **state)
{
    (void)state;
    size_t count;
    const struct report *const *reports = report_list(&count);
    story_of_a_day(&story);
    for (size_t i = 0; i < count; i++) {
        if (reports[i]->of_one_case)
            continue;
        ask_document(reports[i]->name);
        for (size_t t = 0; t <= reports[i]->table_count; t++) {
            char *text = write_csv(
                document, t < reports[i]->table_count ? reports[i]->tables[t].name : REPORT_CSV_ABOUT, false);
            check_records(text);
            free(text);
        }
        char *tidy = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&tidy, &size);
        assert_true(report_csv_write_tidy(document, false, out));
        fclose(out);
        check_records(tidy);
        free(tidy);
    }
    char *text = write_csv(ask_document("national"), "own", true);
    assert_memory_equal(text, "\xef\xbb\xbfreport,period_from,period_to,as_at_event,measure,ages,line,", 62);
    assert_non_null(strstr(
        text,
        ",\"community, very urgent\",18 and over,\"seen within 240 min, of new referrals\",1,1,100.0\r\n"));
    free(text);
    assert_false(report_csv_write(document, "weather", false, stderr));
}

/* A spreadsheet runs a cell that begins as a formula does. A number below 0 is none. */
static void a_text_that_begins_as_a_formula_does_is_guarded(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "=1+1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "=HYPERLINK(\"http://x\",\"y\")"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *report =
            json_pack("{s:s, s:i, s:[{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}], s:[[s, i]]}]}", "report", "made",
                      "event", 7, "tables", "name", "one", "title", "=One", "columns", "name", "team", "kind",
                      "key", "name", "count", "kind", "count", "rows", bad[i], -5);
        char *text = write_csv(report, "one", false);
        const char *cell = strchr(strstr(text, "\r\n"), '7') + 2;
        cell += *cell == '"';
        assert_int_equal(*cell, '\'');
        assert_int_equal(cell[1], bad[i][0]);
        assert_non_null(strstr(cell, ",-5\r\n"));
        free(text);
        text = write_csv(report, REPORT_CSV_ABOUT, false);
        assert_non_null(strstr(text, "table,one,'=One\r\n"));
        free(text);
        json_decref(report);
    }
}

static void text_stands_in_columns(void **state)
{
    (void)state;
    story_of_a_day(&story);
    char *text = print_report("times", REPORT_TEXT);
    assert_non_null(
        strstr(text, "\n  measure                    referrals  with time  median s  p90 s  p95 s  max s\n"
                     "  received to first offer            2          2       0.0      -      -    0.0\n"));
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, forms_set_up, forms_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_trail_gives_every_report_in_every_format),
        TEST(every_table_has_the_columns_that_its_file_declares),
        TEST(an_unknown_report_is_refused_by_name),
        TEST(each_table_is_a_file_of_csv_with_equal_records),
        TEST(a_text_that_begins_as_a_formula_does_is_guarded),
        TEST(text_stands_in_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
