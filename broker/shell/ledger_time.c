/* ledger_time.c: the time that labels events and measures their deadlines: see ledger_time.h. */
#include "broker/shell/ledger_time.h"

#include <stdlib.h>

/* What the two clocks say at one instant. */
struct clock_reading {
    enum clock_pace pace;
    int64_t at_ms;  /* the ledger's time */
    int64_t gap_ms; /* how far the wall clock is beyond the ledger's time, by the former pace */
};

/* At seven eighths of the pace a deadline comes at most a seventh late. It goes slower for as long as the
 * wall clock needs to catch up, and no longer: a machine that was suspended for days meanwhile has lost none
 * of them. */
static int64_t lost_ms(const struct ledger_time *time, int64_t mono_ms)
{
    int64_t lost_by_now_ms = (mono_ms - time->mono_ms) / 8;
    if (time->pace != PACE_SLOWER)
        return 0;
    return lost_by_now_ms < time->to_lose_ms ? lost_by_now_ms : time->to_lose_ms;
}

static int64_t without_the_wall(const struct ledger_time *time, int64_t mono_ms)
{
    return time->at_ms + mono_ms - time->mono_ms - lost_ms(time, mono_ms);
}

static struct clock_reading ledger_time_read(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    int64_t at_ms = without_the_wall(time, mono_ms), gap_ms = wall_ms + time->ahead_ms - at_ms;
    if (llabs(gap_ms) > CLOCK_LEAP_MS)
        return (struct clock_reading){PACE_MONOTONIC, at_ms, gap_ms};
    if (gap_ms < 0)
        return (struct clock_reading){PACE_SLOWER, at_ms, gap_ms};
    return (struct clock_reading){PACE_OF_WALL, at_ms + gap_ms, gap_ms};
}

void ledger_time_begin(struct ledger_time *time, int64_t last_ms, int64_t ahead_ms, int64_t wall_ms,
                       int64_t mono_ms, bool synchronised)
{
    int64_t at_ms = wall_ms + ahead_ms, stopped_ms = at_ms - last_ms;
    bool believed = !last_ms || (stopped_ms >= 0 && (synchronised || stopped_ms <= CLOCK_STOPPED_MS_MAX));
    *time =
        (struct ledger_time){.at_ms = believed ? at_ms : last_ms, .mono_ms = mono_ms, .ahead_ms = ahead_ms};
    if (believed && synchronised && ahead_ms < 0) { /* the pause is the chance to stand where UTC stands */
        time->at_ms = wall_ms;
        time->ahead_ms = 0;
    }
}

int64_t ledger_time_now(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    return ledger_time_read(time, wall_ms, mono_ms).at_ms;
}

int64_t ledger_time_follow(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    struct clock_reading now = ledger_time_read(time, wall_ms, mono_ms);
    bool leaps = now.pace == PACE_MONOTONIC;
    if (leaps && (time->pace != now.pace || llabs(now.gap_ms - time->leap_ms) > CLOCK_STEADY_MS)) {
        time->leap_ms = now.gap_ms;
        time->leap_mono_ms = mono_ms;
    }
    bool has_lost_enough = time->pace == PACE_SLOWER && lost_ms(time, mono_ms) == time->to_lose_ms;
    if (time->pace != now.pace || now.pace == PACE_OF_WALL || has_lost_enough) {
        time->at_ms = now.at_ms;
        time->mono_ms = mono_ms;
        time->pace = now.pace;
        time->to_lose_ms = now.pace == PACE_SLOWER ? -now.gap_ms : 0;
    }
    return now.at_ms;
}

bool ledger_time_is_kept(const struct ledger_time *time, int64_t mono_ms)
{
    return time->pace == PACE_MONOTONIC && mono_ms - time->leap_mono_ms >= CLOCK_KEPT_MS;
}

void ledger_time_believe(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms)
{
    time->at_ms = ledger_time_now(time, wall_ms, mono_ms);
    time->mono_ms = mono_ms;
    time->ahead_ms = time->at_ms - wall_ms;
    time->pace = PACE_OF_WALL;
}
