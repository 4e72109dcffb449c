/* packed_check_in.h: a check-in as a message. */
#ifndef CONCORDAT_RECORD_PACKED_CHECK_IN_H
#define CONCORDAT_RECORD_PACKED_CHECK_IN_H

#include "broker/core/event.h"
#include "concordat/v1/event.pb-c.h"

/* Fills in a message that has been initialised, and the instant that it points to; team: its id, borrowed. */
void check_in_pack(const struct event *event, char *team, Concordat__V1__Instant *occurred,
                   Concordat__V1__CheckedIn *message);

#endif
