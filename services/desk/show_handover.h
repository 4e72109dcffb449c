/* show_handover.h: a handover of shifts in plain words: who signed, what each signature listed, and how its
 * cases stand now. See show.h. */
#ifndef CONCORDAT_DESK_SHOW_HANDOVER_H
#define CONCORDAT_DESK_SHOW_HANDOVER_H

#include "services/desk/show.h"

/* What a team or desk hands over now. */
struct handover_now {
    const Concordat__V1__Board *board;             /* what stands beside its cases; NULL: not known */
    const Concordat__V1__CaseStatus *const *cases; /* all that its board has, in the order of the board */
    size_t case_count;
    const char *desk; /* the id of the team or coordinator */
    Concordat__V1__Role role;
};

/* A handover that was asked for again, as it was signed: both signatures, and each case as it stood then. */
void show_handed_over(struct sheet *sheet, const Concordat__V1__HandoverSheet *handover,
                      const struct showing *showing);
/* The same while it waits for a signature: who has the duty, each case as it is now, and plainly marked what
 * has changed since the first signature, if there is one. */
void show_handover_now(struct sheet *sheet, const Concordat__V1__HandoverSheet *handover,
                       const struct handover_now *now, const struct showing *showing);

#endif
