/* packed_duty.h: what happens among the coordinators on duty, as the messages that the ledger keeps. */
#ifndef CONCORDAT_RECORD_PACKED_DUTY_H
#define CONCORDAT_RECORD_PACKED_DUTY_H

#include "broker/core/state.h"
#include "concordat/v1/event.pb-c.h"

/* The storage of one of them. */
struct packed_duty {
    union {
        Concordat__V1__PassedOver passed;
        Concordat__V1__Acknowledged acknowledged;
        Concordat__V1__AskedAgain asked_again;
        Concordat__V1__TeamSilent silent;
    } is;
};

/* Fills the part, and lets the message borrow it. */
void duty_pack(const struct event *event, const struct state *state, struct packed_duty *part,
               Concordat__V1__Event *message);

#endif
