/* measure.c: percentiles, and the processor time and memory of a process. */
#include "tests/bench/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void measure_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "bench: ");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(111);
}

void samples_add(struct samples *s, int64_t value)
{
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 4096;
        s->values = realloc(s->values, s->room * sizeof *s->values);
        if (!s->values)
            measure_fail("out of memory");
    }
    s->values[s->count++] = value;
    s->sorted = false;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Returns the value that a share of all values do not exceed; 0 if there are none. */
static int64_t samples_percentile(struct samples *s, double share)
{
    if (s->count == 0)
        return 0;
    if (!s->sorted)
        qsort(s->values, s->count, sizeof *s->values, compare);
    s->sorted = true;
    size_t at = (size_t)(share * (double)s->count);
    return s->values[at < s->count ? at : s->count - 1];
}

void samples_close(struct samples *s)
{
    free(s->values);
    *s = (struct samples){0};
}

void samples_print(struct samples *s, const char *name)
{
    printf("\"%s\":{\"count\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f}", name,
           s->count, (double)samples_percentile(s, 0.5) / 1e3, (double)samples_percentile(s, 0.99) / 1e3,
           (double)samples_percentile(s, 0.999) / 1e3, (double)samples_percentile(s, 1) / 1e3);
}

/* Returns the seconds of user and system time in a line of /proc/PID/stat. */
static bool read_times(const char *path, double *seconds)
{
    char line[1024];
    unsigned long user, system;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t size = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[size] = 0;
    const char *rest = strrchr(line, ')'); /* the name before it can contain anything */
    if (!rest ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return false;
    *seconds = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return true;
}

bool usage_read(pid_t process, struct usage *usage)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    if (!read_times(path, &usage->cpu_s))
        return false;
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)process, (int)process);
    if (!read_times(path, &usage->first_s))
        return false;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            usage->peak_kib = strtol(line + 6, NULL, 10);
        else if (strncmp(line, "VmRSS:", 6) == 0)
            usage->resident_kib = strtol(line + 6, NULL, 10);
    fclose(file);
    return true;
}
