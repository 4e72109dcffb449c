/* routed_day.h: a short day that the real broker has routed, as packed events; and ways to alter them.
 *
 * Unlike those of story.h its events follow from one another by the router's own rules.
 */
#ifndef CONCORDAT_ROUTED_DAY_H
#define CONCORDAT_ROUTED_DAY_H

#include "tests/simulation/scenarios/stage.h"

/* Three people: one team lapses and another sees the first to the end, the coordinator takes the second, the
 * third is withdrawn; the broker restarts meanwhile. To be ended with stage_close. */
struct stage *routed_day(void);

/* A team or the coordinator says how far they are with a case, and ends it. */
void routed_check_in(struct stage *stage, int peer, uint8_t *id, Concordat__V1__Step step);
/* Records how a detention ended; refused if nobody is detained. */
void routed_end_detention(struct stage *stage, int peer, uint8_t *id);
void routed_close(struct stage *stage, int peer, uint8_t *id);

/* The number of the n-th event of a kind, from 1. */
uint64_t routed_find(struct stage *stage, int what_case, int n);

/* Changes one stored event, packs it again and makes every chain value from there on right again. */
typedef void routed_change(Concordat__V1__Event *event);
void routed_alter(struct stage *stage, uint64_t seq, routed_change *change);
/* Takes one stored event out; those after it keep their numbers. */
void routed_drop(struct stage *stage, uint64_t seq);

#endif
