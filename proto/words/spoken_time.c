/* spoken_time.c: instants as people in England say them: see spoken_time.h. */
#include "proto/words/spoken_time.h"

#include <string.h>

#include "proto/words/london.h"
#include "proto/words/spoken.h"
#include "proto/words/spoken_date.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

enum { DAY_MINUTES = 24 * 60, NOT_SAID = -1 };

/* In which half of the day an hour from 1 to 12 lies. */
enum half { HALF_NOT_SAID, HALF_MORNING, HALF_AFTERNOON, HALF_EVENING, HALF_NIGHT_BEFORE };

struct saying {
    int64_t now_ms;
    int32_t today;
    int minute, second; /* of the day; minute is NOT_SAID before it was read */
    bool twelve;        /* the hour was said with am or pm */
    enum half half;
    bool has_day;
    int32_t day;
    bool has_date;
    struct spoken_date date; /* its year may not be said */
    int weekday;             /* NOT_SAID, or 0 for Monday */
    bool has_offset;
    int64_t offset_ms; /* of GMT or BST */
};

/* --- the parts of a time ------------------------------------------------------------------------------- */

/* "am", "p.m."; true if it was one of them. */
static bool take_half(struct spoken *spoken, bool *after_noon)
{
    size_t before = spoken->at;
    *after_noon = spoken_is_word(spoken_next(spoken), "pm") || spoken_is_word(spoken_next(spoken), "p");
    if (spoken_take_word(spoken, "am") || spoken_take_word(spoken, "pm"))
        return true;
    if ((spoken_take_word(spoken, "a") || spoken_take_word(spoken, "p")) && spoken_take_sign(spoken, '.') &&
        spoken_take_word(spoken, "m")) {
        (void)spoken_take_sign(spoken, '.');
        return true;
    }
    spoken->at = before;
    return false;
}

/* ":15", ".15", "h15" behind the hour. */
static bool take_minute(struct spoken *spoken, int *minute)
{
    size_t before = spoken->at;
    bool has_sign =
        spoken_take_sign(spoken, ':') || spoken_take_sign(spoken, '.') || spoken_take_word(spoken, "h");
    const struct spoken_part *part = spoken_next(spoken);
    if (has_sign && part->kind == SPOKEN_NUMBER && part->digits == 2 && part->number < 60) {
        *minute = (int)part->number;
        spoken->at++;
        return true;
    }
    spoken->at = before;
    return false;
}

/* ":30" and ".250" behind the minute. */
static void take_second(struct spoken *spoken, int *second)
{
    *second = 0;
    if (spoken_is_sign(spoken_next(spoken), ':') && take_minute(spoken, second) &&
        spoken_is_sign(spoken_next(spoken), '.') && spoken->parts[spoken->at + 1].kind == SPOKEN_NUMBER)
        spoken->at += 2;
}

static bool set_time_of_day(struct saying *saying, int hour, int minute, bool said_half, bool after_noon)
{
    if (saying->minute != NOT_SAID || hour > 23 || (said_half && (hour < 1 || hour > 12)))
        return false;
    if (said_half)
        hour = hour % 12 + (after_noon ? 12 : 0);
    saying->minute = hour * 60 + minute;
    saying->twelve = said_half;
    return true;
}

/* 22:15, 10.15pm, 3am, 2215, 0305hrs. */
static bool take_clock(struct spoken *spoken, struct saying *saying)
{
    static const char *const hours[] = {"h", "hr", "hrs", "hours", "oclock", NULL};
    const struct spoken_part *part = spoken_next(spoken);
    int hour = (int)part->number, minute = 0, second = 0;
    bool after_noon = false, is_four = part->digits == 4;
    if (part->kind != SPOKEN_NUMBER || (part->digits > 2 && !is_four))
        return false;
    spoken->at++;
    if (is_four) {
        minute = hour % 100;
        hour /= 100;
    }
    bool has_minute = is_four || take_minute(spoken, &minute);
    if (has_minute && !is_four)
        take_second(spoken, &second);
    bool said_half = take_half(spoken, &after_noon);
    if (!said_half)
        (void)spoken_take_any(spoken, hours);
    saying->second = second;
    return (has_minute || said_half) && minute < 60 &&
           set_time_of_day(saying, hour, minute, said_half, after_noon);
}

static bool take_named_clock(struct spoken *spoken, struct saying *saying)
{
    static const char *const noon[] = {"noon", "midday", NULL};
    if (spoken_take_any(spoken, noon))
        return set_time_of_day(saying, 12, 0, false, false);
    return spoken_take_word(spoken, "midnight") && set_time_of_day(saying, 0, 0, false, false);
}

