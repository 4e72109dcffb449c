/* language_pairs.h: the table of languages that have a code of two letters and one of three;
 * make_languages.py makes it from Debian's iso-codes. */
#ifndef CONCORDAT_LANGUAGE_PAIRS_H
#define CONCORDAT_LANGUAGE_PAIRS_H

#include <stddef.h>

struct language_pair {
    char three[4], two[3];
};

/* In the order of the code of three letters. */
extern const struct language_pair language_pairs[];
extern const size_t language_pairs_count;

#endif
