/* setup_key_pair.h: a key pair whose halves stand in two places: the secret one where its program reads it,
 * the public one where it is admitted. One thread. */
#ifndef CONCORDAT_CLI_SETUP_KEY_PAIR_H
#define CONCORDAT_CLI_SETUP_KEY_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "services/cli/setup_found.h"

struct key_pair {
    const char *name, *role, *of; /* as `concordat keys make` takes them */
    const char *secret_folder, *public_path;
};

/* With a message if something is wrong. */
enum found key_pair_look(const struct key_pair *pair, char *message, size_t size);
/* Makes what is not there. False with a message. */
bool key_pair_make(const struct key_pair *pair, enum found found, char *message, size_t size);

#endif
