/* report_as_at.c: see report_as_at.h. */
#include "services/audit/report_as_at.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/words/words.h"
#include "services/audit/report_period.h"
#include "services/audit/sql.h"

/* ---- up to which event ---- */

static int find_event(sqlite3 *stored, int64_t event, char *message, size_t message_size)
{
    int64_t newest = sql_ask(stored, "SELECT coalesce(max(seq), 0) FROM event", 0);
    if (event <= newest)
        return REPORT_DONE;
    snprintf(message, message_size, "the trail has no event %" PRId64 ": its newest is event %" PRId64, event,
             newest);
    return REPORT_EMPTY;
}

int64_t report_as_at_day(sqlite3 *stored, int64_t day_ms)
{
    static const char sql[] =
        "SELECT coalesce(min(seq), 1) - 1 FROM event WHERE at_ms >= ?1 AND referral IS NULL";
    return sql_ask(stored, sql, day_ms);
}

static int find_day(sqlite3 *stored, int64_t day_ms, int64_t *event, char *message, size_t message_size)
{
    char period[REPORT_PERIOD_BYTES], first[TIME_TEXT_BYTES], newest[TIME_TEXT_BYTES];
    *event = report_as_at_day(stored, day_ms);
    if (*event)
        return REPORT_DONE;
    report_period_words(0, day_ms, period);
    words_time(sql_ask(stored, "SELECT coalesce(min(at_ms), 0) FROM event", 0), first);
    words_time(sql_ask(stored, "SELECT coalesce(max(at_ms), 0) FROM event", 0), newest);
    snprintf(message, message_size, "how the trail stood %s is not known: its events are from %.32s to %s",
             period, first, newest);
    return REPORT_EMPTY;
}

/* ---- making it again ---- */

static enum trail_status append_row(struct trail *then, sqlite3_stmt *row, char *message, size_t message_size)
{
    const struct chained_event event = {.body = sqlite3_column_blob(row, 0),
                                        .size = (size_t)sqlite3_column_bytes(row, 0),
                                        .chain = sqlite3_column_blob(row, 1),
                                        .other = sqlite3_column_blob(row, 2)};
    if (event.body && sqlite3_column_bytes(row, 1) == CHAIN_BYTES &&
        sqlite3_column_bytes(row, 2) == CHAIN_BYTES)
        return trail_append(then, &event, 1, message, message_size);
    snprintf(message, message_size, "the row of event %" PRIu64 " is cut short", trail_head(then, NULL) + 1);
    return TRAIL_BROKEN;
}

/* False with a message, or if it was stopped. */
static bool append_events(struct trail *then, sqlite3 *stored, int64_t event, const atomic_bool *stop,
                          char *message, size_t message_size)
{
    static const char sql[] =
        "SELECT body, chain, other FROM event WHERE seq <= ?1 AND seq > ?2 ORDER BY seq";
    sqlite3_stmt *row = NULL;
    enum trail_status status = TRAIL_OK;
    int stepped = SQLITE_ERROR;
    if (sqlite3_prepare_v2(stored, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(row, 1, event) == SQLITE_OK &&
        sqlite3_bind_int64(row, 2, (int64_t)trail_head(then, NULL)) == SQLITE_OK)
        while (status == TRAIL_OK && !(stop && atomic_load(stop)) &&
               (stepped = sqlite3_step(row)) == SQLITE_ROW)
            status = append_row(then, row, message, message_size);
    if (status == TRAIL_OK && stepped != SQLITE_DONE)
        snprintf(message, message_size, "the trail cannot be read: %s", sqlite3_errmsg(stored));
    sqlite3_finalize(row);
    return status == TRAIL_OK && stepped == SQLITE_DONE;
}

static bool make_again(struct trail *then, sqlite3 *stored, int64_t event, const atomic_bool *stop,
                       char *message, size_t message_size)
{
    sqlite3 *database = trail_database(then);
    return sqlite3_exec(database, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
           append_events(then, stored, event, stop, message, message_size) &&
           sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

int report_as_at(sqlite3 *stored, const struct report_question *question, struct trail **then, char *message,
                 size_t message_size)
{
    int64_t event = question->as_at_event;
    int found = question->as_at_ms ? find_day(stored, question->as_at_ms, &event, message, message_size)
                                   : find_event(stored, event, message, message_size);
    if (found != REPORT_DONE) {
        trail_close(then);
        return found;
    }
    snprintf(message, message_size, "the trail cannot be made again: there is no room for it");
    if (!*then)
        *then = trail_open_scratch(message, message_size);
    if (*then && make_again(*then, stored, event, question->stop, message, message_size))
        return REPORT_DONE;
    trail_close(then);
    return question->stop && atomic_load(question->stop) ? REPORT_STOPPED : REPORT_FAILED;
}
