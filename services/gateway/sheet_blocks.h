/* sheet_blocks.h: a sheet of services/desk as the blocks of a page: headings, sentences, and rows that belong
 * together. One thread. */
#ifndef CONCORDAT_GATEWAY_SHEET_BLOCKS_H
#define CONCORDAT_GATEWAY_SHEET_BLOCKS_H

#include <stdbool.h>

#include "services/desk/action.h"
#include "services/desk/sheet.h"
#include "services/gateway/pages.h"

/* What can be done is linked for those of that role who may do it. The blocks point into the sheet, and are
 * ended by sheet_blocks_close before it. False if there is no memory, or the sheet is incomplete. */
bool sheet_blocks_open(struct page_sheet *blocks, const struct sheet *sheet, Concordat__V1__Role role);
void sheet_blocks_close(struct page_sheet *blocks);

#endif
