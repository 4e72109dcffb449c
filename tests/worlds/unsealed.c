/* unsealed.c: proto/seal/seal.h without the cipher: a text stands as it is behind its nonce and its salt, so
 * that a search for texts can be seen to find them. Only the programs of P9_marks are linked with it. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "proto/seal/seal.h"

/* Stands where the tag would, so that P9_marks knows these programs and no other has it. */
static const char unsealed_tag[SEAL_TAG_BYTES + 1] = "UNSEALED-FOR-TES";

size_t seal_text(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                 const struct seal_random *random, const uint8_t *text, size_t size, uint8_t *body,
                 uint8_t digest[SEAL_DIGEST_BYTES])
{
    uint8_t *inside = body + SEAL_NONCE_BYTES;
    (void)key;
    (void)place;
    assert(size <= SEAL_TEXT_BYTES_MAX);
    random->draw(random->context, body, SEAL_NONCE_BYTES + SEAL_SALT_BYTES);
    if (size > 0)
        memcpy(inside + SEAL_SALT_BYTES, text, size);
    crypto_generichash(digest, SEAL_DIGEST_BYTES, inside, SEAL_SALT_BYTES + size, NULL, 0);
    memcpy(inside + SEAL_SALT_BYTES + size, unsealed_tag, SEAL_TAG_BYTES);
    return size + SEAL_ADDED_BYTES;
}

enum seal_status seal_open_without_event(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                                         const uint8_t *body, size_t body_size, uint8_t *buffer,
                                         size_t capacity, struct seal_opened *opened)
{
    (void)key;
    (void)place;
    *opened = (struct seal_opened){0};
    if (body_size < SEAL_ADDED_BYTES)
        return SEAL_TOO_SHORT;
    size_t size = body_size - SEAL_ADDED_BYTES;
    if (body_size > SEAL_BODY_BYTES_MAX || SEAL_SALT_BYTES + size > capacity)
        return SEAL_TOO_LONG;
    memcpy(buffer, body + SEAL_NONCE_BYTES, SEAL_SALT_BYTES + size);
    *opened = (struct seal_opened){buffer + SEAL_SALT_BYTES, size};
    return SEAL_OPENED;
}

enum seal_status seal_open(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                           const uint8_t digest[SEAL_DIGEST_BYTES], const uint8_t *body, size_t body_size,
                           uint8_t *buffer, size_t capacity, struct seal_opened *opened)
{
    (void)digest;
    return seal_open_without_event(key, place, body, body_size, buffer, capacity, opened);
}
