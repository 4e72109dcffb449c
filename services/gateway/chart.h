/* chart.h: where the parts of a chart over time stand: points joined by a line, the mean, the limits, and
 * points of special cause told by their shape. pages/parts/report_chart.html has the SVG, and the table of
 * the same figures stands below it. Pure, in units of the SVG. */
#ifndef CONCORDAT_GATEWAY_CHART_H
#define CONCORDAT_GATEWAY_CHART_H

#include <jansson.h>

#include "proto/wire/arena.h"
#include "services/gateway/pages.h"

/* Fills a chart in of a table that report_chart.h has been at. It stays empty without a point, or with more
 * rows than CHART_POINTS_MAX. False without memory. */
bool chart_of(struct arena *arena, const json_t *report_table, struct page_chart *chart);

#endif
