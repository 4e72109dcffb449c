/* report_document.c: see report_document.h. */
#include "services/audit/report_document.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/disclosure.h"
#include "services/audit/report_face.h"
#include "services/audit/report_functions.h"
#include "services/audit/report_months.h"
#include "services/audit/report_told.h"

/* The files in reports/ build on this view. */
static const char question_sql[] =
    "BEGIN; CREATE TEMP VIEW question AS SELECT %lld AS from_ms, %lld AS to_ms, %Q AS number";

/* Steps of SQLite between two looks whether the answer is to be given up: some tens of microseconds. */
enum { STEPS_BETWEEN_LOOKS = 10000 };

static bool is_given_up(const struct report_question *question)
{
    return question->stop && atomic_load(question->stop);
}

static int look(void *question)
{
    return is_given_up(question);
}

static bool run_grounds(sqlite3 *database, const struct report *report)
{
    for (const char *const *ground = report->grounds; *ground; ground++)
        if (sqlite3_exec(database, *ground, NULL, NULL, NULL) != SQLITE_OK)
            return false;
    return true;
}

/* All that follows is of one moment, and nothing more can be changed. */
static bool open_question(sqlite3 *database, const struct report *report,
                          const struct report_question *question)
{
    sqlite3_progress_handler(database, STEPS_BETWEEN_LOOKS, look, (void *)(uintptr_t)question);
    char *sql = sqlite3_mprintf(question_sql, question->from_ms,
                                question->to_ms > 0 ? question->to_ms : INT64_MAX, question->number);
    bool opened =
        sql && report_functions_add(database) == SQLITE_OK && report_told_add(database) == SQLITE_OK &&
        sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK &&
        (!report->of_months || report_months_make(database, question)) && run_grounds(database, report) &&
        sqlite3_exec(database, "PRAGMA query_only = ON", NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return opened;
}

/* Words and small numbers stand in many cells of a table, and once in memory. */
enum { SHARED_WORDS_MAX = 4096, SHARED_NUMBERS = 16 };
struct shared_cells {
    json_t *words; /* by themselves */
    json_t *numbers[SHARED_NUMBERS];
};

static void close_shared_cells(struct shared_cells *shared)
{
    json_decref(shared->words);
    for (size_t i = 0; i < SHARED_NUMBERS; i++)
        json_decref(shared->numbers[i]);
}

static json_t *word_cell(struct shared_cells *shared, const char *text)
{
    json_t *known = json_object_get(shared->words, text);
    if (known)
        return json_incref(known);
    json_t *cell = json_string(text);
    if (cell && json_object_size(shared->words) < SHARED_WORDS_MAX)
        json_object_set(shared->words, text, cell); /* without memory for it, it is not shared */
    return cell;
}

static json_t *number_cell(struct shared_cells *shared, json_int_t number)
{
    if (number < 0 || number >= SHARED_NUMBERS)
        return json_integer(number);
    if (!shared->numbers[number])
        shared->numbers[number] = json_integer(number);
    return json_incref(shared->numbers[number]);
}

static json_t *report_cell(sqlite3_stmt *statement, int column, bool is_key, struct shared_cells *shared)
{
    const char *text;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return number_cell(shared, sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        text = (const char *)sqlite3_column_text(statement, column);
        return is_key ? word_cell(shared, text) : json_string(text);
    default:
        return json_null();
    }
}

/* Our own rule: of fewer than so many, a percentile that far up says no more than the longest does. */
enum { FIGURE20_LEAST = 20 };
static const char figure20_note[] =
    "p90 and p95 are not shown of fewer than 20, because they would say no more than the longest does";

static void blank_few(const struct report_table *table, json_t *row)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct report_column *column = &table->columns[i];
        if (column->kind == REPORT_FIGURE20 &&
            json_integer_value(json_array_get(row, (size_t)column->of[0])) < FIGURE20_LEAST)
            json_array_set_new(row, i, json_null());
    }
}

static bool has_figure20(const struct report *report)
{
    for (size_t i = 0; i < report->table_count; i++)
        for (size_t x = 0; x < report->tables[i].column_count; x++)
            if (report->tables[i].columns[x].kind == REPORT_FIGURE20)
                return true;
    return false;
}

static bool add_report_row(sqlite3_stmt *statement, const struct report_table *table,
                           struct shared_cells *shared, json_t *rows)
{
    json_t *row = json_array();
    bool whole = row;
    for (size_t i = 0; i < table->column_count && whole; i++) {
        bool is_key = table->columns[i].kind == REPORT_KEY;
        whole = json_array_append_new(row, report_cell(statement, (int)i, is_key, shared)) == 0;
    }
    if (whole)
        blank_few(table, row);
    return json_array_append_new(rows, row) == 0 && whole;
}

/* Adds the rows, or as many as are wanted, and counts the others. SQLITE_DONE if that was all. */
static int add_report_rows(sqlite3_stmt *statement, const struct report_table *table, size_t rows_max,
                           json_t *rows, json_int_t *left_out)
{
    struct shared_cells shared = {.words = json_object()};
    int stepped;
    while ((stepped = sqlite3_step(statement)) == SQLITE_ROW)
        if (rows_max && json_array_size(rows) == rows_max)
            ++*left_out;
        else if (!add_report_row(statement, table, &shared, rows)) {
            stepped = SQLITE_NOMEM;
            break;
        }
    close_shared_cells(&shared);
    return stepped;
}

