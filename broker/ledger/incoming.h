/* incoming.h: events that are about to be stored, as a table that SQLite selects from.
 *
 * One statement then stores many: to bind, run and reset one for each would take a sixth more instructions.
 */
#ifndef CONCORDAT_INCOMING_H
#define CONCORDAT_INCOMING_H

#include <sqlite3.h>

#include "broker/ledger/ledger.h"

struct incoming {
    const struct ledger_event *events;
    uint8_t (*chains)[CHAIN_BYTES]; /* of each */
    size_t count;
};

/* Makes known to the connection the table
 *     incoming(seq, at_ms, kind, referral, chain, body, salt, confidential)
 * with a row for each event that *incoming holds while a statement runs, in that order; confidential is NULL
 * where there is none. Borrowed until the connection is closed. To be called before the connection has an
 * authorizer, which would have to allow a table to be made. An SQLite result code. */
int incoming_open(sqlite3 *db, struct incoming *incoming);

#endif
