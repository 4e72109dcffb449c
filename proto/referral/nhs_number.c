/* nhs_number.c: the check digit of an NHS number. */
#include "proto/referral/rule_parts.h"

enum { NHS_NUMBER_DIGITS = 10 };

bool nhs_number_is_valid(const char *text)
{
    int digits[NHS_NUMBER_DIGITS];
    int count = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '-')
            continue;
        if (count == NHS_NUMBER_DIGITS || *text < '0' || *text > '9')
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
