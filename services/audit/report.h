/* report.h: what auditors read from a trail: one table of reports, each as text, CSV, JSON, or tables of
 * rows.
 *
 * A report is data: its questions in SQL, put to the temporary views of report.c (`counted`: the referrals in
 * scope, without drills; `scope`: from, to, and the moment until which the trail knows anything; `the_case`:
 * the one that was asked for, if the report is of one case). Every figure of one report is from one moment,
 * that of the newest event, so the same trail gives the same report. Each call opens the trail for itself:
 * any thread, and two threads may ask at a time.
 */
#ifndef CONCORDAT_REPORT_H
#define CONCORDAT_REPORT_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum report_format { REPORT_TEXT, REPORT_CSV, REPORT_JSON };

enum {
    REPORT_DONE = 0,
    REPORT_UNKNOWN = 100, /* no such report, or no such case */
    REPORT_FAILED = 111,
    REPORT_STOPPED = 112,
    REPORT_TABLES_MAX = 6,
    REPORT_LINES_MAX = 6
};

/* What a picture of a table shows. */
enum report_picture {
    REPORT_NO_PICTURE,
    REPORT_BARS, /* each row is a bar: the first column its label, the last one its length */
    REPORT_SPANS /* each row is a stretch of one line: the first two columns say from where to where, the
                  * third by what it is told from others */
};

/* One table of a report. Columns are named by the SQL, units last (median_s); text shows spaces for _. */
struct report_table {
    const char *name;
    const char *title;
    const char *sql;
    enum report_picture picture;
};

struct report {
    const char *name;
    const char *about;                             /* one line, for a list of reports */
    struct report_table tables[REPORT_TABLES_MAX]; /* ends with a NULL name, or full */
    const char
        *verdicts[REPORT_LINES_MAX];     /* SQL, each row a sentence: what must hold, and whether it does */
    const char *notes[REPORT_LINES_MAX]; /* how to read the figures */
    bool of_one_case;                    /* and not of a period */
};

/* Every report, in the order in which they are listed. */
const struct report *const *report_list(size_t *count);
/* NULL if there is no report of that name. */
const struct report *report_find(const char *name);

struct report_question {
    const char *name;        /* of the report */
    const char *number;      /* of the case, if the report is of one case, such as R-0412 */
    int64_t from_ms, to_ms;  /* referrals received from then until before then; 0: without that bound */
    size_t rows_max;         /* of each table; 0: all of them. A table says how many rows it leaves out */
    const atomic_bool *stop; /* borrowed; the answer is given up once it is true; NULL: nobody can stop it */
};

/* Asks the trail: REPORT_DONE with a document as report_table.h describes it, for the caller to json_decref;
 * anything else with a message for a person. */
int report_ask(const char *trail_path, const struct report_question *question, json_t **document,
               char *message, size_t message_size);

/* Asks, and prints. */
int report_run(const char *trail_path, const struct report_question *question, enum report_format format,
               FILE *out, char *message, size_t message_size);

#endif
