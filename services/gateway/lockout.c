/* lockout.c: see lockout.h. */
#include "services/gateway/lockout.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/limits.h"

/* After so many attempts that were not good, the next one must wait so long after the last. The longest is
 * short enough that a stranger who guesses does not keep somebody out for a shift; with it, guessing one of
 * the three codes that count takes nine years on average, for somebody who has the password already. */
static const struct lockout_row {
    unsigned attempts;
    int64_t wait_ms;
} lockout_rows[] = {{5, 60 * 1000}, {8, 5 * 60 * 1000}, {12, 15 * 60 * 1000}};

/* Attempts of so long ago say nothing any more. */
#define LOCKOUT_FORGET_MS INT64_C(86400000)

struct lockout {
    uint8_t key[crypto_shorthash_KEYBYTES]; /* nobody can choose two ids that share a place */
    struct lockout_place {
        int64_t last_ms;
        unsigned attempts;
    } places[LOCKOUT_PLACES];
};

struct lockout *lockout_open(void)
{
    struct lockout *lockout = calloc(1, sizeof *lockout);
    if (lockout)
        randombytes_buf(lockout->key, sizeof lockout->key);
    return lockout;
}

void lockout_close(struct lockout **lockout)
{
    free(*lockout);
    *lockout = NULL;
}

static struct lockout_place *lockout_place_of(struct lockout *lockout, const char *id)
{
    uint64_t hash;
    crypto_shorthash((uint8_t *)&hash, (const uint8_t *)id, strlen(id), lockout->key);
    return &lockout->places[hash % LOCKOUT_PLACES];
}

static int64_t wait_after(unsigned attempts)
{
    int64_t wait_ms = 0;
    for (size_t i = 0; i < sizeof lockout_rows / sizeof *lockout_rows; i++)
        if (attempts >= lockout_rows[i].attempts)
            wait_ms = lockout_rows[i].wait_ms;
    return wait_ms;
}

int64_t lockout_begin(struct lockout *lockout, const char *id, int64_t now_ms)
{
    struct lockout_place *place = lockout_place_of(lockout, id);
    if (place->attempts && now_ms - place->last_ms >= LOCKOUT_FORGET_MS)
        place->attempts = 0;
    int64_t left_ms = place->last_ms + wait_after(place->attempts) - now_ms;
    if (place->attempts && left_ms > 0)
        return left_ms;
    place->attempts++;
    place->last_ms = now_ms;
    return 0;
}

void lockout_good(struct lockout *lockout, const char *id)
{
    lockout_place_of(lockout, id)->attempts = 0;
}

void lockout_undo(struct lockout *lockout, const char *id)
{
    struct lockout_place *place = lockout_place_of(lockout, id);
    if (place->attempts)
        place->attempts--;
}
