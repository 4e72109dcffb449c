/* arrivals.c: paces new connections by their low-water marks. */
#include "proto/server/arrivals.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    DESCRIPTORS_MAX = 64 * 1024,
    /* The low-water mark of a held connection: more than a client sends before it hears from us, so that poll
     * does not report the connection. */
    HELD_BYTES = 16 * 1024
};

struct arrivals {
    int64_t due_ms; /* when the next turn comes */
    int count;      /* held connections */
    int last;       /* the descriptor that had the latest turn */
    bool waits[DESCRIPTORS_MAX];
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

/* Takes a turn if one has come. Unused turns are saved, up to ARRIVALS_AT_ONCE. */
static bool arrivals_take_turn(struct arrivals *arrivals, int64_t now_ms)
{
    int64_t earliest_ms = now_ms - (int64_t)(ARRIVALS_AT_ONCE - 1) * ARRIVALS_EACH_MS;
    if (arrivals->due_ms < earliest_ms)
        arrivals->due_ms = earliest_ms;
    if (arrivals->due_ms > now_ms)
        return false;
    arrivals->due_ms += ARRIVALS_EACH_MS;
    return true;
}

/* The kernel reports a connection as readable once it has this many bytes; it always reports its end. */
static void set_low_water_mark(int fd, int bytes)
{
    setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void arrivals_begin(struct arrivals *arrivals, int fd, int64_t now_ms)
{
    if (fd < 0 || fd >= DESCRIPTORS_MAX || arrivals->waits[fd] ||
        (arrivals->count == 0 && arrivals_take_turn(arrivals, now_ms)))
        return;
    set_low_water_mark(fd, HELD_BYTES);
    arrivals->waits[fd] = true;
    arrivals->count++;
}

void arrivals_end(struct arrivals *arrivals, int fd)
{
    if (fd < 0 || fd >= DESCRIPTORS_MAX || !arrivals->waits[fd])
        return;
    assert(arrivals->count > 0);
    arrivals->waits[fd] = false;
    arrivals->count--;
}

static void arrivals_let_in_next(struct arrivals *arrivals)
{
    assert(arrivals->count > 0);
    do
        arrivals->last = (arrivals->last + 1) % DESCRIPTORS_MAX;
    while (!arrivals->waits[arrivals->last]);
    arrivals_end(arrivals, arrivals->last);
    set_low_water_mark(arrivals->last, 1);
}

int arrivals_let_in(struct arrivals *arrivals, int64_t now_ms)
{
    while (arrivals->count > 0 && arrivals_take_turn(arrivals, now_ms))
        arrivals_let_in_next(arrivals);
    return arrivals->count > 0 ? (int)(arrivals->due_ms - now_ms) : -1;
}
