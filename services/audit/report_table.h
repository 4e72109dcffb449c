/* report_table.h: writes what a report found: as text in columns, or as JSON; report_csv.h has the rest.
 *
 * A document has a face (report_face.h), tables of equal rows, verdicts and notes. Cells are JSON values;
 * null: there is no such figure. A report of one case has its number ("case") in the place of its period.
 * deploy/report.schema.json describes the JSON that programs get: there the rows are objects.
 */
#ifndef CONCORDAT_REPORT_TABLE_H
#define CONCORDAT_REPORT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "services/audit/report.h"

/* A cell as people read it: "" for null. It stands in the document or in the buffer. */
enum { REPORT_CELL_BYTES = 256, REPORT_COLUMNS_MAX = 32 };
const char *report_table_cell(const json_t *cell, char buffer[REPORT_CELL_BYTES]);

/* Says what is known of the trail's being whole, and no more: "verified on ... up to event 12". In the
 * buffer, or a constant. */
const char *report_table_verified(const json_t *document, char buffer[REPORT_CELL_BYTES]);

/* The columns of a table say what each holds: its name, and whether it is of numbers. */
const char *report_table_column(const json_t *columns, size_t at);
bool report_table_has_numbers(const json_t *columns, size_t at);

/* The table of that name, borrowed; NULL: not every table of a report is in each of its documents. */
json_t *report_table_find(const json_t *document, const char *name);

/* document: {the face, "tables": [{"name", "title", "columns": [{"name", "kind", "unit", ...}, ...], "rows":
 * [[...], ...], "leftOut": how many rows, unless none, "sums" and "monthSums": how its counts add up
 * (disclosure_table.h, disclosure_months.h), "chart" and "rates": of such tables alone, as report_chart.h and
 * report_rates.h have them}],
 * "verdicts": [...], "notes": [...]}. False if it cannot be written. */
bool report_table_write(const json_t *document, enum report_format format, FILE *out);

#endif
