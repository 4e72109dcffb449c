/* checkpointer.c: see checkpointer.h. */
#include "broker/ledger/sqlite/checkpointer.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "proto/words/worker.h"

struct checkpointer {
    sqlite3 *db; /* the thread's, while it is busy */
    struct worker *worker;
    int pages;
};

/* A page that a reader still needs in the log, or that the writer is just adding, stays there: that is no
 * failure. */
static void checkpoint_in_thread(void *context)
{
    struct checkpointer *c = context;
    int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &c->pages);
    if (rc == SQLITE_BUSY)
        c->pages = 0;
    else if (rc != SQLITE_OK)
        c->pages = -1;
}

struct checkpointer *checkpointer_open(const char *path)
{
    struct checkpointer *checkpointer = calloc(1, sizeof *checkpointer);
    if (!checkpointer)
        return NULL;
    int rc = sqlite3_open_v2(path, &checkpointer->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(checkpointer->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        checkpointer->worker = worker_open(checkpoint_in_thread, checkpointer);
    if (!checkpointer->worker)
        checkpointer_close(&checkpointer);
    return checkpointer;
}

void checkpointer_close(struct checkpointer **checkpointer)
{
    if (!*checkpointer)
        return;
    worker_close(&(*checkpointer)->worker);
    int rc = sqlite3_close((*checkpointer)->db);
    assert(rc == SQLITE_OK);
    free(*checkpointer);
    *checkpointer = NULL;
}

void checkpointer_begin(struct checkpointer *checkpointer)
{
    worker_begin(checkpointer->worker);
}

bool checkpointer_is_busy(const struct checkpointer *checkpointer)
{
    return worker_is_busy(checkpointer->worker);
}

int checkpointer_pages(const struct checkpointer *checkpointer)
{
    assert(!worker_is_busy(checkpointer->worker));
    return checkpointer->pages;
}
