/* memory_keys.h: the referral keys of a broker in memory: a file, a master key, and the seals over them.
 * Aborts if memory is short. One thread. */
#ifndef CONCORDAT_TESTS_MEMORY_KEYS_H
#define CONCORDAT_TESTS_MEMORY_KEYS_H

#include "broker/core/state.h"
#include "tests/simulation/memory_file.h"

/* Begins with zeros. */
struct memory_keys {
    struct memory_file file;
    uint8_t service[SEAL_KEY_BYTES];
    bool was_given; /* somebody has given a master key, or taken it away; until then there is one */
    struct master_key *master; /* owned; NULL: missing */
    struct seals *seals;       /* owned; NULL: shut, or refused */
};

/* Opens the seals beside a ledger whose first event has this chain value and whose state has these counters,
 * and empties what a crash left behind. */
enum seals_opening memory_keys_open(struct memory_keys *keys, const uint8_t *chain,
                                    const struct counters *counters, const struct seal_random *random);
/* Gives them the master key that this text says, as its file would; NULL: takes it away. SEALS_GOOD if the
 * seals are shut. */
enum seals_opening memory_keys_give(struct memory_keys *keys, const char *text);
/* Shuts the seals; the file stays. */
void memory_keys_shut(struct memory_keys *keys);
/* Takes everything away. */
void memory_keys_close(struct memory_keys *keys);

#endif
