/* keyring.h: who is admitted: the public keys of one folder, to be found by name and by key. */
#ifndef CONCORDAT_KEYRING_H
#define CONCORDAT_KEYRING_H

#include "proto/keys/keys.h"
#include "proto/server/misuse.h"

struct keyring;

/* Reads every file of the folder that ends in .key. A file that cannot be used is reported on stderr and
 * admits nobody; so does the later, by file name, of two with one name or one key. Servers' own keys are
 * left out. NULL with a message where the folder itself cannot be read. */
struct keyring *keyring_open(const char *folder, char *message, size_t message_size);
void keyring_close(struct keyring **keyring);

/* Borrowed, or NULL where there is none. */
const struct key *keyring_by_name(const struct keyring *keyring, const char *name);
const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES]);
/* What is held against one of its keys. */
struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key);

#endif
