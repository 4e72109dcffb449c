/* ledger.c: see ledger.h. store.c knows the file, lock.c that there is one writer. */
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
#include "broker/ledger/lock.h"
#include "broker/ledger/mover.h"
#include "broker/ledger/store.h"
#include "broker/ledger/worker.h"

enum {
    TAIL_EVENTS = 1000, /* checked on opening; checking all of them is for who reads all of them */
    MESSAGE_BYTES = 512,
    WAL_PIECE_PAGES =
        128, /* of the log, moved at a time: while they are synced whoever commits waits longer */
    WAL_IDLE_PAGES = 256,                     /* worth moving while nothing else is to be done */
    WAL_REST_PAGES = 64,                      /* so few are moved while a turn waits */
    WAL_LONG_PAGES = STORE_WAL_PAGES * 7 / 8, /* then the log is to begin anew */
    STRETCH_EVENTS = 64,                      /* hashed, then stored, at a time */
    SYNC_BESIDE_EVENTS = 32 /* to wake a thread for fewer takes longer than what could be done meanwhile */
};

enum statement {
    BEGIN,
    COMMIT,
    ADD_EVENTS,
    ADD_CONFIDENTIAL,
    HEAD,
    CHAIN_AT,
    EVENTS_FROM,
    CONFIDENTIAL,
    STATEMENTS
};

static const char *const statement_sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ADD_EVENTS] = "INSERT OR ROLLBACK INTO event(seq, at_ms, kind, referral, chain, body) "
                   "SELECT seq, at_ms, kind, referral, chain, body FROM incoming",
    [ADD_CONFIDENTIAL] = "INSERT OR ROLLBACK INTO confidential(seq, salt, body) "
                         "SELECT seq, salt, confidential FROM incoming WHERE confidential IS NOT NULL",
    [HEAD] = "SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1",
    [CHAIN_AT] = "SELECT seq, chain FROM event WHERE seq = ?",
    [EVENTS_FROM] = "SELECT seq, chain, body FROM event WHERE seq >= ? ORDER BY seq LIMIT ?",
    [CONFIDENTIAL] = "SELECT body FROM confidential WHERE seq = ?",
};

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    struct incoming incoming; /* what two of them select from */
    sqlite3_file *wal;
    int lock_fd;
    bool failed;
    bool unsynced, syncing; /* written and not synced; that has begun beside us */
    struct worker *syncer;  /* NULL: ledger_sync does it itself */
    int sync_error;         /* of the last sync: errno, 0 where it is good */
    uint64_t head;
    uint8_t chain[CHAIN_BYTES];
    int wal_pages;       /* in the write-ahead log */
    int wal_pages_moved; /* of those, already in the file */
    int move_at_pages;   /* so long the log is let grow before more of it is moved */
    struct mover *mover; /* NULL: turns wait for every move */
    bool moving;         /* by the mover, and what came of it has not been seen */
    bool began_anew;     /* the log, since then */
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

static enum ledger_status fail(struct ledger *ledger, const char *what)
{
    int problem = sqlite3_system_errno(ledger->db);
    bool full = (sqlite3_errcode(ledger->db) & 0xff) == SQLITE_FULL || problem == ENOSPC || problem == EDQUOT;
    return fail_for(ledger, what, full, sqlite3_errmsg(ledger->db));
}

static enum ledger_status corrupt_at(struct ledger *ledger, uint64_t seq)
{
    snprintf(ledger->message, sizeof ledger->message,
             "event %llu is not what was written: it is missing, added or changed; keep this file as "
             "evidence and restore a backup",
             (unsigned long long)seq);
    return LEDGER_CORRUPT;
}

static enum ledger_status fail_reading(struct ledger *ledger)
{
    int code = sqlite3_errcode(ledger->db) & 0xff;
    if (code != SQLITE_CORRUPT && code != SQLITE_NOTADB)
        return fail(ledger, "reading the ledger");
    snprintf(ledger->message, sizeof ledger->message, "the ledger's file is damaged; restore a backup");
    return LEDGER_CORRUPT;
}

