/* file_reader.c: a ledger in a file, as another program than its writer reads it. */
#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/ledger/inside.h"
#include "broker/ledger/sqlite/ledger_file.h"
#include "broker/ledger/sqlite/rows.h"

struct file_reader {
    struct ledger_reader common; /* the first: a reader of this kind is one of these */
    sqlite3 *db;
    sqlite3_stmt *newest, *chain_at, *events;
};

static struct file_reader *file_reader_of(struct ledger_reader *reader)
{
    return (struct file_reader *)reader;
}

static enum ledger_status reader_fails(struct file_reader *file)
{
    int code = sqlite3_errcode(file->db) & 0xff;
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    snprintf(file->common.message, sizeof file->common.message, "%s: %s",
             damaged ? "the ledger's file is damaged, or the disk did not read it"
                     : "the ledger cannot be read",
             sqlite3_errmsg(file->db));
    return damaged ? LEDGER_CORRUPT : LEDGER_UNKNOWN;
}

static enum ledger_status reader_is_altered_at(struct file_reader *file, uint64_t seq)
{
    walk_say_altered(seq, file->common.message, sizeof file->common.message);
    return LEDGER_CORRUPT;
}

static enum ledger_status file_reader_look(struct ledger_reader *reader)
{
    struct file_reader *file = file_reader_of(reader);
    int rc = sqlite3_step(file->newest);
    int64_t head = rc == SQLITE_ROW ? sqlite3_column_int64(file->newest, 0) : 0;
    sqlite3_reset(file->newest);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return reader_fails(file);
    if (head < 0)
        return reader_is_altered_at(file, 1);
    reader->head = (uint64_t)head;
    return LEDGER_OK;
}

static enum ledger_status file_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                           void *context)
{
    struct file_reader *file = file_reader_of(reader);
    switch (rows_walk(&reader->walk, file->events, reader->head, limit, each, context)) {
    case WALK_GOOD:
        return LEDGER_OK;
    case WALK_ALTERED:
        return reader_is_altered_at(file, reader->walk.seq + 1);
    case WALK_FAILED:
        break;
    }
    return reader_fails(file);
}

static enum ledger_status file_reader_chain_at(struct ledger_reader *reader, uint64_t seq,
                                               uint8_t chain[CHAIN_BYTES])
{
    struct file_reader *file = file_reader_of(reader);
    sqlite3_bind_int64(file->chain_at, 1, (sqlite3_int64)seq);
    int rc = sqlite3_step(file->chain_at);
    bool found = rc == SQLITE_ROW && rows_take_chain(file->chain_at, chain);
    sqlite3_reset(file->chain_at);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return reader_fails(file);
    return found ? LEDGER_OK : LEDGER_NOT_FOUND;
}

static void file_reader_close(struct ledger_reader *reader)
{
    struct file_reader *file = file_reader_of(reader);
    sqlite3_finalize(file->newest);
    sqlite3_finalize(file->chain_at);
    sqlite3_finalize(file->events);
    int rc = sqlite3_close(file->db);
    assert(rc == SQLITE_OK);
    free(file);
}

static const struct reader_calls file_reader_calls = {.close = file_reader_close,
                                                      .look = file_reader_look,
                                                      .next = file_reader_next,
                                                      .chain_at = file_reader_chain_at};

static enum ledger_status file_reader_begin(struct file_reader *file, bool whole)
{
    const char *events = whole ? rows_whole_sql : rows_events_sql;
    if (sqlite3_prepare_v2(file->db, rows_head_sql, -1, &file->newest, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(file->db, rows_chain_sql, -1, &file->chain_at, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(file->db, events, -1, &file->events, NULL) != SQLITE_OK)
        return reader_fails(file);
    return file_reader_look(&file->common);
}

struct ledger_reader *file_reader_open(const char *path, bool whole, enum ledger_status *status,
                                       char *message, size_t message_size)
{
    struct file_reader *file = calloc(1, sizeof *file);
    *status = LEDGER_UNKNOWN;
    if (!file) {
        snprintf(message, message_size, "%s: out of memory", path);
        return NULL;
    }
    file->common.calls = &file_reader_calls;
    file->db = ledger_file_open_to_read(path, status, message, message_size);
    if (file->db && (*status = file_reader_begin(file, whole)) == LEDGER_OK)
        return &file->common;
    if (file->db)
        snprintf(message, message_size, "%s: %s", path, file->common.message);
    file_reader_close(&file->common);
    return NULL;
}
