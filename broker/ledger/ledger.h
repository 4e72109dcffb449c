/* ledger.h: the append-only record of everything that happened, in SQLite.
 *
 * One writer, the broker. A batch of events is one transaction and one fsync; when ledger_sync returns
 * LEDGER_OK the batch is on disk. Any error of a write leaves the outcome unknown (SQLite can bring a
 * commit back after a failed fsync), so the caller must stop and start anew from what is on disk; a disk
 * that fails in reading is held to be no better.
 * Not thread safe: one thread uses a ledger.
 */
#ifndef CONCORDAT_LEDGER_H
#define CONCORDAT_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/chain.h"

enum { LEDGER_SALT_BYTES = 32, LEDGER_VERSION = 1 };

enum ledger_status {
    LEDGER_OK,
    LEDGER_NOT_FOUND,
    LEDGER_IN_USE,        /* another broker has it open */
    LEDGER_OTHER_VERSION, /* written by another version of this program, or not a ledger */
    LEDGER_CORRUPT,       /* what is stored contradicts itself */
    LEDGER_UNKNOWN        /* the disk failed: what is on it is not known; stop */
};

/* One event as it is stored. body is the exact bytes of a concordat.v1.Event; the rest are copies of what
 * stands in it, so that SQL can select. Borrowed by the call. */
struct ledger_event {
    uint64_t seq;
    int64_t at_ms;
    uint32_t kind;           /* field number of the event's kind in concordat.v1.Event */
    const uint8_t *referral; /* 16 bytes, or NULL */
    const uint8_t *body;
    size_t body_size;
    /* What is confidential, kept apart so that it can be erased: NULL where there is none. */
    const uint8_t *salt; /* LEDGER_SALT_BYTES */
    const uint8_t *confidential;
    size_t confidential_size;
};

struct ledger;

/* Opens or creates a ledger. On failure returns NULL, with *status and a message for a person. */
struct ledger *ledger_open(const char *path, enum ledger_status *status, char *message, size_t message_size);
void ledger_close(struct ledger **ledger);

/* The newest event's number (0 for an empty ledger) and its chain value. chain has CHAIN_BYTES. */
uint64_t ledger_head(const struct ledger *ledger, uint8_t *chain);

/* Appends a batch in one transaction. Numbers must follow the head without a gap. It can be read from here
 * on, but is not on disk before ledger_sync, and nobody may be told of it. */
enum ledger_status ledger_write(struct ledger *ledger, const struct ledger_event *events, size_t count);
/* Whether what was written is being synced beside us, so that ledger_sync would have to wait. */
bool ledger_is_syncing(const struct ledger *ledger);
/* For poll, once there are threads: readable from when that has ended until ledger_sync. */
int ledger_synced_fd(const struct ledger *ledger);
/* Waits until what was written is on disk. Where nothing was, it tells whether anything has failed since. */
enum ledger_status ledger_sync(struct ledger *ledger);
/* Both. */
enum ledger_status ledger_append(struct ledger *ledger, const struct ledger_event *events, size_t count);

/* Calls each(context, seq, body, size, chain) for events after `after`, in order, at most `limit` of them,
 * each checked against its chain value. Stops early where each returns false. Body is borrowed for the
 * call. The transaction is short: page by calling again. LEDGER_NOT_FOUND where `after` is beyond the head.
 * The chain covers the bodies: at_ms, kind and referral beside them are copies that nothing should rely on.
 */
typedef bool ledger_each(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain);
enum ledger_status ledger_read(struct ledger *ledger, uint64_t after, size_t limit, ledger_each *each,
                               void *context);

/* The chain value stored with an event. */
enum ledger_status ledger_chain_at(struct ledger *ledger, uint64_t seq, uint8_t *chain);

/* The confidential bytes that stand beside event `seq`: size in *size, copied into buffer where it fits.
 * LEDGER_NOT_FOUND where there are none (never were, or erased). */
enum ledger_status ledger_confidential(struct ledger *ledger, uint64_t seq, uint8_t *buffer, size_t capacity,
                                       size_t *size);

/* Moves a part of the write-ahead log into the file; to be called when nothing is waiting. */
void ledger_idle(struct ledger *ledger);
/* From now on threads of the ledger's own do most of that, and begin to sync what is written while the caller
 * does something else. False where no thread is to be had. */
bool ledger_start_threads(struct ledger *ledger);

/* Why the last call failed, for a person; holds nothing from any record. */
const char *ledger_message(const struct ledger *ledger);

#endif
