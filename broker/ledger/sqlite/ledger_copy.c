/* ledger_copy.c: see ledger_copy.h. */
#include "broker/ledger/sqlite/ledger_copy.h"

#include <inttypes.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "broker/ledger/sqlite/ledger_file.h"

enum {
    COPY_PAGE_EVENTS = 1000, /* read in one transaction: some milliseconds */
    SEALED_DIGEST_BYTES = 32,
    NOTED_BYTES = 128
};

static const char events_of_page[] = "SELECT seq, at_ms, kind, referral, chain, reduced, body FROM event "
                                     "WHERE seq > ? AND seq <= ? ORDER BY seq",
                  sealed_of_page[] = "SELECT seq, body FROM sealed WHERE seq > ? AND seq <= ? ORDER BY seq";

/* A copy on its way. */
struct ledger_copying {
    sqlite3 *from, *to;
    sqlite3_stmt *read_events, *read_sealed, *add_event, *add_sealed;
    crypto_generichash_state digest; /* of the sealed texts up to now */
    char *message;
    size_t message_size;
};

/* Each row counts with its event's number and its size. */
static void digest_sealed(crypto_generichash_state *digest, sqlite3_stmt *row)
{
    const sqlite3_int64 head[] = {sqlite3_column_int64(row, 0), sqlite3_column_bytes(row, 1)};
    uint8_t bytes[2 * sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((uint64_t)head[i / 8] >> (56 - 8 * (i % 8)));
    crypto_generichash_update(digest, bytes, sizeof bytes);
    crypto_generichash_update(digest, sqlite3_column_blob(row, 1), (size_t)head[1]);
}

/* As it stands in the table meta: the last event whose texts it covers, and the digest. */
static void write_noted(const crypto_generichash_state *digest, uint64_t last, char noted[NOTED_BYTES])
{
    crypto_generichash_state end = *digest;
    uint8_t bytes[SEALED_DIGEST_BYTES];
    char hex[2 * SEALED_DIGEST_BYTES + 1];
    crypto_generichash_final(&end, bytes, sizeof bytes);
    snprintf(noted, NOTED_BYTES, "%" PRIu64 ":%s", last,
             sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes));
}

static enum ledger_status copying_fails(const struct ledger_copying *c, sqlite3 *db, const char *what)
{
    int code = sqlite3_errcode(db) & 0xff;
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    snprintf(c->message, c->message_size, "%s: %s", what,
             damaged               ? ledger_file_damaged
             : code == SQLITE_FULL ? "the disk is full; make room and try again"
                                   : sqlite3_errmsg(db));
    return damaged ? LEDGER_CORRUPT : LEDGER_UNKNOWN;
}

