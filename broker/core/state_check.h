/* state_check.h: whether the state's books add up: every count, index, deadline and link, against the rows.
 *
 * All of it follows from the rows, and nothing of it is found out by comparing states: two that were counted
 * wrong in the same way are equal. A fault is a bug of the core or a broken snapshot. It is told in words for
 * a person, in static storage; NULL if there is none. Nothing is changed. If memory is short, the counts of
 * teams are passed over.
 */
#ifndef CONCORDAT_CORE_STATE_CHECK_H
#define CONCORDAT_CORE_STATE_CHECK_H

#include "broker/core/state.h"

/* Open cases and all that is kept about them: milliseconds, however many cases have ended. */
const char *state_check_open(const struct state *state);

/* That, and every ended case, remembered command and name: half a second for a million of both. */
const char *state_check(const struct state *state);

#endif
