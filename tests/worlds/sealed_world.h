/* sealed_world.h: a ledger's referral keys in a small world: a file in memory, master keys, and the keys that
 * were made, to compare with. One thread. */
#ifndef CONCORDAT_TESTS_SEALED_WORLD_H
#define CONCORDAT_TESTS_SEALED_WORLD_H

#include "tests/simulation/memory_file.h"

enum { SEALED_NUMBERS_MAX = 64, SEALED_MESSAGE_BYTES = 1000 };

/* Master keys: a generation, two of them, the second without the first, and another ledger's first. */
enum sealed_master { MASTER_ONE, MASTER_BOTH, MASTER_TWO_ALONE, MASTER_OF_ANOTHER, MASTER_NONE };

struct sealed_world {
    struct memory_file file;
    struct master_key *masters[MASTER_NONE];
    struct seals_setting setting;
    struct seals *seals; /* NULL: closed, or refused */
    enum seals_opening opening;
    char message[SEALED_MESSAGE_BYTES];
    uint32_t committed[2];                                   /* by drill */
    uint8_t keys[2][SEALED_NUMBERS_MAX + 1][SEAL_KEY_BYTES]; /* as they were made, by drill and number */
};

void sealed_open(struct sealed_world *world);
void sealed_close(struct sealed_world *world);

/* A test in a world with a fresh file: an entry for cmocka. *state is the world. */
#define IN_SEALED_WORLD(test, world)                                                                         \
    cmocka_unit_test_prestate_setup_teardown(test, sealed_set_up, sealed_tear_down, world)
int sealed_set_up(void **state);
int sealed_tear_down(void **state);

/* Closes the file, if it is open, and opens it again beside a ledger that has given these numbers. */
void sealed_reopen(struct sealed_world *world, enum sealed_master master, uint32_t cases, uint32_t drills);

/* Gives the broker another key of its own, or its first again; counts from the next opening. */
void sealed_change_service(struct sealed_world *world, bool another);

/* Takes another master key into use. */
enum seals_opening sealed_use(struct sealed_world *world, enum sealed_master master);

/* The referral with this number, for one call. */
#define sealed_case(number, drill) (&(struct seals_case){number, drill})

/* Makes the keys up to so many cases and drills, and commits their events. */
void sealed_make(struct sealed_world *world, uint32_t cases, uint32_t drills);
/* Finds a key, and asserts that it is the one that was made, if one is found, and else zeros. */
enum seals_status sealed_find(struct sealed_world *world, uint32_t number, bool drill);
/* The same for the callback key. */
enum seals_status sealed_find_callback(struct sealed_world *world, uint32_t number, bool drill);
/* The bytes of a slot in the file. */
uint8_t *sealed_slot(struct sealed_world *world, uint32_t number, bool drill);

#endif
