/* near.h: the word that somebody meant, among those that are known: spaces, hyphens and capitals do not
 * count, and small typing errors only if no other word is as near. Pure; any thread.
 *
 * The digits of a word are never taken for typing errors: section 126 is no section 136.
 */
#ifndef CONCORDAT_NEAR_H
#define CONCORDAT_NEAR_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

enum { NEAR_BYTES = 64 };

/* A search: begin, try every known word, end. */
struct near_search {
    char wanted[NEAR_BYTES]; /* letters and digits alone; "" if the text can be no word */
    size_t best;             /* the least number of errors so far */
    long value;              /* of the word with the least */
    bool ambiguous;          /* a word of another value has as few */
};

void near_begin(struct near_search *search, const char *text);
void near_try(struct near_search *search, const char *word, long value);
/* Gives the value of the word that was meant. False if there is none, or more than one. */
bool near_end(const struct near_search *search, long *value);

/* Tries the words of each value of an enum but the zero one. */
void near_try_values(struct near_search *search, const ProtobufCEnumDescriptor *descriptor);

#endif
