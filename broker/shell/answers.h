/* answers.h: what a request is answered with: that it was done, or why not. Answers go out with the turn; one
 * that finds no memory is left out, and its sender asks again. */
#ifndef CONCORDAT_ANSWERS_H
#define CONCORDAT_ANSWERS_H

#include "broker/core/codes.h"
#include "broker/shell/asking.h"
#include "proto/wire/wire.h"

struct broker;

/* Says that a request was done, with the status of the case that it is about; referral NULL: it is about
 * none. */
void answers_done(struct broker *broker, const struct answer_to *to, const struct done *done,
                  const uint8_t *referral);
/* Says that a Cover was done, and what holds now. */
void answers_covered(struct broker *broker, const struct answer_to *to, const struct done *done,
                     Concordat__V1__Covered *covered);

/* Refuses a request in the refusal's own words (refusal_text.h), with the status of a case that its sender
 * may be told of; referral NULL: none. There is always somebody to ring. */
void answers_refuse(struct broker *broker, const struct answer_to *to, enum refusal refusal,
                    const uint8_t *referral);
/* The same in other words. */
void answers_refuse_saying(struct broker *broker, const struct answer_to *to, enum refusal refusal,
                           const char *text, const uint8_t *referral);
/* Refuses a request with TOO_MANY, and says after how long to try again. */
void answers_refuse_until(struct broker *broker, const struct answer_to *to, int64_t wait_ms);

#endif
