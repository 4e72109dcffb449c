/* report_functions.c: what SQL lacks for reports: percentiles, times as text, and the hour and the period in
 * London. */
#include "services/audit/report_functions.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/words/london.h"
#include "proto/words/words.h"
#include "services/audit/report_period.h"

/* --- percentile(value, p) --------------------------------------------------------------------------- */

struct percentile_values {
    int64_t *items; /* owned */
    size_t count, capacity;
    int64_t percent;
};

static void percentile_add(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    assert(count == 2);
    struct percentile_values *values = sqlite3_aggregate_context(context, sizeof *values);
    if (!values) {
        sqlite3_result_error_nomem(context);
        return;
    }
    values->percent = sqlite3_value_int64(arguments[1]);
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    if (values->count == values->capacity) {
        size_t capacity = values->capacity == 0 ? 64 : 2 * values->capacity;
        int64_t *items = realloc(values->items, capacity * sizeof *items);
        if (!items) {
            sqlite3_result_error_nomem(context);
            return;
        }
        values->items = items;
        values->capacity = capacity;
    }
    values->items[values->count++] = sqlite3_value_int64(arguments[0]);
}

static int ascending_integers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void percentile_finish(sqlite3_context *context)
{
    struct percentile_values *values = sqlite3_aggregate_context(context, 0);
    if (!values || values->count == 0)
        return; /* the result is NULL */
    assert(values->percent > 0 && values->percent <= 100);
    qsort(values->items, values->count, sizeof values->items[0], ascending_integers);
    size_t rank = (values->count * (size_t)values->percent + 99) / 100;
    sqlite3_result_int64(context, values->items[rank - 1]);
    free(values->items);
}

/* --- utc(ms) ---------------------------------------------------------------------------------------- */

static void utc_text(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    char text[TIME_TEXT_BYTES];
    assert(count == 1);
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return; /* the result is NULL */
    words_time(sqlite3_value_int64(arguments[0]), text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* --- london_hour(ms) -------------------------------------------------------------------------------- */

static void london_hour_of(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    int32_t day, minute;
    assert(count == 1);
    london_civil(sqlite3_value_int64(arguments[0]), &day, &minute);
    sqlite3_result_int(context, minute / 60);
}

/* --- london_period(ms, kind) ------------------------------------------------------------------------- */

static void london_period_of(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    char period[REPORT_PERIOD_BYTES];
    assert(count == 2);
    bool known = report_period_of(sqlite3_value_int64(arguments[0]),
                                  (const char *)sqlite3_value_text(arguments[1]), period);
    assert(known);
    sqlite3_result_text(context, period, -1, SQLITE_TRANSIENT);
}

int report_functions_add(sqlite3 *database)
{
    int done = sqlite3_create_function_v2(database, "percentile", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                          NULL, percentile_add, percentile_finish, NULL);
    if (done == SQLITE_OK)
        done = sqlite3_create_function_v2(database, "utc", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                          utc_text, NULL, NULL, NULL);
    if (done == SQLITE_OK)
        done = sqlite3_create_function_v2(database, "london_hour", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                          NULL, london_hour_of, NULL, NULL, NULL);
    if (done == SQLITE_OK)
        done = sqlite3_create_function_v2(database, "london_period", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                          NULL, london_period_of, NULL, NULL, NULL);
    return done;
}
