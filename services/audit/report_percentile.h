/* report_percentile.h: percentiles, in the one place where they are computed. */
#ifndef CONCORDAT_REPORT_PERCENTILE_H
#define CONCORDAT_REPORT_PERCENTILE_H

#include <sqlite3.h>

/* Adds the aggregate percentile(value, p) to a connection: nearest rank, the smallest value that at least p
 * per cent of the values do not exceed. NULLs are left out; NULL of no values. An SQLite result code. */
int report_percentile_add(sqlite3 *database);

#endif
