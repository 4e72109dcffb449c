/* state_check.h: whether the state's books add up: every count, index, deadline and link, against the rows.
 *
 * Comparing two states does not find such a fault: two that were counted wrong in the same way are equal. A
 * fault is a bug of the core, or a snapshot of a broker that had one. The functions return it in words for a
 * person, in static storage, or NULL. They change nothing. If memory is short they do not recount the teams.
 */
#ifndef CONCORDAT_CORE_STATE_CHECK_H
#define CONCORDAT_CORE_STATE_CHECK_H

#include "broker/core/state.h"

/* Checks the open cases and all that is kept about them: 7 ms for 10 000, however many cases have ended. */
const char *state_check_open(const struct state *state);

/* Checks that, and every ended case, remembered command, cover and name: half a second for a million of each.
 */
const char *state_check(const struct state *state);

#endif
