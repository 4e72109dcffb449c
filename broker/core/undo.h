/* undo.h: a case that has ended, as it was before: so that an end that was wrong can be undone.
 *
 * While an end can be undone the state keeps the row of the case beside its ended one, as it was when the
 * event came that ended it. An event EVENT_REOPENED puts it back, with its number and its clocks, and is
 * applied to it as any other: the ended row goes, and those behind it move up. The rows are a ring: the
 * oldest is overwritten first, and its case cannot be reopened any more, as after its time.
 */
#ifndef CONCORDAT_CORE_UNDO_H
#define CONCORDAT_CORE_UNDO_H

#include "broker/core/state.h"

/* Until when a case can be reopened, inclusive, by the ledger's time; 0: it cannot. */
int64_t undo_until_ms(const struct state *state, const struct ended_case *ended);
/* The case as it would be again, with what was recorded of it since it ended. undo_until_ms is not 0. */
void undo_find(const struct state *state, const struct ended_case *ended, struct referral *was);

/* For state_apply and what it calls. Before the event that ends a case: keeps it as it is, if the event says
 * that it can be undone. Returns what goes into ended_case.undo. */
uint32_t undo_keep(struct state *state, const struct referral *referral, const struct event *event);
/* Takes the ended row out, with what was kept of it. */
void undo_take_out(struct state *state, const struct ended_case *ended);
/* An erased case is not reopened. */
void undo_forget(struct state *state, const struct ended_case *ended);

/* Tells in words what is wrong; NULL: nothing. */
const char *undo_check(const struct state *state);

#endif
