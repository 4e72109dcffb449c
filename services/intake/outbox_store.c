/* outbox_store.c: see outbox_store.h. */
#include "services/intake/outbox_store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* person is the id of the one who sent the referral, or "". status is a packed CaseStatus; seq and number are
 * copied from it, and closed_ms is when it first said that the case is over. kind is the command's field
 * number in Request; state is an enum command_state; settled_ms is when the router's answer came, or NULL.
 * device is the key's name of the device that sent the command; of_another says that it withdraws a referral
 * that another device sent. request is sealed (outbox_seal.h), and empty if a later version has replaced a
 * refused one. seq is the event that the router named when it acknowledged the command; router is the run of
 * the router that has done that last, or NULL if the command is not kept whole any more. The router of a
 * referral is the run that has told its status. canary is a text that tells which key seals. form_key has the
 * keys to which devices seal forms; body is one, sealed. */
static const char schema[] =
    "CREATE TABLE referral ("
    " row INTEGER PRIMARY KEY,"
    " id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),"
    " status BLOB NOT NULL,"
    " person TEXT NOT NULL,"
    " seq INTEGER NOT NULL DEFAULT 0,"
    " number TEXT,"
    " closed_ms INTEGER,"
    " router BLOB"
    ") STRICT;"
    "CREATE INDEX referral_number ON referral (number);"
    "CREATE TABLE command ("
    " row INTEGER PRIMARY KEY,"
    " id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),"
    " referral INTEGER NOT NULL REFERENCES referral (row) ON DELETE CASCADE,"
    " kind INTEGER NOT NULL,"
    " request BLOB NOT NULL,"
    " device TEXT NOT NULL,"
    " of_another INTEGER NOT NULL,"
    " saved_ms INTEGER NOT NULL,"
    " settled_ms INTEGER,"
    " state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 4),"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " put_off_until_ms INTEGER NOT NULL DEFAULT 0,"
    " refusal INTEGER NOT NULL DEFAULT 0,"
    " refusal_text TEXT NOT NULL DEFAULT '',"
    " seq INTEGER NOT NULL DEFAULT 0,"
    " router BLOB"
    ") STRICT;"
    "CREATE INDEX command_of_referral ON command (referral, row);"
    "CREATE INDEX command_waiting ON command (row) WHERE state < 2;"
    "CREATE INDEX command_of_another ON command (device, saved_ms) WHERE of_another;"
    "CREATE INDEX command_refused ON command (referral) WHERE state = 3;"
    "CREATE INDEX command_unopened ON command (row) WHERE state = 4;"
    "CREATE INDEX command_kept ON command (row, router, settled_ms) WHERE router IS NOT NULL;"
    "CREATE TABLE loss (row INTEGER PRIMARY KEY CHECK (row = 1), count INTEGER NOT NULL,"
    " latest_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE form_key ("
    " row INTEGER PRIMARY KEY,"
    " id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),"
    " made_ms INTEGER NOT NULL,"
    " body BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE canary (row INTEGER PRIMARY KEY CHECK (row = 1), body BLOB NOT NULL) STRICT;";

#define COMMAND_COLUMNS "c.id, r.id, c.state, c.attempts, c.refusal, c.refusal_text, c.request, c.row"
#define COMMAND_TABLES  " FROM command c JOIN referral r ON r.row = c.referral "
/* A Submit is kind 12, an Update 13, and a Told 15, which a device sends by itself: nobody waits for it. Only
 * refusals since the latest submission count, because a corrected submission starts again. */
#define SUBMITTED_ROW "(SELECT max(row) FROM command WHERE referral = r.row AND kind = 12)"
/* Whether the first Submit of a referral came from another device. */
#define OF_ANOTHER_THAN(device)                                                                              \
    "ifnull((SELECT device <> " device " FROM command WHERE referral = r.row AND kind = 12"                  \
    " ORDER BY row LIMIT 1), 0)"
/* What the router has acknowledged in another run than this one, and not in this one. */
#define UNMET(table, session) table ".router IS NOT NULL AND " table ".router <> " session
#define FIRST_UNMET(session)                                                                                 \
    UNMET("c", session)                                                                                      \
    " AND NOT EXISTS (SELECT 1 FROM command b WHERE b.referral = c.referral AND b.row < c.row AND " UNMET(   \
        "b", session) ")"
