/* words.h: the coded values as they are written in the policy file. */
#ifndef CONCORDAT_POLICY_WORDS_H
#define CONCORDAT_POLICY_WORDS_H

#include <stdbool.h>

struct word {
    const char *word; /* NULL ends a table */
    int value;
};

extern const struct word SOURCE_WORDS[];
extern const struct word URGENCY_WORDS[];
extern const struct word NEED_WORDS[];
extern const struct word CLOCK_WORDS[];
extern const struct word DAY_WORDS[]; /* the ROTA_ bits */

/* "very-urgent", "very_urgent" and "very urgent" are the same word. */
bool word_find(const struct word *table, const char *text, int *value);
const char *word_for(const struct word *table, int value);

/* Whether a team of this type can be asked in a crisis: an MHSDS ServTeamTypeRefToMH in force. */
bool team_type_known(const char *code);

#endif
