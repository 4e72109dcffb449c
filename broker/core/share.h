/* share.h: no origin takes more than its share of a team's places while others wait.
 *
 * An origin is the key that submitted. Nobody is refused while a place is free: one origin may be offered all
 * places of all teams. Only when a case finds every team that could take it full is it asked whose offers
 * stand there. An offer that the ladder made, and that the team has not answered, yields its place to the
 * case if the two are of different origins, and
 *
 *   - it is less urgent, and its origin has more such offers at the team than the case's origin; or
 *   - it is as urgent, and its origin has at least two more: then the two are nearer afterwards, not swapped.
 *
 * Nothing yields to a less urgent case, a drill has places of its own and yields to drills alone, and what a
 * team has accepted or what a coordinator or a handing-over team chose is never touched.
 *
 * It comes to an end. Let E be the sum, over teams and origins, of the square of the number of such offers.
 * If only cases that wait are matched, each decision either gives one more case an offer, or makes E less by
 * two at least, or leaves E and puts a more urgent case in the place of a less urgent one. None of the three
 * can go on for ever, and none undoes another.
 */
#ifndef CONCORDAT_CORE_SHARE_H
#define CONCORDAT_CORE_SHARE_H

#include "broker/core/match.h"

struct share {
    struct considered *team;       /* the item of match->considered whose place is given up */
    const struct referral *yields; /* the case whose offer ends there */
};

/* Finds, among the teams that a match found full, the one that ranks first of those where an offer yields to
 * the case. False if there is none. */
bool share_find(const struct directory *directory, const struct state *state, const struct referral *referral,
                int64_t now_ms, struct match *match, struct share *share);

/* Whether cases as urgent or more wait for a rematch that is due (state.rematch_due), so that this one must
 * not be matched before them. */
bool share_others_first(const struct state *state, const struct referral *referral);

#endif
