/* case_tale.c: reads the events of one case out of a trail, in the form of a profile: see case_tale.h. */
#include "services/audit/case_tale.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/chain.h"
#include "proto/wire/reduced.h"

static const char events_sql[] =
    "SELECT e.seq, e.at_ms, e.kind, e.body, e.other, e.chain, p.chain FROM main.event e"
    " LEFT JOIN main.event p ON p.seq = e.seq - 1"
    " WHERE e.referral = (SELECT referral FROM the_case) ORDER BY e.seq";
enum { SEQ, AT, KIND, BODY, OTHER, CHAIN, CHAIN_BEFORE };

/* ---- the form of an event ---- */

/* The bytes of an event as the profile has them. */
struct tale_bytes {
    uint8_t *bytes; /* owned */
    size_t size;
    uint8_t digest[CHAIN_BYTES], other[CHAIN_BYTES]; /* of these bytes, and of the other form */
    bool is_reduced;
};

/* From an inspector's trail a profile without identifiers has the form that auditors get. */
static bool read_tale_bytes(const struct tale *tale, sqlite3_stmt *row, struct tale_bytes *out)
{
    const uint8_t *body = sqlite3_column_blob(row, BODY), *other = sqlite3_column_blob(row, OTHER);
    size_t size = (size_t)sqlite3_column_bytes(row, BODY);
    *out = (struct tale_bytes){.bytes = malloc(size + 1), .size = size, .is_reduced = tale->is_reduced};
    if (!out->bytes)
        return false;
    if (sqlite3_column_bytes(row, OTHER) == CHAIN_BYTES)
        memcpy(out->other, other, CHAIN_BYTES);
    memcpy(out->bytes, body ? body : (const uint8_t *)"", size);
    if (tale->profile == CASE_STORY_NO_IDENTIFIERS && !tale->is_reduced) {
        chain_digest(body, size, out->other);
        out->size = reduced_event(body, size, out->bytes);
        out->is_reduced = true;
    }
    chain_digest(out->bytes, out->size, out->digest);
    return true;
}

/* What the reduced form has not, and a profile without identifiers tells all the same: the role of whoever
 * did it, and that somebody did. An auditor's trail does not say who did something. */
static bool add_role(Concordat__V1__Event *event, sqlite3_stmt *row, bool is_reduced)
{
    Concordat__V1__Event *whole =
        is_reduced ? NULL
                   : concordat__v1__event__unpack(NULL, (size_t)sqlite3_column_bytes(row, BODY),
                                                  sqlite3_column_blob(row, BODY));
    bool somebody = is_reduced || (whole && whole->actor[0]), good = true;
    if (somebody)
        good = (event->actor = strdup("somebody")) != NULL;
    if (whole && whole->person && (event->person = malloc(sizeof *event->person))) {
        concordat__v1__person__init(event->person);
        event->person->role = whole->person->role;
    }
    if (whole)
        concordat__v1__event__free_unpacked(whole, NULL);
    if (!event->actor)
        event->actor = (char *)(uintptr_t)protobuf_c_empty_string;
    return good;
}

static bool read_tale_event(struct tale *tale, sqlite3_stmt *row)
{
    struct tale_event *told = &tale->events[tale->count++];
    struct tale_bytes form;
    if (!read_tale_bytes(tale, row, &form))
        return false;
    told->seq = sqlite3_column_int64(row, SEQ);
    told->at_ms = sqlite3_column_int64(row, AT);
    told->event = form.size ? concordat__v1__event__unpack(NULL, form.size, form.bytes) : NULL;
    free(form.bytes);
    return !told->event || !form.is_reduced || add_role(told->event, row, tale->is_reduced);
}

static bool read_events(struct tale *tale)
{
    sqlite3_stmt *row = NULL;
    int stepped = SQLITE_ERROR;
    if (sqlite3_prepare_v2(tale->database, events_sql, -1, &row, NULL) != SQLITE_OK)
        return false;
    while ((stepped = sqlite3_step(row)) == SQLITE_ROW) {
        struct tale_event *events = realloc(tale->events, (tale->count + 1) * sizeof *events);
        if (!events)
            break;
        tale->events = events;
        events[tale->count] = (struct tale_event){0};
        if (!read_tale_event(tale, row))
            break;
    }
    sqlite3_finalize(row);
    return stepped == SQLITE_DONE;
}

/* ---- names ---- */

/* Takes its texts. */
static Concordat__V1__Named *make_named(const char *id, char *name)
{
    Concordat__V1__Named *named = malloc(sizeof *named);
    if (named) {
        concordat__v1__named__init(named);
        named->id = strdup(id);
        named->name = name;
    }
    if (named && named->id && named->name)
        return named;
    free(named ? named->id : NULL);
    free(named);
    free(name);
    return NULL;
}

/* One after another: the id, and the words that follow upon the format. */
static bool read_names(sqlite3 *database, const char *sql, size_t *count, Concordat__V1__Named ***list)
{
    sqlite3_stmt *row = NULL;
    int stepped = SQLITE_ERROR;
    if (sqlite3_prepare_v2(database, sql, -1, &row, NULL) != SQLITE_OK)
        return false;
    while ((stepped = sqlite3_step(row)) == SQLITE_ROW) {
        Concordat__V1__Named **longer = realloc(*list, (*count + 1) * sizeof **list);
        if (!longer)
            break;
        *list = longer;
        longer[*count] = make_named((const char *)sqlite3_column_text(row, 0),
                                    strdup((const char *)sqlite3_column_text(row, 1)));
        if (!longer[*count])
            break;
        ++*count;
    }
    sqlite3_finalize(row);
    return stepped == SQLITE_DONE;
}

