/* spoken_age.c: ages as people say them: see spoken_age.h. */
#include "proto/words/spoken_age.h"

#include <stddef.h>
#include <string.h>

#include "proto/words/spoken.h"

enum { AGE_MAX_YEARS = 130 };

static const char *const small_numbers[] = {"zero",    "one",     "two",       "three",    "four",
                                            "five",    "six",     "seven",     "eight",    "nine",
                                            "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                            "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"twenty", "thirty",  "forty",  "fifty",
                                   "sixty",  "seventy", "eighty", "ninety"};
static const char *const decades[] = {"twenties", "thirties",  "forties",  "fifties",
                                      "sixties",  "seventies", "eighties", "nineties"};

static bool take_listed(struct spoken *spoken, const char *const *words, size_t count, uint32_t *which)
{
    for (size_t i = 0; i < count; i++)
        if (spoken_take_word(spoken, words[i])) {
            *which = (uint32_t)i;
            return true;
        }
    return false;
}

/* 34, thirty four, thirty-four */
static bool take_years(struct spoken *spoken, uint32_t *years)
{
    uint32_t ten, one = 0;
    const struct spoken_part *part = spoken_next(spoken);
    if (part->kind == SPOKEN_NUMBER) {
        *years = part->number;
        spoken->at++;
        return part->digits <= 3;
    }
    if (take_listed(spoken, small_numbers, sizeof small_numbers / sizeof *small_numbers, years))
        return true;
    if (!take_listed(spoken, tens, sizeof tens / sizeof *tens, &ten))
        return false;
    size_t before = spoken->at;
    (void)spoken_take_sign(spoken, '-');
    if (!take_listed(spoken, small_numbers, 10, &one)) {
        spoken->at = before;
        one = 0;
    }
    *years = 20 + 10 * ten + one;
    return true;
}

static bool take_teens(struct spoken *spoken, uint32_t *from)
{
    static const char *const teens[] = {"teens", "teenager", "teenage", "teen", NULL};
    *from = 10;
    return spoken_take_any(spoken, teens);
}

/* The first year of a decade: 40s, forties, teens. */
static bool take_decade(struct spoken *spoken, uint32_t *from)
{
    size_t before = spoken->at;
    uint32_t which;
    if (take_teens(spoken, from))
        return true;
    if (take_listed(spoken, decades, sizeof decades / sizeof *decades, &which)) {
        *from = 20 + 10 * which;
        return true;
    }
    const struct spoken_part *part = spoken_next(spoken);
    if (part->kind == SPOKEN_NUMBER && part->number % 10 == 0 && part->number >= 20) {
        *from = part->number;
        spoken->at++;
        (void)spoken_take_sign(spoken, '\'');
        if (spoken_take_word(spoken, "s"))
            return true;
    }
    spoken->at = before;
    return false;
}

/* Early, mid and late 40s: 42, 45, 48. Of the teens each is a year below 18. */
static bool read_decade(struct spoken *spoken, struct spoken_age *age)
{
    static const struct {
        const char *word;
        uint32_t years, teen_years;
    } thirds[] = {{"early", 2, 13}, {"mid", 5, 15}, {"middle", 5, 15}, {"late", 8, 17}};
    static const char *const before_decade[] = {"in", "his", "her", "their", "the", "of", NULL};
    uint32_t from, years = 5, teen_years = 15;
    while (spoken_take_any(spoken, before_decade))
        continue;
    for (size_t i = 0; i < sizeof thirds / sizeof *thirds; i++)
        if (spoken_take_word(spoken, thirds[i].word)) {
            years = thirds[i].years;
            teen_years = thirds[i].teen_years;
            (void)spoken_take_sign(spoken, '-');
        }
    if (!take_decade(spoken, &from))
        return false;
    *age = (struct spoken_age){from == 10 ? teen_years : from + years, true};
    return true;
}

/* "years old", "yrs", "y/o", "yo" */
static void skip_years(struct spoken *spoken)
{
    static const char *const years[] = {"years", "year", "yrs", "yr", "y", "yo", "ys", NULL};
    static const char *const old[] = {"old", "o", NULL};
    static const char *const person[] = {"male", "female", "man", "woman", "boy", "girl", NULL};
    (void)spoken_take_any(spoken, years);
    while (spoken_take_sign(spoken, '-') || spoken_take_sign(spoken, '/') || spoken_take_sign(spoken, '.'))
        continue;
    (void)spoken_take_any(spoken, old);
    (void)spoken_take_sign(spoken, '.');
    (void)spoken_take_any(spoken, person);
}

/* 34, 16 or 17, 30-35, 8 months */
static bool read_years(struct spoken *spoken, struct spoken_age *age)
{
    static const char *const to[] = {"to", "or", NULL};
    static const char *const months[] = {"months", "month", "mths", "weeks", "week", "days", NULL};
    uint32_t last;
    if (!take_years(spoken, &age->years))
        return false;
    size_t before = spoken->at;
    bool is_span =
        spoken_take_any(spoken, to) || spoken_take_sign(spoken, '-') || spoken_take_sign(spoken, '/');
    if (is_span && take_years(spoken, &last) && last >= age->years && last <= AGE_MAX_YEARS)
        age->estimated = last > age->years;
    else
        spoken->at = before;
    if (spoken_take_any(spoken, months))
        age->years = spoken_is_word(&spoken->parts[spoken->at - 1], "months") ? age->years / 12 : 0;
    else if (spoken_take_word(spoken, "ish") || spoken_take_sign(spoken, '+'))
        age->estimated = true;
    skip_years(spoken);
    return true;
}

/* Somebody under 18 is at most 17; somebody over 65 is counted as 65. */
static bool read_bound(struct spoken *spoken, struct spoken_age *age)
{
    static const char *const under[] = {"under", "below", NULL};
    static const char *const over[] = {"over", "above", NULL};
    bool is_under = spoken_take_any(spoken, under) || spoken_take_sign(spoken, '<');
    if (!is_under && !spoken_take_any(spoken, over) && !spoken_take_sign(spoken, '>'))
        return false;
    if (!take_years(spoken, &age->years) || (is_under && age->years == 0))
        return false;
    age->years -= is_under;
    age->estimated = true;
    skip_years(spoken);
    return true;
}

bool spoken_age_read(const char *text, struct spoken_age *age)
{
    static bool (*const shapes[])(struct spoken *, struct spoken_age *) = {read_decade, read_bound,
                                                                           read_years};
    struct spoken spoken;
    bool is_read = false;
    if (!spoken_split(text, &spoken))
        return false;
    bool inexact = spoken_skip_fillers(&spoken);
    size_t begin = spoken.at;
    for (size_t i = 0; !is_read && i < sizeof shapes / sizeof *shapes; i++) {
        *age = (struct spoken_age){0};
        spoken.at = begin;
        is_read = shapes[i](&spoken, age);
        inexact = spoken_skip_fillers(&spoken) || inexact;
        is_read = is_read && spoken_next(&spoken)->kind == SPOKEN_END && age->years <= AGE_MAX_YEARS;
    }
    age->estimated = age->estimated || inexact;
    return is_read;
}
