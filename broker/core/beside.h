/* beside.h: what is asked for beside the team that comes, such as an AMHP, an interpreter or a bed: the
 * states of such a request.
 *
 *   NEEDED ----> ASKED ----> YES ----> ON THE WAY ----> DONE
 *                 ^ |         |            |
 *                 | +-> NO <--+------------+      a no can come at any time, and asks for the next step
 *                 +-----+
 *
 *   CANCELLED: from each of them but DONE. What is over may be needed or asked for again.
 *
 * The table in beside.c says which may follow which. Until a yes the request is ours: nobody else is looking,
 * so that whoever has the case and its coordinator are reminded of it. A request changes nothing about who
 * owns the case, and no case waits for it.
 */
#ifndef CONCORDAT_CORE_BESIDE_H
#define CONCORDAT_CORE_BESIDE_H

#include "broker/core/referral.h"

/* How many rows are in use, or were; the others are behind them and have nothing. Most cases have none, so
 * that nobody walks or copies the others. */
static inline int beside_rows(const struct referral *referral)
{
    return referral->beside_count < BESIDE_MAX ? referral->beside_count : BESIDE_MAX;
}

/* Whether nobody has said yes, so that somebody of ours must ask, or ask others. */
bool beside_is_ours(enum beside_state state);

/* The request of a kind that a step is about: the one with the number, if a number is given; otherwise the
 * latest of that kind that the step can follow. NULL if there is none. */
const struct beside *beside_find(const struct referral *referral, enum beside_what what,
                                 enum beside_state step, uint32_t request);
/* Whether a request of that kind is not over. */
bool beside_is_live(const struct referral *referral, enum beside_what what);

/* Whether an event about a request can come. */
bool beside_can_follow(const struct referral *referral, const struct event *event);
/* Change the case as the event says; for the table of event_kinds.c. */
void beside_apply(struct referral *referral, const struct event *noted);
void beside_apply_chased(struct referral *referral, const struct event *chased);

/* When somebody must be reminded of a request; INT64_MAX if never. */
int64_t beside_due(const struct referral *referral);

#endif