#define LATEST_REFUSED                                                                                       \
    " FROM command WHERE referral = r.row AND state = 3 AND row >= " SUBMITTED_ROW                           \
    " ORDER BY row DESC LIMIT 1"
#define CASE_COLUMNS                                                                                         \
    "SELECT r.status, (SELECT state FROM command WHERE row = " SUBMITTED_ROW "),"                            \
    " (SELECT refusal" LATEST_REFUSED "), (SELECT refusal_text" LATEST_REFUSED "),"                          \
    " (SELECT count(*) FROM command WHERE referral = r.row AND state < 2 AND kind <> 15) FROM referral r "

static const char *const sql[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_ADD_CASE] = "INSERT INTO referral (id, status, person) VALUES (?1, ?2, ?3)"
                           " ON CONFLICT (id) DO UPDATE SET status = excluded.status WHERE seq = 0",
    [STATEMENT_ADD_COMMAND] =
        "INSERT INTO command (id, referral, kind, request, saved_ms, device, state, of_another)"
        " SELECT ?1, row, ?3, ?4, ?5, ?6, ?7, ?3 = 14 AND " OF_ANOTHER_THAN(
            "?6") " FROM referral r WHERE id = ?2",
    [STATEMENT_FIND_COMMAND] = "SELECT " COMMAND_COLUMNS COMMAND_TABLES "WHERE c.id = ?1",
    [STATEMENT_FIND_SUBMISSION] = "SELECT " COMMAND_COLUMNS COMMAND_TABLES
                                  "WHERE r.id = ?1 AND c.kind = 12 AND c.state <> 3 ORDER BY c.row LIMIT 1",
    [STATEMENT_FIND_CONTENT] =
        "SELECT " COMMAND_COLUMNS COMMAND_TABLES
        "WHERE r.id = ?1 AND c.kind IN (12, 13) AND c.state <> 4 ORDER BY c.row DESC LIMIT 1",
    [STATEMENT_FIND_CASE] = CASE_COLUMNS "WHERE r.id = ?1",
    [STATEMENT_FIND_NUMBER] = CASE_COLUMNS "WHERE r.number = ?1",
    [STATEMENT_BOARD] =
        "SELECT status FROM referral WHERE (?1 OR closed_ms IS NULL) AND (?3 IS NULL OR person = ?3)"
        " ORDER BY row DESC LIMIT ?2",
    [STATEMENT_NEXT_OPEN] = "SELECT row, id FROM referral WHERE row > ?1 AND closed_ms IS NULL AND seq > 0"
                            " ORDER BY row LIMIT 1",
    [STATEMENT_NEXT_DUE] = "SELECT " COMMAND_COLUMNS COMMAND_TABLES
                           "WHERE c.state < 2 AND c.row > ?1 AND NOT c.put_off_until_ms BETWEEN ?2 + 1 AND "
                           "?2 + 120000 AND (?3 OR c.kind NOT IN (12, 13)) AND NOT EXISTS"
                           " (SELECT 1 FROM command b WHERE b.referral = c.referral AND b.row < c.row"
                           " AND (b.state < 2 OR " UNMET("b", "?4") ")) ORDER BY c.row LIMIT 1",
    [STATEMENT_SENT] = "UPDATE command SET state = 1, attempts = attempts + 1 WHERE id = ?1 AND state < 2",
    [STATEMENT_SETTLE] = "UPDATE command SET state = ?2, refusal = ?3, refusal_text = ?4, settled_ms = ?5,"
                         " seq = ?6, router = ?7 WHERE id = ?1 AND state < 2",
    [STATEMENT_PUT_OFF] =
        "UPDATE command SET state = 0, put_off_until_ms = ?2, refusal = ?3, refusal_text = ?4"
        " WHERE id = ?1 AND state < 2",
    [STATEMENT_RESUME] = "UPDATE command SET put_off_until_ms = 0 WHERE state < 2 AND put_off_until_ms > 0",
    [STATEMENT_KNOWN_SEQ] = "SELECT seq, router IS ?2 FROM referral WHERE id = ?1",
    [STATEMENT_TELL] = "UPDATE referral SET status = ?2, seq = ?3, number = ?4, router = ?7,"
                       " closed_ms = CASE WHEN ?5 THEN coalesce(closed_ms, ?6) END WHERE id = ?1",
    [STATEMENT_FORGET] = "DELETE FROM referral WHERE (coalesce(closed_ms,"
                         " CASE WHEN seq = 0 THEN (SELECT max(coalesce(settled_ms, saved_ms)) FROM command"
                         " WHERE referral = referral.row) END) < ?1 OR (SELECT max(saved_ms) FROM command"
                         " WHERE referral = referral.row) < ?2) AND NOT EXISTS"
                         " (SELECT 1 FROM command WHERE referral = referral.row AND state < 2)",
    [STATEMENT_OTHERS_WITHDRAWN] = "SELECT " OF_ANOTHER_THAN(
        "?2") ", (SELECT count(DISTINCT referral) FROM command WHERE device = ?2"
              " AND of_another AND saved_ms BETWEEN ?3 AND ?4 AND referral <> r.row) FROM referral r WHERE id = ?1",
    [STATEMENT_COUNT_COMMANDS] = "SELECT (SELECT count(*) FROM command WHERE state < 2),"
                                 " (SELECT count(*) FROM command WHERE state = 3),"
                                 " (SELECT count(*) FROM command WHERE state = 4),"
                                 " (SELECT min(saved_ms) FROM command WHERE state < 2),"
                                 " (SELECT count FROM loss), (SELECT latest_ms FROM loss),"
                                 " (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)",
    [STATEMENT_NEXT_COMMAND] =
        "SELECT " COMMAND_COLUMNS COMMAND_TABLES "WHERE c.row > ?1 AND c.state < ?2 ORDER BY c.row LIMIT 1",
    [STATEMENT_COUNT_REPEATS] = "SELECT count(*) FROM command WHERE " UNMET("command", "?1"),
    [STATEMENT_NEXT_REPEAT] = "SELECT " COMMAND_COLUMNS COMMAND_TABLES
                              "WHERE c.row > ?1 AND " FIRST_UNMET("?2") " ORDER BY c.row LIMIT 1",
    [STATEMENT_NEXT_NEEDED] =
        "SELECT " COMMAND_COLUMNS " FROM command w CROSS JOIN command c ON c.referral = w.referral"
        " JOIN referral r ON r.row = c.referral"
        " WHERE w.state < 2 AND c.row > ?1 AND " FIRST_UNMET("?2") " ORDER BY c.row LIMIT 1",
    [STATEMENT_ACKNOWLEDGED_SEQ] = "SELECT seq FROM command WHERE id = ?1 AND state = 2",
    [STATEMENT_MET] = "UPDATE command SET router = CASE WHEN router IS NOT NULL THEN ?2 END WHERE id = ?1",
    [STATEMENT_LOST] =
        "UPDATE command SET state = ?2, refusal = ?3, refusal_text = ?4, settled_ms = ?5, seq = ?6,"
        " router = CASE WHEN ?2 = 2 AND router IS NOT NULL THEN ?7 END WHERE id = ?1",
    [STATEMENT_COUNT_LOSS] = "INSERT INTO loss (row, count, latest_ms) VALUES (1, 1, ?1)"
                             " ON CONFLICT (row) DO UPDATE SET count = count + 1, latest_ms = ?1",
    [STATEMENT_NEXT_OLD] =
        "SELECT id FROM command WHERE router IS NOT NULL AND NOT settled_ms BETWEEN ?1 AND ?2"
        " ORDER BY row LIMIT 1",
    [STATEMENT_NEXT_KEPT_OF] =
        "SELECT c.id" COMMAND_TABLES "WHERE r.id = ?1 AND c.router IS NOT NULL LIMIT 1",
    [STATEMENT_STRIPPED] = "UPDATE command SET request = ?2, router = NULL WHERE id = ?1",
    [STATEMENT_KEPT_NO_MORE] = "UPDATE command SET router = NULL WHERE id = ?1",
    [STATEMENT_SEALED] = "UPDATE command SET request = ?2 WHERE id = ?1",
    [STATEMENT_DROP_REPLACED] =
        "UPDATE command SET request = x'' WHERE state = 3 AND kind IN (12, 13) AND row <"
        " (SELECT row FROM command WHERE id = ?1) AND referral ="
        " (SELECT referral FROM command WHERE id = ?1)",
    [STATEMENT_NEXT_UNOPENED] =
        "SELECT " COMMAND_COLUMNS COMMAND_TABLES "WHERE c.row > ?1 AND c.state = 4 ORDER BY c.row LIMIT 1",
    [STATEMENT_OPENED] = "UPDATE command SET state = 0, request = ?2 WHERE id = ?1 AND state = 4",
    [STATEMENT_ADD_FORM_KEY] =
        "INSERT INTO form_key (id, made_ms, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
    [STATEMENT_CURRENT_FORM_KEY] = "SELECT row, id, made_ms, body FROM form_key"
                                   " WHERE made_ms BETWEEN ?1 AND ?2 ORDER BY row DESC LIMIT 1",
    [STATEMENT_FIND_FORM_KEY] = "SELECT row, id, made_ms, body FROM form_key WHERE id = ?1",
    [STATEMENT_NEXT_FORM_KEY] =
        "SELECT row, id, made_ms, body FROM form_key WHERE row > ?1 ORDER BY row LIMIT 1",
    [STATEMENT_SEALED_FORM_KEY] = "UPDATE form_key SET body = ?2 WHERE id = ?1",
    [STATEMENT_END_FORM_KEYS] = "DELETE FROM form_key WHERE made_ms < ?1",
    [STATEMENT_CANARY] = "SELECT body FROM canary WHERE row = 1",
    [STATEMENT_SET_CANARY] = "INSERT INTO canary (row, body) VALUES (1, ?1)"
                             " ON CONFLICT (row) DO UPDATE SET body = excluded.body",
};

