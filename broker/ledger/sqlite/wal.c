/* wal.c: see wal.h. */
#include "broker/ledger/sqlite/wal.h"

#include <assert.h>
#include <errno.h>

#include "broker/ledger/sqlite/ledger_file.h"

enum {
    PIECE_PAGES = 128, /* the thread copies at least so many: a commit waits longer while they are synced */
    IDLE_PAGES = 256,  /* worth copying while there is nothing else to do */
    REST_PAGES = 64,   /* copied while a turn waits, so not more */
    LONG_PAGES = LEDGER_WAL_PAGES * 7 / 8, /* the log should now start again from its beginning */
    SYNC_IN_THREAD_EVENTS = 32 /* for fewer, waking a thread takes longer than what could be done meanwhile */
};

/* If turns wait for each checkpoint, there should be as few as possible. */
static int pages_between_checkpoints(const struct wal *wal)
{
    return wal->checkpointer ? PIECE_PAGES : LONG_PAGES;
}

/* SQLite calls this after each commit. The log started again from its beginning, or else it has only grown
 * after all of it had been copied: that is treated alike, and only checkpoints it sooner. */
static int note_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    struct wal *wal = context;
    if (pages < wal->pages || wal->pages_copied == wal->pages) {
        wal->restarted = true;
        wal->pages_copied = 0;
        wal->checkpoint_at_pages = pages_between_checkpoints(wal);
    }
    wal->pages = pages;
    return SQLITE_OK;
}

void wal_open(struct wal *wal, sqlite3 *db)
{
    *wal = (struct wal){.db = db, .file = ledger_file_wal(db)};
    assert(wal->file && wal->file->pMethods);
    wal->checkpoint_at_pages = pages_between_checkpoints(wal);
    sqlite3_wal_hook(db, note_pages, wal);
}

void wal_close(struct wal *wal)
{
    worker_close(&wal->syncer);
    checkpointer_close(&wal->checkpointer);
}

static void sync_log(void *context)
{
    struct wal *wal = context;
    errno = 0;
    int rc = wal->file->pMethods->xSync(wal->file, SQLITE_SYNC_NORMAL);
    wal->sync_error = rc == SQLITE_OK ? 0 : errno ? errno : EIO;
}

bool wal_start_threads(struct wal *wal)
{
    assert(!wal->checkpointer && !wal->syncer);
    wal->checkpointer = checkpointer_open(sqlite3_db_filename(wal->db, NULL));
    wal->syncer = worker_open(sync_log, wal);
    wal->checkpoint_at_pages = pages_between_checkpoints(wal);
    return wal->checkpointer && wal->syncer;
}

void wal_note_commit(struct wal *wal, size_t events)
{
    assert(!wal->unsynced && !wal->syncing);
    wal->unsynced = true;
    wal->syncing = wal->syncer && events >= SYNC_IN_THREAD_EVENTS;
    if (wal->syncing)
        worker_begin(wal->syncer);
}

bool wal_is_syncing(const struct wal *wal)
{
    return wal->syncing && worker_is_busy(wal->syncer);
}

int wal_sync(struct wal *wal)
{
    if (!wal->unsynced)
        return 0;
    if (wal->syncing)
        worker_wait(wal->syncer);
    else
        sync_log(wal);
    wal->unsynced = wal->syncing = false;
    return wal->sync_error;
}

/* Copies here as much of the log as it can. What a reader still needs of it is left for later. */
static bool checkpoint_here(struct wal *wal)
{
    int rc = sqlite3_wal_checkpoint_v2(wal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &wal->pages_copied);
    wal->checkpoint_at_pages = wal->pages + pages_between_checkpoints(wal);
    return rc == SQLITE_OK || rc == SQLITE_BUSY;
}

/* Takes the result of the thread's checkpoint. SQLite restarts the log only when all of it has been copied,
 * which never happens while we keep writing; so if it is long and nearly all copied, the rest is copied here.
 * That is done after a failure too: only our own attempt gives us the error. */
static bool take_checkpoint(struct wal *wal)
{
    int copied = checkpointer_pages(wal->checkpointer), left = wal->pages - copied;
    wal->checkpointing = false;
    if (wal->restarted)
        return true;
    bool is_long = wal->pages >= LONG_PAGES, more = copied > wal->pages_copied;
    if (copied < 0 || (is_long && left <= REST_PAGES))
        return checkpoint_here(wal);
    wal->pages_copied = copied;
    wal->checkpoint_at_pages = wal->pages + (is_long && more ? 0 : PIECE_PAGES);
    return true;
}

bool wal_tend(struct wal *wal, bool idle)
{
    int at_pages = idle ? wal->pages_copied + IDLE_PAGES : wal->checkpoint_at_pages;
    if (wal->checkpointing && !checkpointer_is_busy(wal->checkpointer) && !take_checkpoint(wal))
        return false;
    if (wal->checkpointing || wal->pages < at_pages)
        return true;
    if (!wal->checkpointer)
        return checkpoint_here(wal);
    wal->restarted = false;
    wal->checkpointing = true;
    checkpointer_begin(wal->checkpointer);
    return true;
}
