/* changes.h: what was changed in a case and has not been seen, beside its status.
 *
 * The event of the latest update has the list: its own changes, and those before it that nobody had said they
 * saw. The state has only the mark. So a status is packed as ever, and only that of a case with such changes
 * is packed with what the ledger has.
 */
#ifndef CONCORDAT_CHANGES_H
#define CONCORDAT_CHANGES_H

#include "broker/shell/messages.h"
#include "proto/wire/spliced.h"
#include "proto/wire/wire.h"

struct broker;

/* The event that the facts of an open case are read from; NULL if it cannot be read. Lies in stored_arena. */
const Concordat__V1__Event *changes_facts_event(struct broker *broker, const struct referral *referral);

/* The status of a case with the changes, and the messages of its reader, that have not been seen, to be
 * spliced into a message as field `number`. Borrowed until the next call, and until stored_referral is
 * called. False if there is no such case.
 */
bool changes_status(struct broker *broker, struct any_case of, const struct case_reader *reader,
                    uint32_t number, spliced_field *field);

#endif
