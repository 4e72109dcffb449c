/* case_sheet.c: see case_sheet.h. */
#include "services/gateway/case_sheet.h"

#include "services/desk/action_now.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/sheet_blocks.h"

size_t case_sheet_actions(const struct web_visit *visit, const Concordat__V1__CaseStatus *standing,
                          struct page_link links[CASE_ACTIONS_MAX])
{
    size_t count = 0;
    for (const struct action_kind *kind = action_kinds; kind->name && count < CASE_ACTIONS_MAX; kind++)
        if (kind->command != CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS && action_names_case(kind) &&
            action_is_for(kind, visit->role) &&
            action_makes_sense(kind, visit->role, desk_of(visit->desk), standing))
            links[count++] = (struct page_link){kind->name, kind->summary};
    return count;
}

void case_sheet_send(const struct web_visit *visit, unsigned status, const char *number, const char *said,
                     const struct sheet *sheet, const Concordat__V1__CaseStatus *standing)
{
    struct html html = {0};
    struct page_link links[CASE_ACTIONS_MAX];
    struct page_sheet blocks;
    struct page_case page = {.frame = visit->frame, .number = number, .said = said, .links = links};
    if (standing)
        page.links_count = case_sheet_actions(visit, standing, links);
    page.can_act = page.links_count > 0;
    if (sheet_blocks_open(&blocks, sheet, visit->role)) {
        page.blocks = blocks.blocks;
        page.blocks_count = blocks.blocks_count;
        page_case(&html, &page);
        reply_page(visit->request, status, &html, NULL);
    } else {
        reply_problem(visit->request, REPLY_NO_MEMORY);
    }
    sheet_blocks_close(&blocks);
}
