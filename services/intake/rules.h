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
#include "proto/arena.h"

enum { FINDINGS_MAX = 32 };

struct findings {
    Concordat__V1__Flag flags[FINDINGS_MAX]; /* each at most once */
    size_t count;
    bool assessment_outstanding; /* self-harm without a psychosocial assessment: NICE QS34 asks for each */
};

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

/* The parts that rules_apply is made of. They read a completed referral and add to the findings. */
void findings_add(struct findings *findings, Concordat__V1__Flag flag);
void findings_add_if(struct findings *findings, bool found, Concordat__V1__Flag flag);
void person_rules(const Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                  struct findings *findings);
void legal_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void time_rules(const Concordat__V1__Referral *referral, int64_t now_ms, struct findings *findings);
void street_triage_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void liaison_and_diversion_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void emergency_department_rules(const Concordat__V1__Referral *referral, struct findings *findings);

/* Whether a time is there at all. */
bool rules_has_time(const Concordat__V1__Instant *instant);
/* Whether there is anything but spaces. */
bool rules_is_blank(const char *text);

/* Whether ten digits (spaces and hyphens apart) end in the check digit that the first nine ask for. */
bool nhs_number_is_valid(const char *text);

/* Whole years from a date YYYY-MM-DD to an instant. False where it is no date, or no living person's. */
bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years);

#endif
