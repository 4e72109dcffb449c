/* report.h: what auditors read from a trail: one table of reports, each as text, CSV, JSON, or tables of
 * rows.
 *
 * A report is a file of SQL, reports/NAME.sql (reports/README.md), which the build compiles in. Its questions
 * stand on temporary views of the trail (reports/counted.sql: the referrals of the period, without drills).
 * Every figure of one report is from one moment, that of the newest event, so the same trail gives the same
 * report. Each call opens the trail for itself: any thread, and two threads may ask at a time.
 */
#ifndef CONCORDAT_REPORT_H
#define CONCORDAT_REPORT_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "services/audit/xmr.h"

/* CSV has functions of its own (report_csv.h): it is a file for each table. */
enum report_format { REPORT_TEXT, REPORT_JSON };

enum {
    REPORT_DONE = 0,
    REPORT_EMPTY = 3,       /* the trail has no event of that period */
    REPORT_PROVISIONAL = 4, /* done, of a period that has not ended by the newest event */
    REPORT_NEWER = 5,       /* a later router than this program wrote the trail */
    REPORT_ALTERED = 6,     /* done, and the trail is not what it was, or did not hold when it was verified */
    REPORT_WITHHELD = 7,    /* it may not be shown so: of that period, or with small numbers */
    REPORT_UNKNOWN = 100,   /* no such report, or no such case */
    REPORT_FAILED = 111,
    REPORT_STOPPED = 112
};

/* What a picture of a table shows. */
enum report_picture {
    REPORT_NO_PICTURE,
    REPORT_BARS,  /* each row is a bar: the first column its label, the last one its length */
    REPORT_SPANS, /* each row is a stretch of one line: the first two columns say from where to where, the
                   * third by what it is told from others */
    REPORT_LINE   /* each row is a point of a chart over time (struct report_chart) */
};

/* What a column holds. */
enum report_kind {
    REPORT_KEY,      /* what the row is about */
    REPORT_COUNT,    /* a whole number of what `unit` says */
    REPORT_PERCENT,  /* 100 times the count of[0] out of the count of[1], less the count of[2] */
    REPORT_FIGURE,   /* in `unit`, worked out over the count of[0] */
    REPORT_FIGURE20, /* the same, and null of fewer than 20 */
    REPORT_CASE,     /* from here on what points to one case: its number, */
    REPORT_EVENT,    /* the number of an event, */
    REPORT_WHEN,     /* a time of day, */
    REPORT_WORDS     /* or words */
};

/* A table whose rows are a chart over time: report_chart.h adds what the rules of xmr.h say of them. */
struct report_chart {
    int column; /* has the values; REPORT_NOTHING: the table is no chart */
    enum xmr_better better;
    enum xmr_of of;
};

/* A table whose rows are groups of people: report_rates.h adds the share of each, and how it stands beside
 * that of a group of reference. */
struct report_rates {
    int numerator, denominator; /* columns; REPORT_NOTHING: the table has no rates */
    int key, among;             /* columns; REPORT_NOTHING: no group stands beside another */
    const char *reference;      /* what the reference has in the column `key` */
    const char *among_as;       /* what a group has in the column `among`; others are of people whose group is
                                 * not known */
};

/* In the place of a column's number in `of`. */
enum {
    REPORT_NOTHING = -1,
    REPORT_SUM = -2, /* the sum of the counts of[0] in all rows */
    REPORT_ONE = -3  /* the one case of the row */
};

/* Named with the unit last (median_s); text shows spaces for _. */
struct report_column {
    const char *name;
    enum report_kind kind;
    const char *unit;  /* such as "seconds"; NULL: it has none */
    const char *total; /* of a key: the word in the row that adds up the others; NULL: there is no such row */
    bool label;        /* of a key: it says no more than the other keys do */
    int of[3];         /* numbers of columns, or as above */
};

