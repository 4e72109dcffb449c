/* shrink.h: running one seed, and making one that fails smaller: fewer faults, people, hours. */
#ifndef CONCORDAT_SIMULATION_SHRINK_H
#define CONCORDAT_SIMULATION_SHRINK_H

#include "tests/simulation/world.h"

struct outcome {
    const char *checker; /* NULL: no promise was broken */
    char text[VIOLATION_BYTES];
    uint64_t step;
    struct world *world; /* owned; NULL where the program itself broke off */
};

/* A failed assertion of the broker is an outcome too. */
void shrink_run(uint64_t seed, const struct reductions *reductions, struct outcome *outcome);
void shrink_forget(struct outcome *outcome);

/* Tries smaller runs that fail in the same way; *reductions and *outcome are then those of the smallest. */
void shrink(uint64_t seed, struct reductions *reductions, struct outcome *outcome);

#endif
