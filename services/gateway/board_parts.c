/* board_parts.c: see board_parts.h. */
#include "services/gateway/board_parts.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "services/desk/board.h"
#include "services/desk/show.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/sheet_blocks.h"

enum { BOARD_NUMBER_BYTES = 24 };

/* A header tile of a coordinator's board: cases of these ranks. */
static const struct board_tile {
    const char *only, *label, *tone;
    unsigned ranks;
} tiles_of_board[] = {
    {"unheard", "nobody has heard", "late", 1u << BOARD_UNOWNED | 1u << BOARD_UNHEARD},
    {"detention", "detention ends", "soon", 1u << BOARD_DETENTION_ENDS},
    {"overdue", "overdue", "late", 1u << BOARD_OVERDUE},
    {"heard", "not in hand", "late", 1u << BOARD_HEARD},
    {"rest", "in hand", "well", 1u << BOARD_REST},
};
enum { BOARD_TILES = sizeof tiles_of_board / sizeof *tiles_of_board };

bool board_part_has(const struct board_part *part, const struct desk_case *shown, int64_t now_ms)
{
    return (shown->offer ? part->offers : part->others) &&
           part->ranks & 1u << board_rank(shown->status, now_ms);
}

size_t board_part_count(const struct board_part *part, const struct desk *desk)
{
    const struct desk_copy *copy = desk_cases(desk);
    size_t count = 0;
    for (size_t i = 0; i < copy->count; i++)
        count += board_part_has(part, &copy->cases[i], desk_wall_ms(desk));
    return count;
}

static const struct board_tile *tile_called(const char *only)
{
    for (size_t i = 0; only && i < BOARD_TILES; i++)
        if (strcmp(tiles_of_board[i].only, only) == 0)
            return &tiles_of_board[i];
    return NULL;
}

const char *board_tile_shown(const char *only)
{
    const struct board_tile *tile = tile_called(only);
    return tile ? tile->only : NULL;
}

unsigned board_ranks(const char *only)
{
    const struct board_tile *tile = tile_called(only);
    return tile ? tile->ranks : ~0u;
}

/* A tile that counts nothing calls nobody. */
void board_tiles(struct html *html, const struct desk *desk, const char *only)
{
    struct page_tile tiles[BOARD_TILES];
    char counts[BOARD_TILES][BOARD_NUMBER_BYTES];
    for (size_t i = 0; i < BOARD_TILES; i++) {
        const struct board_tile *tile = &tiles_of_board[i];
        size_t count = board_part_count(&(struct board_part){true, true, tile->ranks}, desk);
        snprintf(counts[i], sizeof *counts, "%zu", count);
        tiles[i] = (struct page_tile){.only = tile->only,
                                      .label = tile->label,
                                      .tone = count > 0 ? tile->tone : "none",
                                      .count = counts[i],
                                      .is_shown = tile_called(only) == tile};
    }
    page_board_tiles(html, &(struct page_board_tiles){.tiles = tiles, .tiles_count = BOARD_TILES});
}

void board_beside(struct html *html, const struct desk *desk)
{
    const Concordat__V1__Board *board = desk_cases(desk)->board;
    struct sheet sheet = {0};
    struct page_sheet blocks;
    if (board)
        show_areas(&sheet, board, desk_wall_ms(desk));
    if (board)
        show_readings(&sheet, board, desk_wall_ms(desk));
    html->broken = !sheet_blocks_open(&blocks, &sheet, desk_role(desk)) || html->broken;
    page_board_beside(
        html, &(struct page_board_beside){.blocks = blocks.blocks, .blocks_count = blocks.blocks_count});
    sheet_blocks_close(&blocks);
    sheet_close(&sheet);
}

static void digest_text(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

void board_shifts_digest(const struct desk *desk, unsigned char digest[BOARD_PART_DIGEST_BYTES])
{
    const Concordat__V1__Board *board = desk_cases(desk)->board;
    const struct desk_capacity *capacity = desk_capacity(desk);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, BOARD_PART_DIGEST_BYTES);
    for (size_t i = 0; board && i < board->n_on_shift; i++) {
        const Concordat__V1__ShiftPerson *person = board->on_shift[i];
        const int64_t times[] = {person->since_ms, person->proposed_ms};
        digest_text(&state, person->desk);
        digest_text(&state, person->person);
        crypto_generichash_update(&state, (const unsigned char *)times, sizeof times);
    }
    const int64_t said[] = {capacity->places, capacity->said_ms};
    crypto_generichash_update(&state, (const unsigned char *)said, sizeof said);
    crypto_generichash_final(&state, digest, BOARD_PART_DIGEST_BYTES);
}
