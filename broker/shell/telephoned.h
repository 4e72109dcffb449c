/* telephoned.h: a referral that a coordinator enters for somebody who rang: whose it is, and what the intake
 * of its source would have made good.
 */
#ifndef CONCORDAT_TELEPHONED_H
#define CONCORDAT_TELEPHONED_H

#include "broker/core/command.h"
#include "broker/record/record.h"
#include "broker/shell/asking.h"

struct broker;

/* Completes a Submit's command, if it is such a referral: a key that is no source's is left out, because a
 * slip in a name turns nobody away. `content` borrows from the request's arena then. */
enum refusal telephoned_complete(struct broker *broker, const struct asking *asking,
                                 struct record_content *content, struct command *command);
/* The source whose detail a referral has to be of: the one that the sender's key speaks for or, of a
 * coordinator, the one that the referral or the caller's key names. */
Concordat__V1__Source telephoned_source(const struct broker *broker, const struct asking *asking);
/* What its sender is told besides: that the caller is not known. NULL: nothing. */
const char *telephoned_note(const struct asking *asking, const struct command *command);
/* Why such a referral is refused, in words; NULL: the refusal says it. */
const char *telephoned_fault(const struct asking *asking, enum refusal refusal);

#endif
