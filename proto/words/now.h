/* now.h: what this machine's clocks say. Any thread may call these. */
#ifndef CONCORDAT_NOW_H
#define CONCORDAT_NOW_H

#include <stdbool.h>
#include <stdint.h>

/* The wall clock: UTC, milliseconds since 1970. It jumps when somebody sets it. */
int64_t now_wall_ms(void);

/* The monotonic clock, for measuring how long something takes: it never jumps, stands still while the machine
 * is suspended, and means nothing after a reboot or on another machine. */
int64_t now_monotonic_ms(void);
int64_t now_monotonic_ns(void);

/* The same, but it goes on while the machine is suspended, as the wall clock does. */
int64_t now_boot_ms(void);

/* Whether the kernel says that a time service keeps the wall clock. If nothing keeps it, nobody vouches for
 * it. */
bool now_wall_is_synchronised(void);

#endif
