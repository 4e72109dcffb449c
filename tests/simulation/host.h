/* host.h: the machine that the broker runs on: its disk, its process, its death at any step and its
 * restart. */
#ifndef CONCORDAT_SIMULATION_HOST_H
#define CONCORDAT_SIMULATION_HOST_H

#include "tests/simulation/network.h"

/* Starts the broker for the first time. */
void host_open(struct world *world);
void host_close(struct world *world);

void host_start(struct world *world);
void host_turn(struct world *world);
/* Kills the process at once; it is started again after a while. */
void host_dies(struct world *world);
/* Kills it in its next turn: before the append (-1), after it (0), or after so many messages are sent. */
void host_dies_in_turn(struct world *world, int64_t dies_after);
/* Takes a letter that has arrived, and owns it. */
void host_receives(struct world *world, struct letter *letter);
/* Call this before the keys change: sends what is on its way. */
void host_settles(struct world *world);
/* Loads another policy of the world. */
void host_reloads(struct world *world, int policy);

/* Makes what was written durable, and shows it to those who watch the disk. */
void host_keeps(struct world *world);
/* Replays what is on the disk on top of a replayed state. If that cannot be done, reports it and returns
 * false. */
bool host_replay(struct world *world, struct state *state);

#endif
