/* board_page.c: see board_page.h. */
#include "services/gateway/board_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/desk/board.h"
#include "services/desk/time_words.h"
#include "services/gateway/action_page.h"
#include "services/gateway/board_card.h"
#include "services/gateway/board_news.h"
#include "services/gateway/board_parts.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/visit.h"

enum { SHIFT_ROWS_MAX = 64, BOARD_NUMBER_BYTES = 12 };

/* The parts of a board that are computed. */
struct board_sheet {
    struct page_board page;
    struct page_shift shifts[SHIFT_ROWS_MAX];
    char shift_words[SHIFT_ROWS_MAX][PEOPLE_WORDS_BYTES + TIME_WORDS_BYTES + 80];
    char as_of[TIME_WORDS_BYTES], capacity[TIME_WORDS_BYTES + 40], command[3][SAID_ID_BYTES];
    char offers[BOARD_NUMBER_BYTES];
};

/* --- the cases ------------------------------------------------------------------------------------------
 */

const Concordat__V1__CaseStatus **board_page_cases(const struct desk_copy *copy, int64_t now_ms)
{
    Concordat__V1__CaseStatus **cases = calloc(copy->count + 1, sizeof(Concordat__V1__CaseStatus *));
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    if (!cases)
        return NULL;
    for (size_t i = 0; i < copy->count; i++)
        cases[i] = copy->cases[i].status;
    board.cases = cases;
    board.n_cases = copy->count;
    const Concordat__V1__CaseStatus **ordered = board_in_order(&board, now_ms);
    free(cases);
    return ordered;
}

/* A screen on a wall is for everybody in the room. */
static bool hides_personal(const struct web_visit *visit)
{
    return visit->frame.locked || http_query(visit->request, SIGNIN_WALL);
}

static void write_cards(struct html *html, const struct web_visit *visit, struct board_part part)
{
    const struct desk_copy *copy = desk_cases(visit->desk);
    int64_t now_ms = desk_wall_ms(visit->desk);
    const struct board_reader reader = {
        .people = signin_people(visit->site->signin), .token = visit->token, .hides = hides_personal(visit)};
    const Concordat__V1__CaseStatus **ordered = board_page_cases(copy, now_ms);
    html->broken = html->broken || !ordered;
    for (size_t i = 0; ordered && i < copy->count; i++) {
        const struct desk_case *shown = desk_copy_find(copy, ordered[i]->referral.data);
        if (board_part_has(&part, shown, now_ms))
            board_card(html, visit->desk, shown->id, &reader);
    }
    free(ordered);
}

static const unsigned every_rank = ~0u;

/* --- what stands round them -----------------------------------------------------------------------------
 */

static void fill_shift_rows(struct board_sheet *sheet, const struct web_visit *visit)
{
    const Concordat__V1__Board *board = desk_cases(visit->desk)->board;
    int64_t now_ms = desk_wall_ms(visit->desk);
    char since[TIME_WORDS_BYTES], name[PEOPLE_WORDS_BYTES];
    size_t count = 0;
    for (size_t i = 0; board && i < board->n_on_shift && count < SHIFT_ROWS_MAX; i++) {
        const Concordat__V1__ShiftPerson *person = board->on_shift[i];
        bool is_here = strcmp(person->desk, desk_of(visit->desk)) == 0;
        bool is_me = is_here && strcmp(person->person, visit->id) == 0;
        time_words_clock(person->since_ms, now_ms, since);
        snprintf(sheet->shift_words[count], sizeof *sheet->shift_words, "%s, %s, since %s%s",
                 people_words(signin_people(visit->site->signin), person->person, name), person->desk_name,
                 since, person->proposed_ms ? "; hands over" : "");
        sheet->shifts[count] =
            (struct page_shift){.words = sheet->shift_words[count],
                                .to_sign = is_here && !is_me && person->proposed_ms ? person->person : NULL};
        sheet->page.is_on_shift = sheet->page.is_on_shift || is_me;
        count++;
    }
    sheet->page.shifts = sheet->shifts;
    sheet->page.shifts_count = count;
    sheet->page.is_off_shift = !sheet->page.is_on_shift;
}

static void fill_places(struct board_sheet *sheet, const struct web_visit *visit)
{
    char said[TIME_WORDS_BYTES];
    const struct desk_capacity *capacity = desk_capacity(visit->desk);
    if (capacity->said_ms == 0)
        return;
    time_words(capacity->said_ms, desk_wall_ms(visit->desk), said);
    snprintf(sheet->capacity, sizeof sheet->capacity, "%u, said %s", capacity->places, said);
    sheet->page.capacity = sheet->capacity;
}

