/* timekeeper.c: see timekeeper.h. */
#include "broker/timekeeper.h"

enum {
    CATCH_UP = 16, /* behind a wall clock that was set back, time is slower by one part in so many */
    SET_BACK_LEAST_MS = 10 * 1000 /* less is an ordinary correction, and is not spoken of */
};

static struct now goes_on(const struct timekeeper *keeper, struct now now, int64_t ledger_ms)
{
    int64_t elapsed_ms = keeper->started ? now.mono_ms - keeper->last.mono_ms : 0;
    int64_t from_ms = keeper->started ? keeper->last.wall_ms : ledger_ms;
    return (struct now){from_ms + elapsed_ms - elapsed_ms / CATCH_UP, now.mono_ms};
}

struct now timekeeper_read(const struct timekeeper *keeper, struct now now, int64_t ledger_ms)
{
    struct now own = goes_on(keeper, now, ledger_ms);
    return own.wall_ms > now.wall_ms ? own : now;
}

bool timekeeper_take(struct timekeeper *keeper, struct now *now, int64_t ledger_ms)
{
    struct now read = timekeeper_read(keeper, *now, ledger_ms);
    bool ahead = read.wall_ms > now->wall_ms;
    bool set_back = ahead && !keeper->behind && read.wall_ms - now->wall_ms >= SET_BACK_LEAST_MS;
    if (!ahead || !keeper->started)
        keeper->last = read;
    keeper->started = true;
    keeper->behind = ahead && (keeper->behind || set_back);
    *now = read;
    return set_back;
}
