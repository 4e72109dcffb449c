/* rule_parts.h: what the rules have in common, and what they read out of a text about a person. Only the
 * files of this folder and their tests include this. */
#ifndef CONCORDAT_REFERRAL_RULE_PARTS_H
#define CONCORDAT_REFERRAL_RULE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "concordat/v1/referral.pb-c.h"

/* Whether a time is given. */
bool given_time(const Concordat__V1__Instant *instant);
/* Whether a text is more than spaces. */
bool given_text(const char *text);

/* Whether ten digits (apart from spaces and hyphens) end in the check digit that the first nine ask for. */
bool nhs_number_is_valid(const char *text);

/* Counts the whole years from a date of birth, however it is written (proto/words/spoken_date.h), to the day
 * in London at an instant. Returns false if the text is no date, or cannot be a living person's. */
bool age_from_date_of_birth(const char *date_of_birth, int64_t now_ms, uint32_t *years);

enum { ADULT_YEARS = 18 };

/* The age to route by: as stated, or by the date of birth if the two contradict each other and that is the
 * younger. False if there is no stated age. *contradicts tells whether the two differ by more than a
 * birthday, or about who is a child; an estimate contradicts only about that. */
bool age_to_route_by(const Concordat__V1__Demographics *person, const char *date_of_birth, int64_t now_ms,
                     uint32_t *years, bool *contradicts);

#endif
