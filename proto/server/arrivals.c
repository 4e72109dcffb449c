/* arrivals.c: paces new connections by their low-water marks. */
#include "proto/server/arrivals.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "proto/server/limits.h"

enum {
    /* The low-water mark of a held connection: more than a client sends before it hears from us, so that poll
     * does not report the connection. */
    HELD_BYTES = 16 * 1024,
    /* Held connections that are looked at for one turn: all that may be held in a tenth of a second. */
    LOOKS_MAX = 64
};

struct arrivals {
    int64_t due_ms; /* when the next turn comes */
    int count;      /* held connections */
    int last;       /* the descriptor that had the latest turn */
    bool waits[CONNECTIONS_MAX];
};

struct arrivals *arrivals_open(void)
{
    return calloc(1, sizeof(struct arrivals));
}

void arrivals_close(struct arrivals **arrivals)
{
    free(*arrivals);
    *arrivals = NULL;
}

/* Returns whether a turn has come. Unused turns are saved, up to ARRIVALS_AT_ONCE. */
static bool arrivals_turn_is_due(struct arrivals *arrivals, int64_t now_ms)
{
    int64_t earliest_ms = now_ms - (int64_t)(ARRIVALS_AT_ONCE - 1) * ARRIVALS_EACH_MS;
    if (arrivals->due_ms < earliest_ms)
        arrivals->due_ms = earliest_ms;
    return arrivals->due_ms <= now_ms;
}

/* The kernel reports a connection as readable once it has this many bytes; it always reports its end. */
static void set_low_water_mark(int fd, int bytes)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void arrivals_begin(struct arrivals *arrivals, int fd, int64_t now_ms)
{
    if (fd < 0 || fd >= CONNECTIONS_MAX || arrivals->waits[fd])
        return;
    if (arrivals->count == 0 && arrivals_turn_is_due(arrivals, now_ms)) {
        arrivals->due_ms += ARRIVALS_EACH_MS;
        return;
    }
    set_low_water_mark(fd, HELD_BYTES);
    arrivals->waits[fd] = true;
    arrivals->count++;
}

void arrivals_end(struct arrivals *arrivals, int fd)
{
    if (fd < 0 || fd >= CONNECTIONS_MAX || !arrivals->waits[fd])
        return;
    assert(arrivals->count > 0);
    arrivals->waits[fd] = false;
    arrivals->count--;
}

/* Returns whether the held connection has sent anything. */
static bool arrivals_has_spoken(int fd)
{
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) != 0 || bytes > 0;
}

/* Lets in the next held connection that has sent something. Returns false if it found none. */
static bool arrivals_let_in_next(struct arrivals *arrivals)
{
    for (int looks = 0; looks < arrivals->count && looks < LOOKS_MAX; looks++) {
        do
            arrivals->last = (arrivals->last + 1) % CONNECTIONS_MAX;
        while (!arrivals->waits[arrivals->last]);
        if (!arrivals_has_spoken(arrivals->last))
            continue;
        arrivals_end(arrivals, arrivals->last);
        set_low_water_mark(arrivals->last, 1);
        return true;
    }
    return false;
}

int arrivals_let_in(struct arrivals *arrivals, int64_t now_ms)
{
    bool found = true;
    while (found && arrivals->count > 0 && arrivals_turn_is_due(arrivals, now_ms)) {
        found = arrivals_let_in_next(arrivals);
        arrivals->due_ms += found ? ARRIVALS_EACH_MS : 0;
    }
    if (arrivals->count == 0)
        return -1;
    return found ? (int)(arrivals->due_ms - now_ms) : ARRIVALS_EACH_MS;
}
