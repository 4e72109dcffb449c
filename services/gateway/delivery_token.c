/* delivery_token.c: see delivery_token.h. */
#include "services/gateway/delivery_token.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/keys/keys.h"

static const char delivery_purpose[] = "concordat-gateway delivery 1";

static_assert((int)DELIVERY_KEY_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
              "see delivery_token.h");
static_assert((int)DELIVERY_SEALED_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                                DELIVERY_TEXT_BYTES +
                                                crypto_aead_xchacha20poly1305_ietf_ABYTES,
              "see delivery_token.h");

bool delivery_key_derive(const char *key_path, uint8_t key[DELIVERY_KEY_BYTES], char *message,
                         size_t message_size)
{
    struct key own;
    if (keys_read(key_path, &own, message, message_size) != KEYS_GOOD)
        return false;
    bool has_secret = own.has_secret;
    if (has_secret)
        crypto_generichash(key, DELIVERY_KEY_BYTES, (const uint8_t *)delivery_purpose,
                           sizeof delivery_purpose - 1, (const uint8_t *)own.secret_text, KEY_TEXT_CHARS);
    else
        snprintf(message, message_size, "%s: this is the public key; name the secret one, NAME.key_secret",
                 key_path);
    keys_wipe(&own);
    return has_secret;
}

static void right_write(const struct delivery_right *right, uint8_t text[DELIVERY_TEXT_BYTES])
{
    memcpy(text, right->referral, WIRE_ID_BYTES);
    for (int i = 0; i < 8; i++)
        text[WIRE_ID_BYTES + i] = (uint8_t)(right->until_ms >> 8 * i);
    for (int i = 0; i < 4; i++)
        text[WIRE_ID_BYTES + 8 + i] = (uint8_t)((uint32_t)right->role >> 8 * i);
    memset(text + WIRE_ID_BYTES + 12, 0, PERSON_ID_CHARS_MAX + 1);
    memcpy(text + WIRE_ID_BYTES + 12, right->person, strnlen(right->person, PERSON_ID_CHARS_MAX));
}

static void right_read(const uint8_t text[DELIVERY_TEXT_BYTES], struct delivery_right *right)
{
    uint64_t until = 0;
    uint32_t role = 0;
    for (int i = 0; i < 8; i++)
        until |= (uint64_t)text[WIRE_ID_BYTES + i] << 8 * i;
    for (int i = 0; i < 4; i++)
        role |= (uint32_t)text[WIRE_ID_BYTES + 8 + i] << 8 * i;
    memcpy(right->referral, text, WIRE_ID_BYTES);
    memcpy(right->person, text + WIRE_ID_BYTES + 12, PERSON_ID_CHARS_MAX + 1);
    right->until_ms = (int64_t)until;
    right->role = (Concordat__V1__StaffRole)role;
}

void delivery_token_make(const uint8_t key[DELIVERY_KEY_BYTES], const struct delivery_right *right,
                         char token[DELIVERY_TOKEN_BYTES])
{
    uint8_t text[DELIVERY_TEXT_BYTES], sealed[DELIVERY_SEALED_BYTES];
    uint8_t *body = sealed + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    right_write(right, text);
    randombytes_buf(sealed, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(body, NULL, text, sizeof text, NULL, 0, NULL, sealed, key);
    sodium_bin2base64(token, DELIVERY_TOKEN_BYTES, sealed, sizeof sealed,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool delivery_token_open(const uint8_t key[DELIVERY_KEY_BYTES], const char *token, int64_t now_ms,
                         struct delivery_right *right)
{
    uint8_t text[DELIVERY_TEXT_BYTES], sealed[DELIVERY_SEALED_BYTES];
    const uint8_t *body = sealed + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    size_t size = 0;
    if (sodium_base642bin(sealed, sizeof sealed, token, strlen(token), NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != sizeof sealed ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            text, NULL, NULL, body, sizeof sealed - crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, NULL, 0,
            sealed, key) != 0)
        return false;
    right_read(text, right);
    return now_ms <= right->until_ms;
}
