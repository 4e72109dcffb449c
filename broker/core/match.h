/* match.h: which team is asked next, and what was found of every team that was looked at.
 *
 * Hard needs first, in the order of enum consideration: pathway, age, need, language, hours, presence,
 * capacity, and whether it has been asked in this round of the ladder. Then rank, in match.c's one function:
 * not the team asked last, then least asked, nearest rung, soonest usual arrival, least load, longest since
 * last asked. A capacity claim that is too old counts as unknown, and an unknown capacity is asked, never
 * passed over.
 */
#ifndef CONCORDAT_CORE_MATCH_H
#define CONCORDAT_CORE_MATCH_H

#include "broker/core/directory.h"

struct match {
    uint16_t team;           /* slot of the team to ask; SLOT_NONE where none can be */
    enum hold_reason reason; /* where none can be */
    int64_t look_again_ms;   /* where none can be: when the reason for passing over a team may end; 0 */
    struct consideration_list considered;
};

void match_find(const struct directory *directory, const struct state *state, const struct referral *referral,
                int64_t now_ms, struct match *match);

/* What is found of one team for this referral, as match_find would find it. */
enum consideration match_consider(const struct directory *directory, const struct state *state,
                                  const struct referral *referral, uint16_t team, int64_t now_ms,
                                  struct considered *considered);

#endif
