/* random_walk.h: random but repeatable lives of many cases at once, for tests of what must hold on any path.
 */
#ifndef CONCORDAT_TESTS_RANDOM_WALK_H
#define CONCORDAT_TESTS_RANDOM_WALK_H

#include "tests/worlds/core_world.h"

/* From the environment variable SEED, else from the clock; printed at its first use. */
uint64_t walk_first_seed(void);
/* Shuts some teams at night and fills others, so that every way of passing a team over comes up; adds
 * standards for clocks of every kind. */
void walk_adjust(struct core_world *world);
/* Does `steps` commands and waits. Checks after each that nothing is owned twice or by nobody, that at most
 * one offer is live, and that time has left nothing undone. */
void walk_world(struct core_world *world, uint64_t seed, int steps);

#endif