static enum ledger_status copying_prepare(struct ledger_copying *c)
{
    if (sqlite3_prepare_v2(c->from, events_of_page, -1, &c->read_events, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(c->from, sealed_of_page, -1, &c->read_sealed, NULL) != SQLITE_OK)
        return copying_fails(c, c->from, "the ledger cannot be read");
    if (sqlite3_prepare_v2(c->to,
                           "INSERT INTO event(seq, at_ms, kind, referral, chain, reduced, body) "
                           "VALUES(?, ?, ?, ?, ?, ?, ?)",
                           -1, &c->add_event, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(c->to, "INSERT INTO sealed(seq, body) VALUES(?, ?)", -1, &c->add_sealed, NULL) !=
            SQLITE_OK)
        return copying_fails(c, c->to, "the copy cannot be written");
    return LEDGER_OK;
}

/* Copies the rows of the events after `after`, up to `last`. */
static enum ledger_status copy_rows(struct ledger_copying *c, sqlite3_stmt *read, sqlite3_stmt *add,
                                    uint64_t after, uint64_t last)
{
    int rc;
    sqlite3_bind_int64(read, 1, (sqlite3_int64)after);
    sqlite3_bind_int64(read, 2, (sqlite3_int64)last);
    while ((rc = sqlite3_step(read)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(read); i++)
            sqlite3_bind_value(add, i + 1, sqlite3_column_value(read, i));
        if (read == c->read_sealed)
            digest_sealed(&c->digest, read);
        bool added = sqlite3_step(add) == SQLITE_DONE;
        if (sqlite3_reset(add) != SQLITE_OK || !added) {
            sqlite3_reset(read);
            return copying_fails(c, c->to, "the copy cannot be written");
        }
    }
    return sqlite3_reset(read) == SQLITE_OK && rc == SQLITE_DONE
               ? LEDGER_OK
               : copying_fails(c, c->from, "the ledger cannot be read");
}

static enum ledger_status copying_find_head(const struct ledger_copying *c, uint64_t *head)
{
    sqlite3_stmt *row = NULL;
    *head = 0;
    bool good =
        sqlite3_prepare_v2(c->from, "SELECT coalesce(max(seq), 0) FROM event", -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW;
    if (good && sqlite3_column_int64(row, 0) > 0)
        *head = (uint64_t)sqlite3_column_int64(row, 0);
    return sqlite3_finalize(row) == SQLITE_OK && good
               ? LEDGER_OK
               : copying_fails(c, c->from, "the ledger cannot be read");
}

/* Copies everything up to the head of now, in one transaction of the copy's. */
static enum ledger_status copying_run(struct ledger_copying *c)
{
    char sql[NOTED_BYTES + 100], noted[NOTED_BYTES];
    uint64_t head;
    enum ledger_status status = copying_find_head(c, &head);
    if (status == LEDGER_OK && sqlite3_exec(c->to, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        status = copying_fails(c, c->to, "the copy cannot be written");
    for (uint64_t after = 0; after < head && status == LEDGER_OK; after += COPY_PAGE_EVENTS) {
        uint64_t last = head - after < COPY_PAGE_EVENTS ? head : after + COPY_PAGE_EVENTS;
        status = copy_rows(c, c->read_events, c->add_event, after, last);
        if (status == LEDGER_OK)
            status = copy_rows(c, c->read_sealed, c->add_sealed, after, last);
    }
    if (status != LEDGER_OK)
        return status;
    write_noted(&c->digest, head, noted);
    snprintf(sql, sizeof sql, "INSERT INTO meta VALUES('sealed', '%s'); COMMIT", noted);
    return sqlite3_exec(c->to, sql, NULL, NULL, NULL) == SQLITE_OK
               ? LEDGER_OK
               : copying_fails(c, c->to, "the copy cannot be written");
}

static void copying_end(struct ledger_copying *c)
{
    sqlite3_finalize(c->read_events);
    sqlite3_finalize(c->read_sealed);
    sqlite3_finalize(c->add_event);
    sqlite3_finalize(c->add_sealed);
    sqlite3_close(c->from);
    sqlite3_close(c->to);
}

enum ledger_status ledger_copy(const char *from, const char *to, char *message, size_t message_size)
{
    struct ledger_copying c = {.message = message, .message_size = message_size};
    enum ledger_status status = LEDGER_OK;
    crypto_generichash_init(&c.digest, NULL, 0, SEALED_DIGEST_BYTES);
    c.from = ledger_file_open_to_read(from, &status, message, message_size);
    if (c.from)
        c.to = ledger_file_make_copy(to, &status, message, message_size);
    if (c.to)
        status = copying_prepare(&c);
    if (c.to && status == LEDGER_OK)
        status = copying_run(&c);
    copying_end(&c);
    return status;
}

/* The last event that the digest covers; false if there is no digest. */
static bool find_noted(sqlite3 *db, char noted[NOTED_BYTES], uint64_t *last)
{
    sqlite3_stmt *row = NULL;
    noted[0] = '\0';
    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE name = 'sealed'", -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        snprintf(noted, NOTED_BYTES, "%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return sscanf(noted, "%" SCNu64 ":", last) == 1;
}

enum ledger_status ledger_copy_check(const char *path, char *message, size_t message_size)
{
    enum ledger_status status;
    struct ledger_copying c = {.message = message, .message_size = message_size};
    char noted[NOTED_BYTES], found[NOTED_BYTES];
    uint64_t last = 0;
    int rc;
    sqlite3 *db = ledger_file_open_to_read(path, &status, message, message_size);
    if (!db)
        return status;
    if (!find_noted(db, noted, &last)) {
        sqlite3_close(db);
        return LEDGER_NOT_FOUND;
    }
    crypto_generichash_init(&c.digest, NULL, 0, SEALED_DIGEST_BYTES);
    rc = sqlite3_prepare_v2(db, sealed_of_page, -1, &c.read_sealed, NULL);
    sqlite3_bind_int64(c.read_sealed, 1, 0);
    sqlite3_bind_int64(c.read_sealed, 2, (sqlite3_int64)last);
    while (rc == SQLITE_OK && (rc = sqlite3_step(c.read_sealed)) == SQLITE_ROW) {
        digest_sealed(&c.digest, c.read_sealed);
        rc = SQLITE_OK;
    }
    status = rc == SQLITE_DONE ? LEDGER_OK : copying_fails(&c, db, path);
    sqlite3_finalize(c.read_sealed);
    sqlite3_close(db);
    write_noted(&c.digest, last, found);
    if (status == LEDGER_OK && strcmp(noted, found) != 0) {
        snprintf(message, message_size,
                 "%s: its sealed texts are not those that were copied: the file is damaged, or was altered; "
                 "take another backup",
                 path);
        status = LEDGER_CORRUPT;
    }
    return status;
}
