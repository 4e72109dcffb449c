/* match.h: which team is asked next, and what was found about every team that was looked at.
 *
 * Hard is little (hard_finding in match.c): a detained person goes to a place of safety, and a place that is
 * only for detained people takes nobody else; a referrer's own team is not asked; while a team that comes is
 * sought, no voice is. What else a team is not there for (pathway, language, need, age) is a difference, a
 * bit each. First the teams without any are looked at: their hours, presence, capacity, and whether they have
 * been asked in this round of the ladder. If none of them can be asked, the same is found of the teams that
 * differ, and the best of them is asked: a difference is said to everybody, and never leaves nobody. Teams
 * are ranked (ranks_before): no difference of age, not the team asked last, then least asked, least
 * difference, nearest rung, soonest usual arrival, least load, longest since last asked. A capacity claim
 * that is too old counts as unknown, and a team of unknown capacity is asked, never passed over. If no team
 * can be asked and some are full, share.h says whether another origin has to give up a place.
 */
#ifndef CONCORDAT_CORE_MATCH_H
#define CONCORDAT_CORE_MATCH_H

#include "broker/core/directory.h"

/* What a team is not there for: bits, the heavier the greater. */
enum {
    DIFFERS_PATHWAY = 1 << 0,
    DIFFERS_LANGUAGE = 1 << 1,
    DIFFERS_NEED = 1 << 2,
    DIFFERS_AGE = 1 << 3,
    DIFFERS_ONLY_DETAINED = 1 << 4, /* the team takes nobody else, and the person is not detained */
    DIFFERS_DETENTION = 1 << 5,     /* the person is detained, and the team takes nobody who is */
    DIFFERENCES = 6
};
extern const enum consideration match_differences[DIFFERENCES]; /* what the bit N stands for */

/* Needs that are no team's to have, and are asked for beside it: they pass over no team. */
enum { NEEDS_ASKED_BESIDE = 1 << NEED_AMHP };

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

/* Whether a finding says that the rules would not send such a person to the team: by a difference, such as
 * the age. That it is shut, away, full or was asked before is none. */
bool match_is_not_for(enum consideration finding);

/* Whether a is asked before b. */
bool match_ranks_before(const struct directory *directory, const struct state *state,
                        const struct referral *referral, const struct considered *a,
                        const struct considered *b);

/* Whether a team that is full would have a place, for a drill or for a person, if one of its live offers of
 * that kind ended. */
bool match_one_offer_less_frees(const struct directory *directory, const struct state *state, uint16_t team,
                                bool drill, int64_t now_ms);

/* Whether the team is there for people of an age, by its own ages and its flexible transition. */
bool match_serves_age(const struct policy_team *team, uint8_t age);

/* Whether the team has half the time to answer about a person who may be a child or not: a team for adults
 * and one for children are then asked in turn, a team of all ages has the whole time. */
bool match_halves_time(const struct directory *directory, uint16_t team);

#endif
