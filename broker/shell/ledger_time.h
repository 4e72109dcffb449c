/* ledger_time.h: the time that labels events and measures their deadlines, and what the wall clock is worth.
 *
 * The ledger's time never goes back and never leaps while the broker runs. It follows the wall clock as long
 * as the two differ by little: forwards at once, and if the wall clock is set back a little, slower until the
 * clock has caught up. If the wall clock leaps, it is doubted: the ledger's time goes on by the monotonic
 * clock. If the wall clock keeps its new time for a while, and somebody vouches for it, it is believed: the
 * ledger's time goes on as before, and from then on stands so far ahead of the wall clock, or behind it
 * (ahead_ms, which an event records). So deadlines are always measured by true durations, and a wrong clock
 * that was believed leaves no trace once the right one is believed.
 *
 * The monotonic clock must go on while the machine is suspended: the wall clock is right afterwards.
 */
#ifndef CONCORDAT_LEDGER_TIME_H
#define CONCORDAT_LEDGER_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* More is a leap. A time server corrects by less while it runs, and less cannot make an offer run out
     * that was made just now: the shortest answer time of the example is three minutes. */
    CLOCK_LEAP_MS = 2 * 60 * 1000,
    /* How long the wall clock must keep its new time: teams are to be open by the right hours within a minute
     * after it is right, and what a bad second does is over by then. */
    CLOCK_KEPT_MS = 30 * 1000,
    CLOCK_STEADY_MS = 2000 /* it keeps its time if it differs from the monotonic clock by no more than this */
};
/* A broker that starts can have been stopped for so long. Beyond it the wall clock is doubted. */
#define CLOCK_STOPPED_MS_MAX (INT64_C(31) * 24 * 3600 * 1000)

enum clock_pace { PACE_OF_WALL, PACE_SLOWER, PACE_MONOTONIC };

struct ledger_time {
    int64_t at_ms, mono_ms;        /* an instant of the ledger's time, from which it goes on at its pace */
    int64_t ahead_ms;              /* how far it stands ahead of the wall clock, as far as that is believed */
    enum clock_pace pace;          /* PACE_MONOTONIC: the wall clock has leapt, and is doubted */
    int64_t to_lose_ms;            /* PACE_SLOWER: how far the wall clock was behind at that instant */
    int64_t leap_ms, leap_mono_ms; /* how far it has leapt, and since when it has kept its new time */
};

/* Begins where the ledger ends; last_ms is 0 if it is empty. Nobody knows how long the broker was stopped, so
 * the wall clock is believed if that can be, and in any case if the system says that it is synchronised. */
void ledger_time_begin(struct ledger_time *time, int64_t last_ms, int64_t ahead_ms, int64_t wall_ms,
                       int64_t mono_ms, bool synchronised);
/* The time at an instant of both clocks, in ms. ledger_time_follow also notes how far they have come. */
int64_t ledger_time_now(const struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);
int64_t ledger_time_follow(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);

/* Whether the wall clock is doubted, and has kept its new time long enough to be believed. */
bool ledger_time_is_kept(const struct ledger_time *time, int64_t mono_ms);
/* Believes the wall clock. */
void ledger_time_believe(struct ledger_time *time, int64_t wall_ms, int64_t mono_ms);

#endif
