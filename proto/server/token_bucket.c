/* token_bucket.c: how much of something one key may do, and when it may try again. */
#include "proto/server/token_bucket.h"

#include <assert.h>

enum { US_PER_MS = 1000 };

static int64_t later_us(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The time to tell a sender for whom there will be enough tokens at enough_us: after those who were told
 * before. */
static int64_t time_to_tell(struct token_bucket *bucket, int64_t price_us, int64_t enough_us, int64_t now_us)
{
    int64_t most_us = later_us(enough_us, now_us + (int64_t)TOKEN_TOLD_MS_MAX * US_PER_MS);
    int64_t told_us = later_us(enough_us, bucket->told_us + price_us);
    bucket->told_us = told_us < most_us ? told_us : most_us;
    return bucket->told_us;
}

int64_t token_bucket_take(struct token_bucket *bucket, struct token_rate rate, uint32_t cost, int64_t now_ms)
{
    assert(rate.each_us >= 1 && rate.burst >= 1);
    int64_t now_us = now_ms * US_PER_MS;
    int64_t price_us = rate.each_us * (cost < rate.burst ? cost : rate.burst);
    int64_t full_us = later_us(bucket->full_us, now_us) + price_us;
    int64_t enough_us = full_us - rate.each_us * rate.burst; /* when so many tokens will be there */
    if (enough_us <= now_us) {
        bucket->full_us = full_us;
        return 0;
    }
    int64_t wait_us = time_to_tell(bucket, price_us, enough_us, now_us) - now_us;
    return (wait_us + US_PER_MS - 1) / US_PER_MS;
}

uint32_t token_bucket_left(const struct token_bucket *bucket, struct token_rate rate, int64_t now_ms)
{
    int64_t missing_us = later_us(bucket->full_us - now_ms * US_PER_MS, 0);
    int64_t missing = (missing_us + rate.each_us - 1) / rate.each_us;
    return missing < rate.burst ? rate.burst - (uint32_t)missing : 0;
}

bool token_bucket_is_full(const struct token_bucket *bucket, int64_t now_ms)
{
    return later_us(bucket->full_us, bucket->told_us) <= now_ms * US_PER_MS;
}
