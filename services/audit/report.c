/* report.c: the table of reports; puts a report's questions to a trail and has the answers written. */
#include "services/audit/report.h"

#include <assert.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/audit/report_all.h"
#include "services/audit/report_functions.h"
#include "services/audit/report_table.h"
#include "services/audit/report_told.h"
#include "services/audit/trail.h"

static const struct report *const reports[] = {
    &report_times,    &report_national, &report_declines,   &report_custody, &report_open,
    &report_breaches, &report_volume,   &report_section136, &report_case,
};

const struct report *const *report_list(size_t *count)
{
    *count = sizeof reports / sizeof reports[0];
    return reports;
}

const struct report *report_find(const char *name)
{
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
        if (strcmp(reports[i]->name, name) == 0)
            return reports[i];
    return NULL;
}

/* The views that every question builds on, and the only place that says what is counted. Drills never are. */
static const char scope_sql[] =
    "CREATE TEMP VIEW scope AS SELECT %lld AS from_ms, %lld AS to_ms,"
    "  coalesce((SELECT at_ms FROM main.latest), 0) AS as_at_ms;"
    "CREATE TEMP VIEW in_range AS SELECT * FROM main.referral, scope"
    "  WHERE received_at_ms >= from_ms AND received_at_ms < to_ms;"
    "CREATE TEMP VIEW counted AS SELECT *,"
    "  coalesce(routed_as, 'not recorded') AS urgency_used,"
    "  CASE routed_as WHEN 'emergency' THEN 1 WHEN 'very urgent' THEN 2 WHEN 'urgent' THEN 3"
    "   WHEN 'routine' THEN 4 ELSE 5 END AS urgency_order,"
    "  CASE WHEN age_years IS NULL THEN 'age not known' WHEN age_years >= 18 THEN '18 and over'"
    "   ELSE 'under 18' END AS age_band"
    "  FROM in_range WHERE NOT drill;"
    "CREATE TEMP VIEW the_case AS SELECT *, (SELECT form IS 'reduced' FROM main.form) AS is_reduced"
    "  FROM main.referral, scope WHERE number = %Q;"
    "BEGIN";

static const char drills_sql[] =
    "SELECT count(*) || CASE count(*) WHEN 1 THEN ' drill is' ELSE ' drills are' END ||"
    " ' left out of every figure' FROM in_range WHERE drill";
static const char footer[] =
    "figures are unsuppressed: small numbers could point to a person; for internal use only";

/* Steps of SQLite between two looks whether the answer is to be given up: some tens of microseconds. */
enum { STEPS_BETWEEN_LOOKS = 10000 };

static int is_given_up(void *stop)
{
    return atomic_load((const atomic_bool *)stop);
}

static bool open_report_scope(sqlite3 *database, const struct report_question *question)
{
    if (question->stop)
        sqlite3_progress_handler(database, STEPS_BETWEEN_LOOKS, is_given_up,
                                 (void *)(uintptr_t)question->stop);
    char *sql = sqlite3_mprintf(scope_sql, question->from_ms,
                                question->to_ms > 0 ? question->to_ms : INT64_MAX, question->number);
    bool opened = sql && report_functions_add(database) == SQLITE_OK &&
                  report_told_add(database) == SQLITE_OK &&
                  sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK &&
                  sqlite3_exec(database, "PRAGMA query_only = ON", NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return opened;
}

static json_t *report_cell(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        return json_string((const char *)sqlite3_column_text(statement, column));
    default:
        return json_null();
    }
}

static bool add_report_row(sqlite3_stmt *statement, json_t *rows)
{
    json_t *row = json_array();
    bool whole = row;
    for (int i = 0; i < sqlite3_column_count(statement) && whole; i++)
        whole = json_array_append_new(row, report_cell(statement, i)) == 0;
    return json_array_append_new(rows, row) == 0 && whole;
}

/* Adds the rows, or as many as are wanted, and counts the others. SQLITE_DONE if that was all. */
static int add_report_rows(sqlite3_stmt *statement, size_t rows_max, json_t *rows, json_int_t *left_out)
{
    int stepped;
    while ((stepped = sqlite3_step(statement)) == SQLITE_ROW)
        if (rows_max && json_array_size(rows) == rows_max)
            ++*left_out;
        else if (!add_report_row(statement, rows))
            return SQLITE_NOMEM;
    return stepped;
}