/* Says which column is not the one that the file of the report declares. */
static bool has_its_columns(sqlite3_stmt *statement, const struct report_table *table)
{
    int count = sqlite3_column_count(statement);
    bool same = count == (int)table->column_count;
    for (int i = 0; i < count && i < (int)table->column_count; i++)
        if (strcmp(sqlite3_column_name(statement, i), table->columns[i].name) != 0) {
            fprintf(stderr, "table %s: column %d is %s, and declared as %s\n", table->name, i + 1,
                    sqlite3_column_name(statement, i), table->columns[i].name);
            same = false;
        }
    return same;
}

static const char *const kind_names[] = {
    [REPORT_KEY] = "key",       [REPORT_COUNT] = "count",     [REPORT_PERCENT] = "percent",
    [REPORT_FIGURE] = "figure", [REPORT_FIGURE20] = "figure", [REPORT_CASE] = "case",
    [REPORT_EVENT] = "event",   [REPORT_WHEN] = "when",       [REPORT_WORDS] = "words"};

/* NULL if it is no column's number. */
static const char *named_column(const struct report_table *table, int at)
{
    return at >= 0 ? table->columns[at].name : NULL;
}

static json_t *describe_column(const struct report_table *table, const struct report_column *column)
{
    bool is_percent = column->kind == REPORT_PERCENT;
    return json_pack("{s:s, s:s, s:s*, s:s*, s:o*, s:s*, s:s*, s:s*, s:s*, s:o*, s:o*}", "name", column->name,
                     "kind", kind_names[column->kind], "unit", column->unit, "total", column->total, "label",
                     column->label ? json_true() : NULL, "over",
                     is_percent ? NULL : named_column(table, column->of[0]), "numerator",
                     is_percent ? named_column(table, column->of[0]) : NULL, "denominator",
                     named_column(table, column->of[1]), "less", named_column(table, column->of[2]),
                     "denominatorIsSum", column->of[1] == REPORT_SUM ? json_true() : NULL, "ofTwentyOrMore",
                     column->kind == REPORT_FIGURE20 ? json_true() : NULL);
}

static json_t *describe_columns(const struct report_table *table)
{
    json_t *columns = json_array();
    bool whole = columns;
    for (size_t i = 0; whole && i < table->column_count; i++)
        whole = json_array_append_new(columns, describe_column(table, &table->columns[i])) == 0;
    if (whole)
        return columns;
    json_decref(columns);
    return NULL;
}

static json_t *describe_term(const struct report_term *term)
{
    return json_pack("{s:s*, s:s, s:s*, s:s*}", "table", term->table, "column", term->column, "key",
                     term->key, "row", term->row);
}

/* How its counts add up; NULL if nothing is said of that, or there is no memory for it. */
static json_t *describe_sums(const struct report_table *table)
{
    json_t *sums = table->sum_count ? json_array() : NULL;
    for (size_t i = 0; sums && i < table->sum_count; i++) {
        json_t *parts = json_array();
        for (const struct report_term *term = table->sums[i].terms + 1; term->column; term++)
            json_array_append_new(parts, describe_term(term));
        json_array_append_new(sums,
                              json_pack("{s:o, s:o, s:o*}", "total", describe_term(table->sums[i].terms),
                                        "parts", parts, "rest", table->sums[i].rest ? json_true() : NULL));
    }
    return sums;
}

/* What its counts are of those of each month; NULL if nothing is said of that. */
static json_t *describe_month_sums(const struct report_table *table)
{
    json_t *sums = table->month_sum_count ? json_array() : NULL;
    for (size_t i = 0; sums && i < table->month_sum_count; i++)
        json_array_append_new(sums, json_pack("{s:o, s:o, s:s*}", "ofMonth",
                                              describe_term(&table->month_sums[i].of_month), "here",
                                              describe_term(&table->month_sums[i].here), "by",
                                              table->month_sums[i].by));
    return sums;
}

/* By which of its columns report_rates.h works. */
static json_t *describe_rates(const struct report_table *table)
{
    const struct report_rates *rates = &table->rates;
    return json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "numerator", named_column(table, rates->numerator),
                     "denominator", named_column(table, rates->denominator), "key",
                     named_column(table, rates->key), "reference", rates->reference, "among",
                     named_column(table, rates->among), "amongAs", rates->among_as);
}

