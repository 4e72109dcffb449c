/* chain.h: the chain value of an event, which binds it to every event before it.
 *
 * It is published: the ledger stores it, the feed carries it, and everyone who keeps a copy of the events can
 * compute it again. proto/README.md says how. Pure: no memory is kept and nothing can fail; any thread.
 */
#ifndef CONCORDAT_CHAIN_H
#define CONCORDAT_CHAIN_H

#include <stddef.h>
#include <stdint.h>

/* The length of a chain value. The value before event 1 is this many zero bytes. */
enum { CHAIN_BYTES = 32 };

/* An event as the ledger keeps it and the feed carries it. Borrows. */
struct chained_event {
    const uint8_t *body; /* the exact bytes of a packed concordat.v1.Event */
    size_t size;
    const uint8_t *chain; /* CHAIN_BYTES: the chain value that is said to be its own; not checked yet */
};

/* chain = BLAKE2b-256(previous || event). `event` are the exact bytes of a packed concordat.v1.Event, `size`
 * of them. `chain` may be `previous` itself. */
void chain_next(const uint8_t previous[CHAIN_BYTES], const uint8_t *event, size_t size,
                uint8_t chain[CHAIN_BYTES]);

#endif