/* Where the row has a chain value: copies it. */
static bool take_chain(sqlite3_stmt *row, uint8_t *chain)
{
    const void *stored = sqlite3_column_blob(row, 1);
    if (!stored || sqlite3_column_bytes(row, 1) != CHAIN_BYTES)
        return false;
    memcpy(chain, stored, CHAIN_BYTES);
    return true;
}

/* Calls each, where given, for the events after `after`, as ledger_read does. */
static enum ledger_status walk(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context)
{
    uint8_t chain[CHAIN_BYTES] = {0}, stored[CHAIN_BYTES];
    enum ledger_status status = after == 0 ? LEDGER_OK : ledger_chain_at(ledger, after, chain);
    if (status != LEDGER_OK)
        return status;
    sqlite3_stmt *rows = ledger->statements[EVENTS_FROM];
    /* From the very first, so that a row added before event 1 is seen. */
    sqlite3_bind_int64(rows, 1, after == 0 ? INT64_MIN : (sqlite3_int64)after + 1);
    sqlite3_bind_int64(rows, 2, limit > INT64_MAX ? INT64_MAX : (sqlite3_int64)limit);
    uint64_t seq = after;
    bool wanted = true;
    int rc = SQLITE_ROW;
    while (wanted && status == LEDGER_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const uint8_t *body = sqlite3_column_blob(rows, 2);
        size_t size = (size_t)sqlite3_column_bytes(rows, 2);
        seq++;
        chain_next(chain, body, size, chain);
        if (seq > ledger->head || (uint64_t)sqlite3_column_int64(rows, 0) != seq ||
            !take_chain(rows, stored) || memcmp(chain, stored, sizeof chain) != 0)
            status = corrupt_at(ledger, seq);
        else
            wanted = !each || each(context, seq, body, size, chain);
    }
    if (status == LEDGER_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        status = fail_reading(ledger);
    else if (rc == SQLITE_DONE && seq < ledger->head && seq - after < limit)
        status = corrupt_at(ledger, seq + 1);
    sqlite3_reset(rows);
    return status;
}

static bool prepare(struct ledger *ledger)
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
        if (ledger->head > INT64_MAX || !take_chain(row, ledger->chain))
            status = corrupt_at(ledger, ledger->head);
    } else if (rc != SQLITE_DONE) {
        status = fail_reading(ledger);
    }
    sqlite3_reset(row);
    uint64_t after = ledger->head > TAIL_EVENTS ? ledger->head - TAIL_EVENTS : 0;
    return status == LEDGER_OK ? walk(ledger, after, TAIL_EVENTS, NULL, NULL) : status;
}

/* Where turns wait for it, the log is moved as seldom as can be. */
static int piece_of(const struct ledger *ledger)
{
    return ledger->mover ? WAL_PIECE_PAGES : WAL_LONG_PAGES;
}

static int note_wal(void *context, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    struct ledger *ledger = context;
    /* It began anew; or has only grown, after all had been moved, and then this moves it sooner. */
    if (pages < ledger->wal_pages || ledger->wal_pages_moved == ledger->wal_pages) {
        ledger->began_anew = true;
        ledger->wal_pages_moved = 0;
        ledger->move_at_pages = piece_of(ledger);
    }
    ledger->wal_pages = pages;
    return SQLITE_OK;
}

static void close_all(struct ledger *ledger)
{
    worker_close(&ledger->syncer);
    mover_close(&ledger->mover);
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ledger->statements[i]);
    int rc = sqlite3_close(ledger->db);
    assert(rc == SQLITE_OK);
    if (ledger->lock_fd >= 0)
        close(ledger->lock_fd);
    free(ledger);
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
        close_all(ledger);
        return NULL;
    }
    ledger->db = store_open(path, &ledger->incoming, status, message, message_size);
    if (!ledger->db) {
        close_all(ledger);
        return NULL;
    }
    ledger->move_at_pages = piece_of(ledger);
    ledger->wal = store_wal(ledger->db);
    assert(ledger->wal && ledger->wal->pMethods);
    sqlite3_wal_hook(ledger->db, note_wal, ledger);
    *status = prepare(ledger) ? find_head(ledger) : fail_reading(ledger);
    if (*status == LEDGER_OK)
        return ledger;
    snprintf(message, message_size, "%s: %s", path, ledger->message);
    close_all(ledger);
    return NULL;
}

