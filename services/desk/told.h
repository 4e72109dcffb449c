/* told.h: what a referrer was shown of a case: the request that says so, and which news is new.
 *
 * The time until a referrer has been told who will come is one of the clocks. Structs are the caller's, of
 * one thread; messages are borrowed.
 */
#ifndef CONCORDAT_DESK_TOLD_H
#define CONCORDAT_DESK_TOLD_H

#include <stdbool.h>

#include "proto/wire/wire.h"

/* The status that a message shows: a status by itself, or that of an answer that was done; otherwise NULL. */
const Concordat__V1__CaseStatus *told_status(const Concordat__V1__Message *message);

struct told_request {
    Concordat__V1__Request request;
    Concordat__V1__Told told;
    uint8_t id[WIRE_ID_BYTES];
};

/* Makes the request that says which state the message showed to somebody of that role; nothing of the message
 * is kept. False if there is nothing to say: no state of the router's was shown, or not to a referrer. */
bool told_make_request(struct told_request *told, const Concordat__V1__Message *message,
                       Concordat__V1__Role role);

/* The state of one case as a referrer was shown it last. Begins as zeros and the case's id. */
struct told_case {
    uint8_t id[WIRE_ID_BYTES];
    bool received, accepted, lease_warned;
    Concordat__V1__State state;
    uint32_t attempt;
    int64_t act_by_ms, expected_arrival_ms; /* since 1970-01-01 UTC */
    char owner[64], taken_by[64];
};

/* True if the message is news of the case from the router. A case without a state is at the intake only. */
bool told_case_concerns(const struct told_case *told, const Concordat__V1__Message *message);
/* Notes a status as shown. False if it says nothing that was not shown before. */
bool told_case_note(struct told_case *told, const Concordat__V1__CaseStatus *status);

#endif
