/* ledger.c: see ledger.h. ledger_file.c knows the file, wal.c the write-ahead log, walk.c how events are
 * read. */
#include "broker/ledger/ledger.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/ledger/incoming.h"
#include "broker/ledger/ledger_file.h"
#include "broker/ledger/lock.h"
#include "broker/ledger/wal.h"
#include "broker/ledger/walk.h"

enum {
    TAIL_EVENTS = 1000, /* checked on opening; reading all events checks all of them */
    MESSAGE_BYTES = 512,
    STRETCH_EVENTS = 64 /* hashed, then stored, at a time */
};

enum ledger_statement {
    BEGIN,
    COMMIT,
    ADD_EVENTS,
    ADD_SEALED,
    HEAD,
    CHAIN_AT,
    EVENTS_FROM,
    SEALED,
    STATEMENTS
};

static const char *const statement_sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ADD_EVENTS] = "INSERT OR ROLLBACK INTO event(seq, at_ms, kind, referral, chain, reduced, body) "
                   "SELECT seq, at_ms, kind, referral, chain, reduced, body FROM incoming",
    [ADD_SEALED] = "INSERT OR ROLLBACK INTO sealed(seq, body) "
                   "SELECT seq, sealed FROM incoming WHERE sealed IS NOT NULL",
    [HEAD] = walk_head_sql,
    [CHAIN_AT] = "SELECT seq, chain FROM event WHERE seq = ?",
    [EVENTS_FROM] = walk_events_sql,
    [SEALED] = "SELECT body FROM sealed WHERE seq = ?",
};

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    struct incoming incoming; /* what two of the statements select from */
    struct wal wal;
    int lock_fd;
    bool failed;
    uint64_t head;
    uint8_t chain[CHAIN_BYTES];
    char message[MESSAGE_BYTES];
};

/* From here on nothing is known for certain, so nothing is done. The log is left for the next opening. */
static enum ledger_status fail_for(struct ledger *ledger, const char *what, bool full, const char *why)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN; /* the first reason stands */
    if (full)
        snprintf(ledger->message, sizeof ledger->message,
                 "the disk is full: %s was not possible; free some space and start again", what);
    else
        snprintf(ledger->message, sizeof ledger->message,
                 "%s failed: %s; look after the disk and start again", what, why);
    ledger->failed = true;
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return LEDGER_UNKNOWN;
}

static enum ledger_status fail_ledger(struct ledger *ledger, const char *what)
{
    int problem = sqlite3_system_errno(ledger->db);
    bool full = (sqlite3_errcode(ledger->db) & 0xff) == SQLITE_FULL || problem == ENOSPC || problem == EDQUOT;
    return fail_for(ledger, what, full, sqlite3_errmsg(ledger->db));
}

static enum ledger_status corrupt_at(struct ledger *ledger, uint64_t seq)
{
    walk_say_altered(seq, ledger->message, sizeof ledger->message);
    return LEDGER_CORRUPT;
}

static enum ledger_status fail_reading(struct ledger *ledger)
{
    int code = sqlite3_errcode(ledger->db) & 0xff;
    if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB)
        return fail_ledger(ledger, "reading the ledger");
    snprintf(ledger->message, sizeof ledger->message, "%s", ledger_file_damaged);
    return LEDGER_CORRUPT;
}

/* As ledger_read; each may be NULL. */
static enum ledger_status read_checked(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                                       void *context)
{
    struct walk walk = {.events = ledger->statements[EVENTS_FROM], .seq = after};
    enum ledger_status status = after == 0 ? LEDGER_OK : ledger_chain_at(ledger, after, walk.chain);
    if (status != LEDGER_OK)
        return status;
    switch (walk_on(&walk, ledger->head, limit, each, context)) {
    case WALK_GOOD:
        return LEDGER_OK;
    case WALK_ALTERED:
        return corrupt_at(ledger, walk.seq + 1);
    case WALK_FAILED:
        break;
    }
    return fail_reading(ledger);
}

static bool prepare_statements(struct ledger *ledger)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(ledger->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &ledger->statements[i], NULL) != SQLITE_OK)
            return false;
    return true;
}

/* Finds the newest event, and checks it and those just before it. */
static enum ledger_status find_head(struct ledger *ledger)
{
    sqlite3_stmt *row = ledger->statements[HEAD];
    int rc = sqlite3_step(row);
    enum ledger_status status = LEDGER_OK;
    if (rc == SQLITE_ROW) {
        ledger->head = (uint64_t)sqlite3_column_int64(row, 0);
        if (ledger->head > INT64_MAX || !walk_take_chain(row, ledger->chain))
            status = corrupt_at(ledger, ledger->head);
    } else if (rc != SQLITE_DONE) {
        status = fail_reading(ledger);
    }
    sqlite3_reset(row);
    uint64_t after = ledger->head > TAIL_EVENTS ? ledger->head - TAIL_EVENTS : 0;
    return status == LEDGER_OK ? read_checked(ledger, after, TAIL_EVENTS, NULL, NULL) : status;
}

