/* match.h: which team is asked next, and what was found about every team that was looked at.
 *
 * Hard needs come first, in the order of enum consideration (finding_of in match.c): pathway, age, need,
 * language, hours, presence, capacity, and whether the team has been asked in this round of the ladder. Then
 * the teams are ranked (ranks_before): not the team asked last, then least asked, nearest rung, soonest
 * usual arrival, least load, longest since last asked. A capacity claim that is too old counts as unknown,
 * and a team of unknown capacity is asked, never passed over. If no team can be asked and some are full,
 * share.h says whether another origin has to give up a place.
 */
#ifndef CONCORDAT_CORE_MATCH_H
#define CONCORDAT_CORE_MATCH_H

#include "broker/core/directory.h"

struct match {
    uint16_t team;           /* slot of the team to ask; SLOT_NONE: none can be asked */
    enum hold_reason reason; /* why none can be asked */
    int64_t look_again_ms; /* if none can be asked: when the reason for passing over a team may end; 0: not by
                              itself */
    struct consideration_list considered;
};

void match_find(const struct directory *directory, const struct state *state, const struct referral *referral,
                int64_t now_ms, struct match *match);

/* Finds out about one team for this referral what match_find would find. */
enum consideration match_consider(const struct directory *directory, const struct state *state,
                                  const struct referral *referral, uint16_t team, int64_t now_ms,
                                  struct considered *considered);

/* Whether a finding says that the rules would not send such a person to the team: by pathway, age, need or
 * language. That it is shut, away, full or was asked before is none. */
bool match_is_not_for(enum consideration finding);

/* Whether a is asked before b. */
bool match_ranks_before(const struct directory *directory, const struct state *state,
                        const struct referral *referral, const struct considered *a,
                        const struct considered *b);

/* Whether a team that is full would have a place if one of its live offers ended. */
bool match_one_offer_less_frees(const struct directory *directory, const struct state *state, uint16_t team,
                                int64_t now_ms);

#endif
