/* token_bucket.h: how much of something one key may do, and when it may try again.
 *
 * A bucket holds at most `burst` tokens and gains one each `each_us`. A request takes one or more, or, if
 * there are too few, none; then its sender is told when to try again. Senders that are refused at the same
 * time are told different times, so that they do not all come back at once. Pure: the caller gives the time,
 * which is monotonic. */
#ifndef CONCORDAT_TOKEN_BUCKET_H
#define CONCORDAT_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* The longest time that is told only because many were refused: the longest pause of a client between two
 * sendings (proto/README.md). */
enum { TOKEN_TOLD_MS_MAX = 30 * 1000 };

#define TOKEN_US_PER_SECOND INT64_C(1000000)

/* Both are at least 1. */
struct token_rate {
    int64_t each_us;
    uint32_t burst;
};

/* All zero at first: full. */
struct token_bucket {
    int64_t full_us; /* when it will be full */
    int64_t told_us; /* the latest time that a sender was told */
};

/* Takes `cost` tokens, or as many as the bucket can hold if that is less. Returns 0 if they were there; or
 * else takes none, and returns after how many ms (1 or more) the sender is to try again. */
int64_t token_bucket_take(struct token_bucket *bucket, struct token_rate rate, uint32_t cost, int64_t now_ms);
/* How many tokens are there now. */
uint32_t token_bucket_left(const struct token_bucket *bucket, struct token_rate rate, int64_t now_ms);
/* Whether nothing of the past matters any more: the bucket is as good as new. */
bool token_bucket_is_full(const struct token_bucket *bucket, int64_t now_ms);

#endif
