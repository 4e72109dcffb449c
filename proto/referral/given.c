/* given.c: whether a field of a referral says anything. */
#include "proto/referral/rule_parts.h"

bool given_time(const Concordat__V1__Instant *instant)
{
    return instant && instant->unix_ms;
}

bool given_text(const char *text)
{
    while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
        text++;
    return *text;
}
