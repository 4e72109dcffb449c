/* confidential.h: the confidential part of a referral: salted on its way in, checked when it is read, and
 * handed out to those who may read it.
 *
 * The event commits to it by a salted digest; the part itself stands beside the ledger, so that it can be
 * erased while the chain still verifies. What the ledger gives back is compared with that digest each time. A
 * part that does not match may be another person's: nobody is shown it, and the operator is told. This is the
 * one place where the shell looks into it.
 */
#ifndef CONCORDAT_CONFIDENTIAL_H
#define CONCORDAT_CONFIDENTIAL_H

#include "broker/record/record.h"
#include "broker/shell/asking.h"
#include "broker/shell/batch.h"
#include "proto/wire/spliced.h"

struct broker;

/* Makes ready what is kept beside the event of a submission or update, under a new salt, and puts its digest
 * into the content. The part borrows from the content. */
void confidential_salt(struct broker *broker, struct record_content *content, struct confidential_part *part);

/* The number to ring the referrer of an open case back, to be spliced into a message as field `number`. False
 * if there is none, or what is stored is not what came. Borrowed as stored_confidential says. */
bool confidential_callback(struct broker *broker, const struct referral *referral, uint32_t number,
                           spliced_field *callback);

/* Notes that a peer, who may, has asked for the record of a case; `reader` is a coordinator who reads beyond
 * their areas, otherwise SLOT_NONE. False if the turn has no room for it. */
bool confidential_ask_record(struct broker *broker, const struct answer_to *to, const uint8_t *referral,
                             uint16_t reader);
/* Packs the records that were asked for in this turn; a record that is not what came is refused. */
void confidential_pack_records(struct broker *broker);

#endif
