/* chain.c: see chain.h. */
#include "proto/wire/chain.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

void chain_digest(const uint8_t *form, size_t size, uint8_t digest[CHAIN_BYTES])
{
    int rc = crypto_generichash(digest, CHAIN_BYTES, form, size, NULL, 0);
    assert(rc == 0);
}

void chain_next(const uint8_t previous[CHAIN_BYTES], const uint8_t reduced[CHAIN_BYTES],
                const uint8_t full[CHAIN_BYTES], uint8_t chain[CHAIN_BYTES])
{
    uint8_t all[3 * CHAIN_BYTES];
    memcpy(all, previous, CHAIN_BYTES);
    memcpy(all + CHAIN_BYTES, reduced, CHAIN_BYTES);
    memcpy(all + 2 * CHAIN_BYTES, full, CHAIN_BYTES);
    chain_digest(all, sizeof all, chain);
}