void ledger_close(struct ledger **ledger)
{
    if (*ledger)
        close_all(*ledger);
    *ledger = NULL;
}

uint64_t ledger_head(const struct ledger *ledger, uint8_t *chain)
{
    memcpy(chain, ledger->chain, sizeof ledger->chain);
    return ledger->head;
}

/* Runs a statement that gives no rows. */
static bool run(struct ledger *ledger, enum statement which)
{
    sqlite3_stmt *statement = ledger->statements[which];
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    return good;
}

/* Counted, because a table of that name that somebody made in the file would be read in place of ours. */
static bool add_incoming(struct ledger *ledger)
{
    const struct incoming *incoming = &ledger->incoming;
    sqlite3_int64 last = (sqlite3_int64)incoming->events[incoming->count - 1].seq;
    if (!run(ledger, ADD_EVENTS))
        return false;
    if (sqlite3_changes64(ledger->db) == (sqlite3_int64)incoming->count &&
        sqlite3_last_insert_rowid(ledger->db) == last)
        return run(ledger, ADD_CONFIDENTIAL);
    fail_for(ledger, "writing to the ledger", false, "not all of it was stored");
    return false;
}

/* Each kind of work in one go: hashing and inserting in turns would push each other's code out of the
 * processor's cache. chain is that of the event before, and becomes that of the last. */
static bool add_stretch(struct ledger *ledger, const struct ledger_event *events, size_t count,
                        uint8_t *chain)
{
    uint8_t chains[STRETCH_EVENTS][CHAIN_BYTES];
    const uint8_t *previous = chain;
    for (size_t i = 0; i < count; previous = chains[i], i++) {
        assert(events[i].body && (!events[i].confidential || events[i].salt));
        chain_next(previous, events[i].body, events[i].body_size, chains[i]);
    }
    ledger->incoming = (struct incoming){events, chains, count};
    bool good = add_incoming(ledger);
    memcpy(chain, previous, CHAIN_BYTES);
    return good;
}

/* Copies what it can of the log into the file. What a reader still needs of the log stays for later. */
static void move_wal(struct ledger *ledger)
{
    int rc = sqlite3_wal_checkpoint_v2(ledger->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                                       &ledger->wal_pages_moved);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        fail(ledger, "moving the write-ahead log into the ledger");
    ledger->move_at_pages = ledger->wal_pages + piece_of(ledger);
}

/* What came of a move beside us. A log of which all has been moved begins anew, but the writer adds to it all
 * the time: where it has become long and little is left, a turn waits for that. And where a move failed,
 * because only the writer's own attempt says why. */
static void see_moved(struct ledger *ledger)
{
    int moved = mover_pages(ledger->mover), left = ledger->wal_pages - moved;
    ledger->moving = false;
    if (ledger->began_anew)
        return;
    bool is_long = ledger->wal_pages >= WAL_LONG_PAGES, more = moved > ledger->wal_pages_moved;
    if (moved < 0 || (is_long && left <= WAL_REST_PAGES)) {
        move_wal(ledger);
        return;
    }
    ledger->wal_pages_moved = moved;
    ledger->move_at_pages = ledger->wal_pages + (is_long && more ? 0 : WAL_PIECE_PAGES);
}

/* Moves the log, or begins to, where it is longer than this. */
static void tend_wal(struct ledger *ledger, int pages)
{
    if (ledger->moving && !mover_is_busy(ledger->mover))
        see_moved(ledger);
    if (ledger->failed || ledger->moving || ledger->wal_pages < pages)
        return;
    if (!ledger->mover) {
        move_wal(ledger);
        return;
    }
    ledger->began_anew = false;
    ledger->moving = true;
    mover_begin(ledger->mover);
}

