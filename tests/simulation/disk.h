/* disk.h: the real ledger on a simulated disk: an SQLite VFS in memory that keeps for certain only what was
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
    char name[DISK_FOLDER_BYTES + 32]; /* empty: there is no such file */
    uint8_t *now, *kept;               /* owned; what a read gives, and what is certain to survive a crash */
    size_t size, kept_size, room;
    uint8_t *dirty;              /* owned; a byte for each sector: whether it is not synced */
    size_t dirty_from, dirty_to; /* no sector outside this range is dirty */
    bool cut;                    /* the file was truncated since its last sync, to cut_to at the shortest */
    size_t cut_to;
};

struct disk {
    struct ledger *ledger; /* NULL if this run has the simple store instead */
    char folder[DISK_FOLDER_BYTES];
    struct image files[DISK_FILES];
    bool dead;          /* the process has died, so no write takes effect */
    int64_t dies_after; /* after so many writes; INT64_MAX: never */
};

void disk_open(struct world *world);
void disk_close(struct world *world);
/* Opens the ledger, finds out whether a batch in doubt is there, and recovers. Returns NULL if the disk fails
 * again, or if a promise is broken. */
struct state *disk_recover(struct world *world);
void disk_crash(struct world *world);

/* disk_vfs.c: the file system itself. */
void disk_vfs_use(struct world *world);
/* Decides what is left of the files after a crash. */
void disk_vfs_crash(struct disk *disk, struct world *world);
void disk_vfs_close(struct disk *disk);

#endif
