/* paper.h: what a referral says, by its id and version, so that it can be sent again unchanged; and what a
 * correction of it says. Pure. */
#ifndef CONCORDAT_SIMULATION_PAPER_H
#define CONCORDAT_SIMULATION_PAPER_H

#include "tests/simulation/told.h"
#include "tests/simulation/world.h"

/* Its parts point to each other, so it stays where it is. */
struct paper {
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    struct told told;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__Instant decided, used, arrived;
    Concordat__V1__Need need;
};

void paper_write(const struct world *world, struct paper *paper, const char *source, const uint8_t *id,
                 int version);

/* One thing that is put right, and what is taken away. */
struct correction {
    struct paper paper;
    char *clear;
    Concordat__V1__Update update;
};

void paper_correct(const struct world *world, struct correction *correction, const uint8_t *id, int version);

#endif
