/* checks.h: the promises, each a function that is called after every step and reports by its name. */
#ifndef CONCORDAT_SIMULATION_CHECKS_H
#define CONCORDAT_SIMULATION_CHECKS_H

#include "tests/simulation/world.h"

/* check_events.c: of each event that has become durable; `before` is its case before it, NULL where it has
 * none. */
void check_invented(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
void check_one_effect(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                      const struct seen_case *before);
void check_one_answer(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                      const struct seen_case *before);
void check_reasons(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                   const struct seen_case *before);
void check_empty_rung(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
/* After the event: exactly the owner that follows from it. */
void check_owned(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                 const struct seen_case *after);

/* check_messages.c: of each message that leaves the broker, at the moment it is sent. */
void check_sent(struct world *world, const struct peer *peer, const Concordat__V1__Message *message);

/* check_turns.c: after each turn of the broker. */
void check_stuck(struct world *world);
void check_agrees(struct world *world);
void check_replay(struct world *world);
/* Everything that was ever acknowledged, after a restart. */
void check_lost(struct world *world);

#endif
