/* content.h: what makes two commands the same.
 *
 * The same id with other content is a conflict, and a referral that is submitted again with the same content
 * is a repeat: at an intake and at the broker alike. What belongs to the content is decided here alone: all
 * of a request but its id and its device, and all of a referral but the flags that a receiver notes (those
 * that only the sender can know, REFERRAL_SENDERS_FLAGS, do belong). So what an intake notes makes no other
 * command of it, whatever version of the rules noted it. A command that is sent again through another device,
 * or through one whose key has a new name, is the same command.
 *
 * Pure; safe from any thread. The packed bytes are neither unpacked nor copied.
 */
#ifndef CONCORDAT_REFERRAL_CONTENT_H
#define CONCORDAT_REFERRAL_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/wire.pb-c.h"
#include "proto/wire/scan.h"

enum { CONTENT_DIGEST_BYTES = 16 };

/* A packed request without its id and its device, and where its parts stand in it. Borrows the request and
 * its bytes. A part that is not there has the number 0. */
struct content {
    const uint8_t *bytes;
    size_t size;
    const Concordat__V1__Request *request;
    struct scan_field referral, confidential; /* of a Submit or an Update */
};

/* Finds the parts of a request in its bytes, which are as protobuf-c packs it: each field once, and in order.
 */
void content_find(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                  struct content *content);

/* BLAKE2b over the content: the same for two requests if and only if their content is the same. */
void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES]);

#endif
