/* rota.c: whether a team is open, and when it opens next. */
#include "broker/core/rota.h"

#include "proto/words/london.h"

static const int64_t MS_PER_HOUR = 60 * 60 * 1000;
static const int64_t LOOK_AHEAD_MS = 28LL * 24 * 60 * 60 * 1000;
enum { LOOK_AHEAD_DAYS = 28 };

static bool is_holiday(const struct bank_holidays *holidays, int32_t day)
{
    uint16_t first = 0, end = holidays->count;

    while (first < end) {
        uint16_t middle = (uint16_t)(first + (end - first) / 2);

        if (holidays->days[middle] < day)
            first = (uint16_t)(middle + 1);
        else
            end = middle;
    }
    return first < holidays->count && holidays->days[first] == day;
}

static uint8_t kind_of_day(const struct bank_holidays *holidays, int32_t day)
{
    return (uint8_t)(is_holiday(holidays, day) ? ROTA_BANK_HOLIDAY : 1 << london_weekday(day));
}

/* The clock on the door is not turned back: when the hour comes a second time in October, it stands at that
 * hour's last minute. So every shift is one stretch of time, from london_instant of its beginning to
 * london_instant of its end, and shifts that follow each other leave no gap. */
struct door_time rota_door_time(const struct bank_holidays *holidays, int64_t utc_ms)
{
    int32_t day, minute;

    london_civil(utc_ms, &day, &minute);
    if (london_offset_ms(utc_ms) == 0 && london_offset_ms(utc_ms - MS_PER_HOUR) != 0)
        minute = 2 * 60 - 1;
    return (struct door_time){kind_of_day(holidays, day), kind_of_day(holidays, day - 1), (int16_t)minute};
}

bool rota_is_open(const struct rota *rota, struct door_time now)
{
    for (uint8_t i = 0; i < rota->count; i++) {
        const struct shift *shift = &rota->shifts[i];
        bool overnight = shift->to_minute <= shift->from_minute;

        if ((shift->days & now.today) && now.minute >= shift->from_minute &&
            (overnight || now.minute < shift->to_minute))
            return true;
        if ((shift->days & now.yesterday) && overnight && now.minute < shift->to_minute)
            return true;
    }
    return false;
}

int64_t rota_next_opening(const struct rota *rota, const struct bank_holidays *holidays, int64_t utc_ms)
{
    int32_t today, minute;

    london_civil(utc_ms, &today, &minute);
    for (int32_t day = today; day <= today + LOOK_AHEAD_DAYS; day++) {
        uint8_t kind = kind_of_day(holidays, day);
        int64_t first = 0;

        for (uint8_t i = 0; i < rota->count; i++) {
            int64_t start = london_instant(day, rota->shifts[i].from_minute);

            if ((rota->shifts[i].days & kind) && start > utc_ms && start - utc_ms <= LOOK_AHEAD_MS &&
                rota_open_at(rota, holidays, start) && !rota_open_at(rota, holidays, start - 1) &&
                (first == 0 || start < first))
                first = start;
        }
        if (first != 0)
            return first;
    }
    return 0;
}