/* A count of a row. */
struct report_term {
    const char *table;     /* NULL: this one */
    const char *column;    /* NULL: the list of terms has ended */
    const char *key, *row; /* the row whose key is like this pattern (fnmatch); NULL: each row */
};

enum { REPORT_TERMS_MAX = 10 };

/* The first is the sum of the others: in one row or, if it is of another table, of all rows with the same
 * keys. */
struct report_sum {
    struct report_term terms[REPORT_TERMS_MAX];
    bool rest; /* and of something that is not printed */
};

/* The second is the sum of the first over the months of the period, as each of them is published. */
struct report_month_sum {
    struct report_term of_month, here;
    const char *by; /* the key that both tables have; NULL: none */
};

struct report_table {
    const char *name;
    const char *title;
    const char *sql;
    const struct report_column *columns; /* those that the SQL has */
    size_t column_count;
    enum report_picture picture;
    const struct report_sum *sums; /* by which somebody could work out one count from others; NULL: none */
    size_t sum_count;
    const struct report_month_sum *month_sums; /* NULL: none */
    size_t month_sum_count;
    bool inspectors; /* for nobody else: it counts what must not be, and is 0 */
    bool by_size;    /* its rows are in the order of a count or a figure, which tells of it */
    struct report_chart chart;
    struct report_rates rates;
};

/* A sentence as it stands, or SQL each row of whose first column is one. */
struct report_line {
    const char *text, *sql;
    bool inspectors; /* for nobody else: it points to one case */
};

struct report {
    const char *name;
    const char *about; /* one line, for a list of reports */
    const struct report_table *tables;
    size_t table_count;
    const char *const *grounds;         /* SQL that comes before all questions; ends with NULL */
    const struct report_line *verdicts; /* what must hold, and whether it does; ends with an empty one */
    const struct report_line *notes;    /* how to read the figures; ends with an empty one */
    bool of_one_case;                   /* and not of a period */
    bool of_months;                     /* of whole months, as many as a chart needs (report_months.h) */
    const char *published;              /* of which kind of period it may be published (report_period.h) */
};

/* Every report, by name. */
const struct report *const *report_list(size_t *count);
/* NULL if there is no report of that name. */
const struct report *report_find(const char *name);

struct report_question {
    const char *name;   /* of the report */
    const char *number; /* of the case, if the report is of one case, such as R-0412 */
    int64_t from_ms,
        to_ms; /* what was from then until before then (report_period.h); 0: without that bound */
    /* The trail as it stood after that event, or before that day began: it is made again from its events. 0:
     * as it now stands. Not both. */
    int64_t as_at_event, as_at_ms;
    bool unsuppressed;       /* with small numbers, and with what points to one case (disclosure.h) */
    size_t rows_max;         /* of each table; 0: all of them. A table says how many rows it leaves out */
    const atomic_bool *stop; /* borrowed; the answer is given up once it is true; NULL: nobody can stop it */
};

/* A report of one case points to a person and has all that the trail has of it. Any other one is of a period
 * and made so that it may be published (edition.h), unless it is asked for unsuppressed, which an inspector's
 * trail alone answers.
 *
 * Asks the trail: REPORT_DONE with a document as report_table.h describes it, for the caller to json_decref;
 * anything else with a message for a person. */
int report_ask(const char *trail_path, const struct report_question *question, json_t **document,
               char *message, size_t message_size);

/* Opens the trail for a question, at one moment and with the grounds of its report laid, and calls `reader`
 * once, which asks for itself; `face` is the head of the report (report_face.h), both are borrowed.
 * REPORT_DONE if it returned true; anything else with a message for a person. */
typedef bool report_reader(void *context, sqlite3 *database, json_t *face);
int report_read(const char *trail_path, const struct report_question *question, report_reader *reader,
                void *context, char *message, size_t message_size);

/* Asks, and prints: REPORT_DONE, or what the face of the report says instead (report_face.h). */
int report_run(const char *trail_path, const struct report_question *question, enum report_format format,
               FILE *out, char *message, size_t message_size);

#endif
