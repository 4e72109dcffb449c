/* now.c: what this machine's clocks say. */
#include "proto/words/now.h"

#include <assert.h>
#include <sys/timex.h>
#include <time.h>

enum { NS_PER_MS = 1000000, MS_PER_SECOND = 1000 };

static struct timespec now_of_clock(clockid_t clock)
{
    struct timespec now;
    int rc = clock_gettime(clock, &now);
    assert(rc == 0);
    return now;
}

int64_t now_wall_ms(void)
{
    struct timespec now = now_of_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / NS_PER_MS;
}

int64_t now_monotonic_ms(void)
{
    return now_monotonic_ns() / NS_PER_MS;
}

int64_t now_boot_ms(void)
{
    struct timespec now = now_of_clock(CLOCK_BOOTTIME);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / NS_PER_MS;
}

int64_t now_monotonic_ns(void)
{
    struct timespec now = now_of_clock(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * MS_PER_SECOND * NS_PER_MS + now.tv_nsec;
}

bool now_wall_is_synchronised(void)
{
    struct timex timex = {.modes = 0};
    int state = ntp_adjtime(&timex);
    return state >= 0 && state != TIME_ERROR;
}
