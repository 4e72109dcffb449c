/* sheet_blocks.c: see sheet_blocks.h. */
#include "services/gateway/sheet_blocks.h"

#include <stdlib.h>

/* How a headline looks; its word says as much. */
static const char *const tone_classes[] = {
    [TONE_PLAIN] = "plain", [TONE_GOOD] = "well", [TONE_WAITING] = "soon", [TONE_WARNING] = "late"};

/* A row joins the rows before it. */
static struct page_block *block_for(struct page_sheet *blocks, const struct sheet_line *line)
{
    bool is_row = line->kind == SHEET_ROW || line->kind == SHEET_FIELD;
    bool joins = is_row && blocks->blocks_count > 0 && blocks->blocks[blocks->blocks_count - 1].rows;
    return joins ? &blocks->blocks[blocks->blocks_count - 1] : &blocks->blocks[blocks->blocks_count++];
}

static void add_line(struct page_sheet *blocks, const struct sheet_line *line)
{
    struct page_block *block = block_for(blocks, line);
    if (line->kind == SHEET_ROW || line->kind == SHEET_FIELD) {
        struct page_row *row = &blocks->all_rows[blocks->rows_count++];
        *row = (struct page_row){line->label, line->text};
        block->rows = block->rows ? block->rows : row;
        block->rows_count++;
    } else if (line->kind == SHEET_HEADLINE) {
        block->word = line->label;
        block->words = line->text;
        block->tone = tone_classes[line->tone];
    } else if (line->kind == SHEET_HEADING) {
        block->heading = line->text;
    } else {
        block->sentence = line->text;
    }
}

bool sheet_blocks_open(struct page_sheet *blocks, const struct sheet *sheet)
{
    *blocks = (struct page_sheet){.blocks = calloc(sheet->count + 1, sizeof *blocks->blocks),
                                  .all_rows = calloc(sheet->count + 1, sizeof *blocks->all_rows)};
    if (!blocks->blocks || !blocks->all_rows || sheet->incomplete)
        return false;
    for (size_t i = 0; i < sheet->count; i++)
        add_line(blocks, &sheet->lines[i]);
    return true;
}

void sheet_blocks_close(struct page_sheet *blocks)
{
    free(blocks->blocks);
    free(blocks->all_rows);
    *blocks = (struct page_sheet){0};
}
