/* timeline.h: what is going to happen, ordered by time and, at one instant, by when it was added. */
#ifndef CONCORDAT_SIMULATION_TIMELINE_H
#define CONCORDAT_SIMULATION_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum what {
    AT_BROKER, /* a message arrives there */
    AT_PEER,   /* a message arrives there */
    PEER_WAKES,
    TURN,
    BROKER_STARTS,
    SOMETHING_FAILS, /* who: enum fault */
    SOMETHING_MENDS, /* who: enum fault; number: whose */
    LOOK             /* the second phase looks whether all is well */
};

struct happening {
    int64_t at_ms;
    uint64_t order;
    enum what what;
    int who;
    uint64_t number;
    struct letter *letter; /* a message under way; owned */
};

struct timeline {
    struct happening *heap; /* owned */
    size_t count, room;
    uint64_t order;
};

void timeline_close(struct timeline *timeline);
void timeline_add(struct timeline *timeline, struct happening happening);
/* False where nothing is left. */
bool timeline_next(struct timeline *timeline, struct happening *happening);

#endif
