/* board_parts.h: what stands on a board beside its cards, as parts of a page of which each can be sent alone:
 * the tiles that count cases, and areas, covers and readings. One thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_PARTS_H
#define CONCORDAT_GATEWAY_BOARD_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/gateway/desk.h"
#include "services/gateway/html.h"

/* Which cards a list has: offers to the team, other cases, and of which ranks (1u << enum board_rank). */
struct board_part {
    bool offers, others;
    unsigned ranks;
};
enum { BOARD_PART_DIGEST_BYTES = 16 };

bool board_part_has(const struct board_part *part, const struct desk_case *shown, int64_t now_ms);
size_t board_part_count(const struct board_part *part, const struct desk *desk);

/* The name of a tile, if there is one of that name; else NULL. */
const char *board_tile_shown(const char *only);
/* Its ranks; every rank if there is none. */
unsigned board_ranks(const char *only);
/* A coordinator's tiles, each with the number of its cases now; `only` is the one whose cases are shown. */
void board_tiles(struct html *html, const struct desk *desk, const char *only);
/* The areas of a coordinator: whose they are, who is at the board, who covers which, and readings. */
void board_beside(struct html *html, const struct desk *desk);

/* Tells one state from another of what differs from person to person, so that each page has to ask for it:
 * who is on shift, and how many more people the team could see. */
void board_shifts_digest(const struct desk *desk, unsigned char digest[BOARD_PART_DIGEST_BYTES]);

#endif
