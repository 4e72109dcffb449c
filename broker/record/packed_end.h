/* packed_end.h: how a case ended, was to end, was reopened or passed on, as the messages that the ledger
 * keeps. */
#ifndef CONCORDAT_RECORD_PACKED_END_H
#define CONCORDAT_RECORD_PACKED_END_H

#include "broker/core/state.h"
#include "concordat/v1/event.pb-c.h"

/* The storage of one of them. */
struct packed_end {
    union {
        Concordat__V1__Closed closed;
        Concordat__V1__Withdrawn withdrawn;
        Concordat__V1__Reopened reopened;
        Concordat__V1__PassedOn passed_on;
        Concordat__V1__ClosingAsked asked;
        Concordat__V1__KeptOpen kept_open;
    } is;
};

/* Fills the part, and lets the message borrow it. */
void end_pack(const struct event *event, const struct state *state, struct packed_end *part,
              Concordat__V1__Event *message);
/* Reads one back, borrowing its texts; false if nobody knows a team or a coordinator that it names. */
bool end_read(const Concordat__V1__Event *message, const struct state *state, struct event *event);

#endif
