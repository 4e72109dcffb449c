/* trips.h: the round trips of one load, and when each step of them happened. */
#ifndef CONCORDAT_BENCH_TRIPS_H
#define CONCORDAT_BENCH_TRIPS_H

#include "tests/bench/measure.h"

/* Nanoseconds; 0 if the step has not happened. `due` is when the submission ought to have been sent: at a
 * fixed rate, time that it waits because the program or the broker is late counts as delay. */
struct trip {
    int64_t due, acknowledged, offered, accepted, done, told, closed;
    uint32_t attempt; /* of the trip's offer */
};

struct trips {
    struct trip *items; /* owned */
    uint32_t count, room;
    uint32_t done;
};

/* Adds a trip and returns its number. */
uint32_t trips_start(struct trips *trips, int64_t due_ns);
/* Prints the delays of the trips that were due from..until, as JSON members. */
void trips_print(const struct trips *trips, int64_t from_ns, int64_t until_ns);
/* Returns how many trips were done in from..until. */
uint32_t trips_done(const struct trips *trips, int64_t from_ns, int64_t until_ns);
void trips_close(struct trips *trips);

#endif
