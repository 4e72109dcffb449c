/* seal.h: one text about a person, sealed and opened under the key of its referral.
 *
 * A body is nonce (24) || XChaCha20-Poly1305-IETF(key, salt (32) || text), with the tag (16) at its end. The
 * associated data are "concordat-seal-1" (16) || referral id (16) || event number (8, big-endian) || part
 * (1), so a body opens only beside its own event, as the part that it was. Its length tells the text's.
 *
 * An event commits to a text by a digest: BLAKE2b-256 of salt || text. The salt is sealed together with the
 * text: left outside, it would let everybody try names and numbers against the digest after the key is
 * erased.
 *
 * Sizes are in bytes. Nothing here keeps anything: the caller owns each buffer and wipes what it has opened
 * (sodium_memzero). The functions are pure but for the random bytes that they are handed, so any number of
 * threads may call them. sodium_init must have been called.
 */
#ifndef CONCORDAT_SEAL_H
#define CONCORDAT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "proto/seal/limits.h"

enum {
    SEAL_ID_BYTES = 16,
    SEAL_KEY_BYTES = 32,
    SEAL_NONCE_BYTES = 24,
    SEAL_SALT_BYTES = 32,
    SEAL_TAG_BYTES = 16,
    SEAL_DIGEST_BYTES = 32,
    SEAL_ADDED_BYTES = SEAL_NONCE_BYTES + SEAL_SALT_BYTES + SEAL_TAG_BYTES, /* a body is so much longer */
    SEAL_BODY_BYTES_MAX = SEAL_TEXT_BYTES_MAX + SEAL_ADDED_BYTES
};

/* The number is sealed beside the text: it never changes its meaning, and is never used again. */
enum seal_part {
    SEAL_RECORD = 1,    /* who the person is and what happened */
    SEAL_CALLBACK = 2,  /* the number to ring back, which an offer opens without the record */
    SEAL_NOTE = 3,      /* typed beside an answer, a hold or a closing */
    SEAL_REASON = 4,    /* typed as a reason: of a withdrawal, a reading, an erasing */
    SEAL_MESSAGE = 5,   /* said to somebody about the case */
    SEAL_OTHER_FACT = 6 /* a fact that fits no code: a place, a role */
};

/* The place of a text. Borrowed by each call. */
struct seal_place {
    const uint8_t *referral; /* SEAL_ID_BYTES */
    uint64_t event;          /* its number; 0 in an outbox, which has no events */
    enum seal_part part;
};

/* A source of random bytes that nobody can predict: the process takes libsodium's, a simulation draws its
 * own. The same nonce twice under one key would show both texts. */
struct seal_random {
    void (*draw)(void *context, void *bytes, size_t size);
    void *context; /* borrowed */
};

/* Seals a text of at most SEAL_TEXT_BYTES_MAX bytes (more is a bug) into body, which has room for size +
 * SEAL_ADDED_BYTES and does not overlap the text. Fills in the digest by which the event commits to it. No
 * copy of the text is left anywhere. Returns the size of the body. */
size_t seal_text(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                 const struct seal_random *random, const uint8_t *text, size_t size, uint8_t *body,
                 uint8_t digest[SEAL_DIGEST_BYTES]);

enum seal_status {
    SEAL_OPENED,
    /* The key is another one, or the body, its place or its digest is not what was sealed. Nobody can tell
     * which of these it is. */
    SEAL_ALTERED,
    SEAL_TOO_SHORT, /* to be a body: it was cut, or never was one */
    SEAL_TOO_LONG   /* for the caller's buffer, or to be a body of ours */
};

/* An opened text, in the caller's buffer. It is no string: no zero follows it. */
struct seal_opened {
    const uint8_t *text; /* borrows from the buffer; NULL unless it was opened */
    size_t size;
};

/* Opens a body into the buffer, whose capacity is at least body_size - SEAL_NONCE_BYTES - SEAL_TAG_BYTES, and
 * compares what is in it with the digest of the event. Unless it returns SEAL_OPENED, the buffer holds
 * nothing of the text. An event without a digest vouches for nothing: do not call this for it. */
enum seal_status seal_open(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                           const uint8_t digest[SEAL_DIGEST_BYTES], const uint8_t *body, size_t body_size,
                           uint8_t *buffer, size_t capacity, struct seal_opened *opened);

/* The same for a body beside which there is no event, in an outbox. */
enum seal_status seal_open_without_event(const uint8_t key[SEAL_KEY_BYTES], const struct seal_place *place,
                                         const uint8_t *body, size_t body_size, uint8_t *buffer,
                                         size_t capacity, struct seal_opened *opened);

#endif
