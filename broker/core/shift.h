/* shift.h: who is on shift at a team or a coordinator's desk, and a handover that two people sign. */
#ifndef CONCORDAT_CORE_SHIFT_H
#define CONCORDAT_CORE_SHIFT_H

#include "broker/core/state.h"

/* The people on shift there: ON_SHIFT_MAX rows, of which those behind the last person are zero. One of the
 * two slots is SLOT_NONE. Borrowed. */
const struct on_shift *shift_people(const struct state *state, uint16_t team, uint16_t coordinator);
/* The row of a person; NULL: they are not on shift. */
const struct on_shift *shift_find(const struct on_shift *people, const char *person);
/* Whether a team or desk has the case in hand. A drill is nobody's to hand over. */
bool shift_has_in_hand(const struct referral *referral, uint16_t team, uint16_t coordinator);
/* Whether it has the case in hand, or is the coordinator who answers for it while a team has it: a handover
 * lists both. */
bool shift_concerns(const struct referral *referral, uint16_t team, uint16_t coordinator);
/* The latest handover there that both signed. Borrowed. */
const struct handed_over *shift_handed(const struct state *state, uint16_t team, uint16_t coordinator);
/* Tells in words what is wrong with the rows; NULL: nothing. */
const char *shift_check(const struct on_shift *people, int64_t at_ms);

#endif
