/* case_page.c: see case_page.h. */
#include "services/gateway/case_page.h"

#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/told.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/sheet_blocks.h"
#include "services/gateway/visit.h"

/* Somebody who waits for the page of a case. */
struct case_visit {
    struct web_visit *visit;
    char number[NUMBER_TEXT_BYTES];
};

static void send_case(const struct case_visit *asked, unsigned status, const struct sheet *sheet)
{
    struct html html = {0};
    struct page_case page = {.frame = asked->visit->frame, .number = asked->number};
    struct page_sheet blocks;
    if (sheet_blocks_open(&blocks, sheet)) {
        page.blocks = blocks.blocks;
        page.blocks_count = blocks.blocks_count;
        page_case(&html, &page);
        reply_page(asked->visit->request, status, &html, NULL);
    } else {
        reply_problem(asked->visit->request, REPLY_NO_MEMORY);
    }
    sheet_blocks_close(&blocks);
}

static void case_is_told(void *context, const Concordat__V1__Message *message)
{
    struct case_visit *asked = context;
    const struct showing showing = visit_showing(asked->visit);
    struct sheet sheet = {0};
    bool is_known = message && told_status(message);
    if (message && show_message(&sheet, message, &showing))
        send_case(asked, is_known ? 200 : 404, &sheet);
    else
        reply_problem(asked->visit->request, REPLY_NO_ANSWER);
    sheet_close(&sheet);
    visit_end(&asked->visit);
    free(asked);
}

static void ask_for_case(struct case_visit *asked)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    question.number = asked->number;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    desk_ask(asked->visit->desk, &request, &asked->visit->person, case_is_told, asked);
}

/* A number as it is written, and no other way, so that a case has one page. */
static bool read_page_number(const char *path, char number[NUMBER_TEXT_BYTES])
{
    uint32_t counted;
    bool drill;
    if (!words_parse_number(path, &counted, &drill))
        return false;
    words_number(counted, drill, number);
    return strcmp(number, path) == 0;
}

void case_page_show(struct site *site, struct http_request *request)
{
    char number[NUMBER_TEXT_BYTES];
    if (!read_page_number(http_path(request) + sizeof CASE_PATH - 1, number)) {
        reply_problem(request, REPLY_NOT_FOUND);
        return;
    }
    struct web_visit *visit = visit_begin(site, request);
    struct case_visit *asked = visit ? calloc(1, sizeof *asked) : NULL;
    if (asked) {
        asked->visit = visit;
        memcpy(asked->number, number, sizeof number);
        ask_for_case(asked);
    } else if (visit) {
        reply_problem(request, REPLY_NO_MEMORY);
        visit_end(&visit);
    }
}
