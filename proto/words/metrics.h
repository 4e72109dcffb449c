/* metrics.h: figures that a program tells of itself, in a file that Prometheus reads.
 *
 * The file is in Prometheus' text format (0.0.4), as the textfile collector of its node exporter takes it, so
 * no program opens a port for it. It is written anew every METRICS_EVERY_MS, as a whole or not at all, and
 * says when: a program that hangs has an old file. deploy/METRICS.md lists every figure.
 *
 * Nothing about a person can get in: a figure is a number, and the value of a label is an id of the
 * directory, the name of a key or a code. They have letters, digits, dots, dashes and underscores alone, so
 * nothing is escaped. A value that has anything else is a bug, and asserted.
 *
 * Each sample has the label `unit`, the name of the file without .prom: several intakes can stand on one
 * machine. One thread: the one whose loop it is. */
#ifndef CONCORDAT_METRICS_H
#define CONCORDAT_METRICS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { METRICS_EVERY_MS = 15 * 1000, METRICS_LABEL_CHARS_MAX = 63, METRICS_PATH_BYTES = 512 };

/* The option --metrics, for a program's own argp to have as a child. Its input is a const char *, the path,
 * which stays NULL if nobody asks. */
extern const struct argp metrics_argp;

/* Begin with the program's name and the path. */
struct metrics {
    const char *program; /* such as "broker": each name begins with concordat_broker_ */
    const char *path;    /* borrowed; NULL: nobody asks */
    int64_t due_ms;      /* of the monotonic clock */
    bool fails;          /* and the log says so */
    FILE *page;          /* while it is written */
    const char *family;  /* whose samples are written */
};

/* Whether the file is due. If so it is begun: the caller fills it and calls metrics_end. */
bool metrics_begin(struct metrics *metrics, int64_t mono_ms, int64_t wall_ms);
/* Puts it in the place of the one before. What cannot be written is told once, and stops nothing. */
void metrics_end(struct metrics *metrics);

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_HISTOGRAM };

/* Begins a family of samples. The name ends in its unit, if there is one, and a counter's in _total. The help
 * is one line, lives for ever, and stands in deploy/METRICS.md too. */
void metrics_family(struct metrics *metrics, enum metric_type type, const char *name, const char *help);
/* A sample of the family: its value, then names and values of its labels, and NULL. */
void metrics_sample(struct metrics *metrics, double value, ...) __attribute__((sentinel));
/* A family of one sample without labels. */
void metrics_number(struct metrics *metrics, enum metric_type type, const char *name, const char *help,
                    double value);

/* How long something took, in buckets. Begin with zeros. */
enum { METRICS_BUCKETS = 12 };
struct metrics_times {
    uint64_t counts[METRICS_BUCKETS + 1]; /* the last: longer than any bucket */
    double sum_s;
};
void metrics_took(struct metrics_times *times, int64_t took_ns);
void metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                       const struct metrics_times *times);

#endif
