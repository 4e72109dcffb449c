/* referral_choices.h: the values that a person can choose for a field of a referral, read from the protocol's
 * own codes, so that no list of them is written twice. Pure; any thread. */
#ifndef CONCORDAT_DESK_REFERRAL_CHOICES_H
#define CONCORDAT_DESK_REFERRAL_CHOICES_H

#include <stddef.h>

#include "proto/words/words.h"
#include "services/desk/referral_fields.h"

/* The longest list is that of safeguarding, with 21. */
enum { REFERRAL_CHOICES_MAX = 32 };

struct referral_choice {
    char typed[WORDS_MAX]; /* as referral_field_set takes it: "very-urgent", "18" */
    char words[WORDS_MAX]; /* for people: "Very urgent", "In crisis" */
};

/* Writes the choices in the order of their codes, and returns how many there are; 0 if the field takes no
 * code, or one that has too many to choose from, such as a language. */
size_t referral_choices(const struct referral_field *field,
                        struct referral_choice choices[REFERRAL_CHOICES_MAX]);

#endif
