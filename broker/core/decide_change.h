/* decide_change.h: what a change of a case's facts means for the team that is asked, or has the case; shared
 * by the decide_*.c files and by nobody else.
 */
#ifndef CONCORDAT_CORE_DECIDE_CHANGE_H
#define CONCORDAT_CORE_DECIDE_CHANGE_H

#include "broker/core/deciding.h"

/* Whether the team that has the case, or that a coordinator chose, would have been asked before these facts
 * and would not be any more. It keeps the case: people decide what follows. */
bool change_alters_who_comes(const struct deciding *d, const struct facts *after);

/* After an update has been applied: looks for a team for a case that waits; ends the ladder's offer to a team
 * that would not be asked any more, and asks the right one; leaves the team that stays asked no more time
 * than the urgency now allows. */
void change_match_anew(struct deciding *d, uint16_t area_before);

#endif
