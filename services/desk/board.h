/* board.h: many cases at a glance: the rows of a table, first those that somebody must act on now, and a
 * team's live offers.
 *
 * Any thread; messages are borrowed unless it says otherwise. Times are milliseconds since 1970-01-01 UTC.
 */
#ifndef CONCORDAT_DESK_BOARD_H
#define CONCORDAT_DESK_BOARD_H

#include "proto/wire/wire.h"
#include "services/desk/sheet.h"

enum board_column {
    BOARD_CASE,
    BOARD_URGENCY,
    BOARD_STATE,
    BOARD_HELD_BY,
    BOARD_DETAINED, /* by which power, and for how long it lasts */
    BOARD_ACT_BY,
    BOARD_SEEN_BY,
    BOARD_COLUMNS
};
enum { BOARD_CELL_BYTES = 200 };

extern const char *const board_headings[BOARD_COLUMNS];

struct board_row {
    char cells[BOARD_COLUMNS][BOARD_CELL_BYTES]; /* in words, without control characters */
    bool late; /* nothing was heard by the promised time, nobody came in time, or nobody has heard of it */
};

/* By who must act now a case comes before others: the one home of the rule. */
enum board_rank {
    BOARD_UNOWNED,        /* nobody holds it */
    BOARD_UNHEARD,        /* the coordinator holds it, and no person has said that they know */
    BOARD_DETENTION_ENDS, /* somebody is detained, and the hours end soon or have ended */
    BOARD_OVERDUE,
    BOARD_HEARD, /* the coordinator holds it, somebody has heard of it, and nobody has it in hand */
    BOARD_REST,
    BOARD_OVER
};
enum board_rank board_rank(const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* Whether a coordinator's bell rings for it: until a person acknowledges it, or mutes it for a time. */
bool board_rings(const Concordat__V1__CaseStatus *status, int64_t now_ms);

void board_fill_row(const Concordat__V1__CaseStatus *status, int64_t now_ms, struct board_row *row);

/* The board's cases (board->n_cases of them) by their rank, and of one rank those whose response clock runs
 * out first. The caller frees the array, not the cases. NULL if there is no memory. */
const Concordat__V1__CaseStatus **board_in_order(const Concordat__V1__Board *board, int64_t now_ms);

/* Leaves only the live offers to the team on the board. The others are still to be freed by whatever owns the
 * message, so it must be one whose memory does not depend on the list, such as the client's. */
void board_keep_offers(Concordat__V1__Board *board, const char *team);
/* A line for each case of a board of offers to the team, the most pressing first; or that there is none. */
void board_show_offers(struct sheet *sheet, const Concordat__V1__Board *board, const char *team,
                       int64_t now_ms);

#endif
