/* chain.c: see chain.h. */
#include "proto/wire/chain.h"

#include <assert.h>
#include <sodium.h>

void chain_next(const uint8_t previous[CHAIN_BYTES], const uint8_t *event, size_t size,
                uint8_t chain[CHAIN_BYTES])
{
    crypto_generichash_state state;
    int rc = crypto_generichash_init(&state, NULL, 0, CHAIN_BYTES);
    rc |= crypto_generichash_update(&state, previous, CHAIN_BYTES);
    rc |= crypto_generichash_update(&state, event, size);
    rc |= crypto_generichash_final(&state, chain, CHAIN_BYTES);
    assert(rc == 0);
}
