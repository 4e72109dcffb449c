/* picture.h: where the parts of a picture stand: bars, stretches of time in a line for each owner, or a chart
 * over time (chart.h). pages/parts/ has the SVG, and the table of the same figures stands below it. Pure, in
 * units of the SVG. */
#ifndef CONCORDAT_GATEWAY_PICTURE_H
#define CONCORDAT_GATEWAY_PICTURE_H

#include <jansson.h>

#include "proto/wire/arena.h"
#include "services/audit/report.h"
#include "services/gateway/pages.h"

/* Fills the picture of a table in, if it has one that says something: it is left empty if every figure is 0,
 * or there are more lines than PICTURE_LINES_MAX. `report_table` is a table as report_table.h has it. False
 * without memory. */
bool picture_of(struct arena *arena, const json_t *report_table, enum report_picture kind,
                struct page_report_table *table);

#endif
