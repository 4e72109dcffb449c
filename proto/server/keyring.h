/* keyring.h: the keys that a server admits: the public keys of one folder, found by name or by key. */
#ifndef CONCORDAT_KEYRING_H
#define CONCORDAT_KEYRING_H

#include "proto/keys/keys.h"
#include "proto/server/misuse.h"

struct keyring;

/* Reads every file of the folder that ends in .key; all of them, or none: if one cannot be read now, the ring
 * would leave out a key that should count. A file that is wrong admits nobody, and so does one that is not
 * named after its key, NAME.key. If two files have the same key, only the first, in the order of file names,
 * counts. Leaves out servers' own keys. `former` (NULL: none) is the ring that was read of this folder
 * before: files that look the same since are not read again. Returns NULL with a message if the folder or a
 * file cannot be read now, or if somebody else than its owner may write in the folder. */
struct keyring *keyring_open(const char *folder, const struct keyring *former, char *message,
                             size_t message_size);
void keyring_close(struct keyring **keyring);

/* Returns a line for each file that admits nobody, with the reason, or "". Borrowed from the keyring. */
const char *keyring_complaints(const struct keyring *keyring);

/* Withdraws each key whose file is gone from the folder, by its name alone: this needs no descriptor and no
 * memory. Says each on stderr. Withdraws none if the folder itself is gone or is replaced meanwhile. Returns
 * whether it has withdrawn any. */
bool keyring_withdraw_removed(struct keyring *keyring, const char *folder);

/* Return the key, borrowed from the keyring, or NULL if there is none. Any thread may ask while another
 * withdraws. */
const struct key *keyring_by_name(const struct keyring *keyring, const char *name);
const struct key *keyring_by_bytes(const struct keyring *keyring, const uint8_t bytes[KEY_BYTES]);
/* Returns the complaints about one of its keys. */
struct misuse *keyring_misuse(const struct keyring *keyring, const struct key *key);
/* Takes over the complaints about each key that another ring has too: to touch a file is no pardon. */
void keyring_keep_misuse(struct keyring *keyring, const struct keyring *former);

/* Returns whether a key of `former` is not in the ring, or for another role, owner or name. */
bool keyring_lost(const struct keyring *former, const struct keyring *keyring);

#endif
