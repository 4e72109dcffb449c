/* report_reader.h: reads a report of a story's trail cell by cell. For tests; one thread, one report at a
 * time. */
#ifndef CONCORDAT_REPORT_READER_H
#define CONCORDAT_REPORT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "services/audit/report.h"
#include "tests/worlds/story.h"

/* Asks for a report of the referrals received in that time (0: without that bound), in the place of the one
 * before. The test fails if the report is refused. */
void report_reader_read(const struct story *story, const char *name, int64_t from_ms, int64_t to_ms);
/* The same as it is printed; the caller frees it. */
char *report_reader_print(const struct story *story, const char *name, enum report_format format,
                          int64_t from_ms, int64_t to_ms);

/* A cell as text ("" for null), from the first row whose texts begin with `row` ("a|b" for two columns). The
 * test fails if there is none. Valid until the next call. */
const char *report_reader_cell(const char *table, const char *row, const char *column);
bool report_reader_has_row(const char *table, const char *row);
#define cell_is(table, row, column, expected)                                                                \
    assert_string_equal(report_reader_cell(table, row, column), expected)

/* Whether a line of "verdicts" or "notes" has this text. */
bool report_reader_says(const char *list, const char *text);

void report_reader_close(void);

#endif
