/* measure.h: percentiles, and the processor time and memory of a process. */
#ifndef CONCORDAT_BENCH_MEASURE_H
#define CONCORDAT_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Prints a message and ends the program: the bench makes up no figure that it could not measure. */
_Noreturn void measure_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct samples {
    int64_t *values; /* owned */
    size_t count, room;
    bool sorted;
};

void samples_add(struct samples *samples, int64_t value);
void samples_close(struct samples *samples);
/* Prints the percentiles of nanoseconds:
 * "name":{"count":..,"p50_us":..,"p99_us":..,"p999_us":..,"max_us":..}. */
void samples_print(struct samples *samples, const char *name);

struct usage {
    double cpu_s;      /* all threads */
    double first_s;    /* the first thread only */
    long peak_kib;     /* the peak of resident memory */
    long resident_kib; /* resident memory now */
};

bool usage_read(pid_t process, struct usage *usage);

#endif
