/* file_ledger.c: a ledger in a file of SQLite, on one machine. ledger_file.c knows the file, wal.c the
 * write-ahead log, rows.c how events are read.
 *
 * SQLite can bring a commit back after a failed fsync, so after any error of a write nobody knows what is on
 * the disk. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/sqlite/incoming.h"
#include "broker/ledger/sqlite/ledger_file.h"
#include "broker/ledger/sqlite/lock.h"
#include "broker/ledger/sqlite/mark.h"
#include "broker/ledger/sqlite/rows.h"
#include "broker/ledger/sqlite/wal.h"

enum { STRETCH_EVENTS = 64 /* hashed, then stored, at a time */ };

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
    [HEAD] = rows_head_sql,
    [CHAIN_AT] = rows_chain_sql,
    [EVENTS_FROM] = rows_events_sql,
    [SEALED] = "SELECT body FROM sealed WHERE seq = ?",
};

struct file_ledger {
    struct ledger common; /* the first: a ledger of this kind is one of these */
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    struct incoming incoming; /* what two of the statements select from */
    struct wal wal;
    int lock_fd;
    char *path; /* owned */
};

static struct file_ledger *file_of(struct ledger *ledger)
{
    return (struct file_ledger *)ledger;
}

/* From here on nothing is known for certain, so nothing is done. The log is left for the next opening. */
static enum ledger_status fail_for(struct file_ledger *file, const char *what, bool full, const char *why)
{
    if (file->common.failed)
        return LEDGER_UNKNOWN; /* the first reason stands */
    if (full)
        snprintf(file->common.message, sizeof file->common.message,
                 "the disk is full: %s was not possible; free some space and start again", what);
    else
        snprintf(file->common.message, sizeof file->common.message,
                 "%s failed: %s; look after the disk and start again", what, why);
    file->common.failed = true;
    sqlite3_db_config(file->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return LEDGER_UNKNOWN;
}

static enum ledger_status fail_ledger(struct file_ledger *file, const char *what)
{
    int problem = sqlite3_system_errno(file->db);
    bool full = (sqlite3_errcode(file->db) & 0xff) == SQLITE_FULL || problem == ENOSPC || problem == EDQUOT;
    return fail_for(file, what, full, sqlite3_errmsg(file->db));
}

static enum ledger_status corrupt_at(struct file_ledger *file, uint64_t seq)
{
    walk_say_altered(seq, file->common.message, sizeof file->common.message);
    return LEDGER_CORRUPT;
}

static enum ledger_status fail_reading(struct file_ledger *file)
{
    int code = sqlite3_errcode(file->db) & 0xff;
    if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB)
        return fail_ledger(file, "reading the ledger");
    snprintf(file->common.message, sizeof file->common.message, "%s", ledger_file_damaged);
    return LEDGER_CORRUPT;
}

/* Runs a statement that gives no rows. */
static bool run_statement(struct file_ledger *file, enum ledger_statement which)
{
    sqlite3_stmt *statement = file->statements[which];
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return good;
}

/* Counts what was stored, because a table named incoming that somebody made in the file would be read in
 * place of ours. */
static bool add_incoming(struct file_ledger *file)
{
    const struct incoming *incoming = &file->incoming;
    sqlite3_int64 last = (sqlite3_int64)incoming->events[incoming->count - 1].seq;
    if (!run_statement(file, ADD_EVENTS))
        return false;
    if (sqlite3_changes64(file->db) == (sqlite3_int64)incoming->count &&
        sqlite3_last_insert_rowid(file->db) == last)
        return run_statement(file, ADD_SEALED);
    fail_for(file, "writing to the ledger", false, "not all of it was stored");
    return false;
}

/* Hashes them all, then stores them all: in turns, each kind of work would push the other's code out of the
 * processor's cache. chain is that of the event before, and becomes that of the last. */
static bool add_stretch(struct file_ledger *file, const struct ledger_event *events, size_t count,
                        uint8_t chain[CHAIN_BYTES])
{
    uint8_t chains[STRETCH_EVENTS][CHAIN_BYTES];
    assert(count > 0 && count <= STRETCH_EVENTS);
    ledger_make_chains(chain, events, count, chains);
    file->incoming = (struct incoming){events, chains, count};
    bool good = add_incoming(file);
    file->incoming = (struct incoming){NULL, NULL, 0};
    memcpy(chain, chains[count - 1], CHAIN_BYTES);
    return good;
}

