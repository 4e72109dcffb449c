/* chained.c: see chained.h. */
#include "tests/worlds/chained.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/wire/reduced.h"

void chained_full(const uint8_t *previous, const uint8_t *body, size_t size, uint8_t reduced[CHAIN_BYTES],
                  uint8_t chain[CHAIN_BYTES])
{
    static const uint8_t before_all[CHAIN_BYTES];
    uint8_t full[CHAIN_BYTES], *scratch = malloc(size);
    bool is_event = scratch && reduced_digest(body, size, scratch, reduced);
    assert(is_event);
    (void)is_event;
    free(scratch);
    chain_digest(body, size, full);
    chain_next(previous ? previous : before_all, reduced, full, chain);
}
