/* trail.h: an auditor's own copy of the ledger: every event with its chain value, and plain tables made of
 * them.
 *
 * Events are appended in the ledger's order. Each is checked against the chain before it is stored, and the
 * tables are changed in the same transaction. One thread owns a trail; any number of readers may have it
 * open.
 */
#ifndef CONCORDAT_TRAIL_H
#define CONCORDAT_TRAIL_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/chain.h"

enum { TRAIL_MESSAGE_BYTES = 256, TRAIL_BUSY_MS = 5000 };

enum trail_status {
    TRAIL_OK,
    TRAIL_BROKEN, /* an event does not continue the trail: a rewritten history, or a contradiction */
    TRAIL_FAILED  /* disk, memory, or a file of another version */
};

/* Which form of the events (proto/wire/reduced.h) a trail is made of. All of a trail is in one form. */
enum trail_form {
    TRAIL_EITHER, /* not known: there is no event yet of which the two forms differ */
    TRAIL_FULL,
    TRAIL_REDUCED
};

struct trail;

/* Opens or creates a trail for its one writer. NULL with a message for a person. */
struct trail *trail_open(const char *path, char *message, size_t message_size);
/* An empty trail in a temporary file that SQLite deletes, for making the tables again. NULL with a message.
 */
struct trail *trail_open_scratch(char *message, size_t message_size);
void trail_close(struct trail **trail);

/* The newest event's number, 0 in an empty trail. If chain is not NULL it gets the event's chain value. */
uint64_t trail_head(const struct trail *trail, uint8_t *chain);

/* Appends events, borrowed for the call, in one transaction. An event that the trail has already must be the
 * same, byte for byte, and is passed over. If anything is wrong nothing of the batch is stored, and message
 * says what. TRAIL_FAILED if they are in the other form than the trail's: the chain is whole, and the key
 * that follows is of the wrong role. */
enum trail_status trail_append(struct trail *trail, const struct chained_event *events, size_t count,
                               char *message, size_t message_size);

/* Records in the table `alarm` what was wrong with the feed, for the auditor to find. */
enum trail_status trail_alarm(struct trail *trail, int64_t at_ms, const char *text);

/* The database, for reading. */
sqlite3 *trail_database(struct trail *trail);

/* The form of a trail that is read. It never changes once it is known. */
enum trail_form trail_form_of(sqlite3 *database);

/* Opens a trail to read it: nothing can be written through it. NULL with a message for a person. */
sqlite3 *trail_open_reader(const char *path, char *message, size_t message_size);

#endif