static void fill_board(struct board_sheet *sheet, const struct web_visit *visit)
{
    struct page_board *page = &sheet->page;
    time_words_clock(desk_wall_ms(visit->desk), desk_wall_ms(visit->desk), sheet->as_of);
    page->frame = visit->frame;
    page->of = desk_name(visit->desk);
    page->as_of = sheet->as_of;
    page->is_stale = !desk_answers(visit->desk);
    page->ring = visit->site->ring;
    page->said = said_find(visit->site->said, http_query(visit->request, "said"), visit->id);
    page->is_wall = http_query(visit->request, SIGNIN_WALL);
    if (page->is_wall) { /* nothing on it is personal, so nothing hides when nobody touches it */
        page->frame.lock_s = NULL;
        page->frame.locked = false;
    }
    page->is_ours = !page->is_wall;
    page->shift_command = words_fresh_uuid(sheet->command[0]);
    page->capacity_command = words_fresh_uuid(sheet->command[1]);
    page->has_shift = !hides_personal(visit);
    if (page->has_shift)
        fill_shift_rows(sheet, visit);
}

/* --- the pages ------------------------------------------------------------------------------------------
 */

typedef void board_write(struct html *html, struct board_sheet *sheet, const struct web_visit *visit);

/* NULL: the request has been answered. Each role has a board of its own. */
static struct web_visit *begin_board(struct site *site, struct http_request *request,
                                     Concordat__V1__Role role)
{
    struct web_visit *visit = visit_begin(site, request);
    if (visit && visit->role != role) {
        reply_problem(request, REPLY_NOT_FOUND);
        visit_end(&visit);
    }
    if (visit) {
        desk_is_watched(visit->desk, now_monotonic_ms());
        board_news_of(site->news, visit->desk);
    }
    return visit;
}

static void show_board(struct site *site, struct http_request *request, Concordat__V1__Role role,
                       board_write *write)
{
    struct web_visit *visit = begin_board(site, request, role);
    struct board_sheet *sheet = visit ? calloc(1, sizeof *sheet) : NULL;
    struct html html = {0};
    if (sheet) {
        fill_board(sheet, visit);
        write(&html, sheet, visit);
        reply_page(request, 200, &html, NULL);
    } else if (visit) {
        reply_problem(request, REPLY_NO_MEMORY);
    }
    free(sheet);
    visit_end(&visit);
}

/* Cards stand in the middle of a page, so a page is written in parts. */
static void write_team(struct html *html, struct board_sheet *sheet, const struct web_visit *visit)
{
    const struct board_part offers = {true, false, every_rank}, own = {false, true, every_rank};
    fill_places(sheet, visit);
    sheet->page.has_places = sheet->page.is_ours;
    snprintf(sheet->offers, sizeof sheet->offers, "%zu", board_part_count(&offers, visit->desk));
    sheet->page.offers = sheet->offers[0] != '0' ? sheet->offers : NULL;
    page_team_top(html, &(struct page_team_top){.board = sheet->page, .frame = sheet->page.frame});
    write_cards(html, visit, offers);
    sheet->page.is_list_open = true;
    page_team_middle(html, &(struct page_team_middle){.has_own = board_part_count(&own, visit->desk) > 0,
                                                      .locked = sheet->page.frame.locked});
    write_cards(html, visit, own);
    page_team_end(html, &(struct page_team_end){.board = sheet->page});
}

void board_page_team(struct site *site, struct http_request *request)
{
    show_board(site, request, CONCORDAT__V1__ROLE__ROLE_TEAM, write_team);
}

static void write_coordinator(struct html *html, struct board_sheet *sheet, const struct web_visit *visit)
{
    const char *only = http_query(visit->request, "only");
    const struct board_part strips = {true, true, board_ranks(only)};
    sheet->page.only = board_tile_shown(only);
    sheet->page.is_filtered = sheet->page.only;
    sheet->page.has_strips = board_part_count(&strips, visit->desk) > 0;
    page_coordinator_top(html,
                         &(struct page_coordinator_top){.board = sheet->page, .frame = sheet->page.frame});
    board_tiles(html, visit->desk, only);
    page_coordinator_strips(html, &(struct page_coordinator_strips){.board = sheet->page});
    write_cards(html, visit, strips);
    page_coordinator_middle(html, &(struct page_coordinator_middle){.board = sheet->page});
    if (sheet->page.is_ours)
        board_beside(html, visit->desk);
    page_team_end(html, &(struct page_team_end){.board = sheet->page});
}

void board_page_coordinator(struct site *site, struct http_request *request)
{
    show_board(site, request, CONCORDAT__V1__ROLE__ROLE_COORDINATOR, write_coordinator);
}
