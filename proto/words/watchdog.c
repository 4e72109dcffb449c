/* watchdog.c: see watchdog.h. */
#include "proto/words/watchdog.h"

#include <systemd/sd-daemon.h>

/* So often within the time that the unit allows, so that one late turn is no alarm. */
enum { WORDS_WITHIN = 3, US_PER_MS = 1000 };

void watchdog_open(struct watchdog *watchdog)
{
    uint64_t allowed_us = 0;
    *watchdog = (struct watchdog){0};
    if (sd_watchdog_enabled(0, &allowed_us) > 0)
        watchdog->every_ms = (int64_t)(allowed_us / WORDS_WITHIN / US_PER_MS);
}

void watchdog_turn(struct watchdog *watchdog, int64_t mono_ms)
{
    if (!watchdog->every_ms || mono_ms < watchdog->next_ms)
        return;
    (void)sd_notify(0, "WATCHDOG=1");
    watchdog->next_ms = mono_ms + watchdog->every_ms;
}

int watchdog_patience_ms(const struct watchdog *watchdog, int64_t mono_ms, int patience_ms)
{
    int64_t left_ms = watchdog->next_ms > mono_ms ? watchdog->next_ms - mono_ms : 0;
    if (!watchdog->every_ms || (patience_ms >= 0 && patience_ms <= left_ms))
        return patience_ms;
    return (int)left_ms;
}
