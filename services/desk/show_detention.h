/* show_detention.h: a person's detention in plain words: by what authority they are held now, since when and
 * until when, what is to be recorded next, and what is outside the law as recorded. See show.h. */
#ifndef CONCORDAT_DESK_SHOW_DETENTION_H
#define CONCORDAT_DESK_SHOW_DETENTION_H

#include "proto/wire/wire.h"
#include "services/desk/sheet.h"

enum { DETENTION_WORDS_BYTES = 200 };

/* The rows of a case; none if no detention is recorded. */
void show_detention(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* "; section 136 until 14:05" for one line; "" if no detention is recorded. */
const char *show_detention_words(const Concordat__V1__CaseStatus *status, int64_t now_ms,
                                 char out[DETENTION_WORDS_BYTES]);
/* "136 3h59", "136 not yet", "NONE" or "no" for a narrow column. */
void show_detention_short(const Concordat__V1__CaseStatus *status, int64_t now_ms,
                          char out[DETENTION_WORDS_BYTES]);
/* Whether somebody is recorded as detained and no power holds them any longer. */
bool show_detention_is_over_time(const Concordat__V1__CaseStatus *status, int64_t now_ms);

#endif
