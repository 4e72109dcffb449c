/* form_seal.h: how a browser seals a form to an intake's public key, and how the intake opens it.
 *
 * What every browser of the last ten years has in its WebCrypto: a key pair of P-256 for each form, ECDH with
 * the intake's key, HKDF-SHA-256 (salt: the intake's point || the sender's point; info: "concordat-form-1" ||
 * referral id || sealed_ms, 8 bytes, big-endian) to 44 bytes: an AES-256 key and a nonce for GCM. So a form
 * opens only as what it was sealed as. The sender forgets its secret half, and can deliver what it sealed and
 * not read it. services/README.md says the same for people who write a sender.
 *
 * Nothing here keeps anything; any thread. The caller wipes keys and what it has opened.
 */
#ifndef CONCORDAT_INTAKE_FORM_SEAL_H
#define CONCORDAT_INTAKE_FORM_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

enum { FORM_SECRET_BYTES = 32, FORM_TAG_BYTES = 16 };

struct form_key {
    uint8_t secret[FORM_SECRET_BYTES];
    uint8_t point[WIRE_POINT_BYTES]; /* the public half */
};

/* Draws a new key. False if libcrypto cannot. */
bool form_seal_draw(struct form_key *key);

/* The id of a key: 16 bytes that follow from its public half. */
void form_seal_id(const uint8_t point[WIRE_POINT_BYTES], uint8_t id[WIRE_ID_BYTES]);

/* Opens a form (borrowed; checked by the rules of its fields) that was sealed to this key. `text` has room
 * for WIRE_SEALED_BYTES_MAX bytes; *size is what it holds then. False if the key is another one or if
 * anything was altered: then `text` holds nothing of the form. */
bool form_seal_open(const struct form_key *key, const Concordat__V1__SubmitSealed *form, uint8_t *text,
                    size_t *size);

#endif
