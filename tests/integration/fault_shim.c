/* fault_shim.c: a library that is preloaded into our programs and does to them what a bad machine does: a
 * sync that is slow or fails, with either outcome, a wall clock that is set, and a disk that is full and
 * copies what a file of keys overwrites. FAULT_CONTROL names the file with a struct control, which a test
 * changes while the program runs. The monotonic clock stays true. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum sync_fault { SYNC_GOOD, SYNC_FAILS, SYNC_FAILS_YET_IS_DONE };

struct control {
    int64_t clock_ms;  /* added to the wall clock */
    int64_t slept_ms;  /* the machine was suspended for so long: added to the wall clock and the boot clock */
    int32_t sync;      /* enum sync_fault */
    int32_t sync_ms;   /* how long each sync takes at least */
    int32_t vouched;   /* the system says that its clock is synchronised */
    int32_t keys_full; /* no write to the file of keys finds room */
};

static struct control *control;

__attribute__((constructor)) static void open_control(void)
{
    const char *path = getenv("FAULT_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared != MAP_FAILED)
        control = shared;
}

/* ISO C has no cast from an object's address to a function's; POSIX allows this one. */
static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int sync_file(const char *name, int fd)
{
    int (*real)(int);
    *(void **)&real = next(name);
    if (!control)
        return real(fd);
    if (control->sync_ms)
        usleep((useconds_t)control->sync_ms * 1000);
    if (control->sync != SYNC_FAILS && real(fd))
        return -1;
    if (control->sync == SYNC_GOOD)
        return 0;
    errno = EIO;
    return -1;
}

int fsync(int fd)
{
    return sync_file("fsync", fd);
}

int fdatasync(int fd)
{
    return sync_file("fdatasync", fd);
}

static bool is_file_of_keys(int fd)
{
    static const char name[] = "/seals";
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path);
    size_t name_size = sizeof name - 1;
    return size >= (ssize_t)name_size && memcmp(path + size - name_size, name, name_size) == 0;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = next("pwrite");
    if (!control || !control->keys_full || !is_file_of_keys(fd))
        return real(fd, bytes, size, at);
    errno = ENOSPC;
    return -1;
}

/* Nobody vouches for the wall clock unless the test does. */
int ntp_adjtime(struct timex *timex)
{
    (void)timex;
    return control && control->vouched ? TIME_OK : TIME_ERROR;
}

/* How wrong a clock is. */
static int64_t clock_offset_ms(clockid_t clock)
{
    if (!control)
        return 0;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        return control->clock_ms + control->slept_ms;
    return clock == CLOCK_BOOTTIME ? control->slept_ms : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *);
    *(void **)&real = next("clock_gettime");
    int rc = real(clock, now);
    if (rc)
        return rc;
    int64_t offset_ms = clock_offset_ms(clock), ns = now->tv_nsec + offset_ms % 1000 * 1000000;
    now->tv_sec += (time_t)(offset_ms / 1000 + (ns >= 1000000000) - (ns < 0));
    now->tv_nsec = (long)(ns + (ns < 0 ? 1000000000 : 0) - (ns >= 1000000000 ? 1000000000 : 0));
    return 0;
}

/* PostgreSQL asks this one; the C library's own would not come by here. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec exact;
    int rc = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return rc;
}

time_t time(time_t *now)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now)
        *now = exact.tv_sec;
    return exact.tv_sec;
}
