/* refusal.c: why a referral cannot be routed at all. */
#include "proto/referral/referral_rules.h"

/* Fewer digits are no telephone number, not even an extension. */
enum { CALLBACK_DIGITS_MIN = 3 };

static bool can_be_rung_back(const Concordat__V1__Confidential *confidential)
{
    int digits = 0;
    for (const char *c = confidential->callback_number; *c; c++)
        digits += *c >= '0' && *c <= '9';
    return digits >= CALLBACK_DIGITS_MIN;
}

Concordat__V1__Refusal referral_rules_refusal(const Concordat__V1__Referral *referral,
                                              const Concordat__V1__Confidential *confidential,
                                              Concordat__V1__Source source, bool is_new)
{
    bool says_source = referral->source != CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED;
    if (!says_source && is_new)
        return CONCORDAT__V1__REFUSAL__REFUSAL_NO_SOURCE;
    if (says_source && referral->source != source)
        return CONCORDAT__V1__REFUSAL__REFUSAL_NOT_ALLOWED;
    bool says_callback = confidential && (is_new || confidential->callback_number[0]);
    if (says_callback ? !can_be_rung_back(confidential) : is_new)
        return CONCORDAT__V1__REFUSAL__REFUSAL_NO_CALLBACK;
    return CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
}
