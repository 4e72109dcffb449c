/* findings.h: what was noted about a referral, and the two questions that every rule asks of a field. */
#ifndef CONCORDAT_INTAKE_FINDINGS_H
#define CONCORDAT_INTAKE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "concordat/v1/referral.pb-c.h"

enum { FINDINGS_MAX = 32 };

struct findings {
    Concordat__V1__Flag flags[FINDINGS_MAX]; /* each at most once */
    size_t count;
    bool assessment_outstanding; /* self-harm without a psychosocial assessment: NICE QS34 asks for each */
};

void findings_add(struct findings *findings, Concordat__V1__Flag flag);
void findings_add_if(struct findings *findings, bool found, Concordat__V1__Flag flag);

/* Whether a time is there at all. */
bool findings_has_time(const Concordat__V1__Instant *instant);
/* Whether there is nothing but spaces. */
bool findings_is_blank(const char *text);

#endif
