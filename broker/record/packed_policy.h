/* packed_policy.h: a loaded policy as the message that the ledger keeps. */
#ifndef CONCORDAT_RECORD_PACKED_POLICY_H
#define CONCORDAT_RECORD_PACKED_POLICY_H

#include "broker/core/event.h"
#include "concordat/v1/event.pb-c.h"

/* Packs the event with its policy into `out`. `message` has all but the policy. Returns the size; 0: there is
 * no room, or no memory. */
size_t policy_pack(const struct event *event, Concordat__V1__Event *message, uint8_t *out, size_t capacity);

#endif
