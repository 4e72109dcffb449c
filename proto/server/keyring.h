/* keyring.h: the keys that a server admits: the public keys of one folder, found by name or by key. */
#ifndef CONCORDAT_KEYRING_H
#define CONCORDAT_KEYRING_H

#include "proto/keys/keys.h"
#include "proto/server/misuse.h"

struct keyring;

/* Reads every file of the folder that ends in .key. Reports an unusable file on stderr; it admits nobody. If
 * two files have the same name or key, only the first, in the order of file names, counts. Leaves out
 * servers' own keys. Returns NULL with a message if the folder cannot be read. */
struct keyring *keyring_open(const char *folder, char *message, size_t message_size);
void keyring_close(struct keyring **keyring);

/* Return the key, borrowed from the keyring, or NULL if there is none. */
const struct key *keyring_by_name(const struct keyring *keyring, const char *name);
const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES]);
/* Returns the complaints about one of its keys. */
struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key);

#endif
