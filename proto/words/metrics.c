/* metrics.c: see metrics.h. */
#include "proto/words/metrics.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The collector takes files of this ending alone, so that it never reads one that is half written. */
#define ENDING        ".prom"
#define MS_PER_SECOND 1000.0
#define NS_PER_SECOND 1e9

enum { OPTION_METRICS = 0x4d00, PROM_ENDING_CHARS = sizeof ENDING - 1, PROM_FILE_MODE = 0644 };

static const char label_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* Up to these, in seconds, inclusive. */
static const double buckets_s[METRICS_BUCKETS] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                  0.1,   0.2,   0.5,   1,    2,    5};

/* --- the option ------------------------------------------------------------------------------------- */

static const char *file_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_label_value(const char *text, size_t length)
{
    return length > 0 && length <= METRICS_LABEL_CHARS_MAX && strspn(text, label_chars) >= length;
}

static bool is_path_of_metrics(const char *path)
{
    const char *name = file_name_of(path);
    size_t length = strlen(name);
    return strlen(path) < METRICS_PATH_BYTES && length > PROM_ENDING_CHARS &&
           strcmp(name + length - PROM_ENDING_CHARS, ENDING) == 0 &&
           is_label_value(name, length - PROM_ENDING_CHARS);
}

static error_t metrics_take_option(int key, char *value, struct argp_state *state)
{
    if (key != OPTION_METRICS)
        return ARGP_ERR_UNKNOWN;
    if (!is_path_of_metrics(value))
        argp_error(state, "--metrics takes a file whose name ends in .prom, and has letters, digits, dots, "
                          "dashes and underscores alone");
    *(const char **)state->input = value;
    return 0;
}

static const struct argp_option metrics_options[] = {
    {"metrics", OPTION_METRICS, "FILE", 0,
     "Write figures for Prometheus into this file every 15 seconds; its name ends in .prom", 0},
    {0}};

const struct argp metrics_argp = {metrics_options, metrics_take_option, NULL, NULL, NULL, NULL, NULL};

/* --- the file --------------------------------------------------------------------------------------- */

static void path_while_written(const struct metrics *m, char path[METRICS_PATH_BYTES + 8])
{
    snprintf(path, METRICS_PATH_BYTES + 8, "%s.new", m->path);
}

static void metrics_fail(struct metrics *m, int error)
{
    if (!m->fails)
        fprintf(stderr, "concordat-%s: %s cannot be written, and Prometheus does not get its figures: %s\n",
                m->program, m->path, strerror(error));
    m->fails = true;
}

/* Others read it: the exporter is another user. */
static FILE *open_for_all(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, PROM_FILE_MODE);
    FILE *page = fd >= 0 && fchmod(fd, PROM_FILE_MODE) == 0 ? fdopen(fd, "w") : NULL;
    if (!page && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    return page;
}

bool metrics_begin(struct metrics *m, int64_t mono_ms, int64_t wall_ms)
{
    char path[METRICS_PATH_BYTES + 8];
    if (!m->path || mono_ms < m->due_ms)
        return false;
    m->due_ms = mono_ms + METRICS_EVERY_MS;
    path_while_written(m, path);
    m->page = open_for_all(path);
    if (!m->page) {
        metrics_fail(m, errno);
        return false;
    }
    metrics_number(m, METRIC_GAUGE, "written_seconds",
                   "When this file was written, in seconds since 1970 by this machine's clock.",
                   (double)wall_ms / MS_PER_SECOND);
    metrics_family(m, METRIC_GAUGE, "info", "Always 1; its label has the version of the program.");
    metrics_sample(m, 1, "version", CONCORDAT_VERSION, NULL);
    return true;
}

/* Nothing is synced: what a power cut takes away is written anew. */
void metrics_end(struct metrics *m)
{
    char path[METRICS_PATH_BYTES + 8];
    path_while_written(m, path);
    errno = 0;
    bool is_whole = !ferror(m->page);
    is_whole &= fclose(m->page) == 0;
    m->page = NULL;
    if (!is_whole || rename(path, m->path) != 0) {
        metrics_fail(m, errno ? errno : EIO);
        unlink(path);
    } else if (m->fails) {
        fprintf(stderr, "concordat-%s: %s is written again\n", m->program, m->path);
        m->fails = false;
    }
}

/* --- its lines -------------------------------------------------------------------------------------- */

void metrics_family(struct metrics *m, enum metric_type type, const char *name, const char *help)
{
    static const char *const types[] = {
        [METRIC_GAUGE] = "gauge", [METRIC_COUNTER] = "counter", [METRIC_HISTOGRAM] = "histogram"};
    assert(help[strcspn(help, "\\\n")] == '\0');
    m->family = name;
    fprintf(m->page, "# HELP concordat_%s_%s %s\n", m->program, name, help);
    fprintf(m->page, "# TYPE concordat_%s_%s %s\n", m->program, name, types[type]);
}

/* Without the brace at the end. */
static void write_name(struct metrics *m, const char *part)
{
    const char *name = file_name_of(m->path);
    fprintf(m->page, "concordat_%s_%s%s{unit=\"%.*s\"", m->program, m->family, part,
            (int)(strlen(name) - PROM_ENDING_CHARS), name);
}

void metrics_sample(struct metrics *m, double value, ...)
{
    va_list labels;
    const char *label;
    write_name(m, "");
    va_start(labels, value);
    while ((label = va_arg(labels, const char *))) {
        const char *of = va_arg(labels, const char *);
        assert(is_label_value(of, strlen(of)));
        fprintf(m->page, ",%s=\"%s\"", label, of);
    }
    va_end(labels);
    fprintf(m->page, "} %.15g\n", value);
}

void metrics_number(struct metrics *m, enum metric_type type, const char *name, const char *help,
                    double value)
{
    metrics_family(m, type, name, help);
    metrics_sample(m, value, NULL);
}

/* --- times ------------------------------------------------------------------------------------------ */

void metrics_took(struct metrics_times *times, int64_t took_ns)
{
    double took_s = (double)took_ns / NS_PER_SECOND;
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS && took_s > buckets_s[bucket])
        bucket++;
    times->counts[bucket]++;
    times->sum_s += took_s;
}

void metrics_histogram(struct metrics *m, const char *name, const char *help,
                       const struct metrics_times *times)
{
    uint64_t count = 0;
    metrics_family(m, METRIC_HISTOGRAM, name, help);
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        count += times->counts[i];
        write_name(m, "_bucket");
        fprintf(m->page, ",le=\"%g\"} %" PRIu64 "\n", buckets_s[i], count);
    }
    count += times->counts[METRICS_BUCKETS];
    write_name(m, "_bucket");
    fprintf(m->page, ",le=\"+Inf\"} %" PRIu64 "\n", count);
    write_name(m, "_sum");
    fprintf(m->page, "} %.15g\n", times->sum_s);
    write_name(m, "_count");
    fprintf(m->page, "} %" PRIu64 "\n", count);
}
