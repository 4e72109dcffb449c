/* incoming.h: events that are about to be stored, as a table that SQLite selects from.
 *
 * So one statement stores many events: to bind, run and reset it for each takes a sixth more instructions.
 */
#ifndef CONCORDAT_INCOMING_H
#define CONCORDAT_INCOMING_H

#include <sqlite3.h>
#include <stddef.h>

#include "broker/ledger/ledger.h"

struct incoming {
    const struct ledger_event *events;
    uint8_t (*chains)[CHAIN_BYTES]; /* one for each event */
    size_t count;
};

/* Gives the connection the table
 *     incoming(seq, at_ms, kind, referral, chain, reduced, body, sealed)
 * with a row for each event that *incoming holds while a statement runs, in that order; sealed is NULL if the
 * event has no sealed texts. *incoming is borrowed until the connection is closed. To be
 * called before the connection has an authorizer, because SQLite asks it whether a table may be made. Returns
 * an SQLite result code. */
int incoming_open(sqlite3 *db, struct incoming *incoming);

#endif
