/* ledger_time.c: the time that labels events and measures their deadlines. */
#include "broker/shell/ledger_time.h"

/* At seven eighths of the pace a deadline comes at most a seventh late, and the wall clock catches up with an
 * hour in one shift. */
static int64_t without_the_wall(const struct ledger_time *time, int64_t mono_ms)
{
    return time->at_ms + (mono_ms - time->mono_ms) / 8 * 7;
}

int64_t ledger_time_now(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    int64_t slow_ms = without_the_wall(time, mono_ms);
    return wall_ms > slow_ms ? wall_ms : slow_ms;
}

int64_t ledger_time_follow(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    if (wall_ms > without_the_wall(time, mono_ms))
        *time = (struct ledger_time){wall_ms, mono_ms};
    return ledger_time_now(time, wall_ms, mono_ms);
}
