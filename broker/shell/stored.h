/* stored.h: the stored content of a case: the referral in an event, and the confidential part beside it.
 *
 * An event of this turn is still in its batch; older ones are read from the ledger. Nothing is unpacked.
 */
#ifndef CONCORDAT_STORED_H
#define CONCORDAT_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/spliced.h"

struct broker;

/* The referral of event `seq`, to be spliced into a message as field `number`. False if the event has none,
 * or cannot be read. Borrowed, as is all that stored_confidential returned, until the next call of this. */
bool stored_referral(struct broker *broker, uint64_t seq, uint32_t number, spliced_field *referral);

/* The packed Confidential beside event `seq`; NULL if there is none, or it cannot be read. Borrowed until the
 * next call of stored_referral, or change of the turn's batch. */
const uint8_t *stored_confidential(struct broker *broker, uint64_t seq, size_t *size);

#endif
