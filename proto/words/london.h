/* london.h: civil time in Europe/London, by the rule of the Summer Time Order 2002 (last Sunday of March
 * and of October, 01:00 UTC), for instants from 1996 on. Pure: no time zone database. */
#ifndef CONCORDAT_LONDON_H
#define CONCORDAT_LONDON_H

#include <stdint.h>

/* Offset of civil time from UTC at an instant: 0 or 3 600 000 ms. */
int64_t london_offset_ms(int64_t utc_ms);

/* The civil day of an instant, as days since 1970-01-01, and the minute of that day. */
void london_civil(int64_t utc_ms, int32_t *day, int32_t *minute);

/* The instant of a civil time. A time that does not exist (the hour skipped in March) is the instant at
 * which the clocks go forward; a time that comes twice (October) is the first of the two. */
int64_t london_instant(int32_t day, int32_t minute);

/* 0 for Monday to 6 for Sunday. */
int london_weekday(int32_t day);

/* Days since 1970-01-01 of a date in the Gregorian calendar; month 1 to 12. */
int32_t london_day(int year, int month, int day_of_month);

#endif
