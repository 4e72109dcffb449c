/* snapshots.h: the broker's snapshots, as its process takes them: one event when a snapshot begins, another
 * once it is written, and only then does it get its name. Between these steps the process may die, and
 * sometimes somebody puts a forged snapshot in its place. */
#ifndef CONCORDAT_SIMULATION_SNAPSHOTS_H
#define CONCORDAT_SIMULATION_SNAPSHOTS_H

#include "broker/core/event.h"
#include "broker/ledger/ledger.h"
#include "tests/simulation/random.h"

struct world;

enum snapshots_step { SNAPSHOTS_REST, SNAPSHOTS_BEGIN, SNAPSHOTS_ARE_WRITTEN };

struct snapshots {
    struct random random;
    enum snapshots_step step; /* of this turn */
    bool written;             /* a child has written one, or writes it until ready_ms */
    int64_t ready_ms;
    uint64_t of;
    uint8_t digest[STATE_DIGEST_BYTES], chain[CHAIN_BYTES];
};

void snapshots_open(struct world *world);
/* Before the commit of a turn: records what is to be recorded. Returns whether the turn must settle at once.
 */
bool snapshots_record(struct world *world);
/* After it, if all is well. */
void snapshots_settle(struct world *world);
/* The process has died: what its child was writing is lost. */
void snapshots_die(struct world *world);

#endif
