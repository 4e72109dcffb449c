/* spoken_date.h: dates as people in England write them: the day first. Pure; any thread. */
#ifndef CONCORDAT_SPOKEN_DATE_H
#define CONCORDAT_SPOKEN_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/words/spoken.h"

struct spoken_date {
    int year; /* 0: none was given */
    int month, day;
};

enum { SPOKEN_DATE_BYTES = 11 };

/* Reads a date where the reader of `spoken` is, and moves on: 27/11/2026, 27.11.26, 27 Nov, the 27th of
 * November 2026, Nov 27 2026, 2026-11-27. False if no date of the calendar stands there; nothing is taken
 * then. A year of two digits is of this century. */
bool spoken_date_take(struct spoken *spoken, struct spoken_date *date);

/* Reads a text that is a date of birth and nothing else; 31122010 and, of a year of two digits, the latest
 * that is past count too. 12/31/2010 is taken as the only date that it can be. False if it is no date of the
 * calendar, has no year, or lies after the day in London at `now_ms` (UTC). */
bool spoken_date_of_birth(const char *text, int64_t now_ms, struct spoken_date *date);

/* Writes YYYY-MM-DD. */
void spoken_date_write(const struct spoken_date *date, char out[SPOKEN_DATE_BYTES]);

/* Whether the calendar has the date; the year may be 0, which stands for any. */
bool spoken_date_exists(const struct spoken_date *date);

#endif
