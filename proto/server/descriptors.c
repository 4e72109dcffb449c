/* descriptors.c: see descriptors.h. */
#include "proto/server/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

uint64_t descriptors_raise(char *message, size_t message_size)
{
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        snprintf(message, message_size, "the limit of descriptors cannot be read: %s", strerror(errno));
        return 0;
    }
    const struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur != limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    if (limit.rlim_cur >= DESCRIPTORS_MIN)
        return limit.rlim_cur;
    snprintf(message, message_size,
             "only %llu descriptors may be open, and at least %d are needed; "
             "set LimitNOFILE=65536 in the service's unit, or `ulimit -n 65536` before the start",
             (unsigned long long)limit.rlim_cur, DESCRIPTORS_MIN);
    return 0;
}

bool descriptors_are_used_up(void)
{
    int probe = descriptors_reserve();
    if (probe < 0)
        return true;
    close(probe);
    return false;
}

int descriptors_reserve(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}
