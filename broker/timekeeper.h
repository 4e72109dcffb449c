/* timekeeper.h: the time at which the broker decides: the wall clock's, except that it never stands still.
 *
 * The ledger's time does not go back. Where the wall clock is set back, waiting until it has come round again
 * would mean hours in which no offer ends and nobody is reminded; so from there time goes on by the monotonic
 * clock, a little slower, until the wall clock has caught up.
 */
#ifndef CONCORDAT_BROKER_TIMEKEEPER_H
#define CONCORDAT_BROKER_TIMEKEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/broker.h"

struct timekeeper {
    bool started;
    bool behind;     /* the wall clock was set back, and this has been said */
    struct now last; /* where the wall clock was last ahead */
};

/* now with the wall clock's time made good; ledger_ms is the time of the last event. */
struct now timekeeper_read(const struct timekeeper *keeper, struct now now, int64_t ledger_ms);
/* The same, remembered. True where the wall clock has just been set back. */
bool timekeeper_take(struct timekeeper *keeper, struct now *now, int64_t ledger_ms);

#endif