static enum ledger_status file_ledger_write(struct ledger *ledger, const struct ledger_event *events,
                                            size_t count)
{
    struct file_ledger *file = file_of(ledger);
    uint8_t chain[CHAIN_BYTES];
    if (count == 0)
        return LEDGER_OK;
    assert(!file->wal.unsynced);
    memcpy(chain, ledger->chain, sizeof chain);
    bool good = run_statement(file, BEGIN);
    for (size_t done = 0; done < count && good; done += STRETCH_EVENTS)
        good = add_stretch(file, events + done, count - done < STRETCH_EVENTS ? count - done : STRETCH_EVENTS,
                           chain);
    if (!good || !run_statement(file, COMMIT))
        return fail_ledger(file, "writing to the ledger");
    ledger->head += count;
    memcpy(ledger->chain, chain, sizeof chain);
    wal_note_commit(&file->wal, count);
    return LEDGER_OK;
}

static bool file_ledger_is_syncing(struct ledger *ledger)
{
    return wal_is_syncing(&file_of(ledger)->wal);
}

static int file_ledger_synced_fd(const struct ledger *ledger)
{
    return worker_done_fd(((const struct file_ledger *)ledger)->wal.syncer);
}

/* A failure is told by the next call: what was synced before it is on disk all the same. */
static void tend_log(struct file_ledger *file, bool idle)
{
    if (!file->common.failed && !wal_tend(&file->wal, idle))
        fail_ledger(file, "checkpointing the write-ahead log");
}

static enum ledger_status file_ledger_sync(struct ledger *ledger)
{
    struct file_ledger *file = file_of(ledger);
    if (!file->wal.unsynced)
        return LEDGER_OK;
    int problem = wal_sync(&file->wal);
    if (problem)
        return fail_for(file, "syncing the ledger", problem == ENOSPC || problem == EDQUOT,
                        strerror(problem));
    tend_log(file, false);
    return LEDGER_OK;
}

static enum ledger_status file_ledger_chain_at(struct ledger *ledger, uint64_t seq,
                                               uint8_t chain[CHAIN_BYTES])
{
    struct file_ledger *file = file_of(ledger);
    sqlite3_stmt *row = file->statements[CHAIN_AT];
    sqlite3_bind_int64(row, 1, (sqlite3_int64)seq);
    int rc = sqlite3_step(row);
    enum ledger_status status = LEDGER_OK;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = fail_reading(file);
    else if (rc == SQLITE_DONE || !rows_take_chain(row, chain))
        status = corrupt_at(file, seq);
    sqlite3_reset(row);
    return status;
}

static enum ledger_status file_ledger_read(struct ledger *ledger, uint64_t after, size_t limit,
                                           ledger_each *each, void *context)
{
    struct file_ledger *file = file_of(ledger);
    struct walk walk = {.seq = after};
    enum ledger_status status = after == 0 ? LEDGER_OK : file_ledger_chain_at(ledger, after, walk.chain);
    if (status != LEDGER_OK)
        return status;
    switch (rows_walk(&walk, file->statements[EVENTS_FROM], ledger->head, limit, each, context)) {
    case WALK_GOOD:
        return LEDGER_OK;
    case WALK_ALTERED:
        return corrupt_at(file, walk.seq + 1);
    case WALK_FAILED:
        break;
    }
    return fail_reading(file);
}

static enum ledger_status file_ledger_sealed(struct ledger *ledger, uint64_t seq, uint8_t *buffer,
                                             size_t capacity, size_t *size)
{
    struct file_ledger *file = file_of(ledger);
    sqlite3_stmt *row = file->statements[SEALED];
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
        status = fail_reading(file);
    }
    sqlite3_reset(row);
    return status;
}

static void file_ledger_idle(struct ledger *ledger)
{
    tend_log(file_of(ledger), true);
}

static bool file_ledger_start_threads(struct ledger *ledger)
{
    return wal_start_threads(&file_of(ledger)->wal);
}

/* --- opening ---------------------------------------------------------------------------------------- */

