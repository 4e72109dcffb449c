/* packed_duty.h: what happens among the coordinators on duty, as the messages that the ledger keeps. */
#ifndef CONCORDAT_RECORD_PACKED_DUTY_H
#define CONCORDAT_RECORD_PACKED_DUTY_H

#include "broker/core/state.h"
#include "concordat/v1/event.pb-c.h"

/* The storage of one of them. */
struct packed_duty {
    char *also[ESCALATE_MAX];
    union {
        Concordat__V1__Reminded reminded;
        Concordat__V1__PassedOver passed;
        Concordat__V1__Acknowledged acknowledged;
        Concordat__V1__AskedAgain asked_again;
        Concordat__V1__TeamSilent silent;
    } is;
};

/* Fills the part, and lets the message borrow it. */
void duty_pack(const struct event *event, const struct state *state, struct packed_duty *part,
               Concordat__V1__Event *message);
/* False if a code is none that the core knows, or nobody knows the coordinator or the team. */
bool duty_read(const Concordat__V1__Event *message, const struct state *state, struct event *event);

#endif
