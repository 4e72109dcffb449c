/* content.c: see content.h. */
#include "proto/referral/content.h"

#include <sodium.h>

#include "concordat/v1/wire.pb-c.h"
#include "proto/referral/referral_rules.h"

/* Fields of Request; of Submit and of Update; of Referral. */
enum { REQUEST_ID = 1, REFERRAL = 1, CONFIDENTIAL = 2, FLAGS = 17 };

static bool content_is_referral(const struct content *content)
{
    return content->command.number == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT ||
           content->command.number == CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
}

void content_find(const uint8_t *packed, size_t size, struct content *content)
{
    struct scan scan = {packed, packed + size};
    struct scan_field field;
    *content = (struct content){.bytes = packed};
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number == REQUEST_ID)
        content->bytes = scan.at;
    content->size = (size_t)(packed + size - content->bytes);
    content->command = field;
    if (!content_is_referral(content))
        return;
    scan = (struct scan){content->command.bytes, content->command.bytes + content->command.size};
    while (scan_next(&scan, &field) == SCAN_FIELD)
        if (field.number == REFERRAL)
            content->referral = field;
        else if (field.number == CONFIDENTIAL)
            content->confidential = field;
}

/* The flags among these that belong to the content. Each is packed as one byte, because none is over 127. */
static uint32_t content_flags(const struct scan_field *flags)
{
    uint32_t set = 0;
    for (size_t i = 0; i < flags->size; i++)
        if (flags->bytes[i] < 32)
            set |= 1u << flags->bytes[i];
    return set & REFERRAL_SENDERS_FLAGS;
}

/* Hashes a Submit or an Update from behind its tag on: the referral's fields without its flags; a 0, which no
 * field begins with; the flags that belong to the content; what stands behind the referral. */
static void content_hash_referral(const struct content *content, crypto_generichash_state *hash)
{
    const uint8_t *at = content->referral.bytes, *end = at + content->referral.size;
    struct scan scan = {at, end};
    struct scan_field field;
    uint32_t flags = 0;
    const uint8_t *rest = at; /* what has not been looked at */
    while (scan_next(&scan, &field) == SCAN_FIELD && field.number < FLAGS)
        rest = scan.at;
    crypto_generichash_update(hash, at, (size_t)(rest - at));
    if (rest < end && field.number == FLAGS) {
        flags = content_flags(&field);
        rest = scan.at;
    }
    crypto_generichash_update(hash, rest, (size_t)(end - rest));
    const uint8_t between[] = {0, (uint8_t)flags, (uint8_t)(flags >> 8), (uint8_t)(flags >> 16),
                               (uint8_t)(flags >> 24)};
    crypto_generichash_update(hash, between, sizeof between);
    crypto_generichash_update(hash, end, (size_t)(content->bytes + content->size - end));
}

void content_digest(const struct content *content, uint8_t digest[CONTENT_DIGEST_BYTES])
{
    crypto_generichash_state hash;
    if (!content->referral.number) {
        crypto_generichash(digest, CONTENT_DIGEST_BYTES, content->bytes, content->size, NULL, 0);
        return;
    }
    crypto_generichash_init(&hash, NULL, 0, CONTENT_DIGEST_BYTES);
    crypto_generichash_update(&hash, content->bytes, (size_t)(content->command.value - content->bytes));
    content_hash_referral(content, &hash);
    crypto_generichash_final(&hash, digest, CONTENT_DIGEST_BYTES);
}
