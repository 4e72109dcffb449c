/* show.h: the protocol's messages in plain words. Who holds the case and whom to ring is always said. */
#ifndef CONCORDAT_CLI_SHOW_H
#define CONCORDAT_CLI_SHOW_H

#include "proto/wire/wire.h"
#include "services/cli/say.h"

/* How it went (SAVED, RECEIVED, DONE or NOT DONE), the reason, what was noted, and what holds now. */
void show_answer(const struct say *say, const Concordat__V1__Answer *answer);

/* What holds now: state, holder, whom to ring, what happens next, the response clock. */
void show_status(const struct say *say, const Concordat__V1__CaseStatus *status);

/* The same in one line of at most a screen's width or so, for a display that scrolls. */
void show_status_line(const struct say *say, const Concordat__V1__CaseStatus *status);

/* The cases, those whose response clock runs out first at the top. */
void show_board(const struct say *say, const Concordat__V1__Board *board);

/* The live offers to one team among a board's cases, the shortest time to answer first. */
void show_offers(const struct say *say, const Concordat__V1__Board *board, const char *team);
bool show_is_offered_to(const Concordat__V1__CaseStatus *status, const char *team);

/* What a team needs to decide, the time left, and what happens if nothing is answered. */
void show_offer(const struct say *say, const Concordat__V1__Offer *offer);
void show_offer_line(const struct say *say, const Concordat__V1__Offer *offer);

/* Everything that was recorded, field by field; what is not there is not shown. */
void show_record(const struct say *say, const Concordat__V1__Record *record);

/* "missing name, estimated age" from flags; empty where there are none. */
enum { SHOW_FLAGS_BYTES = 1024 };
void show_flags(const Concordat__V1__Flag *flags, size_t count, char out[SHOW_FLAGS_BYTES]);

#endif
