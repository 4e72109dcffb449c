/* snomed.h: which numbers can be ids of SNOMED CT concepts. */
#ifndef CONCORDAT_SNOMED_H
#define CONCORDAT_SNOMED_H

#include <stdbool.h>

/* SNOMED CT technical implementation guide, "SCTID data type". */
enum { SNOMED_DIGITS_MIN = 6, SNOMED_DIGITS_MAX = 18 };

/* Whether a text of so many digits says of itself that it is a concept's id: it begins with no zero, its
 * partition is one of concepts, and its check digit is right. So a telephone number or a date of birth that
 * was typed in the wrong place is hardly ever taken for one; an NHS number once in five hundred times. */
bool snomed_is_concept(const char *digits);

#endif