static void end_ledger(struct ledger *ledger)
{
    wal_close(&ledger->wal);
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ledger->statements[i]);
    int rc = sqlite3_close(ledger->db);
    assert(rc == SQLITE_OK);
    if (ledger->lock_fd >= 0)
        close(ledger->lock_fd);
    free(ledger);
}

/* A start beside half of a restore would begin a new history. */
static bool is_half_restored(const char *path, char *message, size_t message_size)
{
    char name[4096];
    if ((size_t)snprintf(name, sizeof name, "%s" LEDGER_RESTORING, path) >= sizeof name ||
        access(name, F_OK) != 0)
        return false;
    snprintf(message, message_size,
             "%s: a backup was being put back here, and that was broken off; do it again (concordat-ledger "
             "restore)",
             name);
    return true;
}

struct ledger *ledger_open(const char *path, enum ledger_status *status, char *message, size_t message_size)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    *status = LEDGER_UNKNOWN;
    if (!ledger || sodium_init() < 0) {
        snprintf(message, message_size, "%s: out of memory", path);
        free(ledger);
        return NULL;
    }
    ledger->lock_fd = lock_take(path);
    if (ledger->lock_fd < 0) {
        *status = errno == EWOULDBLOCK ? LEDGER_IN_USE : LEDGER_UNKNOWN;
        snprintf(message, message_size, "%s: %s", path,
                 *status == LEDGER_IN_USE ? "another broker has this ledger open" : strerror(errno));
        end_ledger(ledger);
        return NULL;
    }
    if (!is_half_restored(path, message, message_size))
        ledger->db = ledger_file_open(path, &ledger->incoming, status, message, message_size);
    if (!ledger->db) {
        end_ledger(ledger);
        return NULL;
    }
    wal_open(&ledger->wal, ledger->db);
    *status = prepare_statements(ledger) ? find_head(ledger) : fail_reading(ledger);
    if (*status == LEDGER_OK)
        return ledger;
    snprintf(message, message_size, "%s: %s", path, ledger->message);
    end_ledger(ledger);
    return NULL;
}

void ledger_close(struct ledger **ledger)
{
    if (*ledger)
        end_ledger(*ledger);
    *ledger = NULL;
}

uint64_t ledger_head(const struct ledger *ledger, uint8_t chain[CHAIN_BYTES])
{
    memcpy(chain, ledger->chain, sizeof ledger->chain);
    return ledger->head;
}

/* Runs a statement that gives no rows. */
static bool run_statement(struct ledger *ledger, enum ledger_statement which)
{
    sqlite3_stmt *statement = ledger->statements[which];
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return good;
}

/* Counts what was stored, because a table named incoming that somebody made in the file would be read in
 * place of ours. */
static bool add_incoming(struct ledger *ledger)
{
    const struct incoming *incoming = &ledger->incoming;
    sqlite3_int64 last = (sqlite3_int64)incoming->events[incoming->count - 1].seq;
    if (!run_statement(ledger, ADD_EVENTS))
        return false;
    if (sqlite3_changes64(ledger->db) == (sqlite3_int64)incoming->count &&
        sqlite3_last_insert_rowid(ledger->db) == last)
        return run_statement(ledger, ADD_SEALED);
    fail_for(ledger, "writing to the ledger", false, "not all of it was stored");
    return false;
}

/* Hashes them all, then stores them all: in turns, each kind of work would push the other's code out of the
 * processor's cache. chain is that of the event before, and becomes that of the last. */
static bool add_stretch(struct ledger *ledger, const struct ledger_event *events, size_t count,
                        uint8_t chain[CHAIN_BYTES])
{
    uint8_t chains[STRETCH_EVENTS][CHAIN_BYTES];
    const uint8_t *previous = chain;
    assert(count > 0 && count <= STRETCH_EVENTS);
    for (size_t i = 0; i < count; previous = chains[i], i++) {
        chain_digest(events[i].body, events[i].body_size, chains[i]);
        chain_next(previous, events[i].reduced, chains[i], chains[i]);
    }
    ledger->incoming = (struct incoming){events, chains, count};
    bool good = add_incoming(ledger);
    ledger->incoming = (struct incoming){NULL, NULL, 0};
    memcpy(chain, previous, CHAIN_BYTES);
    return good;
}

