/* london.c: civil time in Europe/London, computed from the rule alone. */
#include "proto/words/london.h"

#include <stdbool.h>

static const int64_t MS_PER_MINUTE = 60 * 1000;
static const int64_t MS_PER_HOUR = 60 * 60 * 1000;
static const int64_t MS_PER_DAY = 24 * 60 * 60 * 1000;

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Returns the days from 1970-01-01 to the first of March of a year. This file counts years from March: the
 * leap day is then the last day of a year, so each month begins at a fixed distance from the first of March,
 * and both clock changes of a year lie within it. */
static int64_t first_of_march(int64_t year)
{
    return 365 * year + floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400) - 719468;
}

static int64_t march_year_of(int64_t day)
{
    int64_t year =
        floor_divide((day + 719468) * 400, 146097); /* an estimate from the mean year: wrong by one at most */
    if (first_of_march(year) > day)
        return year - 1;
    return first_of_march(year + 1) <= day ? year + 1 : year;
}

static int weekday_of(int64_t day)
{
    return (int)((day % 7 + 10) % 7); /* 1970-01-01 was a Thursday */
}

/* Returns 01:00 UTC on the last Sunday of the month whose last day is given. */
static int64_t clock_change_ms(int64_t last_day_of_month)
{
    return (last_day_of_month - (weekday_of(last_day_of_month) + 1) % 7) * MS_PER_DAY + MS_PER_HOUR;
}

int64_t london_offset_ms(int64_t utc_ms)
{
    enum { MARCH_31 = 30, OCTOBER_31 = 244 };
    int64_t march = first_of_march(march_year_of(floor_divide(utc_ms, MS_PER_DAY)));
    bool summer = utc_ms >= clock_change_ms(march + MARCH_31) && utc_ms < clock_change_ms(march + OCTOBER_31);
    return summer ? MS_PER_HOUR : 0;
}

void london_civil(int64_t utc_ms, int32_t *day, int32_t *minute)
{
    int64_t civil_ms = utc_ms + london_offset_ms(utc_ms);
    int64_t days = floor_divide(civil_ms, MS_PER_DAY);
    *day = (int32_t)days;
    *minute = (int32_t)((civil_ms - days * MS_PER_DAY) / MS_PER_MINUTE);
}

int64_t london_instant(int32_t day, int32_t minute)
{
    int64_t civil_ms = day * MS_PER_DAY + minute * MS_PER_MINUTE;
    int64_t in_summer_ms = civil_ms - MS_PER_HOUR;
    if (london_offset_ms(in_summer_ms) == MS_PER_HOUR)
        return in_summer_ms; /* for a time that comes twice, the first of the two */
    if (london_offset_ms(civil_ms) == 0)
        return civil_ms;
    return floor_divide(civil_ms, MS_PER_HOUR) *
           MS_PER_HOUR; /* a skipped time: 01:00 of winter time is the change */
}

int london_weekday(int32_t day)
{
    return weekday_of(day);
}

int32_t london_day(int year, int month, int day_of_month)
{
    int months_from_march = (month + 9) % 12;
    int64_t march_year = month < 3 ? (int64_t)year - 1 : year;
    return (int32_t)(first_of_march(march_year) + (153 * months_from_march + 2) / 5 + day_of_month - 1);
}
