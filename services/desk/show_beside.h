/* show_beside.h: what is asked for beside the team that comes, in plain words: who was asked, what they said,
 * and what is ours to do. See show.h. */
#ifndef CONCORDAT_DESK_SHOW_BESIDE_H
#define CONCORDAT_DESK_SHOW_BESIDE_H

#include "proto/wire/wire.h"
#include "services/desk/sheet.h"

enum { BESIDE_WORDS_BYTES = 160 };

/* A row for each request; none if there are none. */
void show_beside(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* "; STILL TO GET: AMHP, Bed" for one line; "" if nothing is ours. */
const char *show_beside_words(const Concordat__V1__CaseStatus *status, char out[BESIDE_WORDS_BYTES]);
/* A sentence for each case of a board with something that nobody has said yes to. */
void show_beside_of_board(struct sheet *sheet, const Concordat__V1__Board *board);

#endif
