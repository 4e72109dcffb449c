/* report_period.h: the time that a report is of, as people write it and as people read it. All days are
 * London's. Pure. */
#ifndef CONCORDAT_REPORT_PERIOD_H
#define CONCORDAT_REPORT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

enum { REPORT_PERIOD_BYTES = 96 };

/* How a period is written, for whoever wrote it otherwise. */
#define REPORT_PERIOD_SHAPES                                                                                 \
    "a day 2026-03-29, a week 2026-W13, a month 2026-03, a quarter 2026-Q1, a half 2026-H1 or a financial "  \
    "year 2025/26, of which 2025/26-Q4 is a quarter and 2025/26-H2 a half"

/* Reads a day of the calendar such as 2026-01-31 and nothing else; *unix_ms is its midnight in London. */
bool report_period_read_day(const char *text, int64_t *unix_ms);

/* Reads one of the above: from the one instant until before the other. A week begins on Monday and is of the
 * year that has its Thursday; a financial year is from 1 April to 31 March. False if it is none of them, or
 * the calendar has no such day or week. */
bool report_period_read(const char *text, int64_t *from_ms, int64_t *to_ms);

/* Writes the period in which an instant lies, as report_period_read reads it. The kind is day, week, month,
 * quarter, half (of a calendar year), half of a financial year, financial year; false if it is none. */
bool report_period_of(int64_t unix_ms, const char *kind, char out[REPORT_PERIOD_BYTES]);

/* The midnight in London with which that day begins, or the one so many days later (or earlier). */
int64_t report_period_day(int64_t unix_ms, int days_later);

/* Whether it is a whole period of that kind, as above. Months, financial halves and financial years never
 * overlap in part, so they are what reports are published of; a half of a calendar year would. */
bool report_period_is_whole(int64_t from_ms, int64_t to_ms, const char *kind);

/* Writes "from 1 March 2026 to 31 March 2026", "on 29 March 2026", "from 1 March 2026", "until 31 March 2026"
 * or "at any time"; 0 is no bound. A bound that is no midnight is written as a time of UTC. Returns out. */
const char *report_period_words(int64_t from_ms, int64_t to_ms, char out[REPORT_PERIOD_BYTES]);

/* Writes the first day or, of what is until before to_ms, the last one, as 2026-03-31; "" for 0. A bound that
 * is no midnight is written as a time of UTC. */
void report_period_first(int64_t from_ms, char out[REPORT_PERIOD_BYTES]);
void report_period_last(int64_t to_ms, char out[REPORT_PERIOD_BYTES]);

#endif
