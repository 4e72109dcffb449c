/* rule_parts.h: the rules that rules.c asks in turn, each in the file of its name. They read a completed
 * referral and add to the findings. */
#ifndef CONCORDAT_INTAKE_RULE_PARTS_H
#define CONCORDAT_INTAKE_RULE_PARTS_H

#include <stdint.h>

#include "services/intake/findings.h"

void person_rules(const Concordat__V1__Referral *referral, const Concordat__V1__Confidential *confidential,
                  struct findings *findings);
void legal_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void time_rules(const Concordat__V1__Referral *referral, int64_t now_ms, struct findings *findings);
void street_triage_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void liaison_and_diversion_rules(const Concordat__V1__Referral *referral, struct findings *findings);
void emergency_department_rules(const Concordat__V1__Referral *referral, struct findings *findings);

/* Whether ten digits (spaces and hyphens apart) end in the check digit that the first nine ask for. */
bool nhs_number_is_valid(const char *text);

/* Whole years from a date YYYY-MM-DD to an instant. False where it is no date, or no living person's. */
bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years);

#endif
