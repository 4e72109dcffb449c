/* api_quota.c: see api_quota.h. */
#include "services/gateway/api_quota.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/server/token_bucket.h"
#include "services/gateway/limits.h"

struct api_quota {
    uint8_t key[crypto_shorthash_KEYBYTES]; /* nobody can choose two ids that share a place */
    struct token_bucket places[API_QUOTA_PLACES];
};

static const struct token_rate api_rate = {TOKEN_US_PER_SECOND / API_PER_SECOND, API_BURST};

struct api_quota *api_quota_open(void)
{
    struct api_quota *quota = calloc(1, sizeof *quota);
    if (quota)
        randombytes_buf(quota->key, sizeof quota->key);
    return quota;
}

void api_quota_close(struct api_quota **quota)
{
    free(*quota);
    *quota = NULL;
}

/* A whole quota is there again after the window, so what is left is never more than the policy says. */
static void say_person(struct http_request *request, uint32_t left, unsigned wait_s)
{
    char policy[HTTP_QUOTA_BYTES / 2], now[HTTP_QUOTA_BYTES / 2];
    snprintf(policy, sizeof policy, "\"person\";q=%d;w=%d", API_BURST, API_BURST / API_PER_SECOND);
    snprintf(now, sizeof now, "\"person\";r=%u;t=%u", left, wait_s);
    http_say_quota(request, policy, now);
}

unsigned api_quota_take(struct api_quota *quota, struct http_request *request, const char *person,
                        int64_t now_ms)
{
    uint64_t hash;
    crypto_shorthash((uint8_t *)&hash, (const uint8_t *)person, strlen(person), quota->key);
    struct token_bucket *bucket = &quota->places[hash % API_QUOTA_PLACES];
    unsigned wait_s = (unsigned)((token_bucket_take(bucket, api_rate, 1, now_ms) + 999) / 1000);
    say_person(request, wait_s ? 0 : token_bucket_left(bucket, api_rate, now_ms), wait_s ? wait_s : 1);
    return wait_s;
}

void api_quota_say_desk(struct http_request *request, unsigned wait_s)
{
    char now[HTTP_QUOTA_BYTES / 2];
    snprintf(now, sizeof now, "\"desk\";r=0;t=%u", wait_s);
    http_say_quota(request, NULL, now);
}