sqlite3_stmt *outbox_store_statement(struct outbox *outbox, enum outbox_statement which)
{
    sqlite3_stmt *statement = outbox->statements[which];
    outbox_store_end(statement);
    return statement;
}

void outbox_store_end(sqlite3_stmt *statement)
{
    /* If a step has failed, that step returned the error; reset only repeats it. */
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

void outbox_bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t size)
{
    int rc = sqlite3_bind_blob64(statement, at, bytes, size, SQLITE_STATIC);
    assert(rc == SQLITE_OK);
}

void outbox_bind_id(sqlite3_stmt *statement, int at, const uint8_t *id)
{
    outbox_bind_bytes(statement, at, id, WIRE_ID_BYTES);
}

void outbox_bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
    int rc = sqlite3_bind_int64(statement, at, number);
    assert(rc == SQLITE_OK);
}

void outbox_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    int rc = sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    assert(rc == SQLITE_OK);
}

static enum outbox_status outbox_store_failed(struct outbox *outbox)
{
    outbox->is_full = (sqlite3_extended_errcode(outbox->db) & 0xff) == SQLITE_FULL;
    snprintf(outbox->message, sizeof outbox->message, "the outbox failed: %s (%d)",
             sqlite3_errmsg(outbox->db), sqlite3_extended_errcode(outbox->db));
    return OUTBOX_FAILED;
}

