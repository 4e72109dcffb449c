/* spoken_date.c: dates as people in England write them: see spoken_date.h. */
#include "proto/words/spoken_date.h"

#include <stddef.h>
#include <string.h>

#include "proto/words/london.h"

enum { CENTURY = 2000, YEAR_FIRST = 1850, YEAR_LAST = 2199, MONTH_LETTERS_MIN = 3 };

static const char *const month_names[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};

/* 1 to 12; 0 if the part names no month. Three letters are enough: "nov", "sept". */
static int month_of(const struct spoken_part *part)
{
    size_t length = part->kind == SPOKEN_WORD ? strlen(part->word) : 0;
    for (int i = 0; length >= MONTH_LETTERS_MIN && i < 12; i++)
        if (strncmp(part->word, month_names[i], length) == 0)
            return i + 1;
    return 0;
}

bool spoken_date_exists(const struct spoken_date *date)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date->month < 1 || date->month > 12 || date->day < 1 || date->day > days[date->month - 1])
        return false;
    if (date->year == 0)
        return true;
    /* The day before the first of March tells whether there is a 29 February. */
    bool leap_day = date->month == 2 && date->day == 29;
    return date->year >= YEAR_FIRST && date->year <= YEAR_LAST &&
           (!leap_day || london_day(date->year, 3, 1) - london_day(date->year, 2, 28) == 2);
}

static bool take_year(struct spoken *spoken, int *year)
{
    const struct spoken_part *part = spoken_next(spoken);
    if (part->kind != SPOKEN_NUMBER || (part->digits != 2 && part->digits != 4))
        return false;
    *year = part->digits == 2 ? CENTURY + (int)part->number : (int)part->number;
    spoken->at++;
    return true;
}

static bool take_small(struct spoken *spoken, int *number)
{
    const struct spoken_part *part = spoken_next(spoken);
    if (part->kind != SPOKEN_NUMBER || part->digits > 2)
        return false;
    *number = (int)part->number;
    spoken->at++;
    return true;
}

static bool take_month(struct spoken *spoken, int *month)
{
    *month = month_of(spoken_next(spoken));
    spoken->at += *month > 0;
    return *month > 0;
}

static bool take_sign_of_date(struct spoken *spoken, char *sign)
{
    *sign = spoken_next(spoken)->sign;
    return spoken_take_sign(spoken, '/') || spoken_take_sign(spoken, '-') || spoken_take_sign(spoken, '.');
}

static void skip_ordinal(struct spoken *spoken)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th", NULL};
    (void)spoken_take_any(spoken, ordinals);
    (void)spoken_take_word(spoken, "of");
}

/* 2026-11-27 */
static bool take_year_first(struct spoken *spoken, struct spoken_date *date)
{
    char first, second;
    return spoken_next(spoken)->digits == 4 && take_year(spoken, &date->year) &&
           take_sign_of_date(spoken, &first) && take_small(spoken, &date->month) &&
           take_sign_of_date(spoken, &second) && first == second && take_small(spoken, &date->day);
}

/* 27/11/2026, 27/11; with dots only if there is a year, because 10.15 is a time. */
static bool take_numbers(struct spoken *spoken, struct spoken_date *date)
{
    char first, second;
    date->year = 0;
    if (!take_small(spoken, &date->day) || !take_sign_of_date(spoken, &first) ||
        !take_small(spoken, &date->month))
        return false;
    size_t before_year = spoken->at;
    if (take_sign_of_date(spoken, &second) && second == first && take_year(spoken, &date->year))
        return true;
    spoken->at = before_year;
    return first == '/';
}

/* A year behind the name of a month has four digits, or two that no time of day begins with. */
static void take_year_behind(struct spoken *spoken, int *year)
{
    size_t before = spoken->at;
    *year = 0;
    (void)spoken_take_sign(spoken, ',');
    bool has_quote = spoken_take_sign(spoken, '\'');
    const struct spoken_part *part = spoken_next(spoken);
    const struct spoken_part *then = part->kind == SPOKEN_END ? part : part + 1;
    bool begins_time = spoken_is_sign(then, ':') || spoken_is_sign(then, '.') || then->kind == SPOKEN_WORD;
    bool is_hour = part->digits == 4 && part->number <= 2359 && part->number < YEAR_FIRST;
    if (is_hour || (begins_time && !has_quote && part->digits == 2) || !take_year(spoken, year))
        spoken->at = before;
}

