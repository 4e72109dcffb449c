/* report_months.c: see report_months.h. */
#include "services/audit/report_months.h"

#include "services/audit/report_period.h"
#include "services/audit/sql.h"

struct report_month {
    int64_t from_ms, to_ms;
};

/* The month that has this instant. */
static struct report_month report_month_of(int64_t unix_ms, char text[REPORT_PERIOD_BYTES])
{
    struct report_month month = {0, 0};
    if (report_period_of(unix_ms, "month", text))
        report_period_read(text, &month.from_ms, &month.to_ms);
    return month;
}

/* 0 if there is no event. */
static int64_t newest_event_ms(sqlite3 *database)
{
    return sql_ask(database, "SELECT at_ms FROM main.latest", 0);
}

static int64_t first_event_ms(sqlite3 *database)
{
    return sql_ask(database, "SELECT min(at_ms) FROM main.event", 0);
}

/* The beginning of the first of so many months that end then. */
static int64_t months_before(int64_t to_ms, unsigned months)
{
    char text[REPORT_PERIOD_BYTES];
    for (; months; months--)
        to_ms = report_month_of(to_ms - 1, text).from_ms;
    return to_ms;
}

void report_months_choose(sqlite3 *database, struct report_question *question)
{
    char text[REPORT_PERIOD_BYTES];
    int64_t last_ms = question->to_ms ? question->to_ms - 1 : newest_event_ms(database);
    if (last_ms <= 0)
        return;
    int64_t to_ms = report_month_of(last_ms, text).to_ms,
            from_ms = question->from_ms ? report_month_of(question->from_ms, text).from_ms : to_ms;
    if (from_ms > months_before(to_ms, REPORT_MONTHS_LEAST))
        from_ms = months_before(to_ms, REPORT_MONTHS);
    question->from_ms = from_ms;
    question->to_ms = to_ms;
}

static bool insert_month(sqlite3 *database, const char *text, struct report_month month)
{
    char *sql = sqlite3_mprintf("INSERT INTO temp.charted_month VALUES (%Q, %lld, %lld)", text, month.from_ms,
                                month.to_ms);
    bool added = sql && sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_free(sql);
    return added;
}

bool report_months_make(sqlite3 *database, const struct report_question *question)
{
    char text[REPORT_PERIOD_BYTES];
    int64_t newest_ms = newest_event_ms(database), begins_ms = first_event_ms(database);
    bool made = sqlite3_exec(database, "CREATE TEMP TABLE charted_month (month, from_ms, to_ms)", NULL, NULL,
                             NULL) == SQLITE_OK;
    for (struct report_month month = report_month_of(question->from_ms, text);
         made && month.to_ms <= question->to_ms && month.to_ms <= newest_ms;
         month = report_month_of(month.to_ms, text))
        if (month.to_ms > begins_ms)
            made = insert_month(database, text, month);
    return made;
}

bool report_months_note(sqlite3 *database, const struct report_question *question, json_t *document)
{
    char text[REPORT_PERIOD_BYTES];
    int64_t newest_ms = newest_event_ms(database);
    if (!sql_ask(database, "SELECT min(from_ms) FROM temp.charted_month", 0) &&
        json_array_append_new(json_object_get(document, "verdicts"),
                              json_string("no month has ended yet, so there is nothing to compare")))
        return false;
    if (newest_ms < question->from_ms || newest_ms >= question->to_ms)
        return true;
    report_month_of(newest_ms, text);
    return json_array_append_new(
               json_object_get(document, "notes"),
               json_sprintf("%s has not ended by the newest event, and is left out", text)) == 0;
}
