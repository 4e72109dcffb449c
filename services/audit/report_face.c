/* report_face.c: see report_face.h. */
#include "services/audit/report_face.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/wire/chain.h"
#include "proto/words/words.h"
#include "services/audit/report_period.h"
#include "services/audit/sql.h"

/* The form of the document that deploy/report.schema.json describes. */
enum { SCHEMA_VERSION = 1 };

/* Asks for one value; the statement's row, until it is finalized. NULL: there is none. */
static sqlite3_stmt *ask_face(sqlite3 *database, const char *sql, int64_t value)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    if (sqlite3_bind_parameter_count(statement) > 0)
        sqlite3_bind_int64(statement, 1, value);
    if (sqlite3_step(statement) == SQLITE_ROW)
        return statement;
    sqlite3_finalize(statement);
    return NULL;
}

/* ---- whether it can be asked ---- */

static int check_face_case(sqlite3 *database, const char *number, char *message, size_t message_size)
{
    if (sql_ask(database, "SELECT count(*) FROM main.referral WHERE number = (SELECT number FROM question)",
                0))
        return REPORT_DONE;
    snprintf(message, message_size, "the trail has no case %s", number);
    return REPORT_UNKNOWN;
}

/* A period without any event is not one in which nothing was referred: nothing is known of it. */
static int check_period(sqlite3 *database, const struct report_question *question, char *message,
                        size_t message_size)
{
    char period[REPORT_PERIOD_BYTES], begins[REPORT_PERIOD_BYTES], ends[TIME_TEXT_BYTES];
    if ((!question->from_ms && !question->to_ms) ||
        sql_ask(database,
                "SELECT EXISTS (SELECT 1 FROM main.event, scope WHERE at_ms >= from_ms AND at_ms < to_ms)",
                0))
        return REPORT_DONE;
    int64_t first_ms = sql_ask(database, "SELECT min(at_ms) FROM main.event", 0);
    report_period_words(question->from_ms, question->to_ms, period);
    words_time(first_ms, begins);
    words_time(sql_ask(database, "SELECT as_at_ms FROM scope", 0), ends);
    if (first_ms)
        snprintf(message, message_size, "the trail has nothing %s: its events are from %.32s to %s", period,
                 begins, ends);
    else
        snprintf(message, message_size, "the trail has nothing %s: it has no event yet", period);
    return REPORT_EMPTY;
}

/* Whether one version, such as 0.12.1, is of a later program than the other. Other texts are of none. */
static bool is_later(const char *one, const char *other)
{
    unsigned a[3] = {0}, b[3] = {0};
    if (sscanf(one, "%u.%u.%u", &a[0], &a[1], &a[2]) != 3 ||
        sscanf(other, "%u.%u.%u", &b[0], &b[1], &b[2]) != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] > b[i];
    return false;
}

/* What a later router writes may have a meaning that this program does not know. */
static int check_versions(sqlite3 *database, char *message, size_t message_size)
{
    sqlite3_stmt *starts = ask_face(
        database, "SELECT version, seq FROM main.broker_start WHERE version IS NOT NULL ORDER BY seq", 0);
    int result = REPORT_DONE;
    for (int stepped = SQLITE_ROW; starts && stepped == SQLITE_ROW && result == REPORT_DONE;
         stepped = sqlite3_step(starts)) {
        const char *version = (const char *)sqlite3_column_text(starts, 0);
        if (!version || !is_later(version, CONCORDAT_VERSION))
            continue;
        snprintf(message, message_size,
                 "from event %" PRId64
                 " on the trail is of a router of version %.20s, and this program is of "
                 "version %s: install that version, and ask again",
                 (int64_t)sqlite3_column_int64(starts, 1), version, CONCORDAT_VERSION);
        result = REPORT_NEWER;
    }
    sqlite3_finalize(starts);
    return result;
}

int report_face_check(sqlite3 *database, const struct report *report, const struct report_question *question,
                      char *message, size_t message_size)
{
    int result = check_versions(database, message, message_size);
    if (result != REPORT_DONE)
        return result;
    return report->of_one_case ? check_face_case(database, question->number, message, message_size)
                               : check_period(database, question, message, message_size);
}

/* ---- the head ---- */

/* JSON null stands for no bound. */
static json_t *face_instant(int64_t unix_ms)
{
    char text[TIME_TEXT_BYTES];
    if (unix_ms <= 0)
        return json_null();
    words_time(unix_ms, text);
    return json_string(text);
}

static json_t *face_period(int64_t from_ms, int64_t to_ms, bool provisional)
{
    char period[REPORT_PERIOD_BYTES], first[REPORT_PERIOD_BYTES], last[REPORT_PERIOD_BYTES];
    report_period_first(from_ms, first);
    report_period_last(to_ms, last);
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:b}", "period", report_period_words(from_ms, to_ms, period),
                     "from", face_instant(from_ms), "to", face_instant(to_ms), "firstDay", first, "lastDay",
                     last, "provisional", provisional);
}

