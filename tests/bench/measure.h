/* measure.h: time, percentiles, and what a process has used. */
#ifndef CONCORDAT_BENCH_MEASURE_H
#define CONCORDAT_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Ends the program: a figure that could not be measured is not made up. */
_Noreturn void measure_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct samples {
    int64_t *values; /* owned */
    size_t count, room;
    bool sorted;
};

void samples_add(struct samples *samples, int64_t value);
/* The value that `share` of all do not exceed; 0 where there are none. */
int64_t samples_percentile(struct samples *samples, double share);
void samples_close(struct samples *samples);
/* Prints "name":{"count":..,"p50_us":..,"p99_us":..,"p999_us":..,"max_us":..} of nanoseconds. */
void samples_print(struct samples *samples, const char *name);

struct usage {
    double cpu_s;      /* of all threads */
    double first_s;    /* of the first thread alone */
    long peak_kib;     /* most memory that was resident */
    long resident_kib; /* now */
};

bool usage_read(pid_t process, struct usage *usage);

#endif
