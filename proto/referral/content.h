/* content.h: what makes two commands the same.
 *
 * The same id with other content is a conflict, and a referral that is submitted again with the same content
 * is a repeat: at an intake and at the broker alike. What belongs to the content is decided here alone: all
 * of a request but its id, and all of a referral but the flags that a receiver notes (those that only the
 * sender can know, REFERRAL_SENDERS_FLAGS, do belong). So what an intake notes makes no other
 * command of it, whatever version of the rules noted it.
 *
 * Pure; safe from any thread. Everything is read out of a packed request, which is not unpacked or copied.
 */
#ifndef CONCORDAT_REFERRAL_CONTENT_H
#define CONCORDAT_REFERRAL_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/scan.h"

enum { CONTENT_DIGEST_BYTES = 16 };

/* A packed request without its id, and where its parts stand in it. Borrows the bytes. A part that is not
 * there has the number 0. */
struct content {
    const uint8_t *bytes;
    size_t size;
    struct scan_field command;      /* of a Request: a Submit, an Accept ... */
    struct scan_field referral;     /* of a Submit or an Update */
    struct scan_field confidential; /* of a Submit or an Update */
};

/* Finds the parts of a request as protobuf-c packs it: its fields in order, each once, the id first or left
 * out. */
void content_find(const uint8_t *packed, size_t size, struct content *content);

/* BLAKE2b over the content. Bytes that content_find has found make the same digest if and only if the content
 * is the same. */
void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES]);

#endif
