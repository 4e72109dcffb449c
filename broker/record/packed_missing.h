/* packed_missing.h: that a person is missing, found, or could not be reached, as messages. */
#ifndef CONCORDAT_RECORD_PACKED_MISSING_H
#define CONCORDAT_RECORD_PACKED_MISSING_H

#include "broker/core/state.h"
#include "concordat/v1/event.pb-c.h"

/* The storage of one of them. */
struct packed_missing {
    union {
        Concordat__V1__WentMissing missing;
        Concordat__V1__Found found;
        Concordat__V1__ContactTried tried;
        Concordat__V1__TriesUsedUp used_up;
    } is;
};

/* Fills the part, and lets the message borrow it. */
void missing_pack(const struct event *event, const struct state *state, struct packed_missing *part,
                  Concordat__V1__Event *message);
/* False if a code or a number is none that the core knows, or nobody knows the team. */
bool missing_read(const Concordat__V1__Event *message, const struct state *state, struct event *event);

#endif
