/* keys.h: key files: a CURVE key pair with its name, its role and whom it belongs to.
 *
 * A pair is two files in CZMQ's certificate format: NAME.key_secret (mode 0600) and NAME.key (public). Their
 * metadata are name, role (referrer, source, team, coordinator, auditor,
 * inspector) and of (the id of the source, team
 * or coordinator in the directory, or an organisation's code). A server's own key has the role "server".
 */
#ifndef CONCORDAT_KEYS_H
#define CONCORDAT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/codes.pb-c.h"

enum { KEY_NAME_CHARS_MAX = 63, KEY_OF_CHARS_MAX = 32, KEY_TEXT_CHARS = 40, KEY_BYTES = 32 };

struct key {
    char name[KEY_NAME_CHARS_MAX + 1];
    bool is_server;
    Concordat__V1__Role role;
    char of[KEY_OF_CHARS_MAX + 1];
    char public_text[KEY_TEXT_CHARS + 1]; /* Z85 */
    uint8_t public_bytes[KEY_BYTES];
    bool has_secret;
    char secret_text[KEY_TEXT_CHARS + 1]; /* Z85; wipe with keys_wipe */
};

/* KEYS_WRONG: the file is not a key, or is kept from us, until somebody mends it. KEYS_NOT_NOW: the machine
 * could not read it (no free descriptor, no memory, a disk that fails); what the file says is not known. */
enum keys_status { KEYS_GOOD = 0, KEYS_WRONG = -1, KEYS_NOT_NOW = -2 };

/* Reads a public or a secret key file, and never waits: what is not a regular file is wrong. A byte-order
 * mark and CRLF line ends, as Windows editors write them, are read. Follows a symbolic link, because
 * Kubernetes and Nix put files into a folder so. Returns a message, which names the file and the remedy,
 * unless the key is good. */
enum keys_status keys_read(const char *path, struct key *key, char *message, size_t message_size);

/* Makes a new pair in the folder: NAME.key and NAME.key_secret. Never overwrites a file. Returns 0, or -1
 * with a message. */
int keys_make(const char *folder, const char *name, const char *role, const char *of, char *message,
              size_t message_size);

/* Overwrites the key, with its secret, in a way that the compiler does not remove. */
void keys_wipe(struct key *key);

#endif
