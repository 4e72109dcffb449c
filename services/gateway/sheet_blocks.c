/* sheet_blocks.c: see sheet_blocks.h. */
#include "services/gateway/sheet_blocks.h"

#include <assert.h>
#include <stdlib.h>

#include "services/desk/action_labels.h"

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

static struct page_deed deed_for(const struct sheet_act *act, Concordat__V1__Role role)
{
    const struct action_kind *kind = act->name ? action_find(act->name) : NULL;
    if (!kind || !action_is_for(kind, role))
        return (struct page_deed){0};
    return (struct page_deed){.number = act->number,
                              .act = act->name,
                              .words = action_button(kind),
                              .field = act->field,
                              .value = act->value};
}

/* An item belongs to the row before it. */
static void add_item(struct page_sheet *blocks, const struct sheet_line *line)
{
    struct page_item *item = &blocks->all_items[blocks->items_count++];
    assert(blocks->rows_count > 0);
    struct page_row *row = &blocks->all_rows[blocks->rows_count - 1];
    *item = (struct page_item){line->label, line->text};
    row->items = row->items ? row->items : item;
    row->items_count++;
}

static void add_line(struct page_sheet *blocks, const struct sheet_line *line, Concordat__V1__Role role)
{
    const struct page_deed deed = deed_for(&line->act, role);
    if (line->kind == SHEET_ITEM) {
        add_item(blocks, line);
        return;
    }
    struct page_block *block = block_for(blocks, line);
    if (line->kind == SHEET_ROW || line->kind == SHEET_FIELD) {
        struct page_row *row = &blocks->all_rows[blocks->rows_count++];
        *row = (struct page_row){.label = line->label, .said = line->text, .deed = deed};
        block->rows = block->rows ? block->rows : row;
        block->rows_count++;
    } else if (line->kind == SHEET_HEADLINE) {
        block->word = line->label;
        block->said = line->text;
        block->tone = tone_classes[line->tone];
    } else if (line->kind == SHEET_HEADING) {
        block->heading = line->text;
    } else {
        block->sentence = line->text;
        block->deed = deed;
    }
}

bool sheet_blocks_open(struct page_sheet *blocks, const struct sheet *sheet, Concordat__V1__Role role)
{
    *blocks = (struct page_sheet){.blocks = calloc(sheet->count + 1, sizeof *blocks->blocks),
                                  .all_rows = calloc(sheet->count + 1, sizeof *blocks->all_rows),
                                  .all_items = calloc(sheet->count + 1, sizeof *blocks->all_items)};
    if (!blocks->blocks || !blocks->all_rows || !blocks->all_items || sheet->incomplete)
        return false;
    for (size_t i = 0; i < sheet->count; i++)
        add_line(blocks, &sheet->lines[i], role);
    return true;
}

void sheet_blocks_close(struct page_sheet *blocks)
{
    free(blocks->blocks);
    free(blocks->all_rows);
    free(blocks->all_items);
    *blocks = (struct page_sheet){0};
}
