/* next_sentence.h: who holds a case and what happens next, in a sentence for each state. Any thread; times
 * are milliseconds since 1970-01-01 UTC. */
#ifndef CONCORDAT_DESK_NEXT_SENTENCE_H
#define CONCORDAT_DESK_NEXT_SENTENCE_H

#include "proto/wire/wire.h"
#include "services/desk/people.h"

enum { NEXT_SENTENCE_BYTES = 512 };

/* "Northmoor Crisis Team has been asked and has until 14:13 (in 9 min) to answer; ..." Names are those of
 * `people`, which may be NULL. */
void next_sentence(const Concordat__V1__CaseStatus *status, const struct people *people, int64_t now_ms,
                   char out[NEXT_SENTENCE_BYTES]);

/* The names of the case's area and of the team that is asked, or their ids; "" if there is none. Borrowed. */
const char *next_area(const Concordat__V1__CaseStatus *status);
const char *next_asked_team(const Concordat__V1__CaseStatus *status);

/* The holder's name; or in words that there is none and why. Borrowed from the status. */
const char *next_holder(const Concordat__V1__CaseStatus *status);

#endif