enum outbox_status outbox_store_step(struct outbox *outbox, sqlite3_stmt *statement)
{
    int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        return OUTBOX_OK;
    return rc == SQLITE_DONE ? OUTBOX_NOT_FOUND : outbox_store_failed(outbox);
}

enum outbox_status outbox_store_run(struct outbox *outbox, sqlite3_stmt *statement)
{
    enum outbox_status status = outbox_store_step(outbox, statement);
    assert(status != OUTBOX_OK);
    outbox_store_end(statement);
    return status == OUTBOX_NOT_FOUND ? OUTBOX_OK : status;
}

enum outbox_status outbox_store_begin(struct outbox *outbox)
{
    return outbox_store_run(outbox, outbox_store_statement(outbox, STATEMENT_BEGIN));
}

enum outbox_status outbox_store_finish(struct outbox *outbox, enum outbox_status status)
{
    if (status == OUTBOX_OK)
        return outbox_store_run(outbox, outbox_store_statement(outbox, STATEMENT_COMMIT));
    /* Some errors roll back by themselves, and then there is nothing to undo. */
    if (sqlite3_get_autocommit(outbox->db) == 0) {
        char message[sizeof outbox->message];
        memcpy(message, outbox->message, sizeof message);
        if (outbox_store_run(outbox, outbox_store_statement(outbox, STATEMENT_ROLLBACK)) != OUTBOX_OK)
            return OUTBOX_FAILED;
        memcpy(outbox->message, message, sizeof message);
    }
    return status;
}

