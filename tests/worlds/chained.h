/* chained.h: the chain value of an event, as the broker makes it of the full form. For tests. */
#ifndef CONCORDAT_CHAINED_H
#define CONCORDAT_CHAINED_H

#include "proto/wire/chain.h"

/* Gives the digest of the event's reduced form, and its chain value behind `previous` (NULL: it is event 1).
 * `chain` may be `previous`. */
void chained_full(const uint8_t *previous, const uint8_t *body, size_t size, uint8_t reduced[CHAIN_BYTES],
                  uint8_t chain[CHAIN_BYTES]);

#endif
