/* person_rules.c: what is known about the person. All of it may be missing; none of it is a bar. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "services/intake/postcode.h"
#include "services/intake/rule_parts.h"

enum { NHS_NUMBER_DIGITS = 10, AGE_YEARS_MAX = 130 };

bool nhs_number_is_valid(const char *text)
{
    int digits[NHS_NUMBER_DIGITS];
    size_t count = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (count == NHS_NUMBER_DIGITS || !isdigit((unsigned char)*text))
            return false;
        digits[count++] = *text - '0';
    }
    if (count != NHS_NUMBER_DIGITS)
        return false;
    int sum = 0;
    bool all_equal = true;
    for (int i = 0; i < NHS_NUMBER_DIGITS - 1; i++) {
        sum += digits[i] * (NHS_NUMBER_DIGITS - i);
        all_equal = all_equal && digits[i] == digits[i + 1];
    }
    /* Ten equal digits satisfy the sum and are what people type for "none". A check digit of 10 is never
     * issued, and no single digit equals it. */
    int check = (11 - sum % 11) % 11;
    return !all_equal && check == digits[NHS_NUMBER_DIGITS - 1];
}

bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years)
{
    int year, month, day;
    int used = 0;
    if (strlen(date_of_birth) != 10 ||
        sscanf(date_of_birth, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10 || month < 1 ||
        month > 12 || day < 1 || day > 31)
        return false;
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm today;
    if (gmtime_r(&seconds, &today) == NULL)
        return false;
    bool had_birthday = today.tm_mon + 1 > month || (today.tm_mon + 1 == month && today.tm_mday >= day);
    int age = today.tm_year + 1900 - year - (had_birthday ? 0 : 1);
    if (age < 0 || age > AGE_YEARS_MAX)
        return false;
    *years = (uint32_t)age;
    return true;
}

static void postcode_rules(const Concordat__V1__Referral *referral,
                           const Concordat__V1__Confidential *confidential, struct findings *findings)
{
    bool postcode_blank = findings_is_blank(confidential->postcode);
    bool district_blank = findings_is_blank(referral->postcode_district);
    char district[POSTCODE_DISTRICT_BYTES];
    if (postcode_blank && district_blank)
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_POSTCODE_MISSING);
    else if ((!postcode_blank && !postcode_district(confidential->postcode, district)) ||
             (!district_blank && !postcode_district(referral->postcode_district, district)))
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_POSTCODE_NOT_RECOGNISED);
}

void person_rules(const Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                  struct findings *findings)
{
    static const Concordat__V1__Demographics unknown = CONCORDAT__V1__DEMOGRAPHICS__INIT;
    static const Concordat__V1__Confidential nothing = CONCORDAT__V1__CONFIDENTIAL__INIT;
    const Concordat__V1__Demographics *person = referral->person ? referral->person : &unknown;
    if (!confidential)
        confidential = &nothing;
    findings_add_if(findings, findings_is_blank(confidential->person_name),
                    CONCORDAT__V1__FLAG__FLAG_NAME_MISSING);
    findings_add_if(findings, !person->age_known, CONCORDAT__V1__FLAG__FLAG_AGE_MISSING);
    findings_add_if(findings, person->age_estimated, CONCORDAT__V1__FLAG__FLAG_AGE_ESTIMATED);
    findings_add_if(findings, findings_is_blank(person->ethnic_category),
                    CONCORDAT__V1__FLAG__FLAG_ETHNICITY_MISSING);
    if (findings_is_blank(confidential->nhs_number))
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_NHS_NUMBER_MISSING);
    else if (!nhs_number_is_valid(confidential->nhs_number))
        findings_add(findings, CONCORDAT__V1__FLAG__FLAG_NHS_NUMBER_FAILS_CHECK);
    postcode_rules(referral, confidential, findings);
}
