/* disk.h: the real ledger on a simulated disk: an SQLite VFS in memory that keeps only what was synced.
 *
 * A crash leaves of what was not synced any part, in pieces of a sector: a torn tail.
 */
#ifndef CONCORDAT_SIMULATION_DISK_H
#define CONCORDAT_SIMULATION_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"

struct world;

struct disk {
    struct ledger *ledger; /* NULL where the simple store stands for it */
    char folder[64];
};

void disk_open(struct world *world);
void disk_close(struct world *world);
/* Opens the ledger, recovers from it, and settles whether a batch that was in doubt is there. NULL where the
 * disk fails again. */
struct state *disk_recover(struct world *world);
bool disk_append(struct world *world, const struct ledger_event *events, size_t count);
void disk_crash(struct world *world);

#endif
