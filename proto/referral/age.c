/* age.c: how old a person is, by the date of birth. */
#include <string.h>

#include "proto/referral/rule_parts.h"
#include "proto/words/london.h"

enum { AGE_YEARS_MAX = 130, LEAP_YEAR_DAYS = 366 };

/* The number in digits of a text at a place; -1 when one of them is no digit. */
static int date_part(const char *text, int at, int digits)
{
    int number = 0;
    for (int i = at; i < at + digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = 10 * number + text[i] - '0';
    }
    return number;
}

bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years)
{
    if (strlen(date_of_birth) != strlen("YYYY-MM-DD") || date_of_birth[4] != '-' || date_of_birth[7] != '-')
        return false;
    int year = date_part(date_of_birth, 0, 4);
    int month = date_part(date_of_birth, 5, 2);
    int day = date_part(date_of_birth, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    int32_t today, minute;
    london_civil(now_ms, &today, &minute);
    if (london_day(year, month, day) > today)
        return false;
    int age = (today - london_day(year, month, day)) / LEAP_YEAR_DAYS; /* the birthdays that surely were */
    while (age <= AGE_YEARS_MAX && london_day(year + age + 1, month, day) <= today)
        age++;
    if (age > AGE_YEARS_MAX)
        return false;
    *years = (uint32_t)age;
    return true;
}

bool age_to_route_by(const Concordat__V1__Demographics *person, const char *date_of_birth, int64_t now_ms,
                     uint32_t *years, bool *contradicts)
{
    uint32_t stated = person->age_years, born;
    *years = stated;
    *contradicts = false;
    if (!person->age_known && !person->age_estimated)
        return false;
    if (!age_from_date_of_birth(date_of_birth, now_ms, &born))
        return true;
    bool about_childhood = (stated < ADULT_YEARS) != (born < ADULT_YEARS);
    uint32_t apart = stated > born ? stated - born : born - stated;
    *contradicts = about_childhood || (!person->age_estimated && apart > 1);
    if (*contradicts && born < stated && born < ADULT_YEARS)
        *years = born;
    return true;
}
