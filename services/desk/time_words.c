/* time_words.c: instants and spans in words: see time_words.h. */
#include "services/desk/time_words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/words/london.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };
enum { SPAN_BYTES = 32, CLOCK_CHARS = sizeof "14:13" - 1 };

static struct tm london_time(int64_t unix_ms)
{
    time_t seconds = (time_t)((unix_ms + london_offset_ms(unix_ms)) / 1000);
    struct tm civil = {0};
    gmtime_r(&seconds, &civil);
    return civil;
}

void time_words_clock(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    struct tm at = london_time(unix_ms), now = london_time(now_ms);
    bool same_day = at.tm_yday == now.tm_yday && at.tm_year == now.tm_year;
    size_t size;
    if (same_day)
        size = strftime(out, TIME_WORDS_BYTES, "%H:%M", &at);
    else if (at.tm_year == now.tm_year)
        size = strftime(out, TIME_WORDS_BYTES, "%a %d %b %H:%M", &at);
    else
        size = strftime(out, TIME_WORDS_BYTES, "%d %b %Y %H:%M", &at);
    if (size == 0)
        out[0] = '\0';
}

void time_words_day(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    struct tm at = london_time(unix_ms), now = london_time(now_ms);
    char day[TIME_WORDS_BYTES];
    size_t size = at.tm_year == now.tm_year ? strftime(day, sizeof day, "%b %H:%M", &at)
                                            : strftime(day, sizeof day, "%b %Y %H:%M", &at);
    snprintf(out, TIME_WORDS_BYTES, "%d %.32s", at.tm_mday, size > 0 ? day : "");
}

void time_words_date(int64_t unix_ms, char out[TIME_WORDS_BYTES])
{
    struct tm at = london_time(unix_ms);
    char day[TIME_WORDS_BYTES], month[TIME_WORDS_BYTES];
    bool whole = strftime(day, sizeof day, "%A", &at) > 0 && strftime(month, sizeof month, "%B", &at) > 0;
    snprintf(out, TIME_WORDS_BYTES, "%.12s %d %.12s %d", whole ? day : "", at.tm_mday, whole ? month : "",
             at.tm_year + 1900);
}

void time_words_span(int64_t span_ms, char out[TIME_WORDS_BYTES])
{
    if (span_ms < MINUTE_MS)
        snprintf(out, TIME_WORDS_BYTES, "%" PRId64 " s", span_ms / SECOND_MS);
    else if (span_ms < HOUR_MS)
        snprintf(out, TIME_WORDS_BYTES, "%" PRId64 " min", span_ms / MINUTE_MS);
    else if (span_ms < 2 * (int64_t)DAY_MS)
        snprintf(out, TIME_WORDS_BYTES, "%" PRId64 " h %" PRId64 " min", span_ms / HOUR_MS,
                 span_ms % HOUR_MS / MINUTE_MS);
    else
        snprintf(out, TIME_WORDS_BYTES, "%" PRId64 " days %" PRId64 " h", span_ms / DAY_MS,
                 span_ms % DAY_MS / HOUR_MS);
}

void time_words(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    char clock[TIME_WORDS_BYTES], span[TIME_WORDS_BYTES];
    bool past = unix_ms < now_ms;
    if (unix_ms == 0) {
        snprintf(out, TIME_WORDS_BYTES, "not known");
        return;
    }
    time_words_clock(unix_ms, now_ms, clock);
    time_words_span(past ? now_ms - unix_ms : unix_ms - now_ms, span);
    snprintf(out, TIME_WORDS_BYTES, "%.24s (%s%.24s%s)", clock, past ? "" : "in ", span, past ? " ago" : "");
}

/* "9 min", "3h59", "2 days". */
static void span_words_short(int64_t span_ms, char out[SPAN_BYTES])
{
    int64_t minutes = span_ms / MINUTE_MS;
    if (minutes < 60)
        snprintf(out, SPAN_BYTES, "%" PRId64 " min", minutes);
    else if (minutes < 48 * 60)
        snprintf(out, SPAN_BYTES, "%" PRId64 "h%02" PRId64, minutes / 60, minutes % 60);
    else
        snprintf(out, SPAN_BYTES, "%" PRId64 " days", minutes / (24 * 60));
}

void time_words_left(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    char span[SPAN_BYTES];
    span_words_short(unix_ms - now_ms, span);
    snprintf(out, TIME_WORDS_BYTES, "%s", unix_ms == 0 ? "none" : unix_ms < now_ms ? "LATE" : span);
}

void time_words_short(int64_t unix_ms, int64_t now_ms, char out[TIME_WORDS_BYTES])
{
    char clock[TIME_WORDS_BYTES], left[TIME_WORDS_BYTES];
    size_t day_chars;
    time_words_left(unix_ms, now_ms, left);
    if (unix_ms == 0) {
        snprintf(out, TIME_WORDS_BYTES, "%s", left);
        return;
    }
    time_words_clock(unix_ms, now_ms, clock);
    day_chars = strlen(clock) > CLOCK_CHARS ? strlen(clock) - CLOCK_CHARS : 0;
    snprintf(out, TIME_WORDS_BYTES, "%.5s %.50s", clock + day_chars, left);
}
