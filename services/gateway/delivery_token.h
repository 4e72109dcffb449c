/* delivery_token.h: what lets a browser deliver one sealed referral without a session.
 *
 * An officer seals a form without a signal, and when that returns the session may have ended. So a page that
 * can seal carries tokens, each for one referral: "whoever was signed in then may deliver this one until
 * then". A token is sealed, so that a stolen device does not tell whose it was, and each desk has a key of
 * its own for it, so that the token also tells which desk delivers. Nothing is stored here. Any thread.
 */
#ifndef CONCORDAT_GATEWAY_DELIVERY_TOKEN_H
#define CONCORDAT_GATEWAY_DELIVERY_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/person_id.h"
#include "proto/wire/wire.h"

enum {
    DELIVERY_KEY_BYTES = 32,
    DELIVERY_TEXT_BYTES = WIRE_ID_BYTES + 8 + 4 + PERSON_ID_CHARS_MAX + 1, /* what is sealed */
    DELIVERY_SEALED_BYTES = 24 + DELIVERY_TEXT_BYTES + 16,
    DELIVERY_TOKEN_BYTES = (DELIVERY_SEALED_BYTES * 4 + 2) / 3 + 1 /* base64 for URLs, and a NUL */
};

/* The right to deliver one referral. */
struct delivery_right {
    uint8_t referral[WIRE_ID_BYTES];
    char person[PERSON_ID_CHARS_MAX + 1]; /* who was signed in */
    Concordat__V1__StaffRole role;
    int64_t until_ms; /* UTC */
};

/* Derives a desk's key for tokens from its secret key file: another key, so that neither tells the other. The
 * caller wipes it. False with a message if the file is no secret key. */
bool delivery_key_derive(const char *key_path, uint8_t key[DELIVERY_KEY_BYTES], char *message,
                         size_t message_size);

void delivery_token_make(const uint8_t key[DELIVERY_KEY_BYTES], const struct delivery_right *right,
                         char token[DELIVERY_TOKEN_BYTES]);

/* False unless this key made the token, nobody altered it, and its time is not over. */
bool delivery_token_open(const uint8_t key[DELIVERY_KEY_BYTES], const char *token, int64_t now_ms,
                         struct delivery_right *right);

#endif
