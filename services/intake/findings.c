/* findings.c: what was noted about a referral. */
#include "services/intake/findings.h"

#include <assert.h>
#include <string.h>

bool findings_has_time(const Concordat__V1__Instant *instant)
{
    return instant != NULL && instant->unix_ms != 0;
}

bool findings_is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

void findings_add(struct findings *findings, Concordat__V1__Flag flag)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->flags[i] == flag)
            return;
    assert(findings->count < FINDINGS_MAX);
    findings->flags[findings->count++] = flag;
}

void findings_add_if(struct findings *findings, bool found, Concordat__V1__Flag flag)
{
    if (found)
        findings_add(findings, flag);
}
