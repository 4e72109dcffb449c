/* case_sheet.c: see case_sheet.h. */
#include "services/gateway/case_sheet.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/words/words.h"
#include "services/desk/action_labels.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/sheet_blocks.h"

enum { CASE_SEQ_BYTES = 24 };

void case_sheet_deeds(const struct web_visit *visit, const Concordat__V1__CaseStatus *standing,
                      struct case_deeds *deeds)
{
    const struct action_kind *kinds[ACTIONS_NOW_MAX];
    size_t likely, count = action_now_list(visit->role, desk_of(visit->desk), standing,
                                           desk_wall_ms(visit->desk), kinds, &likely);
    for (size_t i = 0; i < count; i++) {
        const struct page_link link = {kinds[i]->name, action_button(kinds[i])};
        if (kinds[i]->command == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS)
            continue;
        if (i < likely)
            deeds->likely[deeds->likely_count++] = link;
        else
            deeds->others[deeds->others_count++] = link;
    }
}

/* The desk hears news of the cases of its copy alone. */
static bool is_told_of(const struct web_visit *visit, const Concordat__V1__CaseStatus *standing)
{
    return standing->referral.len == WIRE_ID_BYTES &&
           desk_copy_find(desk_cases(visit->desk), standing->referral.data);
}

void case_sheet_send(const struct web_visit *visit, unsigned status, const char *number, const char *said,
                     const struct sheet *sheet, const Concordat__V1__CaseStatus *standing)
{
    struct html html = {0};
    char id[UUID_TEXT_BYTES], seq[CASE_SEQ_BYTES];
    struct case_deeds deeds = {.likely_count = 0};
    struct page_sheet blocks;
    struct page_case page = {.frame = visit->frame, .number = number, .said = said};
    if (standing)
        case_sheet_deeds(visit, standing, &deeds);
    if (standing && is_told_of(visit, standing)) {
        words_uuid(standing->referral.data, id);
        snprintf(seq, sizeof seq, "%" PRIu64, standing->seq);
        page.follows = id;
        page.seq = seq;
    }
    page.likely = deeds.likely;
    page.likely_count = deeds.likely_count;
    page.others = deeds.others;
    page.others_count = deeds.others_count;
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