/* --- the parts of a day -------------------------------------------------------------------------------- */

static void set_day(struct saying *saying, int32_t day, enum half half)
{
    saying->has_day = true;
    saying->day = day;
    saying->half = half;
}

static bool take_named_day(struct spoken *spoken, struct saying *saying)
{
    static const struct {
        const char *first, *second; /* NULL: one word */
        int days;
        enum half half;
    } names[] = {
        {"today", NULL, 0, HALF_NOT_SAID},
        {"tonight", NULL, 0, HALF_EVENING},
        {"this", "morning", 0, HALF_MORNING},
        {"this", "afternoon", 0, HALF_AFTERNOON},
        {"this", "evening", 0, HALF_EVENING},
        {"last", "night", 0, HALF_NIGHT_BEFORE},
        {"last", "evening", -1, HALF_EVENING},
        {"yesterday", "morning", -1, HALF_MORNING},
        {"yesterday", "afternoon", -1, HALF_AFTERNOON},
        {"yesterday", "evening", -1, HALF_EVENING},
        {"yesterday", NULL, -1, HALF_NOT_SAID},
    };
    for (size_t i = 0; !saying->has_day && i < sizeof names / sizeof *names; i++) {
        size_t before = spoken->at;
        if (spoken_take_word(spoken, names[i].first) &&
            (!names[i].second || spoken_take_word(spoken, names[i].second))) {
            set_day(saying, saying->today + names[i].days, names[i].half);
            return true;
        }
        spoken->at = before;
    }
    return false;
}

static bool take_weekday(struct spoken *spoken, struct saying *saying)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    const struct spoken_part *part = spoken_next(spoken);
    size_t length = part->kind == SPOKEN_WORD ? strlen(part->word) : 0;
    for (int i = 0; saying->weekday == NOT_SAID && length >= 3 && i < 7; i++)
        if (strncmp(part->word, names[i], length) == 0) {
            saying->weekday = i;
            spoken->at++;
            return true;
        }
    return false;
}

static bool take_date(struct spoken *spoken, struct saying *saying)
{
    if (saying->has_date || !spoken_date_take(spoken, &saying->date))
        return false;
    saying->has_date = true;
    (void)spoken_take_word(spoken, "t");
    return true;
}

static bool take_zone(struct spoken *spoken, struct saying *saying)
{
    static const char *const winter[] = {"gmt", "utc", "z", NULL};
    bool is_winter = !saying->has_offset && spoken_take_any(spoken, winter);
    if (!is_winter && (saying->has_offset || !spoken_take_word(spoken, "bst")))
        return false;
    saying->has_offset = true;
    saying->offset_ms = is_winter ? 0 : HOUR_MS;
    return true;
}

/* --- which instant it is ---------------------------------------------------------------------------------
 */

/* A word such as "evening" says which of two hours is meant, if am and pm do not. */
static void settle_half(struct saying *saying)
{
    int hour = saying->minute / 60;
    if (saying->half == HALF_NIGHT_BEFORE) {
        bool by_evening = !saying->twelve && hour >= 6 && hour < 12;
        saying->minute += by_evening ? DAY_MINUTES / 2 : 0;
        saying->day -= saying->minute >= DAY_MINUTES / 2;
    } else if (!saying->twelve && hour > 0 && hour < 12 &&
               (saying->half == HALF_AFTERNOON || saying->half == HALF_EVENING)) {
        saying->minute += DAY_MINUTES / 2;
    }
}

static int64_t instant_on(const struct saying *saying, int32_t day)
{
    int64_t past_ms = saying->now_ms + SPOKEN_TIME_SKEW_MS;
    if (saying->has_offset)
        return ((int64_t)day * DAY_MINUTES + saying->minute) * MINUTE_MS - saying->offset_ms +
               saying->second * (MINUTE_MS / 60);
    int64_t first_ms = london_instant(day, saying->minute);
    int32_t later_day, later_minute;
    london_civil(first_ms + HOUR_MS, &later_day, &later_minute);
    bool comes_twice = later_day == day && later_minute == saying->minute;
    bool second_is_past = comes_twice && first_ms + HOUR_MS <= past_ms;
    return first_ms + (second_is_past ? HOUR_MS : 0) + saying->second * (MINUTE_MS / 60);
}

/* The latest of the days `day`, `day` - step and so on on which the time is past. */
static int64_t nearest_past(const struct saying *saying, int32_t day, int32_t step)
{
    int64_t at_ms = instant_on(saying, day);
    return at_ms <= saying->now_ms + SPOKEN_TIME_SKEW_MS ? at_ms : instant_on(saying, day - step);
}

