/* timeline.h: future happenings, in the order of their time and, at one instant, in the order in which they
 * were added. */
#ifndef CONCORDAT_SIMULATION_TIMELINE_H
#define CONCORDAT_SIMULATION_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum what {
    AT_BROKER, /* a message arrives */
    AT_PEER,   /* a message arrives */
    PEER_WAKES,
    TURN,
    BROKER_STARTS,
    SOMETHING_FAILS, /* who: enum fault */
    SOMETHING_MENDS, /* who: enum fault; number: whose */
    LOOK             /* the second phase checks whether all is well */
};

struct happening {
    int64_t at_ms;
    uint64_t order;
    enum what what;
    int who;
    uint64_t number;
    struct letter *letter; /* a message in flight; owned */
};

struct timeline {
    struct happening *heap; /* owned */
    size_t count, room;
    uint64_t order;
};

void timeline_close(struct timeline *timeline);
void timeline_add(struct timeline *timeline, struct happening happening);
/* Returns false if there is nothing left. */
bool timeline_next(struct timeline *timeline, struct happening *happening);

#endif
