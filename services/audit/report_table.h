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

/* document: {"report", "about", "asAt", "from", "to", "tables": [{"name", "title", "columns": [...], "rows":
 * [[...], ...], "leftOut": how many rows, unless none}], "verdicts": [...], "notes": [...]}. False if it
 * cannot be written. */
bool report_table_write(const json_t *document, enum report_format format, FILE *out);

#endif
