/* chain.h: the chain value of an event, which binds it to every event before it.
 *
 * An event has two forms, full and reduced (reduced.h), and the chain value binds the digests of both: so it
 * proves either form to a follower who has that form and the digest of the other. It is published: the ledger
 * stores it, the feed carries it, and everyone who keeps a copy of the events can compute it again.
 * proto/README.md says how. Pure: no memory is kept and nothing can fail; any thread.
 */
#ifndef CONCORDAT_CHAIN_H
#define CONCORDAT_CHAIN_H

#include <stddef.h>
#include <stdint.h>

/* The length of a chain value and of a digest. The value before event 1 is this many zero bytes. */
enum { CHAIN_BYTES = 32 };

/* An event as the feed carries it. Borrows. */
struct chained_event {
    const uint8_t
        *body; /* the exact bytes of a packed concordat.v1.Event, in the form that the follower gets */
    size_t size;
    const uint8_t *chain; /* CHAIN_BYTES: the chain value that is said to be its own; not checked yet */
    const uint8_t *other; /* CHAIN_BYTES: the digest that its other form is said to have */
};

/* The digest of one form of an event: BLAKE2b-256 of its exact bytes. */
void chain_digest(const uint8_t *form, size_t size, uint8_t digest[CHAIN_BYTES]);

/* chain = BLAKE2b-256(previous || reduced || full): the digests of the two forms of the event. `chain` may be
 * any of the three. */
void chain_next(const uint8_t previous[CHAIN_BYTES], const uint8_t reduced[CHAIN_BYTES],
                const uint8_t full[CHAIN_BYTES], uint8_t chain[CHAIN_BYTES]);

#endif
