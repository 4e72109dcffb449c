/* own_referral.h: a referral that the broker completed itself, so that its event has other bytes than came.
 */
#ifndef CONCORDAT_OWN_REFERRAL_H
#define CONCORDAT_OWN_REFERRAL_H

#include <stdbool.h>

#include "broker/record/record.h"

struct broker;

/* Packs the referral anew into the request's arena, for the event. False if there is no room. */
bool own_referral_put(struct broker *broker, const Concordat__V1__Referral *referral,
                      struct record_content *content);

#endif
