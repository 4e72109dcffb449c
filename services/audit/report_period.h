/* report_period.h: the days from which and until which a report counts, as people write them. Pure. */
#ifndef CONCORDAT_REPORT_PERIOD_H
#define CONCORDAT_REPORT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a day of the calendar such as 2026-01-31 and nothing else; *unix_ms is its midnight in London. */
bool report_read_day(const char *text, int64_t *unix_ms);

#endif
