/* ledger_time.h: the time that labels events and measures their deadlines.
 *
 * It is the wall clock's time, until somebody sets that clock back. If it went back too, or stood still,
 * offers would not run out and coordinators would not be reminded for as long as the clock was set back by.
 * So it goes on by the monotonic clock, a little slower, until the wall clock has caught up.
 */
#ifndef CONCORDAT_LEDGER_TIME_H
#define CONCORDAT_LEDGER_TIME_H

#include <stdint.h>

struct ledger_time {
    int64_t at_ms, mono_ms; /* the last instant at which it was the wall clock's time */
};

/* The time at an instant of both clocks, in ms. ledger_time_follow also notes how far the wall clock has
 * come. */
int64_t ledger_time_now(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);
int64_t ledger_time_follow(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);

#endif
