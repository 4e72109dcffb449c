/* cover.h: whose cases a coordinator sees: the one home of that rule.
 *
 * A case is a coordinator's if they coordinate it, if its area is one of theirs in the directory, or if they
 * cover its area now, or if they were told of it because its own coordinator did not answer. Covering is how
 * a coordinator helps a neighbour: on purpose, for a time, and recorded as an event. It changes nothing about
 * who owns a case. It ends by its time, and no event says so. Times are the ledger's, UTC milliseconds.
 */
#ifndef CONCORDAT_CORE_COVER_H
#define CONCORDAT_CORE_COVER_H

#include "broker/core/directory.h"
#include "broker/core/state.h"

/* The latest cover of an area by a coordinator, also if it has ended; NULL if there was none. Borrowed until
 * the state changes. */
const struct cover *cover_find(const struct state *state, uint16_t coordinator, uint16_t area);
/* False for NULL too. */
bool cover_is_live(const struct cover *cover, int64_t now_ms);

/* Whether a case, open or ended, is the coordinator's. False if there is no such case. */
bool cover_shows_case(const struct state *state, const struct directory *directory, uint16_t coordinator,
                      struct any_case of, int64_t now_ms);

#endif
