/* handover_page.c: see handover_page.h. */
#include "services/gateway/handover_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/show_handover.h"
#include "services/desk/time_words.h"
#include "services/gateway/board_page.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/sheet_blocks.h"
#include "services/gateway/visit.h"

enum { TEXTS_MAX = 64 /* cases whose messages are asked for */, NUMBER_BYTES = 24, OTHERS_MAX = 8 };

/* A page in the making, while the desk's server is asked. */
struct handover {
    struct web_visit *visit;
    uint64_t seq;                     /* of the signature that is shown; 0: none */
    bool is_past;                     /* it was asked for by its number */
    char of[PERSON_ID_CHARS_MAX + 1]; /* whose signature it is, if it waits for another; "" */
    bool is_on_shift, has_signed;     /* the person who looks */
    uint8_t asked[TEXTS_MAX][WIRE_ID_BYTES];
    size_t asked_count;
    char others[OTHERS_MAX][PEOPLE_WORDS_BYTES]; /* whose signatures wait here, beside that one */
};

static void handover_page_end(struct handover *handover)
{
    visit_end(&handover->visit);
    free(handover);
}

static void handover_page_problem(struct handover *handover, enum reply_problem problem)
{
    reply_problem(handover->visit->request, problem);
    handover_page_end(handover);
}

/* --- the page -------------------------------------------------------------------------------------------
 */

/* Lists the people whose signatures wait here for a second one; the signature that is shown is left out. */
static size_t list_others(struct handover *handover, struct page_link links[OTHERS_MAX])
{
    const Concordat__V1__Board *board = desk_cases(handover->visit->desk)->board;
    const struct people *people = signin_people(handover->visit->site->signin);
    size_t count = 0;
    for (size_t i = 0; board && i < board->n_on_shift && count < OTHERS_MAX; i++) {
        const Concordat__V1__ShiftPerson *person = board->on_shift[i];
        if (!person->proposed_seq || person->proposed_seq == handover->seq ||
            strcmp(person->desk, desk_of(handover->visit->desk)) != 0)
            continue;
        links[count] = (struct page_link){.name = person->person, .title = handover->others[count]};
        people_words(people, person->person, handover->others[count++]);
    }
    return count;
}

static void write_page(struct handover *handover, const struct sheet *sheet, uint64_t latest)
{
    const struct web_visit *visit = handover->visit;
    char commands[2][SAID_ID_BYTES], as_of[TIME_WORDS_BYTES], latest_text[NUMBER_BYTES];
    struct page_link others[OTHERS_MAX];
    struct page_sheet blocks;
    struct html html = {0};
    bool is_now = !handover->is_past, waits_for_me = handover->of[0] && strcmp(handover->of, visit->id) != 0;
    snprintf(latest_text, sizeof latest_text, "%" PRIu64, latest);
    time_words_clock(desk_wall_ms(visit->desk), desk_wall_ms(visit->desk), as_of);
    struct page_handover page = {
        .frame = visit->frame,
        .of = desk_name(visit->desk),
        .as_of = as_of,
        .said = said_find(visit->site->said, http_query(visit->request, "said"), visit->id),
        .board = visit->role == CONCORDAT__V1__ROLE__ROLE_TEAM ? "team" : "coordinator",
        .command = words_fresh_uuid(commands[0]),
        .other_command = words_fresh_uuid(commands[1]),
        .to_sign = is_now && waits_for_me ? handover->of : NULL,
        .can_give = is_now && handover->is_on_shift && !handover->has_signed,
        .has_signed = is_now && handover->has_signed,
        .comes_first = is_now && !handover->is_on_shift && !waits_for_me,
        .is_past = handover->is_past,
        .latest = latest && is_now ? latest_text : NULL,
        .others = others,
        .others_count = is_now ? list_others(handover, others) : 0};
    if (sheet_blocks_open(&blocks, sheet, visit->role)) {
        page.blocks = blocks.blocks;
        page.blocks_count = blocks.blocks_count;
        page_handover(&html, &page);
        reply_page(visit->request, 200, &html, NULL);
    } else {
        reply_problem(visit->request, REPLY_NO_MEMORY);
    }
    sheet_blocks_close(&blocks);
}

static void write_now(struct handover *handover, struct sheet *sheet,
                      const Concordat__V1__HandoverSheet *found)
{
    const struct web_visit *visit = handover->visit;
    const struct desk_copy *copy = desk_cases(visit->desk);
    const struct showing showing = visit_showing(visit);
    const Concordat__V1__CaseStatus **cases = board_page_cases(copy, showing.now_ms);
    sheet->incomplete = !cases;
    if (cases)
        show_handover_now(sheet, found,
                          &(struct handover_now){.board = copy->board,
                                                 .cases = cases,
                                                 .case_count = copy->count,
                                                 .desk = desk_of(visit->desk),
                                                 .role = visit->role},
                          &showing);
    free(cases);
}

