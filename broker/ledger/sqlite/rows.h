/* rows.h: stored events as SQLite gives them, each checked against the chain: for the ledger and for its
 * readers.
 */
#ifndef CONCORDAT_ROWS_H
#define CONCORDAT_ROWS_H

#include <sqlite3.h>

#include "broker/ledger/walk.h"

/* Statements, to be prepared by their owner. The first gives the newest event's number and chain value, the
 * second those of an event, the third the events of a number and above, the last the same with their sealed
 * texts. */
extern const char rows_head_sql[], rows_chain_sql[], rows_events_sql[], rows_whole_sql[];

/* Copies the chain value out of a row whose second column it is. False if there is none. */
bool rows_take_chain(sqlite3_stmt *row, uint8_t chain[CHAIN_BYTES]);

/* Goes on by at most `limit` events, to event `head` at the furthest; rows is the statement of
 * rows_events_sql or rows_whole_sql. Calls each, if it is not NULL, for each that is right, and stops early
 * when it returns false. An event after `head` is taken for added. If the walk failed, the connection has the
 * error. */
enum walk_end rows_walk(struct walk *walk, sqlite3_stmt *rows, uint64_t head, size_t limit, ledger_each *each,
                        void *context);

#endif
