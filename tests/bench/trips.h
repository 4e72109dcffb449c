/* trips.h: the round trips of one load, and the moments of each. */
#ifndef CONCORDAT_BENCH_TRIPS_H
#define CONCORDAT_BENCH_TRIPS_H

#include "tests/bench/measure.h"

/* Nanoseconds; 0 where it has not happened. `due` is when it ought to have been sent: at an open-loop arrival
 * what waits because the program or the broker is behind is delay too. */
struct trip {
    int64_t due, acknowledged, offered, accepted, done, told, closed;
    uint32_t attempt; /* of its offer */
};

struct trips {
    struct trip *items; /* owned */
    uint32_t count, room;
    uint32_t done;
};

/* The number of a new trip. */
uint32_t trips_start(struct trips *trips, int64_t due_ns);
/* Prints the delays of those due from..until as JSON members. */
void trips_print(const struct trips *trips, int64_t from_ns, int64_t until_ns);
/* How many were done in from..until. */
uint32_t trips_done(const struct trips *trips, int64_t from_ns, int64_t until_ns);
void trips_close(struct trips *trips);

#endif
