/* referral_cases.h: referrals about which everything is known but for one thing, and the flag of each.
 *
 * For tests of every place that looks at a referral: the rules themselves, an intake, the broker.
 */
#ifndef CONCORDAT_TESTS_REFERRAL_CASES_H
#define CONCORDAT_TESTS_REFERRAL_CASES_H

#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/referral.pb-c.h"

#define CASES_NOW_MS    INT64_C(1795003200000) /* 2026-11-18, noon in London */
#define CASES_MINUTE_MS INT64_C(60000)

/* A referral with its parts; a test changes what it is about. */
struct whole_referral {
    uint8_t id[16];
    Concordat__V1__Instant decided, earlier, later, last;
    Concordat__V1__Demographics person;
    Concordat__V1__Legal legal;
    Concordat__V1__StreetTriage street_triage;
    Concordat__V1__LiaisonAndDiversion liaison;
    Concordat__V1__EmergencyDepartment department;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Referral referral;
};

/* Fills in a referral of a source about which everything is known, so that nothing is noted of it. It points
 * into itself. */
void cases_whole(struct whole_referral *whole, Concordat__V1__Source source);

struct referral_case {
    const char *name;
    void (*change)(struct whole_referral *whole);
    Concordat__V1__Source source;
    Concordat__V1__Flag flag; /* that it raises, and no other; FLAG_UNSPECIFIED: none */
};

/* The table. */
const struct referral_case *cases_all(size_t *count);

#endif
