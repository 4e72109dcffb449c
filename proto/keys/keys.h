/* keys.h: key files: a CURVE key pair with the name, role and owner of who holds it.
 *
 * Two files a key, in CZMQ's certificate format: NAME.key_secret (mode 0600) and NAME.key (public).
 * Metadata: name, role (referrer, source, team, coordinator, auditor), of (the id in the directory of the
 * source, team or coordinator, or an organisation's code). A server's own key has the role "server".
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

/* Reads a public or a secret key file. 0, or -1 with a message that names file and remedy. */
int keys_read(const char *path, struct key *key, char *message, size_t message_size);

/* Makes a new pair in folder: NAME.key and NAME.key_secret. Refuses to write over an existing file. */
int keys_make(const char *folder, const char *name, const char *role, const char *of, char *message,
              size_t message_size);

void keys_wipe(struct key *key);

#endif
