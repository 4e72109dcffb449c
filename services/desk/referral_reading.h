/* referral_reading.h: what was made of a referral that a person typed (referral_reader.h), and how they are
 * told. */
#ifndef CONCORDAT_DESK_REFERRAL_READING_H
#define CONCORDAT_DESK_REFERRAL_READING_H

#include <stdbool.h>

#include "services/desk/referral_words.h"

enum { READING_UNDERSTOOD_BYTES = 600, READING_NAMES_BYTES = REFERRAL_MOVED_BYTES };

/* For the person who typed a referral: how it was read. It has nothing of what could identify somebody.
 */
struct referral_reading {
    char understood[READING_UNDERSTOOD_BYTES]; /* "Age: 45, estimated; Power used at: 03:05"; "" if nothing */
    char moved[READING_NAMES_BYTES]; /* the fields whose words are in the confidential part now, "Site, Role"
                                      */
    char kept[READING_NAMES_BYTES];  /* the fields that could not be read and stand there as typed, "Age" */
    bool cut;                        /* all that was told did not fit, and the end of it is nowhere */
};

/* Writes, one sentence a line, what the person should be told; "" if there is nothing. */
enum { READING_WORDS_BYTES = READING_UNDERSTOOD_BYTES + 2 * READING_NAMES_BYTES + 400 };
void referral_reading_words(const struct referral_reading *reading, char out[READING_WORDS_BYTES]);

#endif