/* NULL if the question could not be answered. */
static json_t *ask_table(sqlite3 *database, const struct report_table *table, size_t rows_max)
{
    sqlite3_stmt *statement = NULL;
    json_t *columns = json_array(), *rows = json_array();
    bool whole =
        columns && rows && sqlite3_prepare_v2(database, table->sql, -1, &statement, NULL) == SQLITE_OK;
    for (int i = 0; whole && i < sqlite3_column_count(statement); i++)
        whole = json_array_append_new(columns, json_string(sqlite3_column_name(statement, i))) == 0;
    json_int_t left_out = 0;
    whole = whole && add_report_rows(statement, rows_max, rows, &left_out) == SQLITE_DONE;
    sqlite3_finalize(statement);
    if (whole)
        return json_pack("{s:s, s:s, s:o, s:o, s:o*}", "name", table->name, "title", table->title, "columns",
                         columns, "rows", rows, "leftOut", left_out ? json_integer(left_out) : NULL);
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

static bool fill_report(sqlite3 *database, const struct report *report, size_t rows_max, json_t *document)
{
    json_t *tables = json_object_get(document, "tables"), *verdicts = json_object_get(document, "verdicts"),
           *notes = json_object_get(document, "notes");
    for (size_t i = 0; i < REPORT_TABLES_MAX && report->tables[i].name; i++)
        if (json_array_append_new(tables, ask_table(database, &report->tables[i], rows_max)) != 0)
            return false;
    for (size_t i = 0; i < REPORT_LINES_MAX && report->verdicts[i]; i++)
        if (!ask_lines(database, report->verdicts[i], verdicts))
            return false;
    for (size_t i = 0; i < REPORT_LINES_MAX && report->notes[i]; i++)
        if (json_array_append_new(notes, json_string(report->notes[i])) != 0)
            return false;
    if (report->of_one_case)
        return true;
    return ask_lines(database, drills_sql, notes) && json_array_append_new(notes, json_string(footer)) == 0;
}

/* JSON null stands for no bound. */
static json_t *report_instant(int64_t unix_ms)
{
    char text[TIME_TEXT_BYTES];
    if (unix_ms <= 0)
        return json_null();
    words_time(unix_ms, text);
    return json_string(text);
}

static int64_t ask_report_integer(sqlite3 *database, const char *sql)
{
    int64_t value = 0;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static json_t *report_head(sqlite3 *database, const struct report *report,
                           const struct report_question *question)
{
    json_t *head = json_pack("{s:s, s:s, s:o}", "report", report->name, "about", report->about, "asAt",
                             report_instant(ask_report_integer(database, "SELECT as_at_ms FROM scope")));
    json_t *scope = report->of_one_case ? json_pack("{s:s}", "case", question->number)
                                        : json_pack("{s:o, s:o}", "from", report_instant(question->from_ms),
                                                    "to", report_instant(question->to_ms));
    json_t *rest = json_pack("{s:[], s:[], s:[]}", "tables", "verdicts", "notes");
    bool whole = json_object_update(head, scope) == 0 && json_object_update(head, rest) == 0;
    json_decref(scope);
    json_decref(rest);
    if (whole)
        return head;
    json_decref(head);
    return NULL;
}

static int ask_open_trail(sqlite3 *database, const struct report *report,
                          const struct report_question *question, json_t **document, char *message,
                          size_t message_size)
{
    bool answered = open_report_scope(database, question);
    if (answered && report->of_one_case && !ask_report_integer(database, "SELECT count(*) FROM the_case")) {
        snprintf(message, message_size, "the trail has no case %s", question->number);
        return REPORT_UNKNOWN;
    }
    *document = answered ? report_head(database, report, question) : NULL;
    if (*document && fill_report(database, report, question->rows_max, *document))
        return REPORT_DONE;
    json_decref(*document);
    *document = NULL;
    if (sqlite3_errcode(database) == SQLITE_INTERRUPT) {
        snprintf(message, message_size, "the report was given up before its end");
        return REPORT_STOPPED;
    }
    snprintf(message, message_size, "the trail cannot be read: %s", sqlite3_errmsg(database));
    return REPORT_FAILED;
}

int report_ask(const char *trail_path, const struct report_question *question, json_t **document,
               char *message, size_t message_size)
{
    const struct report *report = report_find(question->name);
    *document = NULL;
    if (!report) {
        snprintf(message, message_size, "there is no report of that name");
        return REPORT_UNKNOWN;
    }
    assert(!report->of_one_case == !question->number);
    sqlite3 *database = trail_open_reader(trail_path, message, message_size);
    if (!database)
        return REPORT_FAILED;
    int result = ask_open_trail(database, report, question, document, message, message_size);
    sqlite3_close(database);
    return result;
}

int report_run(const char *trail_path, const struct report_question *question, enum report_format format,
               FILE *out, char *message, size_t message_size)
{
    json_t *document;
    int result = report_ask(trail_path, question, &document, message, message_size);
    if (result == REPORT_DONE && !report_table_write(document, format, out)) {
        snprintf(message, message_size, "the report cannot be written");
        result = REPORT_FAILED;
    }
    json_decref(document);
    return result;
}
