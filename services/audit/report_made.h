/* report_made.h: the reports that make_reports.py compiled of the files in reports/. */
#ifndef CONCORDAT_REPORT_MADE_H
#define CONCORDAT_REPORT_MADE_H

#include "services/audit/report.h"

extern const struct report *const report_made[];
extern const size_t report_made_count;

extern const char report_made_digest[]; /* another if any of the files is another */

#endif
