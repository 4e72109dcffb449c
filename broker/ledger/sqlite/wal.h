/* wal.h: the write-ahead log: when it is synced, and when it is copied into the ledger's file (a checkpoint).
 *
 * Without threads the caller waits for every sync and every checkpoint. With them, one thread syncs a larger
 * batch and another checkpoints, while the caller goes on. One thread, the ledger's, calls these functions.
 */
#ifndef CONCORDAT_WAL_H
#define CONCORDAT_WAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "broker/ledger/sqlite/checkpointer.h"
#include "proto/words/worker.h"

struct wal {
    sqlite3 *db;                       /* the writer's connection, borrowed */
    sqlite3_file *file;                /* the log, as SQLite has it open */
    bool unsynced;                     /* something was written and not synced */
    bool syncing;                      /* a thread was told to sync it */
    struct worker *syncer;             /* NULL: wal_sync does it itself */
    int sync_error;                    /* of the last sync: an errno, 0 if it was good */
    struct checkpointer *checkpointer; /* NULL: wal_tend does it itself */
    bool checkpointing;                /* in the thread, and its result has not been taken */
    bool restarted;                    /* the log, since that checkpoint began */
    int pages;                         /* in the log */
    int pages_copied;                  /* of these, already in the file */
    int checkpoint_at_pages;           /* when the log has grown to this, more of it is copied */
};

/* For a connection of ledger_file_open, borrowed until wal_close. */
void wal_open(struct wal *wal, sqlite3 *db);
/* Ends the threads. To be called before the connection is closed. */
void wal_close(struct wal *wal);
/* False if a thread could not be started. */
bool wal_start_threads(struct wal *wal);

/* Notes a commit of so many events, and begins to sync it in the thread if that is worth while. What the
 * commit before wrote must have been synced. */
void wal_note_commit(struct wal *wal, size_t events);
/* Whether something was written and wal_sync would have to wait for the thread. */
bool wal_is_syncing(const struct wal *wal);
/* Waits until what was written is on disk. 0, or the errno of a sync that failed. */
int wal_sync(struct wal *wal);

/* Checkpoints a part of the log, or begins to, if it has grown long; if `idle`, that is not very long. False
 * if that failed: the connection has the error. */
bool wal_tend(struct wal *wal, bool idle);

#endif
