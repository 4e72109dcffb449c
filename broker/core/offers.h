/* offers.h: the live offers of each team as a list through the rows of their cases, and how many each origin
 * has.
 *
 * The list has no order that anybody may rely on. The state keeps both (state_apply), and state_check counts
 * them anew.
 */
#ifndef CONCORDAT_CORE_OFFERS_H
#define CONCORDAT_CORE_OFFERS_H

#include "broker/core/state.h"

/* Before the event that ends the live offer of a case, and after the one that makes it. */
void offers_end(struct state *state, struct referral *referral);
void offers_begin(struct state *state, struct referral *referral);

/* The case of a team's first live offer, and of the one after a case's; NULL: there is none. */
const struct referral *offers_first(const struct state *state, uint16_t team);
const struct referral *offers_next(const struct state *state, const struct referral *referral);

#endif
