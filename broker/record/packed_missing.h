/* packed_missing.h: that a person is missing, found, or could not be reached, as a message. */
#ifndef CONCORDAT_RECORD_PACKED_MISSING_H
#define CONCORDAT_RECORD_PACKED_MISSING_H

#include "broker/core/event.h"
#include "concordat/v1/event.pb-c.h"

/* Fill in a message that has been initialised; team: the id of the one that had the case, borrowed. */
void missing_pack(const struct event *event, char *team, Concordat__V1__WentMissing *message);
void missing_pack_found(const struct event *event, char *team, Concordat__V1__Found *message);
void tried_pack(const struct event *event, Concordat__V1__ContactTried *message);

#endif
