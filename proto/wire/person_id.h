/* person_id.h: the id by which a site calls a person at work, such as p117: 1 to 4 small letters, then 2 to 8
 * digits. No name has that shape, so none is typed where the ledger keeps it. Pure; any thread. */
#ifndef CONCORDAT_PERSON_ID_H
#define CONCORDAT_PERSON_ID_H

#include <stdbool.h>

/* The rule in words, for whoever types one. */
#define PERSON_ID_RULE "1 to 4 small letters and then 2 to 8 digits, such as p117"

enum {
    PERSON_ID_LETTERS_MAX = 4,
    PERSON_ID_DIGITS_MIN = 2,
    PERSON_ID_DIGITS_MAX = 8,
    PERSON_ID_CHARS_MIN = 1 + PERSON_ID_DIGITS_MIN,
    PERSON_ID_CHARS_MAX = PERSON_ID_LETTERS_MAX + PERSON_ID_DIGITS_MAX
};

bool person_id_is(const char *text);

#endif
