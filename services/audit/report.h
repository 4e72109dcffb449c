/* report.h: what auditors read from a trail: one table of reports, each as text, CSV or JSON.
 *
 * A report is data: its questions in SQL, put to the temporary views of report.c (`counted`: the referrals in
 * scope, without drills; `scope`: from, to, and the moment until which the trail knows anything). Every
 * figure of one report is from one moment, that of the newest event, so the same trail gives the same report.
 */
#ifndef CONCORDAT_REPORT_H
#define CONCORDAT_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum report_format { REPORT_TEXT, REPORT_CSV, REPORT_JSON };

enum {
    REPORT_DONE = 0,
    REPORT_UNKNOWN = 100,
    REPORT_FAILED = 111,
    REPORT_TABLES_MAX = 6,
    REPORT_LINES_MAX = 6
};

/* One table of a report. Columns are named by the SQL, units last (median_s); text shows spaces for _. */
struct report_table {
    const char *name;
    const char *title;
    const char *sql;
};

struct report {
    const char *name;
    const char *about;                             /* one line, for a list of reports */
    struct report_table tables[REPORT_TABLES_MAX]; /* ends with a NULL name, or full */
    const char
        *verdicts[REPORT_LINES_MAX];     /* SQL, each row a sentence: what must hold, and whether it does */
    const char *notes[REPORT_LINES_MAX]; /* how to read the figures */
};

/* Every report, in the order in which they are listed. */
const struct report *const *report_list(size_t *count);

/* Prints a report of the referrals received from from_ms until before to_ms (0: without that bound).
 * REPORT_DONE; REPORT_UNKNOWN or REPORT_FAILED with a message for a person. */
int report_run(const char *trail_path, const char *name, enum report_format format, int64_t from_ms,
               int64_t to_ms, FILE *out, char *message, size_t message_size);

#endif