static bool date_instant(const struct saying *saying, int64_t *unix_ms)
{
    struct spoken_date date = saying->date;
    bool has_year = date.year != 0;
    int32_t day = saying->today;
    /* From the day after today back, so that the year is that of the nearest such day. */
    enum { LEAP_YEARS_APART_MAX = 8 };
    for (int back = 0; !has_year && back <= LEAP_YEARS_APART_MAX; back++) {
        date.year = 1970 + saying->today / 365 + 1 - back; /* this year or the next one */
        if (!spoken_date_exists(&date))
            continue;
        *unix_ms = instant_on(saying, london_day(date.year, date.month, date.day));
        if (*unix_ms <= saying->now_ms + SPOKEN_TIME_SKEW_MS)
            return true;
    }
    if (has_year)
        day = london_day(date.year, date.month, date.day);
    *unix_ms = instant_on(saying, day);
    return has_year;
}

static bool saying_instant(struct saying *saying, int64_t *unix_ms)
{
    if (saying->minute == NOT_SAID || (saying->has_day && saying->has_date))
        return false;
    settle_half(saying);
    if (saying->has_date)
        return date_instant(saying, unix_ms);
    if (saying->weekday != NOT_SAID && !saying->has_day) {
        int32_t back = (london_weekday(saying->today) - saying->weekday + 7) % 7;
        *unix_ms = nearest_past(saying, saying->today - back, 7);
        return true;
    }
    *unix_ms = saying->has_day ? instant_on(saying, saying->day) : nearest_past(saying, saying->today, 1);
    return true;
}

/* --- the whole text --------------------------------------------------------------------------------------
 */

/* "20 minutes ago", "half an hour ago", "now". */
static bool take_ago(struct spoken *spoken, int64_t now_ms, int64_t *unix_ms)
{
    static const char *const minutes[] = {"m", "min", "mins", "minute", "minutes", NULL};
    static const char *const hours[] = {"h", "hr", "hrs", "hour", "hours", NULL};
    enum { HOURS_MAX = 31 * 24 };
    const struct spoken_part *part = spoken_next(spoken);
    int64_t count = part->number, unit_ms = 0;
    (void)spoken_take_word(spoken, "just");
    if (spoken_take_word(spoken, "now")) {
        *unix_ms = now_ms;
        return spoken_next(spoken)->kind == SPOKEN_END;
    }
    bool is_half = spoken_take_word(spoken, "half");
    if (part->kind == SPOKEN_NUMBER)
        spoken->at++;
    else if (spoken_take_word(spoken, "an") || spoken_take_word(spoken, "a") || is_half)
        count = 1;
    if (spoken_take_any(spoken, minutes))
        unit_ms = MINUTE_MS;
    else if (spoken_take_any(spoken, hours))
        unit_ms = HOUR_MS;
    *unix_ms = now_ms - count * unit_ms / (is_half ? 2 : 1);
    return count > 0 && unit_ms > 0 && count * unit_ms <= HOURS_MAX * HOUR_MS &&
           spoken_take_word(spoken, "ago") && spoken_next(spoken)->kind == SPOKEN_END;
}

static bool take_piece(struct spoken *spoken, struct saying *saying)
{
    /* A date of three numbers reads like a time and a rest, so dates come first. */
    static bool (*const pieces[])(struct spoken *, struct saying *) = {
        take_date, take_named_day, take_weekday, take_named_clock, take_clock, take_zone};
    size_t before = spoken->at;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        if (pieces[i](spoken, saying))
            return true;
        spoken->at = before;
    }
    return false;
}

bool spoken_time_read(const char *text, int64_t now_ms, int64_t *unix_ms)
{
    struct spoken spoken;
    struct saying saying = {.now_ms = now_ms, .minute = NOT_SAID, .weekday = NOT_SAID};
    int32_t minute;
    london_civil(now_ms, &saying.today, &minute);
    if (!spoken_split(text, &spoken))
        return false;
    (void)spoken_skip_fillers(&spoken);
    size_t begin = spoken.at;
    if (take_ago(&spoken, now_ms, unix_ms))
        return true;
    spoken.at = begin;
    while (spoken_next(&spoken)->kind != SPOKEN_END) {
        if (!take_piece(&spoken, &saying))
            return false;
        (void)spoken_skip_fillers(&spoken);
    }
    return saying_instant(&saying, unix_ms);
}