/* The caller must see to all of this. */
static void assert_follows(const struct ledger_event *event, uint64_t seq, int64_t not_before_ms)
{
    assert(event->seq == seq);
    assert(event->at_ms >= not_before_ms);
    assert(event->body && event->body_size > 0 && event->body_size <= LEDGER_BLOB_BYTES_MAX);
    assert(event->reduced);
    assert(event->sealed ? event->sealed_size <= LEDGER_BLOB_BYTES_MAX : event->sealed_size == 0);
}

enum ledger_status ledger_write(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    assert(!ledger->wal.unsynced);
    for (size_t i = 0; i < count; i++)
        assert_follows(&events[i], ledger->head + 1 + i, i == 0 ? INT64_MIN : events[i - 1].at_ms);
    if (count == 0)
        return LEDGER_OK;
    uint8_t chain[CHAIN_BYTES];
    memcpy(chain, ledger->chain, sizeof chain);
    bool good = run_statement(ledger, BEGIN);
    for (size_t done = 0; done < count && good; done += STRETCH_EVENTS)
        good = add_stretch(ledger, events + done,
                           count - done < STRETCH_EVENTS ? count - done : STRETCH_EVENTS, chain);
    if (!good || !run_statement(ledger, COMMIT))
        return fail_ledger(ledger, "writing to the ledger");
    ledger->head += count;
    memcpy(ledger->chain, chain, sizeof chain);
    wal_note_commit(&ledger->wal, count);
    return LEDGER_OK;
}

bool ledger_is_syncing(const struct ledger *ledger)
{
    return wal_is_syncing(&ledger->wal);
}

int ledger_synced_fd(const struct ledger *ledger)
{
    return worker_done_fd(ledger->wal.syncer);
}

/* A failure is told by the next call: what was synced before it is on disk all the same. */
static void tend_log(struct ledger *ledger, bool idle)
{
    if (!ledger->failed && !wal_tend(&ledger->wal, idle))
        fail_ledger(ledger, "checkpointing the write-ahead log");
}

enum ledger_status ledger_sync(struct ledger *ledger)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (!ledger->wal.unsynced)
        return LEDGER_OK;
    int problem = wal_sync(&ledger->wal);
    if (problem)
        return fail_for(ledger, "syncing the ledger", problem == ENOSPC || problem == EDQUOT,
                        strerror(problem));
    tend_log(ledger, false);
    return LEDGER_OK;
}

enum ledger_status ledger_append(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    enum ledger_status status = ledger_write(ledger, events, count);
    return status == LEDGER_OK ? ledger_sync(ledger) : status;
}

enum ledger_status ledger_read(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context)
{
    assert(each);
    return ledger->failed ? LEDGER_UNKNOWN : read_checked(ledger, after, limit, each, context);
}

enum ledger_status ledger_chain_at(struct ledger *ledger, uint64_t seq, uint8_t chain[CHAIN_BYTES])
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (seq == 0 || seq > ledger->head)
        return LEDGER_NOT_FOUND;
    sqlite3_stmt *row = ledger->statements[CHAIN_AT];
    sqlite3_bind_int64(row, 1, (sqlite3_int64)seq);
    int rc = sqlite3_step(row);
    enum ledger_status status = LEDGER_OK;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = fail_reading(ledger);
    else if (rc == SQLITE_DONE || !walk_take_chain(row, chain))
        status = corrupt_at(ledger, seq);
    sqlite3_reset(row);
    return status;
}

enum ledger_status ledger_sealed(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                 size_t *size)
{
    assert(size && (buffer || capacity == 0));
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (seq == 0 || seq > ledger->head)
        return LEDGER_NOT_FOUND;
    sqlite3_stmt *row = ledger->statements[SEALED];
    sqlite3_bind_int64(row, 1, (sqlite3_int64)seq);
    int rc = sqlite3_step(row);
    enum ledger_status status = LEDGER_NOT_FOUND;
    if (rc == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(row, 0);
        *size = (size_t)sqlite3_column_bytes(row, 0);
        if (bytes && *size <= capacity)
            memcpy(buffer, bytes, *size);
        status = LEDGER_OK;
    } else if (rc != SQLITE_DONE) {
        status = fail_reading(ledger);
    }
    sqlite3_reset(row);
    return status;
}

void ledger_idle(struct ledger *ledger)
{
    tend_log(ledger, true);
}

bool ledger_start_threads(struct ledger *ledger)
{
    return wal_start_threads(&ledger->wal);
}

const char *ledger_message(const struct ledger *ledger)
{
    return ledger->message;
}
