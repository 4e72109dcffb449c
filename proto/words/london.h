/* london.h: civil time in Europe/London, by the rule of the Summer Time Order 2002 (the clocks change on the
 * last Sunday of March and of October, at 01:00 UTC), for instants from 1996 on. Pure: no time zone database.
 */
#ifndef CONCORDAT_LONDON_H
#define CONCORDAT_LONDON_H

#include <stdint.h>

/* Returns how far civil time is ahead of UTC at an instant: 0 or 3 600 000 ms. */
int64_t london_offset_ms(int64_t utc_ms);

/* Gives the civil day of an instant, in days since 1970-01-01, and the minute of that day. */
void london_civil(int64_t utc_ms, int32_t *day, int32_t *minute);

/* Returns the instant of a civil time. For a time in the hour that is skipped in March, that is the instant
 * at which the clocks go forward; for a time that comes twice in October, the first of the two. */
int64_t london_instant(int32_t day, int32_t minute);

/* Returns 0 for Monday to 6 for Sunday. */
int london_weekday(int32_t day);

/* Returns the days from 1970-01-01 to a date of the Gregorian calendar; months are 1 to 12. */
int32_t london_day(int year, int month, int day_of_month);

#endif
