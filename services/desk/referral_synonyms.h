/* referral_synonyms.h: the code of a referral that a person meant by other words than the code's own, such as
 * "male" for 1 and "police car" for police-vehicle. Pure; any thread. */
#ifndef CONCORDAT_DESK_REFERRAL_SYNONYMS_H
#define CONCORDAT_DESK_REFERRAL_SYNONYMS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/wire/wire.h"

/* The code of a field of the referral for a text in words, as the reader of JSON takes it; small typing
 * errors do not matter (proto/words/near.h). NULL if no code is meant, or nobody knows which. Static, or the
 * name of a value of the field's own descriptor. */
const char *referral_synonym(const ProtobufCFieldDescriptor *field, const char *text);

/* What such a code stands for, in words; NULL if it says so itself. */
const char *referral_synonym_words(const ProtobufCFieldDescriptor *field, const char *code);

/* Walks through the codes of a field that do not say themselves what they are: gives the next one from *row
 * on, with its words, and moves *row on. False at the end. Begin with 0. */
bool referral_synonym_next(const ProtobufCFieldDescriptor *field, size_t *row, const char **code,
                           const char **words);

#endif
