/* seal.c: one text about a person, sealed and opened under the key of its referral. */
#include "proto/seal/seal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");
_Static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "the cipher's nonce");
_Static_assert(SEAL_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "the cipher's tag");

static const char seal_version[] = "concordat-seal-1";

enum {
    VERSION_BYTES = sizeof seal_version - 1,
    PLACE_BYTES = VERSION_BYTES + SEAL_ID_BYTES + 8 + 1,
};

static void seal_pack_place(const struct seal_place *place, uint8_t packed[PLACE_BYTES])
{
    memcpy(packed, seal_version, VERSION_BYTES);
    memcpy(packed + VERSION_BYTES, place->referral, SEAL_ID_BYTES);
    for (int i = 0; i < 8; i++)
        packed[VERSION_BYTES + SEAL_ID_BYTES + i] = (uint8_t)(place->event >> (56 - 8 * i));
    packed[PLACE_BYTES - 1] = (uint8_t)place->part;
}

size_t seal_text(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                 const struct seal_random *random, const uint8_t *text, size_t size, uint8_t *body,
                 uint8_t digest[SEAL_DIGEST_BYTES])
{
    assert(size <= SEAL_TEXT_BYTES_MAX);
    uint8_t packed[PLACE_BYTES];
    uint8_t *inside = body + SEAL_NONCE_BYTES;
    seal_pack_place(place, packed);
    random->draw(random->context, body, SEAL_NONCE_BYTES + SEAL_SALT_BYTES);
    if (size > 0)
        memcpy(inside + SEAL_SALT_BYTES, text, size);
    crypto_generichash(digest, SEAL_DIGEST_BYTES, inside, SEAL_SALT_BYTES + size, NULL, 0);
    /* In place: the ciphertext overwrites the salt and the text. */
    crypto_aead_xchacha20poly1305_ietf_encrypt(inside, NULL, inside, SEAL_SALT_BYTES + size, packed,
                                               sizeof packed, NULL, body, key);
    return size + SEAL_ADDED_BYTES;
}

enum seal_status seal_open_without_event(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                                         const uint8_t *body, size_t body_size, uint8_t *buffer,
                                         size_t capacity, struct seal_opened *opened)
{
    uint8_t packed[PLACE_BYTES];
    *opened = (struct seal_opened){0};
    if (body_size < SEAL_ADDED_BYTES)
        return SEAL_TOO_SHORT;
    if (body_size > SEAL_BODY_BYTES_MAX || body_size - SEAL_NONCE_BYTES - SEAL_TAG_BYTES > capacity)
        return SEAL_TOO_LONG;
    seal_pack_place(place, packed);
    /* The tag is compared before anything is decrypted. */
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(buffer, NULL, NULL, body + SEAL_NONCE_BYTES,
                                                   body_size - SEAL_NONCE_BYTES, packed, sizeof packed, body,
                                                   key) != 0)
        return SEAL_ALTERED;
    *opened = (struct seal_opened){buffer + SEAL_SALT_BYTES, body_size - SEAL_ADDED_BYTES};
    return SEAL_OPENED;
}

enum seal_status seal_open(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                           const uint8_t digest[SEAL_DIGEST_BYTES], const uint8_t *body, size_t body_size,
                           uint8_t *buffer, size_t capacity, struct seal_opened *opened)
{
    uint8_t found[SEAL_DIGEST_BYTES];
    enum seal_status status = seal_open_without_event(key, place, body, body_size, buffer, capacity, opened);
    if (status != SEAL_OPENED)
        return status;
    size_t inside = SEAL_SALT_BYTES + opened->size;
    crypto_generichash(found, sizeof found, buffer, inside, NULL, 0);
    if (sodium_memcmp(found, digest, sizeof found) == 0)
        return SEAL_OPENED;
    sodium_memzero(buffer, inside);
    *opened = (struct seal_opened){0};
    return SEAL_ALTERED;
}
