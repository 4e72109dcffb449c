/* content.h: what makes two commands the same, and which text a command carries that must be sealed.
 *
 * The same id with other content is a conflict, and a referral that is submitted again with the same content
 * is a repeat: at an intake and at the broker alike. What belongs to the content is decided here alone: all
 * of a request but its id, its device and its person, and all of a referral but the flags that a receiver
 * notes (those that only the sender can know, REFERRAL_SENDERS_FLAGS, do belong). So what an intake notes
 * makes no other command of it, whatever version of the rules noted it. A command that is sent again through
 * another device, through one whose key has a new name, or by another person, is the same command.
 *
 * What a person typed about a person belongs to the content too, but no digest that is kept openly may be
 * made of it: everybody could try names and numbers against the digest, also when the text is erased. So the
 * digest leaves it out, and the receiver compares the text itself with the sealed one; or the digest is keyed
 * and covers all.
 *
 * Pure; safe from any thread. The packed bytes are neither unpacked nor copied.
 */
#ifndef CONCORDAT_REFERRAL_CONTENT_H
#define CONCORDAT_REFERRAL_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/wire.pb-c.h"
#include "proto/seal/seal.h"
#include "proto/wire/scan.h"

enum { CONTENT_DIGEST_BYTES = 16, CONTENT_KEY_BYTES = 32 };

/* A packed request without its id, its device and its person, and where its parts stand in it. Borrows the
 * request and its bytes. A part that is not there has the number 0. */
struct content {
    const uint8_t *bytes;
    size_t size;
    const Concordat__V1__Request *request;
    struct scan_field command;  /* the whole of it */
    struct scan_field referral; /* of a Submit or an Update */
    struct scan_field text;     /* that is to be sealed: a packed Confidential, or what a person typed */
    const uint8_t *text_at;     /* where it begins, with its tag */
    enum seal_part part;        /* as which it is sealed */
};

/* Finds the parts of a request in its bytes, which are as protobuf-c packs it: each field once, and in order.
 */
void content_find(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                  struct content *content);

/* BLAKE2b over the content, without the text: the same for two requests if and only if their content is the
 * same, but for the text. */
void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES]);
/* Keyed, with the text. Whoever has not the key learns nothing from it. */
void content_digest_keyed(const struct content *content, const uint8_t key[CONTENT_KEY_BYTES],
                          uint8_t digest[CONTENT_DIGEST_BYTES]);

#endif
