/* rules.h: what an intake notes about a referral, and the little that it cannot route at all.
 *
 * Rules complete what the intake knows better than the sender (its own organisation, the district of a
 * postcode) and flag what is missing or odd, for immediate feedback. They never refuse for what is not
 * known about a person: only a referral without a source, or without a way to ring back, has no route.
 * Each source's own rules are in the file of its name.
 */
#ifndef CONCORDAT_INTAKE_RULES_H
#define CONCORDAT_INTAKE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "concordat/v1/referral.pb-c.h"
#include "proto/wire/arena.h"
#include "services/intake/findings.h"

/* The intake that a referral came to. Borrowed strings. */
struct rules_site {
    Concordat__V1__Source source;
    const char *organisation;
    const char *site;
};

/* REFUSAL_NO_SOURCE or REFUSAL_NO_CALLBACK where it cannot be routed at all; otherwise REFUSAL_UNSPECIFIED.
 * confidential may be NULL. */
Concordat__V1__Refusal rules_refusal(const Concordat__V1__Referral *referral,
                                     const Concordat__V1__Confidential *confidential,
                                     Concordat__V1__Source source);

/* Completes the referral in place, with memory of the arena, and sets its flags. `decided` is the time that
 * an earlier version of the referral had, or NULL; it stands in where this version has none. Flags of the
 * sender are kept only where the sender alone can know them. False where the arena is full. */
bool rules_apply(Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                 const struct rules_site *site, const Concordat__V1__Instant *decided, int64_t now_ms,
                 struct arena *arena, struct findings *findings);

#endif
