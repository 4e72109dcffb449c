/* ledger_reader.c: see ledger_reader.h. */
#include "broker/ledger/ledger_reader.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/ledger/ledger_file.h"
#include "broker/ledger/walk.h"

enum { READER_MESSAGE_BYTES = 512 };

struct ledger_reader {
    sqlite3 *db;
    struct walk walk; /* its statement is owned here */
    uint64_t head;    /* when the file was opened */
    char message[READER_MESSAGE_BYTES];
};

static enum ledger_status reader_fails(struct ledger_reader *reader)
{
    int code = sqlite3_errcode(reader->db) & 0xff;
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    snprintf(reader->message, sizeof reader->message, "%s: %s",
             damaged ? "the ledger's file is damaged, or the disk did not read it"
                     : "the ledger cannot be read",
             sqlite3_errmsg(reader->db));
    return damaged ? LEDGER_CORRUPT : LEDGER_UNKNOWN;
}

static enum ledger_status reader_is_altered_at(struct ledger_reader *reader, uint64_t seq)
{
    walk_say_altered(seq, reader->message, sizeof reader->message);
    return LEDGER_CORRUPT;
}

static enum ledger_status reader_find_head(struct ledger_reader *reader)
{
    sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(reader->db, walk_head_sql, -1, &row, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(reader->db, walk_events_sql, -1, &reader->walk.events, NULL) != SQLITE_OK) {
        sqlite3_finalize(row);
        return reader_fails(reader);
    }
    int rc = sqlite3_step(row);
    int64_t head = rc == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
    enum ledger_status status = rc == SQLITE_ROW || rc == SQLITE_DONE ? LEDGER_OK : reader_fails(reader);
    sqlite3_finalize(row);
    if (head < 0)
        return reader_is_altered_at(reader, 1);
    reader->head = (uint64_t)head;
    return status;
}

struct ledger_reader *ledger_reader_open(const char *path, enum ledger_status *status, char *message,
                                         size_t message_size)
{
    struct ledger_reader *reader = calloc(1, sizeof *reader);
    *status = LEDGER_UNKNOWN;
    if (!reader) {
        snprintf(message, message_size, "%s: out of memory", path);
        return NULL;
    }
    reader->db = ledger_file_open_to_read(path, status, message, message_size);
    if (reader->db && (*status = reader_find_head(reader)) == LEDGER_OK)
        return reader;
    if (reader->db)
        snprintf(message, message_size, "%s: %s", path, reader->message);
    ledger_reader_close(&reader);
    return NULL;
}

void ledger_reader_close(struct ledger_reader **reader)
{
    if (!*reader)
        return;
    sqlite3_finalize((*reader)->walk.events);
    int rc = sqlite3_close((*reader)->db);
    assert(rc == SQLITE_OK);
    free(*reader);
    *reader = NULL;
}

enum ledger_status ledger_reader_next(struct ledger_reader *reader, size_t limit, ledger_each *each,
                                      void *context)
{
    assert(each && limit > 0);
    if (reader->walk.seq == reader->head)
        return LEDGER_NOT_FOUND;
    /* One more event than the head may have been written since: it is left for the next reader. */
    size_t left = (size_t)(reader->head - reader->walk.seq);
    switch (walk_on(&reader->walk, reader->head, limit < left ? limit : left, each, context)) {
    case WALK_GOOD:
        return LEDGER_OK;
    case WALK_ALTERED:
        return reader_is_altered_at(reader, reader->walk.seq + 1);
    case WALK_FAILED:
        break;
    }
    return reader_fails(reader);
}

const char *ledger_reader_message(const struct ledger_reader *reader)
{
    return reader->message;
}