static void sheet_is_told(void *context, const Concordat__V1__Message *message)
{
    struct handover *handover = context;
    struct sheet sheet = {0};
    if (!message || message->body_case != CONCORDAT__V1__MESSAGE__BODY_HANDOVER_SHEET) {
        handover_page_problem(handover, message ? REPLY_NOT_FOUND : REPLY_NO_ANSWER);
        return;
    }
    const struct showing showing = visit_showing(handover->visit);
    if (handover->is_past)
        show_handed_over(&sheet, message->handover_sheet, &showing);
    else
        write_now(handover, &sheet, message->handover_sheet);
    write_page(handover, &sheet, message->handover_sheet->latest);
    sheet_close(&sheet);
    handover_page_end(handover);
}

static void ask_sheet(struct handover *handover)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetHandover question = CONCORDAT__V1__GET_HANDOVER__INIT;
    question.seq = handover->seq;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_HANDOVER;
    request.get_handover = &question;
    desk_ask(handover->visit->desk, &request, &handover->visit->person, sheet_is_told, handover);
}

/* --- the words of messages ------------------------------------------------------------------------------
 */

static bool lacks_words(const struct handover *handover, const struct desk_case *known)
{
    for (size_t i = 0; i < handover->asked_count; i++)
        if (memcmp(handover->asked[i], known->id, WIRE_ID_BYTES) == 0)
            return false;
    for (size_t i = 0; i < known->status->n_messages; i++)
        if (known->status->messages[i]->text[0] == '\0')
            return true;
    return false;
}

/* A board leaves the words of messages out, and what the next shift must know is in them: the answer about
 * one case has them, and goes into the desk's copy. */
static void ask_words(void *context, const Concordat__V1__Message *message)
{
    struct handover *handover = context;
    const struct desk_copy *copy = desk_cases(handover->visit->desk);
    (void)message;
    for (size_t i = 0; i < copy->count && handover->asked_count < TEXTS_MAX; i++)
        if (lacks_words(handover, &copy->cases[i])) {
            memcpy(handover->asked[handover->asked_count++], copy->cases[i].id, WIRE_ID_BYTES);
            visit_ask_status(handover->visit, copy->cases[i].status->number, ask_words, handover);
            return;
        }
    ask_sheet(handover);
}

/* --- whose handover -------------------------------------------------------------------------------------
 */

/* The one that is asked for, or the first of somebody else, or one's own. */
static void find_signature(struct handover *handover)
{
    const struct web_visit *visit = handover->visit;
    const Concordat__V1__Board *board = desk_cases(visit->desk)->board;
    const char *wanted = http_query(visit->request, "of");
    for (size_t i = 0; board && i < board->n_on_shift; i++) {
        const Concordat__V1__ShiftPerson *person = board->on_shift[i];
        if (strcmp(person->desk, desk_of(visit->desk)) != 0)
            continue;
        bool is_me = strcmp(person->person, visit->id) == 0;
        bool is_wanted = wanted ? strcmp(person->person, wanted) == 0 : !is_me;
        handover->is_on_shift |= is_me;
        handover->has_signed |= is_me && person->proposed_seq;
        if (!person->proposed_seq || !(is_wanted || handover->seq == 0))
            continue;
        handover->seq = person->proposed_seq;
        snprintf(handover->of, sizeof handover->of, "%s", person->person);
    }
}

static void board_is_told(void *context, const Concordat__V1__Message *message)
{
    struct handover *handover = context;
    if (!message) {
        handover_page_problem(handover, REPLY_NO_ANSWER);
        return;
    }
    find_signature(handover);
    ask_words(handover, NULL);
}

/* The number behind the path: digits alone, as they are written, so that a handover has one page. */
static bool read_event_number(const char *text, uint64_t *number)
{
    char written[NUMBER_BYTES];
    *number = strtoull(text, NULL, 10);
    snprintf(written, sizeof written, "%" PRIu64, *number);
    return *number > 0 && strcmp(written, text) == 0;
}

static bool read_path(const char *path, struct handover *handover)
{
    const char *rest = path + strlen(HANDOVER_PATH);
    handover->is_past = *rest == '/';
    return !*rest || (*rest == '/' && read_event_number(rest + 1, &handover->seq));
}

void handover_page_show(struct site *site, struct http_request *request)
{
    struct web_visit *visit = visit_begin(site, request);
    struct handover *handover = visit ? calloc(1, sizeof *handover) : NULL;
    if (!visit)
        return;
    if (!handover) {
        reply_problem(request, REPLY_NO_MEMORY);
        visit_end(&visit);
        return;
    }
    handover->visit = visit;
    bool is_theirs =
        visit->role == CONCORDAT__V1__ROLE__ROLE_TEAM || visit->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    if (!is_theirs || !read_path(http_path(request), handover))
        handover_page_problem(handover, REPLY_NOT_FOUND);
    else if (handover->is_past)
        ask_sheet(handover);
    else
        desk_ask_board(visit->desk, board_is_told, handover);
}