/* 27 Nov 2026, the 27th of November */
static bool take_month_second(struct spoken *spoken, struct spoken_date *date)
{
    char sign;
    if (!take_small(spoken, &date->day))
        return false;
    skip_ordinal(spoken);
    (void)take_sign_of_date(spoken, &sign);
    if (!take_month(spoken, &date->month))
        return false;
    (void)take_sign_of_date(spoken, &sign);
    take_year_behind(spoken, &date->year);
    return true;
}

/* Nov 27 2026 */
static bool take_month_first(struct spoken *spoken, struct spoken_date *date)
{
    if (!take_month(spoken, &date->month) || !take_small(spoken, &date->day))
        return false;
    skip_ordinal(spoken);
    take_year_behind(spoken, &date->year);
    return true;
}

bool spoken_date_take(struct spoken *spoken, struct spoken_date *date)
{
    static bool (*const shapes[])(struct spoken *, struct spoken_date *) = {
        take_year_first, take_month_second, take_month_first, take_numbers};
    size_t before = spoken->at;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (shapes[i](spoken, date) && spoken_date_exists(date))
            return true;
        spoken->at = before;
    }
    return false;
}

/* 31122010, or 20101231 */
static bool take_eight_digits(struct spoken *spoken, struct spoken_date *date)
{
    const struct spoken_part *part = spoken_next(spoken);
    int number = (int)part->number;
    if (part->kind != SPOKEN_NUMBER || part->digits != 8)
        return false;
    spoken->at++;
    *date = (struct spoken_date){number % 10000, number / 10000 % 100, number / 1000000};
    if (spoken_date_exists(date))
        return true;
    *date = (struct spoken_date){number / 10000, number / 100 % 100, number % 100};
    return spoken_date_exists(date);
}

/* 12/31/2010 has no other meaning than the American one. */
static bool take_american(struct spoken *spoken, struct spoken_date *date)
{
    if (!take_numbers(spoken, date))
        return false;
    int day = date->month;
    date->month = date->day;
    date->day = day;
    return spoken_date_exists(date);
}

static bool is_all(struct spoken *spoken)
{
    (void)spoken_take_sign(spoken, '.');
    return spoken_next(spoken)->kind == SPOKEN_END;
}

/* Whether the year was written with two digits, which are the last number. */
static bool year_is_short(const struct spoken *spoken)
{
    size_t last = spoken->at;
    while (last > 0 && spoken->parts[last].kind != SPOKEN_NUMBER)
        last--;
    return spoken->parts[last].digits == 2 && spoken->parts[0].digits != 4;
}

bool spoken_date_of_birth(const char *text, int64_t now_ms, struct spoken_date *date)
{
    static bool (*const shapes[])(struct spoken *, struct spoken_date *) = {spoken_date_take,
                                                                            take_eight_digits, take_american};
    struct spoken spoken;
    int32_t today, minute;
    bool is_read = false;
    london_civil(now_ms, &today, &minute);
    if (!spoken_split(text, &spoken))
        return false;
    (void)spoken_take_word(&spoken, "born");
    (void)spoken_skip_fillers(&spoken);
    size_t begin = spoken.at;
    for (size_t i = 0; !is_read && i < sizeof shapes / sizeof *shapes; i++) {
        spoken.at = begin;
        is_read = shapes[i](&spoken, date) && is_all(&spoken);
    }
    if (!is_read || date->year == 0)
        return false;
    if (year_is_short(&spoken) && london_day(date->year, date->month, date->day) > today)
        date->year -= 100;
    return spoken_date_exists(date) && london_day(date->year, date->month, date->day) <= today;
}

void spoken_date_write(const struct spoken_date *date, char out[SPOKEN_DATE_BYTES])
{
    const int parts[] = {date->year / 100, date->year % 100, date->month, date->day};
    for (size_t i = 0, at = 0; i < 4; i++) {
        if (i >= 2)
            out[at++] = '-';
        out[at++] = (char)('0' + parts[i] / 10 % 10);
        out[at++] = (char)('0' + parts[i] % 10);
    }
    out[SPOKEN_DATE_BYTES - 1] = '\0';
}
