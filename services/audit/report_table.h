/* report_table.h: writes what a report found: as text in columns, as CSV (RFC 4180), or as JSON.
 *
 * A document has a head, tables of equal rows, verdicts and notes. Cells are JSON values; null: there is no
 * such figure. A report of one case has its number ("case") in the place of "from" and "to".
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

/* document: {"report", "about", "asAt", "from", "to", "tables": [{"name", "title", "columns": [...], "rows":
 * [[...], ...], "leftOut": how many rows, unless none}], "verdicts": [...], "notes": [...]}. False if it
 * cannot be written. */
bool report_table_write(const json_t *document, enum report_format format, FILE *out);

#endif
