/* ledger.h: the append-only record of everything that happened: in a file of SQLite on one machine, or on
 * several servers of PostgreSQL.
 *
 * One writer, the broker. A batch of events is one transaction; when ledger_sync returns LEDGER_OK the batch
 * is on disk, and on servers it is on the disks of two. After any error of a write nobody knows what is
 * stored, so the caller must stop, and start again from what is there. A disk or a server that fails in
 * reading is treated alike. An event that does not fit (a gap in the numbers) is the caller's bug, and
 * asserted. One thread uses a ledger.
 */
#ifndef CONCORDAT_LEDGER_H
#define CONCORDAT_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/wire/chain.h"

enum {
    LEDGER_REFERRAL_BYTES = 16,
    LEDGER_PULSE_MS = 1000,
    LEDGER_BLOB_BYTES_MAX = 32 * 1024 * 1024 /* an event's body, and its sealed texts */
};

enum ledger_status {
    LEDGER_OK,
    LEDGER_NOT_FOUND,
    LEDGER_IN_USE,    /* another broker has it open */
    LEDGER_FENCED,    /* another broker has begun to write here, and nothing more of ours is stored: stop */
    LEDGER_SET_ASIDE, /* nobody leads it: see enum ledger_mark */
    LEDGER_OTHER_VERSION, /* written by another version of this program, or not a ledger */
    LEDGER_CORRUPT,       /* what is stored contradicts itself */
    LEDGER_UNKNOWN        /* the disk or the servers failed, and what is stored is not known: stop */
};

/* One event as it is stored. body is the exact bytes of a concordat.v1.Event; the rest are copies of what
 * stands in it, so that SQL can select. Borrowed by the call. */
struct ledger_event {
    uint64_t seq;
    int64_t at_ms;           /* UTC */
    uint32_t kind;           /* field number of the event's kind in concordat.v1.Event */
    const uint8_t *referral; /* LEDGER_REFERRAL_BYTES, or NULL */
    const uint8_t *body;
    size_t body_size;
    const uint8_t *reduced; /* CHAIN_BYTES: the digest of its reduced form (proto/wire/reduced.h) */
    /* Its sealed texts (broker/seals/sealed_row.h), which the chain does not cover; NULL: none. */
    const uint8_t *sealed;
    size_t sealed_size;
};

struct ledger;

/* The name that a ledger has, behind its own, while it is put back: as long as there is such a file, nobody
 * makes a ledger in its place. */
#define LEDGER_RESTORING ".restoring"

/* What the address of a ledger on servers begins with; any other address is the path of a file. */
#define LEDGER_SERVED "postgresql:"
bool ledger_is_served(const char *address);
/* Whether an address of servers can be one; connects to nothing. False with a message. */
bool ledger_check_address(const char *address, char *message, size_t message_size);

/* Asks each of these servers whether a router could lead there, leads none, and prints a line for each, with
 * what to change. Returns whether one of them is good now. */
bool ledger_look(const char *address, FILE *out);

/* The statements by which the owner of an empty database makes a ledger's tables and its roles. */
extern const char ledger_schema[];

/* Opens a ledger to write to it; a file is made if it is not there. On failure returns NULL, with *status and
 * a message for a person. */
struct ledger *ledger_open(const char *address, enum ledger_status *status, char *message,
                           size_t message_size);
void ledger_close(struct ledger **ledger);

/* What a ledger is while it is copied from one place to another (concordat-ledger copy). No router
 * leads it unless it is in place, and of two places between which it is copied one at most is. */
enum ledger_mark {
    LEDGER_IN_PLACE,
    LEDGER_COPYING, /* what is here is a part of another: a router that led it would begin another history */
    LEDGER_MOVED    /* it goes on elsewhere */
};
/* As ledger_open, which opens no ledger that is not in place, whatever its mark is. */
struct ledger *ledger_open_marked(const char *address, enum ledger_status *status, char *message,
                                  size_t message_size);
enum ledger_mark ledger_mark(const struct ledger *ledger);
/* On disk when it returns LEDGER_OK. What was written before must have been synced. */
enum ledger_status ledger_set_mark(struct ledger *ledger, enum ledger_mark mark);

/* The newest event's number (0 for an empty ledger) and its chain value. */
uint64_t ledger_head(const struct ledger *ledger, uint8_t chain[CHAIN_BYTES]);

/* Appends a batch in one transaction. Its numbers must follow the head without a gap, and what was written
 * before must have been synced. The batch can be read as soon as this returns, but it is not on disk before
 * ledger_sync, and nobody may be told of it. count 0: nothing is appended; on servers the next ledger_sync
 * then says whether this broker may still answer for the ledger: it commits something if the last commit is
 * older than LEDGER_PULSE_MS. */
enum ledger_status ledger_write(struct ledger *ledger, const struct ledger_event *events, size_t count);
/* Whether a thread or a server is at it, so that ledger_sync would have to wait. */
bool ledger_is_syncing(struct ledger *ledger);
/* A descriptor for poll, once there are threads: readable from the end of such a sync until ledger_sync. It
 * stays the same. */
int ledger_synced_fd(const struct ledger *ledger);
/* Waits until what was written is on disk. If nothing was, it tells whether anything has failed since. */
enum ledger_status ledger_sync(struct ledger *ledger);
/* Writes and syncs. */
enum ledger_status ledger_append(struct ledger *ledger, const struct ledger_event *events, size_t count);

/* Calls each(context, event, chain) for the events after `after`, in order, for at most `limit` of them, each
 * checked against its chain value. Stops early when each returns false. Event and chain are borrowed for the
 * call; there are no sealed texts in it. The transaction is short: page by calling again.
 * LEDGER_NOT_FOUND if `after` is beyond the head. The chain covers body and reduced, each as it stands: a
 * reader compares `reduced`, and the copies beside the body (record_copies_match), with what the body says,
 * or does not rely on them. */
typedef bool ledger_each(void *context, const struct ledger_event *event, const uint8_t *chain);
enum ledger_status ledger_read(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context);

/* The chain value stored with event `seq`. */
enum ledger_status ledger_chain_at(struct ledger *ledger, uint64_t seq, uint8_t chain[CHAIN_BYTES]);

/* The sealed texts that are kept beside event `seq`: their size in *size, and the bytes copied into buffer if
 * they fit. LEDGER_NOT_FOUND if there are none. The chain does not cover them: the reader compares what it
 * opens with the digests in the event. */
enum ledger_status ledger_sealed(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                 size_t *size);

/* The number of the claim by which this broker leads, which grows with each; 0 of a ledger in a file.
 * Whatever else is kept on the servers is to be written only while it is the newest. */
int64_t ledger_epoch(const struct ledger *ledger);

/* Checkpoints a part of the write-ahead log; to be called when no message is waiting. */
void ledger_idle(struct ledger *ledger);
/* From now on threads do most of the checkpoints, and sync a larger batch while the caller goes on. False if
 * a thread could not be started. */
bool ledger_start_threads(struct ledger *ledger);

/* Why the last call failed, for a person; "" if none has. Holds nothing from any record. */
const char *ledger_message(const struct ledger *ledger);

#endif
