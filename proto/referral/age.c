/* age.c: how old a person is, by the date of birth, by what is stated and by how they look. */
#include "proto/referral/referral_rules.h"
#include "proto/referral/rule_parts.h"
#include "proto/words/london.h"
#include "proto/words/spoken_date.h"

enum { AGE_YEARS_MAX = 130, LEAP_YEAR_DAYS = 366 };

bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years)
{
    struct spoken_date born;
    if (!spoken_date_of_birth(date_of_birth, now_ms, &born))
        return false;
    int32_t today, minute;
    london_civil(now_ms, &today, &minute);
    /* The birthdays that surely were, and then one by one. */
    int age = (today - london_day(born.year, born.month, born.day)) / LEAP_YEAR_DAYS;
    while (age <= AGE_YEARS_MAX && london_day(born.year + age + 1, born.month, born.day) <= today)
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
    if (*contradicts && born < stated)
        *years = born;
    return true;
}

bool referral_rules_age_is_doubted(const Concordat__V1__Demographics *person)
{
    return person->looks_under_18 == CONCORDAT__V1__LOOKS_UNDER18__LOOKS_UNDER_18_YES &&
           person->age_estimated && person->age_years >= ADULT_YEARS;
}
