/* disk.c: the real ledger on a simulated disk. */
#include "tests/simulation/disk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/shell/recovery.h"
#include "tests/simulation/host.h"

enum { PATH_BYTES = DISK_FOLDER_BYTES + 32, MESSAGE_BYTES = 512 };

static void path_of(const struct world *w, const char *name, char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s/%s", w->host.disk.folder, name);
}

void disk_open(struct world *w)
{
    snprintf(w->host.disk.folder, sizeof w->host.disk.folder, "/dev/shm/concordat-simulate-XXXXXX");
    const char *folder = mkdtemp(w->host.disk.folder);
    assert(folder);
    (void)folder;
    w->host.disk.dies_after = INT64_MAX;
    disk_vfs_use(w);
}

void disk_close(struct world *w)
{
    static const char *const names[] = {"ledger.db", "ledger.db.lock", "snapshot", "snapshot.former",
                                        "snapshot.new"};
    char path[PATH_BYTES];
    struct disk *disk = &w->host.disk;
    if (!disk->folder[0])
        return;
    disk->dead = true;
    ledger_close(&disk->ledger);
    disk_vfs_close(disk);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        path_of(w, names[i], path);
        unlink(path);
    }
    rmdir(disk->folder);
}

/* The ledger must hold what was acknowledged and, all or nothing, the batch that was in doubt. */
static bool disk_settle(struct world *w)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t head = ledger_head(w->host.disk.ledger, chain);
    size_t with_pending = w->store.count + w->store.pending;
    if (head == with_pending)
        host_keeps(w);
    else if (head == w->store.count)
        store_settle(&w->store, false);
    else
        world_violated(w, "P1 lost", "the ledger ends at event %llu; %zu were acknowledged, %zu written",
                       (unsigned long long)head, w->store.count, with_pending);
    if (head && !w->violation.found && memcmp(chain, w->store.events[head - 1].chain, sizeof chain) != 0)
        world_violated(w, "P1 lost", "event %llu is not what was written", (unsigned long long)head);
    return !w->violation.found;
}

struct state *disk_recover(struct world *w)
{
    char path[PATH_BYTES], message[MESSAGE_BYTES];
    struct disk *disk = &w->host.disk;
    enum ledger_status status;
    struct recovery recovery;
    disk->dead = false;
    disk->dies_after = INT64_MAX;
    path_of(w, "ledger.db", path);
    disk->ledger = ledger_open(path, &status, message, sizeof message);
    if (!disk->ledger) {
        if (status != LEDGER_UNKNOWN)
            world_violated(w, "P1 lost", "the ledger does not open: %s", message);
        return NULL;
    }
    if (!disk_settle(w))
        return NULL;
    struct state *state = recovery_read(disk->ledger, disk->folder, random_next(&w->faults), &recovery,
                                        message, sizeof message);
    if (!state && !w->options.on[FAULT_READ])
        world_violated(w, "P6 replay differs", "%s", message);
    return state;
}

void disk_crash(struct world *w)
{
    w->host.disk.dead = true; /* closing writes nothing */
    ledger_close(&w->host.disk.ledger);
    disk_vfs_crash(&w->host.disk, w);
}