static json_t *face_scope(const struct report *report, const struct report_question *question,
                          int64_t as_at_ms)
{
    if (report->of_one_case)
        return json_pack("{s:s}", "case", question->number);
    return face_period(question->from_ms, question->to_ms, question->to_ms > as_at_ms);
}

/* A value of one row as JSON: a text, or bytes in hexadecimal digits; null if there is none. */
static json_t *face_text(sqlite3 *database, const char *sql, int64_t value)
{
    sqlite3_stmt *row = ask_face(database, sql, value);
    char hex[2 * CHAIN_BYTES + 1];
    json_t *text = NULL;
    if (row && sqlite3_column_type(row, 0) == SQLITE_TEXT)
        text = json_string((const char *)sqlite3_column_text(row, 0));
    else if (row && sqlite3_column_bytes(row, 0) == CHAIN_BYTES)
        text = json_string(sodium_bin2hex(hex, sizeof hex, sqlite3_column_blob(row, 0), CHAIN_BYTES));
    sqlite3_finalize(row);
    return text ? text : json_null();
}

/* The verdict that is kept beside the trail, and whether the event that it came to is still what it was. What
 * was altered in the tables after that time it cannot say. One up to a later event than the document's newest
 * is one on all of it. */
static json_t *face_verified(sqlite3 *stored, const json_t *kept, json_int_t newest)
{
    json_int_t event = json_integer_value(json_object_get(kept, "event"));
    if (event <= 0)
        return json_null();
    json_t *chain = face_text(stored, "SELECT chain FROM main.event WHERE seq = ?1", event);
    json_t *verified = json_pack("{s:O, s:I, s:O, s:O, s:b}", "at", json_object_get(kept, "at"), "upToEvent",
                                 event < newest ? event : newest, "holds", json_object_get(kept, "holds"),
                                 "findings", json_object_get(kept, "findings"), "sameTrail",
                                 json_equal(chain, json_object_get(kept, "chain")));
    json_decref(chain);
    return verified;
}

static bool is_altered(const json_t *verified, int64_t alarms)
{
    return alarms > 0 ||
           (json_is_object(verified) && !(json_is_true(json_object_get(verified, "holds")) &&
                                          json_is_true(json_object_get(verified, "sameTrail"))));
}

/* How far the trail goes, by which anybody can tell it from another. What is known of its being whole comes
 * later (report_face_stand). */
static json_t *face_trail(sqlite3 *database, bool unsuppressed)
{
    int64_t event = sql_ask(database, "SELECT coalesce(max(seq), 0) FROM main.event", 0);
    return json_pack("{s:I, s:o, s:o, s:o, s:n, s:n, s:n, s:b}", "event", (json_int_t)event, "chain",
                     face_text(database, "SELECT chain FROM main.event WHERE seq = ?1", event), "policy",
                     face_text(database, "SELECT digest FROM main.policy ORDER BY seq DESC LIMIT 1", 0),
                     "form", face_text(database, "SELECT form FROM main.form", 0), "alarms", "altered",
                     "verified", "unsuppressed", unsuppressed);
}

json_t *report_face(sqlite3 *database, const struct report *report, const struct report_question *question)
{
    int64_t as_at_ms = sql_ask(database, "SELECT as_at_ms FROM scope", 0);
    json_t *head = json_pack("{s:i, s:s, s:s, s:s}", "schemaVersion", SCHEMA_VERSION, "program",
                             "concordat " CONCORDAT_VERSION, "report", report->name, "about", report->about);
    json_t *parts[] = {face_scope(report, question, as_at_ms),
                       json_pack("{s:o}", "asAt", face_instant(as_at_ms)),
                       face_trail(database, question->unsuppressed),
                       json_pack("{s:[], s:[], s:[], s:[]}", "tablesLeftOut", "tables", "verdicts", "notes")};
    bool whole = head;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        whole = whole && json_object_update(head, parts[i]) == 0;
        json_decref(parts[i]);
    }
    if (whole)
        return head;
    json_decref(head);
    return NULL;
}

void report_face_period(json_t *document, int64_t from_ms, int64_t to_ms)
{
    json_t *period = face_period(from_ms, to_ms, false);
    if (!period || json_object_update(document, period) != 0)
        abort();
    json_decref(period);
}

void report_face_stand(sqlite3 *stored, const json_t *kept, json_t *document)
{
    int64_t alarms = sql_ask(stored, "SELECT count(*) FROM main.alarm", 0);
    json_t *verified = face_verified(stored, kept, json_integer_value(json_object_get(document, "event")));
    if (json_object_set_new(document, "alarms", json_integer(alarms)) != 0 ||
        json_object_set_new(document, "altered", json_boolean(is_altered(verified, alarms))) != 0 ||
        json_object_set_new(document, "verified", verified) != 0)
        abort();
}

int report_face_result(const json_t *document)
{
    if (json_is_true(json_object_get(document, "altered")))
        return REPORT_ALTERED;
    return json_is_true(json_object_get(document, "provisional")) ? REPORT_PROVISIONAL : REPORT_DONE;
}
