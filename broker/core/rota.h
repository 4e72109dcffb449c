/* rota.h: when a team is open, from its weekly hours, in Europe/London through both clock changes.
 *
 * Pure: no clock, no time zone database. Hours are civil time in London, as they hang on the team's door. A
 * shift belongs to the day on which it begins: a Friday night shift runs into Saturday, and on a bank holiday
 * only shifts that name bank holidays begin. A shift is one stretch of time, from london_instant of its
 * beginning to london_instant of its end, so across a clock change it is an hour shorter or longer.
 */
#ifndef CONCORDAT_CORE_ROTA_H
#define CONCORDAT_CORE_ROTA_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/core/limits.h"

enum {
    ROTA_MONDAY = 1 << 0, /* and so on to Sunday, 1 << 6 */
    ROTA_SUNDAY = 1 << 6,
    ROTA_WEEK = 0x7f,
    ROTA_BANK_HOLIDAY = 1 << 7,
    MINUTES_PER_DAY = 24 * 60
};

/* Civil time, in minutes after midnight. to_minute may be MINUTES_PER_DAY; if it is not after from_minute,
 * the shift ends on the next day. */
struct shift {
    uint8_t days; /* ROTA_ bits of the days on which it begins */
    int16_t from_minute;
    int16_t to_minute;
};

struct rota {
    uint8_t count; /* 0: never open */
    struct shift shifts[SHIFTS_MAX];
};

/* Days that count as bank holidays: days since 1970-01-01, ascending. Borrowed from the policy. */
struct bank_holidays {
    uint16_t count;
    int32_t days[BANK_HOLIDAYS_MAX];
};

/* The clock and the calendar on a door at an instant; they are the same on every door of the region. */
struct door_time {
    uint8_t today, yesterday; /* the ROTA_ bit that a shift must have to begin on that day */
    int16_t minute;           /* of today */
};
struct door_time rota_door_time(const struct bank_holidays *holidays, int64_t utc_ms);

/* Whether the rota is open at an instant (UTC milliseconds). The first millisecond of a shift is open,
 * the last instant (to_minute itself) is not. */
bool rota_is_open(const struct rota *rota, struct door_time now);
static inline bool rota_open_at(const struct rota *rota, const struct bank_holidays *holidays, int64_t utc_ms)
{
    return rota_is_open(rota, rota_door_time(holidays, utc_ms));
}

/* The first instant after utc_ms at which the rota opens, having been shut just before. Looks at most 28 days
 * ahead; 0 if it does not open in that time, for example because it never shuts. If it is open now, this is
 * the next opening after it has shut. */
int64_t rota_next_opening(const struct rota *rota, const struct bank_holidays *holidays, int64_t utc_ms);

#endif
