/* seal_key.c: the key that seals an intake's outbox. */
#include "services/intake/seal_key.h"

#include <sodium.h>
#include <stdio.h>

#include "proto/keys/keys.h"
#include "proto/words/inside_folder.h"

static const char seal_key_purpose[] = "concordat-intake outbox 1";

bool seal_key_derive(const char *key_path, const char *state_folder, uint8_t key[SEAL_KEY_BYTES],
                     char *message, size_t message_size)
{
    struct key own;
    if (is_inside_folder(key_path, state_folder)) {
        snprintf(message, message_size,
                 "%s: this key stands in %s, beside the outbox that it seals; move it to another folder, one "
                 "that no backup of this one takes in",
                 key_path, state_folder);
        return false;
    }
    if (keys_read(key_path, &own, message, message_size) != KEYS_GOOD)
        return false;
    bool has_secret = own.has_secret;
    if (has_secret)
        crypto_generichash(key, SEAL_KEY_BYTES, (const uint8_t *)seal_key_purpose,
                           sizeof seal_key_purpose - 1, (const uint8_t *)own.secret_text, KEY_TEXT_CHARS);
    else
        snprintf(message, message_size, "%s: this is the public key; name the secret one, NAME.key_secret",
                 key_path);
    keys_wipe(&own);
    return has_secret;
}
