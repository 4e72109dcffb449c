/* report_period.c: see report_period.h. */
#include "services/audit/report_period.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/words/london.h"
#include "proto/words/spoken_date.h"
#include "proto/words/words.h"

enum { NUMBERS_MAX = 3, APRIL = 4, SECONDS_A_DAY = 24 * 60 * 60 };

/* ---- reading ---- */

struct days {
    int32_t first, end; /* since 1970; the end is the day after the last */
};

/* The first day of a month; the months after December are those of the next years. */
static int32_t month_day(int year, int month)
{
    return london_day(year + (month - 1) / 12, (month - 1) % 12 + 1, 1);
}

static struct days months(int year, int first_month, int count)
{
    return (struct days){month_day(year, first_month), month_day(year, first_month + count)};
}

static bool read_date(const int *number, struct days *days)
{
    const struct spoken_date date = {number[0], number[1], number[2]};
    if (!spoken_date_exists(&date))
        return false;
    days->first = london_day(date.year, date.month, date.day);
    days->end = days->first + 1;
    return true;
}

/* The first week of a year has its 4 January, so that its Thursday is of the year; so has the last. */
static bool read_week(const int *number, struct days *days)
{
    int32_t fourth = london_day(number[0], 1, 4);
    days->first = fourth - london_weekday(fourth) + 7 * (number[1] - 1);
    days->end = days->first + 7;
    return number[1] >= 1 && days->first + 3 < london_day(number[0] + 1, 1, 1);
}

static bool read_month(const int *number, struct days *days)
{
    *days = months(number[0], number[1], 1);
    return number[1] >= 1 && number[1] <= 12;
}

static bool read_quarter(const int *number, struct days *days)
{
    *days = months(number[0], 3 * number[1] - 2, 3);
    return number[1] >= 1 && number[1] <= 4;
}

static bool read_half(const int *number, struct days *days)
{
    *days = months(number[0], 6 * number[1] - 5, 6);
    return number[1] >= 1 && number[1] <= 2;
}

static bool read_financial(const int *number, struct days *days)
{
    *days = months(number[0], APRIL, 12);
    return number[1] == (number[0] + 1) % 100;
}

static bool read_financial_quarter(const int *number, struct days *days)
{
    bool good = read_financial(number, days) && number[2] >= 1 && number[2] <= 4;
    *days = months(number[0], APRIL + 3 * (number[2] - 1), 3);
    return good;
}

static bool read_financial_half(const int *number, struct days *days)
{
    bool good = read_financial(number, days) && number[2] >= 1 && number[2] <= 2;
    *days = months(number[0], APRIL + 6 * (number[2] - 1), 6);
    return good;
}

/* d stands for a digit; each run of them is a number. */
static const struct period_shape {
    const char *shape;
    bool (*read)(const int *number, struct days *days);
} shapes[] = {
    {"dddd-dd-dd", read_date},
    {"dddd-Wdd", read_week},
    {"dddd-dd", read_month},
    {"dddd-Qd", read_quarter},
    {"dddd-Hd", read_half},
    {"dddd/dd", read_financial},
    {"dddd/dd-Qd", read_financial_quarter},
    {"dddd/dd-Hd", read_financial_half},
};

static bool has_shape(const char *text, const char *shape, int number[NUMBERS_MAX])
{
    size_t count = 0;
    memset(number, 0, NUMBERS_MAX * sizeof *number);
    for (; *shape; shape++, text++) {
        if (*shape != 'd' ? *text != *shape : *text < '0' || *text > '9')
            return false;
        if (*shape == 'd')
            number[count] = 10 * number[count] + (*text - '0');
        else if (shape[1] == 'd')
            count++;
    }
    return !*text && number[0] > 0;
}

static bool read_period_shape(const struct period_shape *shape, const char *text, int64_t *from_ms,
                              int64_t *to_ms)
{
    int number[NUMBERS_MAX];
    struct days days;
    if (!has_shape(text, shape->shape, number) || !shape->read(number, &days))
        return false;
    *from_ms = london_instant(days.first, 0);
    *to_ms = london_instant(days.end, 0);
    return true;
}

bool report_period_read_day(const char *text, int64_t *unix_ms)
{
    int64_t to_ms;
    return read_period_shape(&shapes[0], text, unix_ms, &to_ms);
}

bool report_period_read(const char *text, int64_t *from_ms, int64_t *to_ms)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (read_period_shape(&shapes[i], text, from_ms, to_ms))
            return true;
    return false;
}

/* ---- the period of an instant ---- */

static void write_day(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    strftime(out, REPORT_PERIOD_BYTES, "%Y-%m-%d", date);
}

static void write_week(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    strftime(out, REPORT_PERIOD_BYTES, "%G-W%V", date);
}

static void write_month(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    strftime(out, REPORT_PERIOD_BYTES, "%Y-%m", date);
}

static void write_quarter(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    snprintf(out, REPORT_PERIOD_BYTES, "%04d-Q%d", date->tm_year + 1900, date->tm_mon / 3 + 1);
}

