/* board.h: many cases at a glance: the rows of a table, the most pressing first, and a team's live offers.
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
    bool late; /* nothing was heard by the promised time, or nobody came in time */
};

void board_fill_row(const Concordat__V1__CaseStatus *status, int64_t now_ms, struct board_row *row);

/* The board's cases (board->n_cases of them), those whose response clock runs out first at the top. The
 * caller frees the array, not the cases. NULL if there is no memory. */
const Concordat__V1__CaseStatus **board_in_order(const Concordat__V1__Board *board);

/* Leaves only the live offers to the team on the board. The others are still to be freed by whatever owns the
 * message, so it must be one whose memory does not depend on the list, such as the client's. */
void board_keep_offers(Concordat__V1__Board *board, const char *team);
/* A line for each case of a board of offers to the team, the most pressing first; or that there is none. */
void board_show_offers(struct sheet *sheet, const Concordat__V1__Board *board, const char *team,
                       int64_t now_ms);

#endif
