/* walk.h: stored events in their order, each checked against the chain: for the ledger and for its readers.
 */
#ifndef CONCORDAT_WALK_H
#define CONCORDAT_WALK_H

#include <sqlite3.h>

#include "broker/ledger/ledger.h"

/* The statements of a walk, to be prepared by its owner. The first gives the newest event's number and chain
 * value, the second the events of a number and above. */
extern const char walk_head_sql[], walk_events_sql[];

struct walk {
    sqlite3_stmt *events;       /* of walk_events_sql, borrowed */
    uint64_t seq;               /* the event that was checked last; 0 at the beginning */
    uint8_t chain[CHAIN_BYTES]; /* its chain value; zeros at the beginning */
};

enum walk_end {
    WALK_GOOD,
    WALK_ALTERED, /* the event after walk->seq is missing, or is not what was written */
    WALK_FAILED   /* the connection has the error */
};

/* Copies the chain value out of a row whose second column it is. False if there is none. */
bool walk_take_chain(sqlite3_stmt *row, uint8_t chain[CHAIN_BYTES]);

/* Tells a person that event `seq` is not what was written. */
void walk_say_altered(uint64_t seq, char *message, size_t message_size);

/* Goes on by at most `limit` events, to event `head` at the furthest. Calls each, if it is not NULL, for each
 * that is right, and stops early when it returns false. An event after `head` is taken for added. */
enum walk_end walk_on(struct walk *walk, uint64_t head, size_t limit, ledger_each *each, void *context);

#endif
