/* disk.h: the real ledger on a simulated disk: an SQLite VFS in memory that is sure to keep only what was
 * synced.
 *
 * After a crash each sector that was written and not synced is there or is not: a torn tail, a torn page.
 */
#ifndef CONCORDAT_SIMULATION_DISK_H
#define CONCORDAT_SIMULATION_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

enum { DISK_FILES = 4, DISK_FOLDER_BYTES = 64 };

struct world;

struct image {
    char name[DISK_FOLDER_BYTES + 32]; /* empty: no such file */
    uint8_t *now, *kept;               /* owned; what is read, and what would be there after a crash */
    size_t size, kept_size, room;
    uint8_t *dirty;              /* owned; a byte for each sector */
    size_t dirty_from, dirty_to; /* none is outside of these */
    bool cut;                    /* shortened since it was last synced, to cut_to at the shortest */
    size_t cut_to;
};

struct disk {
    struct ledger *ledger; /* NULL where the simple store stands for it */
    char folder[DISK_FOLDER_BYTES];
    struct image files[DISK_FILES];
    bool dead;          /* the process has died: nothing is written any more */
    int64_t dies_after; /* that many writes; INT64_MAX: not */
};

void disk_open(struct world *world);
void disk_close(struct world *world);
/* Opens the ledger, settles whether a batch that was in doubt is there, and recovers. NULL where the disk
 * fails again, or a promise is broken. */
struct state *disk_recover(struct world *world);
/* Now and then a snapshot. */
void disk_snapshot(struct world *world);
void disk_crash(struct world *world);

/* disk_vfs.c: the file system itself. */
void disk_vfs_use(struct world *world);
/* What is left of the files after a crash. */
void disk_vfs_crash(struct disk *disk, struct world *world);
void disk_vfs_close(struct disk *disk);

#endif
