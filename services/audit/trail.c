/* trail.c: see trail.h. It opens the file, and lets in only what continues it. */
#include "services/audit/trail.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/reduced.h"
#include "proto/wire/wire.h"
#include "services/audit/sql.h"
#include "services/audit/trail_schema.h"
#include "services/audit/trail_tables.h"

/* An unpacked event takes more room than its bytes: pointers, and structs for what is short on the wire. */
enum { EVENT_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX };

struct trail {
    sqlite3 *database; /* owned */
    struct sql sql;
    struct arena arena;
    uint64_t seq;  /* of the newest event */
    int64_t at_ms; /* of the latest event, which in the reduced form need not be the newest */
    uint8_t chain[CHAIN_BYTES];
    enum trail_form form;
};

static const char *const form_names[] = {[TRAIL_FULL] = "full", [TRAIL_REDUCED] = "reduced"};

static enum trail_status fail_trail(struct trail *trail, int code, char *message, size_t message_size)
{
    snprintf(message, message_size,
             "the trail cannot be written: %s (%s); free space or repair the disk, then "
             "start again",
             sqlite3_errstr(code), sqlite3_errmsg(trail->database));
    return TRAIL_FAILED;
}

static int read_pragma(sqlite3 *database, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int done = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (done == SQLITE_OK) {
        done = sqlite3_step(statement);
        if (done == SQLITE_ROW) {
            *value = sqlite3_column_int64(statement, 0);
            done = SQLITE_OK;
        }
    }
    sqlite3_finalize(statement);
    return done;
}

/* SQLITE_OK if the file is a trail of this version; SQLITE_EMPTY if it is empty. */
static int check_trail_version(sqlite3 *database, char *message, size_t message_size)
{
    int64_t application = 0, version = 0, pages = 0;
    int done = read_pragma(database, "PRAGMA application_id", &application);
    if (done == SQLITE_OK)
        done = read_pragma(database, "PRAGMA user_version", &version);
    if (done == SQLITE_OK)
        done = read_pragma(database, "SELECT count(*) FROM sqlite_schema", &pages);
    if (done != SQLITE_OK) {
        snprintf(message, message_size, "not a trail: %s", sqlite3_errstr(done));
        return done;
    }
    if (pages == 0 && application == 0)
        return SQLITE_EMPTY;
    if (application == TRAIL_APPLICATION_ID && version == TRAIL_VERSION)
        return SQLITE_OK;
    if (application != TRAIL_APPLICATION_ID)
        snprintf(message, message_size, "not a trail: the file belongs to another program");
    else if (version > TRAIL_VERSION)
        snprintf(message, message_size,
                 "a trail of version %" PRId64
                 ", and this program reads version %d: bring this program up to date",
                 version, TRAIL_VERSION);
    else
        snprintf(message, message_size,
                 "a trail of version %" PRId64
                 ", and this program reads version %d: move the file away, and the "
                 "trail is made again from the ledger",
                 version, TRAIL_VERSION);
    return SQLITE_MISMATCH;
}

static int create_trail(sqlite3 *database)
{
    char stamp[96];
    snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             TRAIL_APPLICATION_ID, TRAIL_VERSION);
    int done = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (done == SQLITE_OK)
        done = trail_schema_create(database);
    if (done == SQLITE_OK)
        done = sqlite3_exec(database, stamp, NULL, NULL, NULL);
    return done;
}

static int read_trail_head(struct trail *trail)
{
    sqlite3_stmt *statement =
        sql_bind(&trail->sql,
                 "SELECT seq, (SELECT at_ms FROM latest), chain, (SELECT form FROM form)"
                 " FROM event ORDER BY seq DESC LIMIT 1",
                 NULL, 0);
    if (!statement)
        return sqlite3_extended_errcode(trail->database);
    int stepped = sqlite3_step(statement);
    if (stepped == SQLITE_ROW) {
        trail->seq = (uint64_t)sqlite3_column_int64(statement, 0);
        trail->at_ms = sqlite3_column_int64(statement, 1);
        if (sqlite3_column_bytes(statement, 2) == CHAIN_BYTES)
            memcpy(trail->chain, sqlite3_column_blob(statement, 2), CHAIN_BYTES);
        for (enum trail_form form = TRAIL_FULL; form <= TRAIL_REDUCED; form++)
            if (sqlite3_column_type(statement, 3) == SQLITE_TEXT &&
                strcmp((const char *)sqlite3_column_text(statement, 3), form_names[form]) == 0)
                trail->form = form;
        stepped = SQLITE_DONE;
    }
    sqlite3_reset(statement);
    return stepped == SQLITE_DONE ? SQLITE_OK : stepped;
}

