/* ledger_time.h: the time that events are stamped with and that deadlines are measured by.
 *
 * It is the wall clock's, until that is set back. Then it neither goes back nor stands still, or offers would
 * not run out and coordinators not be reminded for as long as the clock was set back by: it goes on by the
 * monotonic clock, a little slower, until the wall clock has caught up.
 */
#ifndef CONCORDAT_LEDGER_TIME_H
#define CONCORDAT_LEDGER_TIME_H

#include <stdint.h>

struct ledger_time {
    int64_t at_ms, mono_ms; /* the last instant at which it was the wall clock's */
};

/* The time now, and the same while noting where the wall clock leads. */
int64_t ledger_time_now(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);
int64_t ledger_time_follow(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);

#endif