static void sync_wal(void *context)
{
    struct ledger *ledger = context;
    errno = 0;
    int rc = ledger->wal->pMethods->xSync(ledger->wal, SQLITE_SYNC_NORMAL);
    ledger->sync_error = rc == SQLITE_OK ? 0 : errno ? errno : EIO;
}

enum ledger_status ledger_write(struct ledger *ledger, const struct ledger_event *events, size_t count)
{
    assert(!ledger->unsynced);
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    for (size_t i = 0; i < count; i++)
        if (events[i].seq != ledger->head + 1 + i) {
            snprintf(ledger->message, sizeof ledger->message, "event %llu does not follow event %llu",
                     (unsigned long long)events[i].seq, (unsigned long long)(ledger->head + i));
            return LEDGER_CORRUPT;
        }
    if (count == 0)
        return LEDGER_OK;
    uint8_t chain[CHAIN_BYTES];
    memcpy(chain, ledger->chain, sizeof chain);
    bool good = run(ledger, BEGIN);
    for (size_t done = 0; done < count && good; done += STRETCH_EVENTS)
        good = add_stretch(ledger, events + done,
                           count - done < STRETCH_EVENTS ? count - done : STRETCH_EVENTS, chain);
    if (!good || !run(ledger, COMMIT))
        return fail(ledger, "writing to the ledger");
    ledger->head += count;
    memcpy(ledger->chain, chain, sizeof chain);
    ledger->unsynced = true;
    ledger->syncing = ledger->syncer && count >= SYNC_BESIDE_EVENTS;
    if (ledger->syncing)
        worker_begin(ledger->syncer);
    return LEDGER_OK;
}

bool ledger_is_syncing(const struct ledger *ledger)
{
    return ledger->syncing && worker_is_busy(ledger->syncer);
}

int ledger_synced_fd(const struct ledger *ledger)
{
    return worker_done_fd(ledger->syncer);
}

enum ledger_status ledger_sync(struct ledger *ledger)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (!ledger->unsynced)
        return LEDGER_OK;
    if (ledger->syncing)
        worker_wait(ledger->syncer);
    else
        sync_wal(ledger);
    ledger->unsynced = ledger->syncing = false;
    if (ledger->sync_error)
        return fail_for(ledger, "syncing the ledger",
                        ledger->sync_error == ENOSPC || ledger->sync_error == EDQUOT,
                        strerror(ledger->sync_error));
    tend_wal(ledger, ledger->move_at_pages);
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
    return ledger->failed ? LEDGER_UNKNOWN : walk(ledger, after, limit, each, context);
}

enum ledger_status ledger_chain_at(struct ledger *ledger, uint64_t seq, uint8_t *chain)
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
    else if (rc == SQLITE_DONE || !take_chain(row, chain))
        status = corrupt_at(ledger, seq);
    sqlite3_reset(row);
    return status;
}

enum ledger_status ledger_confidential(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                       size_t *size)
{
    if (ledger->failed)
        return LEDGER_UNKNOWN;
    if (seq == 0 || seq > ledger->head)
        return LEDGER_NOT_FOUND;
    sqlite3_stmt *row = ledger->statements[CONFIDENTIAL];
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
    if (!ledger->failed)
        tend_wal(ledger, ledger->wal_pages_moved + WAL_IDLE_PAGES);
}

bool ledger_start_threads(struct ledger *ledger)
{
    assert(!ledger->mover);
    ledger->mover = mover_open(sqlite3_db_filename(ledger->db, NULL));
    ledger->syncer = worker_open(sync_wal, ledger);
    ledger->move_at_pages = piece_of(ledger);
    return ledger->mover && ledger->syncer;
}

const char *ledger_message(const struct ledger *ledger)
{
    return ledger->message;
}