static int prepare_trail(struct trail *trail, const char *pragmas, char *message, size_t message_size)
{
    sqlite3_extended_result_codes(trail->database, 1);
    sqlite3_busy_timeout(trail->database, TRAIL_BUSY_MS);
    int done = sqlite3_db_config(trail->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (done == SQLITE_OK)
        done = sqlite3_exec(trail->database, pragmas, NULL, NULL, NULL);
    if (done != SQLITE_OK) {
        snprintf(message, message_size, "%s", sqlite3_errmsg(trail->database));
        return done;
    }
    done = check_trail_version(trail->database, message, message_size);
    if (done == SQLITE_EMPTY) {
        done = create_trail(trail->database);
        if (done != SQLITE_OK)
            snprintf(message, message_size, "cannot make the tables: %s", sqlite3_errmsg(trail->database));
    }
    if (done == SQLITE_OK) {
        trail->sql.database = trail->database;
        done = read_trail_head(trail);
    }
    return done;
}

static struct trail *open_trail_with(const char *path, const char *pragmas, char *message,
                                     size_t message_size)
{
    struct trail *trail = calloc(1, sizeof *trail);
    if (!trail || arena_open(&trail->arena, EVENT_ARENA_BYTES) != 0) {
        snprintf(message, message_size, "out of memory");
        free(trail);
        return NULL;
    }
    char why[TRAIL_MESSAGE_BYTES] = "";
    if (sqlite3_open_v2(path, &trail->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        prepare_trail(trail, pragmas, why, sizeof why) == SQLITE_OK)
        return trail;
    snprintf(message, message_size, "%s: %s", path, why[0] != '\0' ? why : sqlite3_errmsg(trail->database));
    trail_close(&trail);
    return NULL;
}

struct trail *trail_open(const char *path, char *message, size_t message_size)
{
    return open_trail_with(
        path,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
        " PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY",
        message, message_size);
}

struct trail *trail_open_scratch(char *message, size_t message_size)
{
    return open_trail_with(
        "", "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF", message,
        message_size);
}

void trail_close(struct trail **trail)
{
    if (!*trail)
        return;
    sql_finish(&(*trail)->sql);
    sqlite3_close((*trail)->database);
    arena_close(&(*trail)->arena);
    free(*trail);
    *trail = NULL;
}

uint64_t trail_head(const struct trail *trail, uint8_t *chain)
{
    if (chain)
        memcpy(chain, trail->chain, CHAIN_BYTES);
    return trail->seq;
}

/* Somebody follows with a key of the wrong role. Nothing is wrong with the history. */
static enum trail_status refuse_form(const struct trail *trail, char *message, size_t message_size)
{
    bool is_full = trail->form == TRAIL_FULL;
    snprintf(message, message_size,
             "this trail was begun with the key of an %s, and this key is an %s's: go on with a key of the "
             "first kind, or begin another trail in a folder of its own",
             is_full ? "inspector" : "auditor", is_full ? "auditor" : "inspector");
    return TRAIL_FAILED;
}

static bool is_stored(sqlite3_stmt *row, int column, const uint8_t *bytes, size_t size)
{
    return (size_t)sqlite3_column_bytes(row, column) == size &&
           memcmp(sqlite3_column_blob(row, column), bytes, size) == 0;
}

/* For an event that the trail has: TRAIL_OK if it is the same. */
static enum trail_status check_known_event(struct trail *trail, uint64_t seq,
                                           const struct chained_event *event, char *message,
                                           size_t message_size)
{
    uint8_t digest[CHAIN_BYTES];
    sqlite3_stmt *statement = sql_bind(&trail->sql, "SELECT body, chain, other FROM event WHERE seq = ?1",
                                       SQL_VALUES(sql_integer((int64_t)seq)));
    if (!statement)
        return fail_trail(trail, sqlite3_extended_errcode(trail->database), message, message_size);
    bool same_chain =
        sqlite3_step(statement) == SQLITE_ROW && is_stored(statement, 1, event->chain, CHAIN_BYTES);
    bool same = same_chain && is_stored(statement, 0, event->body, event->size) &&
                is_stored(statement, 2, event->other, CHAIN_BYTES);
    chain_digest(event->body, event->size, digest);
    bool other_form = same_chain && !same && is_stored(statement, 2, digest, CHAIN_BYTES);
    sqlite3_reset(statement);
    if (same)
        return TRAIL_OK;
    if (other_form)
        return refuse_form(trail, message, message_size);
    snprintf(message, message_size, "event %" PRIu64 " is not what it was: history has been rewritten", seq);
    return TRAIL_BROKEN;
}

/* In which form the event continues the chain. */
static bool find_form(const struct trail *trail, const struct chained_event *raw, enum trail_form *form)
{
    uint8_t digest[CHAIN_BYTES], as_full[CHAIN_BYTES], as_reduced[CHAIN_BYTES];
    chain_digest(raw->body, raw->size, digest);
    chain_next(trail->chain, raw->other, digest, as_full);
    chain_next(trail->chain, digest, raw->other, as_reduced);
    bool is_full = memcmp(as_full, raw->chain, CHAIN_BYTES) == 0;
    bool is_reduced = memcmp(as_reduced, raw->chain, CHAIN_BYTES) == 0;
    *form = is_full && is_reduced ? trail->form : is_full ? TRAIL_FULL : TRAIL_REDUCED;
    return is_full || is_reduced;
}

/* Whether auditors get of a full event what its reduced form is. */
static bool is_other_form(struct trail *trail, const struct chained_event *raw)
{
    uint8_t digest[CHAIN_BYTES], *scratch = arena_take(&trail->arena, raw->size);
    return scratch && reduced_digest(raw->body, raw->size, scratch, digest) &&
           memcmp(digest, raw->other, CHAIN_BYTES) == 0;
}

/* The reduced form puts an event back by less than an hour, and each case by another time. */
static int64_t earliest_next(const struct trail *trail, enum trail_form form)
{
    return form == TRAIL_REDUCED ? trail->at_ms - REDUCED_HOUR_MS + 1 : trail->at_ms;
}

static enum trail_status check_next_event(struct trail *trail, const Concordat__V1__Event *event,
                                          const struct chained_event *raw, enum trail_form *form,
                                          char *message, size_t message_size)
{
    const char *wrong = NULL;
    if (event->seq != trail->seq + 1) {
        snprintf(message, message_size,
                 "event %" PRIu64 " was to come and %" PRIu64 " came: the sequence has a gap", trail->seq + 1,
                 event->seq);
        return TRAIL_BROKEN;
    }
    if (!find_form(trail, raw, form))
        wrong = "does not continue the chain: something was altered";
    else if (trail->form && *form != trail->form)
        return refuse_form(trail, message, message_size);
    else if (event->at_ms < earliest_next(trail, *form))
        wrong = "is earlier than the one before it: time went backwards";
    else if (*form == TRAIL_FULL && !is_other_form(trail, raw))
        wrong = "is given to auditors otherwise than it is: their reduced form is of another event";
    if (!wrong)
        return TRAIL_OK;
    snprintf(message, message_size, "event %" PRIu64 " %s", event->seq, wrong);
    return TRAIL_BROKEN;
}

static enum trail_status store_event(struct trail *trail, const Concordat__V1__Event *event,
                                     const struct chained_event *raw, enum trail_form form, char *message,
                                     size_t message_size)
{
    assert(event->seq == trail->seq + 1);
    const Concordat__V1__Person *person = event->person;
    int done = sql_run(
        &trail->sql,
        "INSERT INTO event (seq, at_ms, kind, referral, actor, actor_device, person, person_role, body,"
        " chain, other) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        SQL_VALUES(sql_integer((int64_t)event->seq), sql_integer(event->at_ms),
                   sql_text(trail_tables_kind(event)), sql_uuid(&event->referral), sql_text(event->actor),
                   sql_text(event->actor_device), sql_text(person ? person->id : ""),
                   sql_words(&concordat__v1__staff_role__descriptor, person ? (int)person->role : 0),
                   sql_blob(raw->body, raw->size), sql_blob(raw->chain, CHAIN_BYTES),
                   sql_blob(raw->other, CHAIN_BYTES)));
    if (done == SQLITE_OK && form != trail->form)
        done = sql_run(&trail->sql, "INSERT INTO form (form, from_seq) VALUES (?1, ?2)",
                       SQL_VALUES(sql_text(form_names[form]), sql_integer((int64_t)event->seq)));
    if (done == SQLITE_OK)
        done = trail_tables_apply(&trail->sql, event);
    if ((done & 0xff) == SQLITE_CONSTRAINT) {
        snprintf(message, message_size, "event %" PRIu64 " contradicts what came before it (%s)", event->seq,
                 sqlite3_errmsg(trail->database));
        return TRAIL_BROKEN;
    }
    if (done != SQLITE_OK)
        return fail_trail(trail, done, message, message_size);
    trail->seq = event->seq;
    trail->at_ms = event->at_ms > trail->at_ms ? event->at_ms : trail->at_ms;
    trail->form = form;
    memcpy(trail->chain, raw->chain, CHAIN_BYTES);
    return TRAIL_OK;
}

static enum trail_status append_event(struct trail *trail, const struct chained_event *raw, char *message,
                                      size_t message_size)
{
    struct wire_fault fault;
    enum trail_form form;
    assert(raw->body && raw->chain && raw->other);
    const Concordat__V1__Event *event = wire_unpack_event(raw->body, raw->size, &trail->arena, &fault);
    if (!event || !trail_tables_kind(event)) {
        snprintf(message, message_size,
                 "the event after %" PRIu64
                 " cannot be read (%s): it was altered, or comes from a newer broker and "
                 "this program must be brought up to date",
                 trail->seq, event ? "unknown kind" : fault.text);
        return TRAIL_BROKEN;
    }
    if (event->seq <= trail->seq)
        return check_known_event(trail, event->seq, raw, message, message_size);
    enum trail_status status = check_next_event(trail, event, raw, &form, message, message_size);
    return status == TRAIL_OK ? store_event(trail, event, raw, form, message, message_size) : status;
}

enum trail_status trail_append(struct trail *trail, const struct chained_event *events, size_t count,
                               char *message, size_t message_size)
{
    /* A savepoint, because verify makes a whole trail again inside one transaction of its own. */
    int begun = sql_run(&trail->sql, "SAVEPOINT append", NULL, 0);
    if (begun != SQLITE_OK)
        return fail_trail(trail, begun, message, message_size);
    enum trail_status status = TRAIL_OK;
    for (size_t i = 0; i < count && status == TRAIL_OK; i++)
        status = append_event(trail, &events[i], message, message_size);
    if (status == TRAIL_OK) {
        int committed = sql_run(&trail->sql, "RELEASE append", NULL, 0);
        if (committed == SQLITE_OK)
            return TRAIL_OK;
        status = fail_trail(trail, committed, message, message_size);
    }
    if (!sqlite3_get_autocommit(trail->database))
        sqlite3_exec(trail->database, "ROLLBACK TO append; RELEASE append", NULL, NULL, NULL);
    trail->seq = 0;
    trail->at_ms = 0;
    trail->form = TRAIL_EITHER;
    memset(trail->chain, 0, sizeof trail->chain);
    if (read_trail_head(trail) != SQLITE_OK)
        status = TRAIL_FAILED;
    return status;
}

enum trail_status trail_alarm(struct trail *trail, int64_t at_ms, const char *text)
{
    int done = sql_run(&trail->sql, "INSERT INTO alarm (at_ms, text) VALUES (?1, ?2)",
                       SQL_VALUES(sql_integer(at_ms), sql_text(text)));
    return done == SQLITE_OK ? TRAIL_OK : TRAIL_FAILED;
}

sqlite3 *trail_database(struct trail *trail)
{
    return trail->database;
}

sqlite3 *trail_open_reader(const char *path, char *message, size_t message_size)
{
    sqlite3 *database = NULL;
    char why[TRAIL_MESSAGE_BYTES] = "";
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        sqlite3_extended_result_codes(database, 1);
        sqlite3_busy_timeout(database, TRAIL_BUSY_MS);
        int checked = check_trail_version(database, why, sizeof why);
        if (checked == SQLITE_OK)
            return database;
        if (checked == SQLITE_EMPTY)
            snprintf(why, sizeof why, "nothing has been written to it yet");
    }
    snprintf(message, message_size, "%s: %s", path, why[0] != '\0' ? why : sqlite3_errmsg(database));
    sqlite3_close(database);
    return NULL;
}

enum trail_form trail_form_of(sqlite3 *database)
{
    int64_t is_reduced = 0;
    if (read_pragma(database, "SELECT form IS 'reduced' FROM form", &is_reduced) != SQLITE_OK)
        return TRAIL_EITHER;
    return is_reduced ? TRAIL_REDUCED : TRAIL_FULL;
}
