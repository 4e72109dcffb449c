/* mover.c: see mover.h. */
#include "broker/ledger/mover.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "broker/ledger/worker.h"

struct mover {
    sqlite3 *db; /* the worker's, while it is busy */
    struct worker *worker;
    int pages;
};

/* What a reader needs of the log, and what the writer is just adding, stays there: that is no failure. */
static void move(void *context)
{
    struct mover *mover = context;
    int rc = sqlite3_wal_checkpoint_v2(mover->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &mover->pages);
    if (rc == SQLITE_BUSY)
        mover->pages = 0;
    else if (rc != SQLITE_OK)
        mover->pages = -1;
}

struct mover *mover_open(const char *path)
{
    struct mover *mover = calloc(1, sizeof *mover);
    if (!mover)
        return NULL;
    int rc = sqlite3_open_v2(path, &mover->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(mover->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        mover->worker = worker_open(move, mover);
    if (!mover->worker)
        mover_close(&mover);
    return mover;
}

void mover_close(struct mover **mover)
{
    if (!*mover)
        return;
    worker_close(&(*mover)->worker);
    sqlite3_close((*mover)->db);
    free(*mover);
    *mover = NULL;
}

void mover_begin(struct mover *mover)
{
    worker_begin(mover->worker);
}

bool mover_is_busy(const struct mover *mover)
{
    return worker_is_busy(mover->worker);
}

int mover_pages(const struct mover *mover)
{
    return mover->pages;
}
