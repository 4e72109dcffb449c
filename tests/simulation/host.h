/* host.h: the machine that the broker runs on: its disk, its process, its death at any step and its return.
 */
#ifndef CONCORDAT_SIMULATION_HOST_H
#define CONCORDAT_SIMULATION_HOST_H

#include "tests/simulation/network.h"

/* The first start. */
void host_open(struct world *world);
void host_close(struct world *world);

void host_start(struct world *world);
void host_turn(struct world *world);
/* The process dies at once; it is started again after a while. */
void host_dies(struct world *world);
/* It dies in its next turn: before the append (-1), after it (0), or after so many messages are sent. */
void host_dies_in_turn(struct world *world, int64_t dies_after);
/* A letter arrives; it is taken over. */
void host_receives(struct world *world, struct letter *letter);
/* Other keys are about to count: what is on its way goes out first. */
void host_settles(struct world *world);
/* Loads another of the world's policies. */
void host_reloads(struct world *world, int policy);

/* What was written is on the disk, and those who watch the disk see it. */
void host_keeps(struct world *world);
/* Brings a replayed state up to what is on the disk; false where that cannot be, which is reported. */
bool host_replay(struct world *world, struct state *state);

#endif
