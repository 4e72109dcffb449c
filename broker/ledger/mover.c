/* mover.c: see mover.h. */
#include "broker/ledger/mover.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

struct mover {
    sqlite3 *db; /* the thread's, from its start to its end */
    pthread_t thread;
    sem_t begun;
    bool ends;        /* handed over by the semaphore */
    atomic_bool busy; /* hands pages back */
    int pages;
};

/* What a reader needs of the log, and what the writer is just adding, stays there: that is no failure. */
static void move(struct mover *mover)
{
    int rc = sqlite3_wal_checkpoint_v2(mover->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &mover->pages);
    if (rc == SQLITE_BUSY)
        mover->pages = 0;
    else if (rc != SQLITE_OK)
        mover->pages = -1;
}

static void *run(void *context)
{
    struct mover *mover = context;
    for (;;) {
        while (sem_wait(&mover->begun) != 0)
            continue;
        if (mover->ends)
            return NULL;
        move(mover);
        atomic_store(&mover->busy, false);
    }
}

/* Signals are the first thread's. */
static bool start(struct mover *mover)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&mover->thread, NULL, run, mover) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct mover *mover_open(const char *path)
{
    struct mover *mover = calloc(1, sizeof *mover);
    if (!mover)
        return NULL;
    sem_init(&mover->begun, 0, 0);
    int rc = sqlite3_open_v2(path, &mover->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(mover->db, "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    if (rc == SQLITE_OK && start(mover))
        return mover;
    sqlite3_close(mover->db);
    sem_destroy(&mover->begun);
    free(mover);
    return NULL;
}

void mover_close(struct mover **mover)
{
    struct mover *m = *mover;
    if (!m)
        return;
    m->ends = true;
    sem_post(&m->begun);
    pthread_join(m->thread, NULL);
    sqlite3_close(m->db);
    sem_destroy(&m->begun);
    free(m);
    *mover = NULL;
}

bool mover_begin(struct mover *mover)
{
    if (atomic_exchange(&mover->busy, true))
        return false;
    sem_post(&mover->begun);
    return true;
}

bool mover_is_busy(const struct mover *mover)
{
    return atomic_load(&mover->busy);
}

int mover_pages(const struct mover *mover)
{
    return mover->pages;
}
