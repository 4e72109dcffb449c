/* event_rows.c: see event_rows.h. */
#include "broker/ledger/postgres/event_rows.h"

#include <endian.h>
#include <string.h>

enum event_column { SEQ, AT_MS, KIND, REFERRAL, CHAIN, REDUCED, BODY, SEALED };

const char event_rows_sql[] = "SELECT seq, at_ms, kind, referral, chain, reduced, body FROM event "
                              "WHERE seq >= $1::bigint ORDER BY seq LIMIT $2::bigint";
const char event_rows_whole_sql[] =
    "SELECT e.seq, at_ms, kind, referral, chain, reduced, e.body, s.body FROM event e "
    "LEFT JOIN sealed s ON s.seq = e.seq WHERE e.seq >= $1::bigint ORDER BY e.seq LIMIT $2::bigint";

static const uint8_t *event_bytes(const PGresult *rows, int row, int column)
{
    return (const uint8_t *)PQgetvalue(rows, row, column);
}

static int64_t event_number(const PGresult *rows, int row, int column)
{
    uint64_t big;
    memcpy(&big, PQgetvalue(rows, row, column), sizeof big);
    return (int64_t)be64toh(big);
}

int64_t event_rows_number(const PGresult *rows)
{
    bool is_there = PQntuples(rows) > 0 && PQgetlength(rows, 0, 0) == sizeof(uint64_t);
    return is_there ? event_number(rows, 0, 0) : 0;
}

static bool event_has_shape(const PGresult *rows, int row)
{
    return PQgetlength(rows, row, CHAIN) == CHAIN_BYTES && PQgetlength(rows, row, REDUCED) == CHAIN_BYTES &&
           PQgetlength(rows, row, SEQ) == sizeof(uint64_t) &&
           PQgetlength(rows, row, AT_MS) == sizeof(uint64_t) &&
           PQgetlength(rows, row, KIND) == sizeof(uint64_t);
}

/* A row of another shape is none that we wrote: it is given as one that fits nowhere. A referral of another
 * length is taken for one that no event has. */
void event_rows_give(const PGresult *rows, engine_each *each, void *context)
{
    static const uint8_t of_nobody[LEDGER_REFERRAL_BYTES], nothing[CHAIN_BYTES];
    for (int row = 0; row < PQntuples(rows); row++) {
        struct walked walked = {0, nothing, nothing, nothing, 0};
        struct ledger_event event = {.body = nothing, .reduced = nothing};
        if (event_has_shape(rows, row)) {
            int64_t kind = event_number(rows, row, KIND);
            event = (struct ledger_event){.seq = (uint64_t)event_number(rows, row, SEQ),
                                          .at_ms = event_number(rows, row, AT_MS),
                                          .kind = kind > 0 && kind <= UINT32_MAX ? (uint32_t)kind : 0,
                                          .body = event_bytes(rows, row, BODY),
                                          .body_size = (size_t)PQgetlength(rows, row, BODY),
                                          .reduced = event_bytes(rows, row, REDUCED)};
            if (!PQgetisnull(rows, row, REFERRAL))
                event.referral = PQgetlength(rows, row, REFERRAL) == LEDGER_REFERRAL_BYTES
                                     ? event_bytes(rows, row, REFERRAL)
                                     : of_nobody;
            if (PQnfields(rows) > SEALED && !PQgetisnull(rows, row, SEALED)) {
                event.sealed = event_bytes(rows, row, SEALED);
                event.sealed_size = (size_t)PQgetlength(rows, row, SEALED);
            }
            walked = (struct walked){event.seq, event_bytes(rows, row, CHAIN), event.reduced, event.body,
                                     event.body_size};
        }
        if (!each(context, &walked, &event))
            return;
    }
}
