/* board_card.h: one case on a board, as a part of a page that can be sent alone: an offer or a case of a
 * team's, or a coordinator's strip. One thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_CARD_H
#define CONCORDAT_GATEWAY_BOARD_CARD_H

#include <stdbool.h>

#include "services/desk/people.h"
#include "services/gateway/desk.h"
#include "services/gateway/html.h"

enum { BOARD_CARD_ID_BYTES = 48 };

struct board_reader {
    const struct people *people; /* names of people at work */
    const char *token;           /* NULL: its forms have an empty one, which a script fills in */
    bool hides;                  /* what is told of the person is left out */
};

/* Writes the element: its id is that of board_card_id, data-in the id of the list to which it belongs, and
 * data-order its place there. False, with nothing written, if the case is not on the desk's board. */
bool board_card(struct html *html, const struct desk *desk, const uint8_t id[WIRE_ID_BYTES],
                const struct board_reader *reader);

/* The same while the case has no card any more. */
void board_card_id(const uint8_t id[WIRE_ID_BYTES], char element[BOARD_CARD_ID_BYTES]);

#endif