/* Asks for a number; -1 if the answer has none. Returns an SQLite result code. */
static int outbox_store_ask(sqlite3 *db, const char *text, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    *value = -1;
    int rc = sqlite3_prepare_v2(db, text, -1, &statement, NULL);
    if (rc != SQLITE_OK)
        return rc;
    if (sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement);
}

/* Exclusive locking keeps a second intake out. The lock ends with the process, however that ends. */
static int outbox_store_configure(sqlite3 *db)
{
    int64_t synchronous = 0, foreign_keys = 0;
    int rc = sqlite3_extended_result_codes(db, 1);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(db,
                          "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                          "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                          "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; BEGIN EXCLUSIVE; COMMIT",
                          NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK)
        rc = outbox_store_ask(db, "PRAGMA synchronous", &synchronous);
    if (rc == SQLITE_OK)
        rc = outbox_store_ask(db, "PRAGMA foreign_keys", &foreign_keys);
    return rc == SQLITE_OK && (synchronous != 2 || foreign_keys != 1) ? SQLITE_ERROR : rc;
}

static int outbox_store_create(sqlite3 *db)
{
    char header[96];
    snprintf(header, sizeof header, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
             OUTBOX_APPLICATION_ID, OUTBOX_VERSION);
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
    return rc == SQLITE_OK ? sqlite3_exec(db, header, NULL, NULL, NULL) : rc;
}

static enum outbox_status outbox_store_prepare(struct outbox *outbox)
{
    int64_t objects = 0, id = 0, version = 0;
    int rc = outbox_store_configure(outbox->db);
    if (rc == SQLITE_OK)
        rc = outbox_store_ask(outbox->db, "SELECT count(*) FROM sqlite_schema", &objects);
    if (rc == SQLITE_OK && objects == 0)
        rc = outbox_store_create(outbox->db);
    if (rc == SQLITE_OK)
        rc = outbox_store_ask(outbox->db, "PRAGMA application_id", &id);
    if (rc == SQLITE_OK)
        rc = outbox_store_ask(outbox->db, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK && (id != OUTBOX_APPLICATION_ID || version != OUTBOX_VERSION))
        return OUTBOX_OTHER_VERSION;
    for (int i = 0; i < STATEMENT_COUNT && rc == SQLITE_OK; i++) {
        rc = sqlite3_prepare_v3(outbox->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &outbox->statements[i],
                                NULL);
    }
    if (rc == SQLITE_OK)
        return OUTBOX_OK;
    (void)outbox_store_failed(outbox);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
        return OUTBOX_IN_USE;
    case SQLITE_NOTADB:
        return OUTBOX_OTHER_VERSION;
    default:
        return OUTBOX_FAILED;
    }
}

enum outbox_status outbox_store_open(struct outbox *outbox, const char *path)
{
    if (sqlite3_open_v2(path, &outbox->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK)
        return outbox_store_prepare(outbox);
    (void)outbox_store_failed(outbox);
    return OUTBOX_FAILED;
}

void outbox_store_close(struct outbox *outbox)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        (void)sqlite3_finalize(outbox->statements[i]);
    int rc = sqlite3_close(outbox->db);
    assert(rc == SQLITE_OK);
}

const char *outbox_message(const struct outbox *outbox)
{
    return outbox->message;
}

bool outbox_is_full(const struct outbox *outbox)
{
    return outbox->is_full;
}