static void write_half(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    snprintf(out, REPORT_PERIOD_BYTES, "%04d-H%d", date->tm_year + 1900, date->tm_mon / 6 + 1);
}

static void write_financial_half(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    int months = (date->tm_mon + 1 - APRIL + 12) % 12,
        year = date->tm_year + 1900 - (date->tm_mon + 1 < APRIL);
    snprintf(out, REPORT_PERIOD_BYTES, "%04d/%02d-H%d", year, (year + 1) % 100, months / 6 + 1);
}

static void write_financial(const struct tm *date, char out[REPORT_PERIOD_BYTES])
{
    int year = date->tm_year + 1900 - (date->tm_mon + 1 < APRIL);
    snprintf(out, REPORT_PERIOD_BYTES, "%04d/%02d", year, (year + 1) % 100);
}

static const struct {
    const char *kind;
    void (*write)(const struct tm *date, char out[REPORT_PERIOD_BYTES]);
} calendar[] = {{"day", write_day},
                {"week", write_week},
                {"month", write_month},
                {"quarter", write_quarter},
                {"half", write_half},
                {"half of a financial year", write_financial_half},
                {"financial year", write_financial}};

bool report_period_of(int64_t unix_ms, const char *kind, char out[REPORT_PERIOD_BYTES])
{
    struct tm date;
    int32_t day, minute;
    london_civil(unix_ms, &day, &minute);
    time_t at = (time_t)day * SECONDS_A_DAY;
    if (!gmtime_r(&at, &date))
        return false;
    for (size_t i = 0; i < sizeof calendar / sizeof *calendar; i++)
        if (strcmp(kind, calendar[i].kind) == 0) {
            calendar[i].write(&date, out);
            return true;
        }
    return false;
}

int64_t report_period_day(int64_t unix_ms, int days_later)
{
    int32_t day, minute;
    london_civil(unix_ms, &day, &minute);
    return london_instant(day + days_later, 0);
}

bool report_period_is_whole(int64_t from_ms, int64_t to_ms, const char *kind)
{
    char period[REPORT_PERIOD_BYTES];
    int64_t first_ms, end_ms;
    return from_ms > 0 && report_period_of(from_ms, kind, period) &&
           report_period_read(period, &first_ms, &end_ms) && first_ms == from_ms && end_ms == to_ms;
}

/* ---- writing ---- */

/* The date of the day that begins then in London. False if none does. */
static bool date_of(int64_t unix_ms, int days_before, struct tm *date)
{
    int32_t day, minute;
    london_civil(unix_ms, &day, &minute);
    if (london_instant(day, 0) != unix_ms)
        return false;
    time_t at = (time_t)(day - days_before) * SECONDS_A_DAY;
    return gmtime_r(&at, date) != NULL;
}

/* As a day, in words or as 2026-03-31, or else as a time of UTC. */
static void write_bound(int64_t unix_ms, int days_before, bool in_words, char out[REPORT_PERIOD_BYTES])
{
    struct tm date;
    out[0] = '\0';
    if (!unix_ms)
        return;
    if (!date_of(unix_ms, days_before, &date)) {
        words_time(unix_ms, out);
        return;
    }
    size_t size = in_words ? strftime(out, REPORT_PERIOD_BYTES, "%d %B %Y", &date)
                           : strftime(out, REPORT_PERIOD_BYTES, "%Y-%m-%d", &date);
    if (in_words && out[0] == '0')
        memmove(out, out + 1, size); /* 1 March, not 01 March */
}

void report_period_first(int64_t from_ms, char out[REPORT_PERIOD_BYTES])
{
    write_bound(from_ms, 0, false, out);
}

void report_period_last(int64_t to_ms, char out[REPORT_PERIOD_BYTES])
{
    write_bound(to_ms, 1, false, out);
}

const char *report_period_words(int64_t from_ms, int64_t to_ms, char out[REPORT_PERIOD_BYTES])
{
    char from[REPORT_PERIOD_BYTES], to[REPORT_PERIOD_BYTES];
    struct tm date;
    write_bound(from_ms, 0, true, from);
    write_bound(to_ms, 1, true, to);
    const char *until = date_of(to_ms, 1, &date) ? "" : "before ";
    if (!from[0] && !to[0])
        snprintf(out, REPORT_PERIOD_BYTES, "at any time");
    else if (!to[0])
        snprintf(out, REPORT_PERIOD_BYTES, "from %.32s", from);
    else if (!from[0])
        snprintf(out, REPORT_PERIOD_BYTES, "until %s%.32s", until, to);
    else if (to_ms - from_ms <= INT64_C(25) * 60 * 60 * 1000 && strcmp(from, to) == 0)
        snprintf(out, REPORT_PERIOD_BYTES, "on %.32s", from);
    else
        snprintf(out, REPORT_PERIOD_BYTES, "from %.32s to %s%.32s", from, until, to);
    return out;
}
