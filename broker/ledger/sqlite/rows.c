/* rows.c: see rows.h. */
#include "broker/ledger/sqlite/rows.h"

#include <assert.h>
#include <string.h>

const char rows_head_sql[] = "SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1";
const char rows_chain_sql[] = "SELECT seq, chain FROM event WHERE seq = ?";
const char rows_events_sql[] = "SELECT seq, chain, body, at_ms, kind, referral, reduced FROM event "
                               "WHERE seq >= ? ORDER BY seq LIMIT ?";
const char rows_whole_sql[] =
    "SELECT e.seq, chain, e.body, at_ms, kind, referral, reduced, s.body FROM event e "
    "LEFT JOIN sealed s ON s.seq = e.seq WHERE e.seq >= ? ORDER BY e.seq LIMIT ?";

bool rows_take_chain(sqlite3_stmt *row, uint8_t chain[CHAIN_BYTES])
{
    const void *stored = sqlite3_column_blob(row, 1);
    if (!stored || sqlite3_column_bytes(row, 1) != CHAIN_BYTES)
        return false;
    memcpy(chain, stored, CHAIN_BYTES);
    return true;
}

/* Whether the row is the event after walk->seq, as it was written: then the walk has come to it. */
static bool step_to(struct walk *walk, sqlite3_stmt *row, const uint8_t *body, size_t size)
{
    uint8_t stored[CHAIN_BYTES];
    const void *reduced = sqlite3_column_blob(row, 6);
    if (!rows_take_chain(row, stored) || !reduced || sqlite3_column_bytes(row, 6) != CHAIN_BYTES)
        return false;
    const struct walked row_of = {(uint64_t)sqlite3_column_int64(row, 0), stored, reduced, body, size};
    return walk_step(walk, &row_of);
}

/* A referral of another length is none that we wrote: it is taken for one that no event has. */
static struct ledger_event event_of_row(const struct walk *walk, sqlite3_stmt *row, const uint8_t *body,
                                        size_t size)
{
    static const uint8_t of_nobody[LEDGER_REFERRAL_BYTES];
    int64_t kind = sqlite3_column_int64(row, 4);
    struct ledger_event event = {.seq = walk->seq,
                                 .at_ms = sqlite3_column_int64(row, 3),
                                 .kind = kind > 0 && kind <= UINT32_MAX ? (uint32_t)kind : 0,
                                 .body = body,
                                 .body_size = size,
                                 .reduced = sqlite3_column_blob(row, 6)};
    if (sqlite3_column_type(row, 5) != SQLITE_NULL)
        event.referral =
            sqlite3_column_bytes(row, 5) == LEDGER_REFERRAL_BYTES ? sqlite3_column_blob(row, 5) : of_nobody;
    if (sqlite3_column_count(row) > 7 && sqlite3_column_type(row, 7) != SQLITE_NULL) {
        event.sealed = sqlite3_column_blob(row, 7);
        event.sealed_size = (size_t)sqlite3_column_bytes(row, 7);
    }
    return event;
}

enum walk_end rows_walk(struct walk *walk, sqlite3_stmt *rows, uint64_t head, size_t limit, ledger_each *each,
                        void *context)
{
    assert(walk->seq <= head && head <= INT64_MAX);
    uint64_t from = walk->seq;
    /* From the lowest number that there can be, so that a row added before event 1 is seen. */
    sqlite3_bind_int64(rows, 1, from == 0 ? INT64_MIN : (sqlite3_int64)from + 1);
    sqlite3_bind_int64(rows, 2, limit > INT64_MAX ? INT64_MAX : (sqlite3_int64)limit);
    enum walk_end end = WALK_GOOD;
    bool wanted = true;
    int rc = SQLITE_ROW;
    while (wanted && end == WALK_GOOD && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        const uint8_t *body = sqlite3_column_blob(rows, 2);
        size_t size = (size_t)sqlite3_column_bytes(rows, 2);
        if (walk->seq == head || !step_to(walk, rows, body, size)) {
            end = WALK_ALTERED;
        } else if (each) {
            const struct ledger_event event = event_of_row(walk, rows, body, size);
            wanted = each(context, &event, walk->chain);
        }
    }
    if (end == WALK_GOOD && rc != SQLITE_ROW && rc != SQLITE_DONE)
        end = WALK_FAILED;
    else if (rc == SQLITE_DONE && walk->seq < head && walk->seq - from < limit)
        end = WALK_ALTERED;
    sqlite3_reset(rows);
    return end;
}