static bool prepare_statements(struct file_ledger *file)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(file->db, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &file->statements[i], NULL) != SQLITE_OK)
            return false;
    return true;
}

/* Finds the newest event, and checks it and those just before it. */
static enum ledger_status find_head(struct file_ledger *file)
{
    sqlite3_stmt *row = file->statements[HEAD];
    int rc = sqlite3_step(row);
    enum ledger_status status = LEDGER_OK;
    if (rc == SQLITE_ROW) {
        file->common.head = (uint64_t)sqlite3_column_int64(row, 0);
        if (file->common.head > INT64_MAX || !rows_take_chain(row, file->common.chain))
            status = corrupt_at(file, file->common.head);
    } else if (rc != SQLITE_DONE) {
        status = fail_reading(file);
    }
    sqlite3_reset(row);
    uint64_t after = file->common.head > LEDGER_TAIL_EVENTS ? file->common.head - LEDGER_TAIL_EVENTS : 0;
    return status == LEDGER_OK ? file_ledger_read(&file->common, after, LEDGER_TAIL_EVENTS, NULL, NULL)
                               : status;
}

static void file_ledger_end(struct ledger *ledger)
{
    struct file_ledger *file = file_of(ledger);
    wal_close(&file->wal);
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(file->statements[i]);
    int rc = sqlite3_close(file->db);
    assert(rc == SQLITE_OK);
    if (file->lock_fd >= 0)
        close(file->lock_fd);
    free(file->path);
    free(file);
}

static enum ledger_status file_ledger_set_mark(struct ledger *ledger, enum ledger_mark mark)
{
    struct file_ledger *file = file_of(ledger);
    if (mark_change(file->path, mark))
        return LEDGER_OK;
    return fail_for(file, "marking the ledger", errno == ENOSPC || errno == EDQUOT, strerror(errno));
}

static const struct ledger_calls file_ledger_calls = {
    .close = file_ledger_end,
    .write = file_ledger_write,
    .is_syncing = file_ledger_is_syncing,
    .synced_fd = file_ledger_synced_fd,
    .sync = file_ledger_sync,
    .read = file_ledger_read,
    .chain_at = file_ledger_chain_at,
    .sealed = file_ledger_sealed,
    .idle = file_ledger_idle,
    .start_threads = file_ledger_start_threads,
    .set_mark = file_ledger_set_mark,
};

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

/* Whether nobody is to lead it. */
static bool is_set_aside(const char *path, enum ledger_mark mark, enum ledger_status *status, char *message,
                         size_t message_size)
{
    const char *means = ledger_mark_means(mark);
    if (!means)
        return false;
    *status = LEDGER_SET_ASIDE;
    snprintf(message, message_size, "%s: %s", path, means);
    return true;
}

struct ledger *file_ledger_open(const char *path, bool marked, enum ledger_status *status, char *message,
                                size_t message_size)
{
    struct file_ledger *file = calloc(1, sizeof *file);
    *status = LEDGER_UNKNOWN;
    if (file)
        file->path = strdup(path);
    if (!file || !file->path || sodium_init() < 0) {
        snprintf(message, message_size, "%s: out of memory", path);
        if (file)
            free(file->path);
        free(file);
        return NULL;
    }
    file->common.calls = &file_ledger_calls;
    file->lock_fd = lock_take(path);
    if (file->lock_fd < 0) {
        *status = errno == EWOULDBLOCK ? LEDGER_IN_USE : LEDGER_UNKNOWN;
        snprintf(message, message_size, "%s: %s", path,
                 *status == LEDGER_IN_USE ? "another broker has this ledger open" : strerror(errno));
        file_ledger_end(&file->common);
        return NULL;
    }
    file->common.mark = mark_find(path);
    if (!is_half_restored(path, message, message_size) &&
        (marked || !is_set_aside(path, file->common.mark, status, message, message_size)))
        file->db = ledger_file_open(path, &file->incoming, status, message, message_size);
    if (!file->db) {
        file_ledger_end(&file->common);
        return NULL;
    }
    wal_open(&file->wal, file->db);
    *status = prepare_statements(file) ? find_head(file) : fail_reading(file);
    if (*status == LEDGER_OK)
        return &file->common;
    snprintf(message, message_size, "%s: %s", path, file->common.message);
    file_ledger_end(&file->common);
    return NULL;
}
