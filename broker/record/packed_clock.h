/* packed_clock.h: what an event does to one clock, as its packed message. */
#ifndef CONCORDAT_RECORD_PACKED_CLOCK_H
#define CONCORDAT_RECORD_PACKED_CLOCK_H

#include <assert.h>

#include "broker/core/event.h"

enum { EVENT_CLOCKS = 10 }; /* the number of the field in Event */

/* A packed ClockChange with its length before it. */
struct packed_clock {
    uint8_t bytes[1 + 3 * 2 + 3 * 11 + 2 + ID_CHARS_MAX];
};
static_assert(sizeof(struct packed_clock) < 128, "the length of a packed clock takes one byte");

/* Packed by hand, to be put into the event as a field that the library does not know: most events of a case
 * change a clock, and for such small messages the library takes several times as long. */
void clock_pack(struct packed_clock *packed, const struct clock_change *change);

#endif
