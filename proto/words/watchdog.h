/* watchdog.h: tells systemd that the loop of this program still turns, if its unit asks for that
 * (WatchdogSec). A program that hangs is then ended and started again, and a person's case does not hang with
 * it.
 *
 * One thread: the one whose loop it is. */
#ifndef CONCORDAT_WATCHDOG_H
#define CONCORDAT_WATCHDOG_H

#include <stdint.h>

struct watchdog {
    int64_t every_ms; /* 0: nobody asks */
    int64_t next_ms;  /* of the monotonic clock */
};

/* Reads what the unit asks for (sd_watchdog_enabled(3)). */
void watchdog_open(struct watchdog *watchdog);

/* Once in each turn of the loop: says that it turns, if that is due. */
void watchdog_turn(struct watchdog *watchdog, int64_t mono_ms);

/* The patience of a loop, such as that of poll, cut to when the next word is due. -1 is without end. */
int watchdog_patience_ms(const struct watchdog *watchdog, int64_t mono_ms, int patience_ms);

#endif
