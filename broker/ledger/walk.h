/* walk.h: stored events in their order, each checked against the chain, wherever they are stored.
 */
#ifndef CONCORDAT_WALK_H
#define CONCORDAT_WALK_H

#include "broker/ledger/ledger.h"

/* Start with zeros, or at an event that is known to be right. */
struct walk {
    uint64_t seq;               /* the event that was checked last; 0 at the beginning */
    uint8_t chain[CHAIN_BYTES]; /* its chain value; zeros at the beginning */
};

enum walk_end {
    WALK_GOOD,
    WALK_ALTERED, /* the event after walk->seq is missing, or is not what was written */
    WALK_FAILED   /* it could not be read */
};

/* One event as it is stored; borrowed. */
struct walked {
    uint64_t seq;
    const uint8_t *chain, *reduced; /* CHAIN_BYTES each */
    const uint8_t *body;
    size_t size;
};

/* Whether this is the event after walk->seq, as it was written: then the walk has come to it. */
bool walk_step(struct walk *walk, const struct walked *event);

/* Tells a person that event `seq` is not what was written. */
void walk_say_altered(uint64_t seq, char *message, size_t message_size);

#endif
