/* my_referrals.c: see my_referrals.h. */
#include "services/gateway/my_referrals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/visit.h"

enum { LISTED_NUMBER_BYTES = 24, LISTED_MAX = 999999 };

/* Somebody who waits for the list. */
struct list_visit {
    struct web_visit *visit;
    bool is_all;
};

static bool waits_for_reader(const Concordat__V1__CaseStatus *status)
{
    for (size_t i = 0; i < status->n_messages; i++)
        if (status->messages[i]->for_you)
            return true;
    return false;
}

/* The texts of a row that are made here. */
struct listed_texts {
    char id[UUID_TEXT_BYTES];
    char what[WORDS_MAX + TIME_WORDS_BYTES + 16];
    char seq[LISTED_NUMBER_BYTES], order[LISTED_NUMBER_BYTES];
};

static void listed_write(struct listed_texts *texts, const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    char urgency[WORDS_MAX], received[TIME_WORDS_BYTES];
    words_uuid(status->referral.data, texts->id);
    snprintf(texts->seq, sizeof texts->seq, "%" PRIu64, status->seq);
    words_for(&concordat__v1__urgency__descriptor, (int)status->urgency, urgency);
    time_words_clock(status->received_ms, now_ms, received);
    if (status->urgency == CONCORDAT__V1__URGENCY__URGENCY_UNSPECIFIED)
        strcpy(urgency, "urgency not said");
    snprintf(texts->what, sizeof texts->what, "%s%s%s", urgency, status->received_ms ? ", received " : "",
             status->received_ms ? received : "");
}

/* Fills in a row for each case. False if there is no memory. */
static bool fill_rows(struct page_listed *rows, struct listed_texts *texts, struct sheet *sheet,
                      const Concordat__V1__Board *board)
{
    for (size_t i = 0; i < board->n_cases; i++)
        show_status_line(sheet, board->cases[i], board->now_ms);
    if (sheet->incomplete || sheet->count != board->n_cases)
        return false;
    for (size_t i = 0; i < board->n_cases; i++) {
        const Concordat__V1__CaseStatus *status = board->cases[i];
        listed_write(&texts[i], status, board->now_ms);
        /* The newest comes first, so a place is counted from the oldest: it stays when another one comes. */
        snprintf(texts[i].order, sizeof texts->order, "%06zu",
                 (LISTED_MAX + 1 + i - board->n_cases) % LISTED_MAX);
        rows[i] = (struct page_listed){.id = texts[i].id,
                                       .seq = texts[i].seq,
                                       .order = texts[i].order,
                                       .what = texts[i].what,
                                       .number = *status->number ? status->number : NULL,
                                       .is_new = !*status->number,
                                       .said = sheet->lines[i].text,
                                       .waits = waits_for_reader(status)};
    }
    return true;
}

static bool write_list(struct html *html, const struct list_visit *asked, const Concordat__V1__Board *board)
{
    struct sheet sheet = {0};
    char as_of[TIME_WORDS_BYTES], shown_at[TIME_WORDS_BYTES];
    struct page_listed *rows = calloc(board->n_cases + 1, sizeof *rows);
    struct listed_texts *texts = calloc(board->n_cases + 1, sizeof *texts);
    struct page_referrals page = {.frame = asked->visit->frame,
                                  .is_all = asked->is_all,
                                  .shown_at = shown_at,
                                  .is_mine = !asked->is_all,
                                  .listed = rows,
                                  .listed_count = board->n_cases};
    bool good = rows && texts && fill_rows(rows, texts, &sheet, board);
    time_words_clock(board->now_ms, board->now_ms, shown_at);
    if (board->as_of_ms) {
        time_words_clock(board->as_of_ms, board->now_ms, as_of);
        page.as_of = as_of;
    }
    if (good)
        page_referrals(html, &page);
    sheet_close(&sheet);
    free(texts);
    free(rows);
    return good;
}

static void list_is_told(void *context, const Concordat__V1__Message *message)
{
    struct list_visit *asked = context;
    struct html html = {0};
    if (!message || message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD)
        visit_problem(asked->visit, REPLY_NO_ANSWER);
    else if (write_list(&html, asked, message->board))
        reply_page(asked->visit->request, 200, &html, NULL);
    else
        reply_problem(asked->visit->request, REPLY_NO_MEMORY);
    visit_end(&asked->visit);
    free(asked);
}

static void ask_for_list(struct list_visit *asked)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard question = CONCORDAT__V1__GET_BOARD__INIT;
    question.with_closed = true;
    question.mine = !asked->is_all;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &question;
    desk_ask(asked->visit->desk, &request, &asked->visit->person, list_is_told, asked);
}

static void show_list(struct site *site, struct http_request *request, bool is_all)
{
    struct web_visit *visit = visit_begin(site, request);
    struct list_visit *asked = visit ? calloc(1, sizeof *asked) : NULL;
    bool refers = visit && visit->role == CONCORDAT__V1__ROLE__ROLE_REFERRER;
    if (asked && refers) {
        *asked = (struct list_visit){visit, is_all};
        ask_for_list(asked);
        return;
    }
    if (visit)
        reply_problem(request, refers ? REPLY_NO_MEMORY : REPLY_NOT_FOUND);
    if (visit)
        visit_end(&visit);
    free(asked);
}

void my_referrals_show(struct site *site, struct http_request *request)
{
    show_list(site, request, false);
}

void all_referrals_show(struct site *site, struct http_request *request)
{
    show_list(site, request, true);
}
