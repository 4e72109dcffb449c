/* report_all.h: the reports, each defined in the file of its name. */
#ifndef CONCORDAT_REPORT_ALL_H
#define CONCORDAT_REPORT_ALL_H

#include "services/audit/report.h"

extern const struct report report_times;
extern const struct report report_national;
extern const struct report report_declines;
extern const struct report report_custody;
extern const struct report report_open;
extern const struct report report_breaches;
extern const struct report report_volume;
extern const struct report report_section136;
extern const struct report report_case;

#endif
