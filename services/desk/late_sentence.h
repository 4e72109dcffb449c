/* late_sentence.h: what a team is told that answers an offer after its time. Any thread. */
#ifndef CONCORDAT_DESK_LATE_SENTENCE_H
#define CONCORDAT_DESK_LATE_SENTENCE_H

#include "proto/wire/wire.h"

enum { LATE_SENTENCE_BYTES = 300 };

/* That a late yes counts, or who has the case now and how to find out whether the team is still wanted. False
 * if the answer is to nothing that came late: then `out` is empty. */
bool late_sentence(const Concordat__V1__Answer *answer, char out[LATE_SENTENCE_BYTES]);

#endif
