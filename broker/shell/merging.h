/* merging.h: an update laid over what is stored of its case, before the core decides about it.
 *
 * A source says what is new; the event of the update holds the whole that results, and which fields changed.
 * The confidential part is opened, laid over likewise, and sealed anew with the event. Here alone the two
 * come together: an intake keeps and delivers an update as its device sent it.
 */
#ifndef CONCORDAT_MERGING_H
#define CONCORDAT_MERGING_H

#include "broker/core/command.h"
#include "broker/record/record.h"
#include "broker/shell/asking.h"

struct broker;

/* Makes of an Update's command one with the whole that results, if its case is open and its sender's: any
 * other is for the core to refuse, and one that was carried out before to be told. `content` borrows from the
 * request's arena then. REFUSAL_BAD_VALUE: merging_fault says why; REFUSAL_ALTERED, REFUSAL_SEALED: what it
 * is to be laid over cannot be read; REFUSAL_TOO_LARGE. */
enum refusal merging_lay(struct broker *broker, const struct asking *asking, struct record_content *content,
                         struct command *command);
/* Why the last call refused with BAD_VALUE, for the sender. */
const char *merging_fault(const struct broker *broker);

/* Whether an update that was carried out before, as event `seq`, told the same: laid over what was stored
 * then, it changes nothing of it. True too if that cannot be opened any more. */
bool merging_is_as_told(struct broker *broker, const struct asking *asking, const uint8_t *referral,
                        uint64_t seq);

#endif
