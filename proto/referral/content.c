/* content.c: see content.h. */
#include "proto/referral/content.h"

#include <sodium.h>

#include "proto/referral/referral_rules.h"

/* Fields of Request, the last before its command; of Submit and of Update; of Referral. */
enum { REQUEST_DEVICE = 2, REFERRAL = 1, CONFIDENTIAL = 2, FLAGS = 17 };

enum { CONTENT_HEAD_BYTES = 1 + 4 + 4 };

/* The referral in a Submit or an Update; NULL in any other request. */
static const Concordat__V1__Referral *content_referral(const Concordat__V1__Request *request)
{
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return request->submit->referral;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        return request->update->referral;
    return NULL;
}

void content_find(const Concordat__V1__Request *request, const uint8_t *packed, size_t size,
                  struct content *content)
{
    struct scan scan = {packed, packed + size};
    struct scan_field field = {0};
    *content = (struct content){.bytes = packed, .request = request};
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number <= REQUEST_DEVICE)
        content->bytes = scan.at;
    content->size = (size_t)(packed + size - content->bytes);
    if (!content_referral(request) || field.number <= REQUEST_DEVICE)
        return;
    scan = (struct scan){field.bytes, field.bytes + field.size};
    while (scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == REFERRAL)
            content->referral = field;
        else if (field.number == CONFIDENTIAL)
            content->confidential = field;
}

/* Finds the flags in a packed referral that has some. They are one field, as protobuf-c packs them. */
static void content_find_flags(const struct scan_field *referral, const uint8_t **begin, const uint8_t **end)
{
    struct scan scan = {referral->bytes, referral->bytes + referral->size};
    struct scan_field field;
    *begin = scan.at;
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number < FLAGS)
        *begin = scan.at;
    *end = field.number == FLAGS ? scan.at : *begin;
}

/* Fills in the head that is hashed before a Submit or an Update: the command, the flags that belong to its
 * content, and the size of the referral without its flags, which tells where it ends. Another command's bytes
 * begin with another tag. */
static void content_head(const struct content *content, size_t referral_size,
                         uint8_t head[CONTENT_HEAD_BYTES])
{
    const Concordat__V1__Referral *referral = content_referral(content->request);
    uint32_t flags = 0;
    for (size_t i = 0; i < referral->n_flags; i++)
        flags |= 1u << referral->flags[i] & REFERRAL_SENDERS_FLAGS;
    head[0] = content->bytes[0]; /* its tag */
    for (int i = 0; i < 4; i++) {
        head[1 + i] = (uint8_t)(flags >> 8 * i);
        head[5 + i] = (uint8_t)(referral_size >> 8 * i);
    }
}

void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    const struct scan_field *referral = &content->referral;
    const uint8_t *begin = referral->bytes, *end = referral->bytes; /* of the flags */
    uint8_t head[CONTENT_HEAD_BYTES];
    if (!referral->number) {
        crypto_generichash(digest, CONTENT_DIGEST_BYTES, content->bytes, content->size, NULL, 0);
        return;
    }
    if (content_referral(content->request)->n_flags)
        content_find_flags(referral, &begin, &end);
    content_head(content, referral->size - (size_t)(end - begin), head);
    crypto_generichash_init(&hash, NULL, 0, CONTENT_DIGEST_BYTES);
    crypto_generichash_update(&hash, head, sizeof head);
    crypto_generichash_update(&hash, referral->bytes, (size_t)(begin - referral->bytes));
    crypto_generichash_update(&hash, end, (size_t)(content->bytes + content->size - end));
    crypto_generichash_final(&hash, digest, CONTENT_DIGEST_BYTES);
}
