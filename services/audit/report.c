/* report.c: the table of reports; puts a report's questions to a trail and has the answers written. */
#include "services/audit/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/audit/report_all.h"
#include "services/audit/report_functions.h"
#include "services/audit/report_table.h"
#include "services/audit/trail.h"

static const struct report *const reports[] = {
    &report_times, &report_national, &report_declines, &report_custody,
    &report_open,  &report_breaches, &report_volume,   &report_section136,
};

const struct report *const *report_list(size_t *count)
{
    *count = sizeof reports / sizeof reports[0];
    return reports;
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
    "BEGIN";

static const char drills_sql[] =
    "SELECT count(*) || CASE count(*) WHEN 1 THEN ' drill is' ELSE ' drills are' END ||"
    " ' left out of every figure' FROM in_range WHERE drill";
static const char footer[] =
    "figures are unsuppressed: small numbers could point to a person; for internal use only";

static bool open_report_scope(sqlite3 *database, int64_t from_ms, int64_t to_ms)
{
    char *sql = sqlite3_mprintf(scope_sql, from_ms, to_ms > 0 ? to_ms : INT64_MAX);
    bool opened = sql && report_functions_add(database) == SQLITE_OK &&
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

/* NULL if the question could not be answered. */
static json_t *ask_table(sqlite3 *database, const struct report_table *table)
{
    sqlite3_stmt *statement = NULL;
    json_t *columns = json_array(), *rows = json_array();
    bool whole =
        columns && rows && sqlite3_prepare_v2(database, table->sql, -1, &statement, NULL) == SQLITE_OK;
    for (int i = 0; whole && i < sqlite3_column_count(statement); i++)
        whole = json_array_append_new(columns, json_string(sqlite3_column_name(statement, i))) == 0;
    int stepped = SQLITE_DONE;
    while (whole && (stepped = sqlite3_step(statement)) == SQLITE_ROW)
        whole = add_report_row(statement, rows);
    sqlite3_finalize(statement);
    if (whole && stepped == SQLITE_DONE)
        return json_pack("{s:s, s:s, s:o, s:o}", "name", table->name, "title", table->title, "columns",
                         columns, "rows", rows);
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

static bool fill_report(sqlite3 *database, const struct report *report, json_t *document)
{
    json_t *tables = json_object_get(document, "tables"), *verdicts = json_object_get(document, "verdicts"),
           *notes = json_object_get(document, "notes");
    for (size_t i = 0; i < REPORT_TABLES_MAX && report->tables[i].name; i++)
        if (json_array_append_new(tables, ask_table(database, &report->tables[i])) != 0)
            return false;
    for (size_t i = 0; i < REPORT_LINES_MAX && report->verdicts[i]; i++)
        if (!ask_lines(database, report->verdicts[i], verdicts))
            return false;
    for (size_t i = 0; i < REPORT_LINES_MAX && report->notes[i]; i++)
        if (json_array_append_new(notes, json_string(report->notes[i])) != 0)
            return false;
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

static json_t *report_head(sqlite3 *database, const struct report *report, int64_t from_ms, int64_t to_ms)
{
    int64_t as_at_ms = 0;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, "SELECT as_at_ms FROM scope", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        as_at_ms = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:[], s:[], s:[]}", "report", report->name, "about",
                     report->about, "asAt", report_instant(as_at_ms), "from", report_instant(from_ms), "to",
                     report_instant(to_ms), "tables", "verdicts", "notes");
}

static int run_report(sqlite3 *database, const struct report *report, enum report_format format,
                      int64_t from_ms, int64_t to_ms, FILE *out, char *message, size_t message_size)
{
    json_t *document = NULL;
    bool answered = open_report_scope(database, from_ms, to_ms) &&
                    (document = report_head(database, report, from_ms, to_ms)) != NULL &&
                    fill_report(database, report, document);
    int result = REPORT_DONE;
    if (!answered) {
        snprintf(message, message_size, "the trail cannot be read: %s", sqlite3_errmsg(database));
        result = REPORT_FAILED;
    } else if (!report_table_write(document, format, out)) {
        snprintf(message, message_size, "the report cannot be written");
        result = REPORT_FAILED;
    }
    json_decref(document);
    return result;
}

int report_run(const char *trail_path, const char *name, enum report_format format, int64_t from_ms,
               int64_t to_ms, FILE *out, char *message, size_t message_size)
{
    const struct report *report = NULL;
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
        if (strcmp(reports[i]->name, name) == 0)
            report = reports[i];
    if (!report) {
        snprintf(message, message_size, "there is no report of that name");
        return REPORT_UNKNOWN;
    }
    sqlite3 *database = trail_open_reader(trail_path, message, message_size);
    if (!database)
        return REPORT_FAILED;
    int result = run_report(database, report, format, from_ms, to_ms, out, message, message_size);
    sqlite3_close(database);
    return result;
}
