/* waiting.h: which of the cases that wait for a team is matched next: the most urgent first, then the origin
 * with the fewest offers at that moment, then the oldest. So origins take turns.
 *
 * The cases are collected and sorted once for each rematch, into lanes of one rank and one origin; which lane
 * comes next is asked anew for each case, because each offer changes it. Collecting is one walk over the open
 * cases. A case that comes to wait later is not among them: an event says then that there is hope again.
 */
#ifndef CONCORDAT_CORE_WAITING_H
#define CONCORDAT_CORE_WAITING_H

#include "broker/core/state.h"

struct waiting {
    struct table cases, lanes;
    uint32_t lane; /* the first lane that is not exhausted; its rank is the one whose turn it is */
    uint64_t seq;  /* of the state, when the offers of each lane's origin were counted */
};

void waiting_open(struct waiting *waiting);
void waiting_close(struct waiting *waiting);
/* Collects the cases that wait now. False if memory is short: there are none then. */
bool waiting_collect(struct waiting *waiting, const struct state *state);
/* Takes out the next case that still waits; NULL if none is left. */
const struct referral *waiting_next(struct waiting *waiting, const struct state *state);

#endif
