/* report_functions.h: what SQL lacks for reports: percentiles, times as text, and the hour and the period in
 * London. */
#ifndef CONCORDAT_REPORT_FUNCTIONS_H
#define CONCORDAT_REPORT_FUNCTIONS_H

#include <sqlite3.h>

/* Adds four functions to a connection; an SQLite result code.
 * percentile(value, p): an aggregate over integers, by nearest rank: the smallest value that at least p per
 * cent of the values do not exceed. NULLs are left out; NULL if there is no value. utc(ms): a time as text,
 * 2026-09-21T14:13:20.000Z; NULL for NULL. london_hour(ms): 0 to 23. london_period(ms, kind): 2026-W13
 * and the like, as report_period_of writes it. */
int report_functions_add(sqlite3 *database);

#endif
