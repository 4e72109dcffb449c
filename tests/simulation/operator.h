/* operator.h: the operator of the broker's keys: gives the master key, loses it, takes another's, changes to
 * a new generation, and now and then puts a wrong file of keys beside the ledger, before the right one. */
#ifndef CONCORDAT_SIMULATION_OPERATOR_H
#define CONCORDAT_SIMULATION_OPERATOR_H

#include "tests/simulation/memory_keys.h"
#include "tests/simulation/random.h"

enum { SERIES = 2 /* cases and drills */ };

enum given {
    GIVEN_RIGHT,
    GIVEN_NOTHING,
    GIVEN_ANOTHERS, /* another ledger's, of the same generations */
    GIVEN_OLDER     /* a copy from before the newest generation */
};

struct operator
{
    struct random random;
    struct memory_keys keys;  /* the broker's */
    struct master_key *right; /* owned: what opens every key of the ledger */
    uint8_t oldest, newest;   /* generations of it */
    enum given given;
    struct seals_walk walk;
    uint32_t numbers[SERIES];             /* by drill: the newest that an event on disk gave */
    struct memory_file copy;              /* a backup of the file of keys */
    uint32_t changes, wrong_files, walks; /* so many, for the totals */
};

struct world;

void operator_begins(struct world *world);
void operator_close(struct operator* operator);

/* Opens the keys at a start of the broker. False if it has to stop: the file was refused, or a promise is
 * broken. */
bool operator_opens(struct world *world);
/* The keys as the power goes. */
void operator_loses_power(struct world *world);
/* In an idle turn: wraps a few keys anew, as the process does, and sometimes copies the file. */
void operator_rests(struct world *world);
/* Takes the master key away, or changes it; puts the right one back. */
void operator_changes_master(struct world *world);
void operator_mends_master(struct world *world);

#endif
