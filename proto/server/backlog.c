/* backlog.c: limits how many bytes libzmq holds of messages that are not complete. */
#include "proto/server/backlog.h"

#include <assert.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "proto/server/limits.h"

enum {
    /* The bytes that CURVE (RFC 26) and ZMTP (RFC 23) put around a payload. */
    CURVE_BYTES = 33,
    SHORT_FRAME_MAX = 255,
    SHORT_HEADER_BYTES = 2,
    LONG_HEADER_BYTES = 9
};

struct backlog_connection {
    atomic_uint_least64_t taken; /* bytes of the messages that we have taken */
    bool open;
};

struct backlog {
    int highest; /* the highest descriptor that was ever open */
    struct backlog_connection connections[CONNECTIONS_MAX];
};

struct backlog *backlog_open(void)
{
    return calloc(1, sizeof(struct backlog));
}

void backlog_close(struct backlog **backlog)
{
    free(*backlog);
    *backlog = NULL;
}

void backlog_begin(struct backlog *backlog, int fd)
{
    if (fd < 0 || fd >= CONNECTIONS_MAX)
        return;
    atomic_store(&backlog->connections[fd].taken, 0);
    backlog->connections[fd].open = true;
    if (fd > backlog->highest)
        backlog->highest = fd;
}

void backlog_end(struct backlog *backlog, int fd)
{
    if (fd >= 0 && fd < CONNECTIONS_MAX)
        backlog->connections[fd].open = false;
}

void backlog_took(struct backlog *backlog, int fd, size_t payload_bytes)
{
    if (fd < 0 || fd >= CONNECTIONS_MAX)
        return;
    size_t body = payload_bytes + CURVE_BYTES;
    size_t header = body > SHORT_FRAME_MAX ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES;
    atomic_fetch_add(&backlog->connections[fd].taken, header + body);
}

static uint64_t backlog_of(const struct backlog *backlog, int fd)
{
    struct tcp_info info = {0};
    if (!backlog->connections[fd].open ||
        getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &(socklen_t){sizeof info}) != 0)
        return 0;
    uint64_t taken = atomic_load(&backlog->connections[fd].taken);
    return info.tcpi_bytes_received > taken ? info.tcpi_bytes_received - taken : 0;
}

unsigned backlog_cut(struct backlog *backlog)
{
    for (unsigned cut = 0;; cut++) {
        uint64_t sum = 0, most = 0;
        int furthest = -1;
        for (int fd = 0; fd <= backlog->highest; fd++) {
            uint64_t bytes = backlog_of(backlog, fd);
            sum += bytes;
            if (bytes > most) {
                most = bytes;
                furthest = fd;
            }
        }
        if (sum <= BACKLOG_BYTES_MAX)
            return cut;
        assert(furthest >= 0);
        /* libzmq sees the end, closes the connection and frees what it held of its message. */
        shutdown(furthest, SHUT_RDWR);
        backlog->connections[furthest].open = false;
    }
}
