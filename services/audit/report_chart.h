/* report_chart.h: adds to each table that is a chart (`@chart`) what the rules of xmr.h say of its rows: the
 * mean, the limits, and each special cause.
 *
 * It takes a document as it will be shown, after small numbers were hidden in it: a hidden value is a gap,
 * and limits are of rounded values, so that they tell nothing more.
 */
#ifndef CONCORDAT_REPORT_CHART_H
#define CONCORDAT_REPORT_CHART_H

#include <jansson.h>

#include "services/audit/report.h"

/* Each such table of the document gets the columns mean, lower_limit, upper_limit (null: there is none that a
 * value could reach), variation and special_cause (null: it varies as usual), and "chart": {"column",
 * "better", "points", "trial", "mean", "lower", "upper", "averageRange", "wideRanges", "says": all of that as
 * a sentence}. A latest point that is a special cause is a verdict of the document. Aborts if there is no
 * memory. */
void report_chart_add(const struct report *report, json_t *document);

#endif
