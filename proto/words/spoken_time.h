/* spoken_time.h: instants as people in England say them, by the clock in London. Pure; any thread. */
#ifndef CONCORDAT_SPOKEN_TIME_H
#define CONCORDAT_SPOKEN_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* A time typed by somebody's watch, which is before the machine's clock by so much or less, is now and not
 * yesterday's: clocks of two machines may differ so much (proto/referral/flags.c). */
enum { SPOKEN_TIME_SKEW_MS = 2 * 60 * 1000 };

/* Reads 03:05, 3.05am, 0305 hrs, 27/11/2026 22:15, yesterday 22:15, Friday at 9 pm, 20 minutes ago, now.
 * Without a date, or without a year, it is the nearest such time that is past at `now_ms` (UTC, ms). For a
 * time that comes twice when the clocks go back it is the later one that is past, unless GMT or BST is said;
 * for one that is skipped when they go forward, the moment at which they do. A date with its year may lie in
 * the future. False if the text is no time, or a day without one. */
bool spoken_time_read(const char *text, int64_t now_ms, int64_t *unix_ms);

#endif
