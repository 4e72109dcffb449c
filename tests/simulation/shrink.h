/* shrink.h: runs one seed, and makes a failing run smaller: fewer faults, people and hours. */
#ifndef CONCORDAT_SIMULATION_SHRINK_H
#define CONCORDAT_SIMULATION_SHRINK_H

#include "tests/simulation/world.h"

struct outcome {
    const char *checker; /* NULL: no promise was broken */
    char text[VIOLATION_BYTES];
    uint64_t step;
    struct world *world; /* owned; NULL if the program itself broke off */
};

/* Runs a seed. A failed assertion of the broker is an outcome too. */
void shrink_run(uint64_t seed, const struct reductions *reductions, struct outcome *outcome);
void shrink_forget(struct outcome *outcome);

/* Looks for smaller runs that fail in the same way. Leaves the smallest in *reductions and *outcome. */
void shrink(uint64_t seed, struct reductions *reductions, struct outcome *outcome);

#endif
