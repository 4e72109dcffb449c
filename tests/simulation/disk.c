/* disk.c: the real ledger on a simulated disk. */
#include "tests/simulation/disk.h"

#include "tests/simulation/world.h"

void disk_open(struct world *w)
{
    (void)w;
}

void disk_close(struct world *w)
{
    (void)w;
}

struct state *disk_recover(struct world *w)
{
    (void)w;
    return NULL;
}

bool disk_append(struct world *w, const struct ledger_event *events, size_t count)
{
    (void)w, (void)events, (void)count;
    return false;
}

void disk_crash(struct world *w)
{
    (void)w;
}
