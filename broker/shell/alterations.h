/* alterations.h: what was stored and found altered when it was read.
 *
 * It is found while messages are packed, when the turn's events are written already; so it is noted, logged,
 * and becomes an event of the next turn. That event tells those whose case it is, and stands in the state, so
 * that nothing is told twice, not even after a restart.
 */
#ifndef CONCORDAT_ALTERATIONS_H
#define CONCORDAT_ALTERATIONS_H

#include "broker/core/event.h"
#include "broker/shell/ports.h"

struct broker;

/* referral: whose it is; NULL if it is of no case. */
void alterations_note(struct broker *broker, const struct altered *altered, const uint8_t *referral);
/* Notes an event that was read if the copies beside it are not what stands in it. */
void alterations_compare_copies(struct broker *broker, const struct ledger_event *event);
bool alterations_wait(const struct broker *broker);
void alterations_record(struct broker *broker, struct now now);

#endif
