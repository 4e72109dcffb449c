/* walk.c: see walk.h. */
#include "broker/ledger/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool walk_step(struct walk *walk, const struct walked *event)
{
    uint8_t chain[CHAIN_BYTES];
    if (event->seq != walk->seq + 1)
        return false;
    chain_digest(event->body, event->size, chain);
    chain_next(walk->chain, event->reduced, chain, chain);
    if (memcmp(chain, event->chain, sizeof chain) != 0)
        return false;
    walk->seq++;
    memcpy(walk->chain, chain, sizeof chain);
    return true;
}

void walk_say_altered(uint64_t seq, char *message, size_t message_size)
{
    snprintf(message, message_size,
             "event %" PRIu64
             " is not what was written: it is missing, added or changed; keep this ledger as "
             "evidence and restore a backup",
             seq);
}
