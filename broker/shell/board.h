/* board.h: how cases stand, when a peer asks: one case, or the board of all that it may see. */
#ifndef CONCORDAT_BOARD_H
#define CONCORDAT_BOARD_H

#include "broker/shell/asking.h"

struct broker;

void board_answer_status(struct broker *broker, const struct asking *asking);
void board_answer_board(struct broker *broker, const struct asking *asking);

#endif
