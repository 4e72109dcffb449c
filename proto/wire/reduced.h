/* reduced.h: what an auditor gets of an event: without the facts by which somebody who is known otherwise
 * could be found in it.
 *
 * The reduced form of an event is an Event again, so whatever reads events reads both forms. It follows from
 * the bytes of the full form alone. Each field is dropped unless the table in reduced.c says what becomes of
 * it; proto/README.md says the same for people. Pure: no memory is kept, any thread.
 */
#ifndef CONCORDAT_REDUCED_H
#define CONCORDAT_REDUCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/chain.h"

enum { REDUCED_HOUR_MS = 60 * 60 * 1000 };

/* Makes the reduced form of `size` bytes, a packed concordat.v1.Event, in `out`, which has room for as many:
 * the reduced form is never longer. Returns its size; 0 if the bytes are no event. */
size_t reduced_event(const uint8_t *full, size_t size, uint8_t *out);

/* The digest of the reduced form (chain.h), which is made in `scratch`: room for `size` bytes. False if the
 * bytes are no event. */
bool reduced_digest(const uint8_t *full, size_t size, uint8_t *scratch, uint8_t digest[CHAIN_BYTES]);

#endif
