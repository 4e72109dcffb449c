/* incoming.c: see incoming.h. SQLite calls this an eponymous virtual table: it is there without being
 * created.
 */
#include "broker/ledger/sqlite/incoming.h"

#include <string.h>

enum incoming_column { SEQ, AT_MS, KIND, REFERRAL, CHAIN, REDUCED, BODY, SEALED };

static const char declaration[] =
    "CREATE TABLE incoming(seq, at_ms, kind, referral, chain, reduced, body, sealed)";

struct incoming_table {
    sqlite3_vtab base;
    struct incoming *incoming;
};

struct incoming_cursor {
    sqlite3_vtab_cursor base;
    const struct incoming *incoming;
    size_t at;
};

/* SQLite frees with sqlite3_free what it is given, and hands back a pointer to the first member of it. */
static void *allocate_zeroed(size_t size)
{
    void *made = sqlite3_malloc64(size);
    return made ? memset(made, 0, size) : NULL;
}

static int connect_table(sqlite3 *db, void *incoming, int count, const char *const *words,
                         sqlite3_vtab **made, char **message)
{
    (void)count, (void)words, (void)message;
    struct incoming_table *table = allocate_zeroed(sizeof *table);
    int rc = table ? sqlite3_declare_vtab(db, declaration) : SQLITE_NOMEM;
    if (rc != SQLITE_OK) {
        sqlite3_free(table);
        return rc;
    }
    table->incoming = incoming;
    *made = &table->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* There is one way to read the table: from the first row to the last. */
static int plan_reading(sqlite3_vtab *table, sqlite3_index_info *index)
{
    (void)table, (void)index;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **made)
{
    struct incoming_cursor *cursor = allocate_zeroed(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    cursor->incoming = ((struct incoming_table *)table)->incoming;
    *made = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rewind_cursor(sqlite3_vtab_cursor *cursor, int index, const char *index_name, int count,
                         sqlite3_value **values)
{
    (void)index, (void)index_name, (void)count, (void)values;
    ((struct incoming_cursor *)cursor)->at = 0;
    return SQLITE_OK;
}

static int advance_cursor(sqlite3_vtab_cursor *cursor)
{
    ((struct incoming_cursor *)cursor)->at++;
    return SQLITE_OK;
}

static int cursor_is_at_end(sqlite3_vtab_cursor *cursor)
{
    const struct incoming_cursor *c = (const struct incoming_cursor *)cursor;
    return c->at >= c->incoming->count;
}

static void give_bytes(sqlite3_context *result, const uint8_t *bytes, size_t size)
{
    if (bytes)
        sqlite3_result_blob64(result, bytes, size, SQLITE_STATIC);
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *result, int column)
{
    const struct incoming_cursor *c = (const struct incoming_cursor *)cursor;
    const struct ledger_event *event = &c->incoming->events[c->at];
    switch ((enum incoming_column)column) {
    case SEQ:
        sqlite3_result_int64(result, (sqlite3_int64)event->seq);
        break;
    case AT_MS:
        sqlite3_result_int64(result, event->at_ms);
        break;
    case KIND:
        sqlite3_result_int64(result, event->kind);
        break;
    case REFERRAL:
        give_bytes(result, event->referral, LEDGER_REFERRAL_BYTES);
        break;
    case CHAIN:
        give_bytes(result, c->incoming->chains[c->at], CHAIN_BYTES);
        break;
    case REDUCED:
        give_bytes(result, event->reduced, CHAIN_BYTES);
        break;
    case BODY:
        give_bytes(result, event->body, event->body_size);
        break;
    case SEALED:
        give_bytes(result, event->sealed, event->sealed_size);
        break;
    }
    return SQLITE_OK;
}

static int give_row(sqlite3_vtab_cursor *cursor, sqlite3_int64 *row)
{
    *row = (sqlite3_int64)((const struct incoming_cursor *)cursor)->at;
    return SQLITE_OK;
}

static const sqlite3_module incoming_module = {
    .xConnect = connect_table,
    .xDisconnect = disconnect_table,
    .xBestIndex = plan_reading,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = rewind_cursor,
    .xNext = advance_cursor,
    .xEof = cursor_is_at_end,
    .xColumn = give_column,
    .xRowid = give_row,
};

int incoming_open(sqlite3 *db, struct incoming *incoming)
{
    sqlite3_stmt *first = NULL;
    int rc = sqlite3_create_module(db, "incoming", &incoming_module, incoming);
    if (rc == SQLITE_OK) /* SQLite declares the table at its first use */
        rc = sqlite3_prepare_v2(db, "SELECT seq FROM incoming", -1, &first, NULL);
    sqlite3_finalize(first);
    return rc;
}
