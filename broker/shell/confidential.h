/* confidential.h: the one place where a text about a person is opened, for those who may read it.
 *
 * The event commits to each text by a digest; the text itself stands beside the event, sealed under the key
 * of its case, so that it can be erased while the chain still verifies. What is opened is compared with that
 * digest each time. A text that does not match may be another person's: nobody is shown it, and the operator
 * is told. Opened texts lie in stored_arena, which is wiped when it is used next.
 */
#ifndef CONCORDAT_CONFIDENTIAL_H
#define CONCORDAT_CONFIDENTIAL_H

#include "broker/record/record.h"
#include "broker/shell/stored.h"
#include "proto/wire/spliced.h"

struct broker;

/* Whether the text of a command that was carried out before is the one that was told then. True too if that
 * cannot be opened any more: nobody can say otherwise. */
bool confidential_is_as_told(struct broker *broker, const uint8_t *referral, uint64_t seq,
                             const struct record_content *content);

/* The number to ring the referrer of an open case back, to be spliced into a message as field `number`. False
 * if there is none, or what is stored is not what came. Borrowed until stored_referral is called. */
bool confidential_callback(struct broker *broker, const struct referral *referral, uint32_t number,
                           spliced_field *callback);

/* Opens a text that is sealed beside event `seq` of a case. Borrowed until stored_referral is called. */
enum stored_found confidential_open(struct broker *broker, struct any_case of, uint64_t seq,
                                    enum seal_part part, struct seal_opened *opened);

#endif
