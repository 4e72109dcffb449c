/* status.h: who holds a case and whom to ring, as everybody is told it. */
#ifndef CONCORDAT_STATUS_H
#define CONCORDAT_STATUS_H

#include "broker/core/directory.h"
#include "broker/core/state.h"
#include "proto/wire.h"
#include "proto/words.h"

/* The message with the little text that it needs; valid as long as state and directory are unchanged. */
struct status {
    Concordat__V1__CaseStatus message;
    char number[NUMBER_TEXT_BYTES];
};

void status_of_referral(struct status *status, const struct state *state, const struct directory *directory,
                        const struct referral *referral);
void status_of_ended(struct status *status, const struct state *state, const struct directory *directory,
                     const struct ended_case *ended);
/* Whichever of the two it is; false where there is no such case. */
bool status_of(struct status *status, const struct state *state, const struct directory *directory,
               const uint8_t *referral_id);

#endif
