/* report_rates.h: adds to each table of groups (`@rates`) the share of each group, and how it stands beside
 * that of a group of reference: by the formulas of rates.h.
 *
 * It takes a document as it will be shown, after small numbers were hidden in it: all is worked out from what
 * is shown, so that it tells nothing more, and anybody can work it out again. What depends on a hidden count
 * is hidden.
 */
#ifndef CONCORDAT_REPORT_RATES_H
#define CONCORDAT_REPORT_RATES_H

#include <jansson.h>

#include "services/audit/report.h"

/* Each such table of the document gets the columns percent, percent_lower and percent_upper and, if it has a
 * reference, difference, ratio (both with bounds) and mean_deviation, which stands in the row of the
 * reference. DISCLOSURE_HIDDEN: it depends on a hidden count; null: there is no such figure. Rows that agree
 * in all keys but that of the reference are compared, and each such set of rows gives sentences among the
 * verdicts: each difference whose interval leaves out 0, and would by any counts that were rounded to those
 * that are shown; or that none was found. Figures of percent are whole
 * numbers of what is published, and have one decimal otherwise; a ratio has two. Aborts if there is no
 * memory.
 */
void report_rates_add(const struct report *report, json_t *document);

#endif
