/* written_world.h: a core_world whose events are written to a ledger (ledger_home.h), with snapshots of its
 * state, as the router that leads leaves them. One at a time. */
#ifndef CONCORDAT_TESTS_WRITTEN_WORLD_H
#define CONCORDAT_TESTS_WRITTEN_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/ledger/ledger.h"
#include "tests/worlds/core_world.h"
#include "tests/worlds/folder.h"

/* The folder of snapshots, and of a ledger in a file; the ledger's address, and the ledger. */
extern char written_home[FOLDER_PATH_BYTES], written_address[512];
extern struct ledger *written;

/* Before and after each test. */
int written_set_up(void **unused);
int written_tear_down(void **unused);

struct core_world *written_world_open(void);

/* How many open cases too many the snapshot has, and whether the ledger says of which state it is. */
struct written_snapshot {
    uint32_t off;
    bool untold;
};
void written_leave_snapshot(struct core_world *world, struct written_snapshot how);

#endif