/* NULL if the question could not be answered. */
static json_t *ask_table(sqlite3 *database, const struct report_table *table, size_t rows_max)
{
    sqlite3_stmt *statement = NULL;
    json_t *columns = describe_columns(table), *rows = json_array();
    json_int_t left_out = 0;
    bool whole =
        columns && rows && sqlite3_prepare_v2(database, table->sql, -1, &statement, NULL) == SQLITE_OK;
    assert(!whole || has_its_columns(statement, table));
    whole = whole && add_report_rows(statement, table, rows_max, rows, &left_out) == SQLITE_DONE;
    sqlite3_finalize(statement);
    if (whole)
        return json_pack("{s:s, s:s, s:o, s:o*, s:o*, s:o*, s:o*, s:o*, s:o, s:o*}", "name", table->name,
                         "title", table->title, "columns", columns, "sums", describe_sums(table), "monthSums",
                         describe_month_sums(table), "bySize", table->by_size ? json_true() : NULL, "chart",
                         table->chart.column >= 0 ? json_object() : NULL, "rates",
                         table->rates.numerator >= 0 ? describe_rates(table) : NULL, "rows", rows, "leftOut",
                         left_out ? json_integer(left_out) : NULL);
    json_decref(columns);
    json_decref(rows);
    return NULL;
}

/* Adds each row's first column as a line. */
static bool ask_lines(sqlite3 *database, const char *sql, json_t *lines)
{
    sqlite3_stmt *statement = NULL;
    bool whole = sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK;
    int stepped = SQLITE_DONE;
    while (whole && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
        whole =
            json_array_append_new(lines, json_string((const char *)sqlite3_column_text(statement, 0))) == 0;
    sqlite3_finalize(statement);
    return whole && stepped == SQLITE_DONE;
}

/* A line that is asked for has exact numbers: it is not published. */
static bool add_lines(sqlite3 *database, const struct report_line *line, bool published, json_t *lines)
{
    for (; line->text || line->sql; line++)
        if (line->text ? json_array_append_new(lines, json_string(line->text)) != 0
                       : !published && !ask_lines(database, line->sql, lines))
            return false;
    return true;
}

static const char left_out_note[] = "left out, because it is for inspectors: the table ";

/* What points to one case is not asked for, and named instead. A chart is of all its rows, and so are rates.
 */
static bool add_table(sqlite3 *database, const struct report_table *table, bool published, size_t rows_max,
                      json_t *document)
{
    bool whole = table->chart.column >= 0 || table->rates.numerator >= 0;
    if (!published || disclosure_may_show(table))
        return json_array_append_new(json_object_get(document, "tables"),
                                     ask_table(database, table, whole ? 0 : rows_max)) == 0;
    return json_array_append_new(json_object_get(document, "notes"),
                                 json_sprintf("%s%s", left_out_note, table->name)) == 0 &&
           json_array_append_new(json_object_get(document, "tablesLeftOut"), json_string(table->name)) == 0;
}

static const char unsuppressed_note[] =
    "figures are unsuppressed: small numbers could point to a person; for internal use only";

static bool fill_report(sqlite3 *database, const struct report *report,
                        const struct report_question *question, json_t *document)
{
    json_t *notes = json_object_get(document, "notes");
    bool published = !question->unsuppressed;
    for (size_t i = 0; i < report->table_count; i++)
        if (is_given_up(question) ||
            !add_table(database, &report->tables[i], published, question->rows_max, document))
            return false;
    return add_lines(database, report->verdicts, published, json_object_get(document, "verdicts")) &&
           add_lines(database, report->notes, published, notes) &&
           (!has_figure20(report) || json_array_append_new(notes, json_string(figure20_note)) == 0) &&
           (published || report->of_one_case ||
            json_array_append_new(notes, json_string(unsuppressed_note)) == 0);
}

int report_document_read(sqlite3 *database, const struct report *report,
                         const struct report_question *question, report_reader *reader, void *context,
                         char *message, size_t message_size)
{
    bool opened = open_question(database, report, question);
    int result = opened ? report_face_check(database, report, question, message, message_size) : REPORT_DONE;
    json_t *face = opened && result == REPORT_DONE ? report_face(database, report, question) : NULL;
    if (result == REPORT_DONE && !(face && reader(context, database, face))) {
        result = is_given_up(question) ? REPORT_STOPPED : REPORT_FAILED;
        if (result == REPORT_STOPPED)
            snprintf(message, message_size, "the report was given up before its end");
        else
            snprintf(message, message_size, "the trail cannot be read: %s", sqlite3_errmsg(database));
    }
    json_decref(face);
    sqlite3_progress_handler(database, 0, NULL, NULL);
    sqlite3_exec(database, "ROLLBACK; PRAGMA query_only = OFF", NULL, NULL, NULL);
    return result;
}

/* The reader of a report: its face becomes its document. */
struct report_filling {
    const struct report *report;
    const struct report_question *question;
    json_t *document;
};

static bool read_document(void *context, sqlite3 *database, json_t *face)
{
    struct report_filling *filling = context;
    if (!fill_report(database, filling->report, filling->question, face) ||
        (filling->report->of_months && !report_months_note(database, filling->question, face)))
        return false;
    filling->document = json_incref(face);
    return true;
}

int report_document_ask(sqlite3 *database, const struct report *report,
                        const struct report_question *question, json_t **document, char *message,
                        size_t message_size)
{
    struct report_filling filling = {report, question, NULL};
    int result =
        report_document_read(database, report, question, read_document, &filling, message, message_size);
    *document = filling.document;
    return result;
}