static bool read_directory(struct tale *tale)
{
    concordat__v1__directory__init(&tale->directory);
    return read_names(tale->database, "SELECT team, name FROM main.team WHERE name <> '' ORDER BY team",
                      &tale->directory.n_teams, &tale->directory.teams) &&
           read_names(tale->database,
                      "SELECT DISTINCT owner, 'the duty coordinator (' || owner || ')'"
                      " FROM main.custody_interval WHERE owner_kind = 'coordinator' AND owner IS NOT NULL",
                      &tale->directory.n_coordinators, &tale->directory.coordinators);
}

/* ---- the whole ---- */

static int64_t tale_ask(const struct tale *tale, const char *sql)
{
    sqlite3_stmt *row = NULL;
    int64_t value = 0;
    if (sqlite3_prepare_v2(tale->database, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        value = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return value;
}

/* The reduced form has put every time of the case back, by what stands in the full hour of its receipt. */
static int64_t put_back_ms(const struct tale *tale)
{
    return tale->profile == CASE_STORY_NO_IDENTIFIERS && !tale->is_reduced
               ? tale->received_ms % REDUCED_HOUR_MS
               : 0;
}

bool tale_open(struct tale *tale)
{
    tale->is_reduced = tale_ask(tale, "SELECT is_reduced FROM the_case");
    tale->received_ms = tale_ask(tale, "SELECT received_at_ms FROM the_case");
    tale->as_at_ms = tale_ask(tale, "SELECT as_at_ms FROM scope");
    tale->names = (struct event_names){.directory = &tale->directory,
                                       .ahead_ms = put_back_ms(tale),
                                       .base_ms = tale->is_reduced ? tale->received_ms : 0};
    return read_directory(tale) && read_events(tale);
}

static void free_named(size_t count, Concordat__V1__Named **list)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i]->id);
        free(list[i]->name);
        free(list[i]);
    }
    free(list);
}

void tale_close(struct tale *tale)
{
    for (size_t i = 0; i < tale->count; i++)
        if (tale->events[i].event)
            concordat__v1__event__free_unpacked(tale->events[i].event, NULL);
    free(tale->events);
    free_named(tale->directory.n_teams, tale->directory.teams);
    free_named(tale->directory.n_coordinators, tale->directory.coordinators);
}

/* ---- the events as they stand in the trail ---- */

static json_t *hex_of(const uint8_t *bytes, size_t size)
{
    char *hex = malloc(2 * size + 1);
    json_t *text =
        hex ? json_string(sodium_bin2hex(hex, 2 * size + 1, bytes ? bytes : (const uint8_t *)"", size))
            : NULL;
    free(hex);
    return text;
}

static json_t *hex_at(sqlite3_stmt *row, int column)
{
    return hex_of(sqlite3_column_blob(row, column), (size_t)sqlite3_column_bytes(row, column));
}

static json_t *event_as_json(const struct tale *tale, sqlite3_stmt *row)
{
    char at[TIME_TEXT_BYTES];
    struct tale_bytes form;
    if (!read_tale_bytes(tale, row, &form))
        return NULL;
    words_time(sqlite3_column_int64(row, AT), at);
    json_t *event =
        json_pack("{s:I, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "event",
                  (json_int_t)sqlite3_column_int64(row, SEQ), tale->is_reduced ? "atFromTheFullHour" : "at",
                  at, "msAfterReceipt", (json_int_t)(sqlite3_column_int64(row, AT) - tale->received_ms),
                  "kind", (const char *)sqlite3_column_text(row, KIND), "form",
                  form.is_reduced ? "reduced" : "full", "body", hex_of(form.bytes, form.size), "digest",
                  hex_of(form.digest, CHAIN_BYTES), "digestOfOtherForm", hex_of(form.other, CHAIN_BYTES),
                  "chainBefore", hex_at(row, CHAIN_BEFORE), "chain", hex_at(row, CHAIN));
    free(form.bytes);
    return event;
}

json_t *tale_events(const struct tale *tale)
{
    sqlite3_stmt *row = NULL;
    json_t *events = json_array();
    int stepped = SQLITE_ERROR;
    if (events && sqlite3_prepare_v2(tale->database, events_sql, -1, &row, NULL) == SQLITE_OK)
        while ((stepped = sqlite3_step(row)) == SQLITE_ROW)
            if (json_array_append_new(events, event_as_json(tale, row)) != 0)
                break;
    sqlite3_finalize(row);
    if (stepped == SQLITE_DONE)
        return events;
    json_decref(events);
    return NULL;
}

/* ---- times ---- */

void tale_time(const struct tale *tale, int64_t at_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    if (tale->is_reduced)
        snprintf(out, TIME_WORDS_BYTES, "%+" PRId64 " min", (at_ms - tale->received_ms) / 60000);
    else
        time_words_clock(at_ms, now_ms, out);
}

void tale_when(const struct tale *tale, int64_t at_ms, char out[TALE_WHEN_BYTES])
{
    char clock[TIME_WORDS_BYTES], date[TIME_WORDS_BYTES];
    tale_time(tale, at_ms, at_ms, clock);
    time_words_date(at_ms, date);
    if (tale->is_reduced)
        snprintf(out, TALE_WHEN_BYTES, "%.40s after the receipt", clock[0] == '+' ? clock + 1 : clock);
    else
        snprintf(out, TALE_WHEN_BYTES, "%.20s on %.60s", clock, date);
}
