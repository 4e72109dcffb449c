/* say_time.c: instants and spans as people in England say them. */
#include <inttypes.h>
#include <time.h>

#include "proto/words/london.h"
#include "services/cli/say.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

int64_t say_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct tm civil_time(int64_t unix_ms)
{
    time_t seconds = (time_t)((unix_ms + london_offset_ms(unix_ms)) / 1000);
    struct tm civil = {0};

    gmtime_r(&seconds, &civil);
    return civil;
}

void say_clock(int64_t unix_ms, int64_t now_ms, char out[SAY_TIME_BYTES])
{
    struct tm at = civil_time(unix_ms), now = civil_time(now_ms);
    bool same_day = at.tm_yday == now.tm_yday && at.tm_year == now.tm_year;
    size_t size;

    if (same_day)
        size = strftime(out, SAY_TIME_BYTES, "%H:%M", &at);
    else if (at.tm_year == now.tm_year)
        size = strftime(out, SAY_TIME_BYTES, "%a %d %b %H:%M", &at);
    else
        size = strftime(out, SAY_TIME_BYTES, "%d %b %Y %H:%M", &at);
    if (size == 0)
        out[0] = '\0';
}

void say_span(int64_t span_ms, char out[SAY_SPAN_BYTES])
{
    if (span_ms < MINUTE_MS)
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " s", span_ms / SECOND_MS);
    else if (span_ms < HOUR_MS)
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " min", span_ms / MINUTE_MS);
    else if (span_ms < 2 * (int64_t)DAY_MS)
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " h %" PRId64 " min", span_ms / HOUR_MS,
                 span_ms % HOUR_MS / MINUTE_MS);
    else
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " days %" PRId64 " h", span_ms / DAY_MS,
                 span_ms % DAY_MS / HOUR_MS);
}

void say_time(int64_t unix_ms, int64_t now_ms, char out[SAY_TIME_BYTES])
{
    char clock[SAY_TIME_BYTES], span[SAY_SPAN_BYTES];
    bool past = unix_ms < now_ms;

    if (unix_ms == 0) {
        snprintf(out, SAY_TIME_BYTES, "not known");
        return;
    }
    say_clock(unix_ms, now_ms, clock);
    say_span(past ? now_ms - unix_ms : unix_ms - now_ms, span);
    snprintf(out, SAY_TIME_BYTES, "%.24s (%s%.24s%s)", clock, past ? "" : "in ", span, past ? " ago" : "");
}
