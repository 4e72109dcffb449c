/* own_referral.c: see own_referral.h. */
#include "broker/shell/own_referral.h"

#include "broker/shell/inside.h"
#include "proto/wire/spliced.h"

enum { LENGTH_BYTES_MAX = 5, EVENT_REFERRAL_FIELD = 1 };

/* A message with its length before it, as a packed field has it. */
bool own_referral_put(struct broker *b, const Concordat__V1__Referral *referral,
                      struct record_content *content)
{
    size_t size = concordat__v1__referral__get_packed_size(referral), left = size;
    uint8_t *bytes = arena_take(&b->request_arena, LENGTH_BYTES_MAX + size), *at = bytes;
    if (!bytes)
        return false;
    for (; left >= 0x80; left >>= 7)
        *at++ = (uint8_t)(left | 0x80);
    *at++ = (uint8_t)left;
    at += concordat__v1__referral__pack(referral, at);
    content->referral = spliced_as(EVENT_REFERRAL_FIELD, bytes, (size_t)(at - bytes));
    return true;
}
