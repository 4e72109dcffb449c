/* report_csv.h: a report as CSV (RFC 4180): one table a file, and a file that says what the others are.
 *
 * Each row begins with the report, its period by the days of London and the newest event (or the report, the
 * case and that event), so that rows of many files can be put together. A cell of text that a spreadsheet
 * would take for a formula begins with an apostrophe. Documents are as report_table.h has them.
 */
#ifndef CONCORDAT_REPORT_CSV_H
#define CONCORDAT_REPORT_CSV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The name of the file that has the face of the report, its columns, verdicts and notes. */
#define REPORT_CSV_ABOUT "about"

/* Whether the document has the table of that name; REPORT_CSV_ABOUT it always has. */
bool report_csv_has(const json_t *document, const char *table);

/* Writes the table of that name, or REPORT_CSV_ABOUT. With `mark` the file begins with a byte order mark,
 * by which Excel knows UTF-8. False if there is no such table, or if it cannot be written. */
bool report_csv_write(const json_t *document, const char *table, bool mark, FILE *out);

/* Writes all tables as files NAME.csv of a folder, which is made if it is not there, and REPORT_CSV_ABOUT
 * last: a folder without that file is not a whole report. False with a message for a person. */
bool report_csv_write_all(const json_t *document, const char *folder, bool mark, char *message,
                          size_t message_size);

/* Writes every figure of every table in a row of its own. */
bool report_csv_write_tidy(const json_t *document, bool mark, FILE *out);

#endif
