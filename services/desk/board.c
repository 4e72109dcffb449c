/* board.c: cases as rows of a table, and a team's offers: see board.h. */
#include "services/desk/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf8.h"
#include "proto/words/words.h"
#include "services/desk/next_sentence.h"
#include "services/desk/show_detention.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__CaseStatus case_status;

const char *const board_headings[BOARD_COLUMNS] = {
    [BOARD_CASE] = "Case",       [BOARD_URGENCY] = "Urgency",   [BOARD_STATE] = "State",
    [BOARD_HELD_BY] = "Held by", [BOARD_DETAINED] = "Detained", [BOARD_ACT_BY] = "Act by",
    [BOARD_SEEN_BY] = "Seen by"};

/* 0 means that no such clock runs: last. */
static int compare_deadlines(int64_t a, int64_t b)
{
    if ((a == 0) != (b == 0))
        return a == 0 ? 1 : -1;
    return (a > b) - (a < b);
}

static bool has_passed(int64_t at_ms, int64_t now_ms)
{
    return at_ms != 0 && at_ms < now_ms;
}

/* The coordinator owns the case, and has nothing in hand yet. */
static bool is_reminded(const case_status *status)
{
    return status->state == CONCORDAT__V1__STATE__STATE_HELD || status->missing;
}

static bool nobody_has_heard(const case_status *status, int64_t now_ms)
{
    return status->heard_by[0] == '\0' && status->muted_until_ms <= now_ms;
}

enum board_rank board_rank(const case_status *status, int64_t now_ms)
{
    if (status->state == CONCORDAT__V1__STATE__STATE_CLOSED ||
        status->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN)
        return BOARD_OVER;
    if (status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_UNSPECIFIED)
        return BOARD_UNOWNED;
    if (is_reminded(status) && nobody_has_heard(status, now_ms))
        return BOARD_UNHEARD;
    if (show_detention_is_over_time(status, now_ms) || (status->detention && status->detention->warned))
        return BOARD_DETENTION_ENDS;
    bool late = has_passed(status->respond_by_ms, now_ms) || has_passed(status->act_by_ms, now_ms);
    bool silent = status->team_silence && status->team_silence->told;
    if (status->lease_warned || status->missing || status->tries_used_up || silent || late)
        return BOARD_OVERDUE;
    return is_reminded(status) ? BOARD_HEARD : BOARD_REST;
}

bool board_rings(const case_status *status, int64_t now_ms)
{
    return board_rank(status, now_ms) <= BOARD_OVERDUE && nobody_has_heard(status, now_ms);
}

static int64_t detained_until(const case_status *status)
{
    return status->detention ? status->detention->until_ms : 0;
}

/* A detention that ends first stands first among those that end soon; elsewhere its end decides between two
 * cases that are alike in all else. */
static int by_who_must_act(const void *left, const void *right, void *context)
{
    const case_status *a = *(const case_status *const *)left, *b = *(const case_status *const *)right;
    int64_t now_ms = *(const int64_t *)context;
    enum board_rank rank = board_rank(a, now_ms);
    int order = (int)rank - (int)board_rank(b, now_ms);
    if (order == 0 && rank == BOARD_DETENTION_ENDS)
        order = compare_deadlines(detained_until(a), detained_until(b));
    if (order == 0)
        order = compare_deadlines(a->respond_by_ms, b->respond_by_ms);
    if (order == 0)
        order = compare_deadlines(a->act_by_ms, b->act_by_ms);
    if (order == 0)
        order = compare_deadlines(detained_until(a), detained_until(b));
    return order != 0 ? order : strcmp(a->number, b->number);
}

const case_status **board_in_order(const Concordat__V1__Board *board, int64_t now_ms)
{
    const case_status **cases = calloc(board->n_cases + 1, sizeof *cases);
    if (!cases)
        return NULL;
    for (size_t i = 0; i < board->n_cases; i++)
        cases[i] = board->cases[i];
    qsort_r(cases, board->n_cases, sizeof *cases, by_who_must_act, &now_ms);
    return cases;
}

static void set_cell(struct board_row *row, enum board_column column, const char *text)
{
    snprintf(row->cells[column], BOARD_CELL_BYTES, "%s", text);
    utf8_clean(row->cells[column]);
}

static void set_code_cell(struct board_row *row, enum board_column column,
                          const ProtobufCEnumDescriptor *codes, int value, const char *none)
{
    char word[WORDS_MAX];
    set_cell(row, column, value == 0 ? none : words_for(codes, value, word));
}

static void set_time_cell(struct board_row *row, enum board_column column, int64_t unix_ms, int64_t now_ms)
{
    char time[TIME_WORDS_BYTES];
    time_words_short(unix_ms, now_ms, time);
    set_cell(row, column, time);
}

void board_fill_row(const case_status *status, int64_t now_ms, struct board_row *row)
{
    const char *name = status->owner_name[0] != '\0' ? status->owner_name : status->owner;
    char detained[DETENTION_WORDS_BYTES];
    set_cell(row, BOARD_CASE, status->number[0] != '\0' ? status->number : "no number");
    set_code_cell(row, BOARD_URGENCY, &concordat__v1__urgency__descriptor, (int)status->urgency,
                  "none given");
    set_code_cell(row, BOARD_STATE, &concordat__v1__state__descriptor, (int)status->state, "saved only");
    bool unheard = status->unheard > 0 && board_rank(status, now_ms) == BOARD_UNHEARD;
    if (status->passed)
        set_cell(row, BOARD_STATE, "passed on");
    else if (status->without_contact)
        set_cell(row, BOARD_STATE, "to close");
    else if (status->team_silence)
        set_cell(row, BOARD_STATE, "silent");
    else if (unheard)
        snprintf(row->cells[BOARD_STATE], BOARD_CELL_BYTES, "unheard %u", (unsigned)status->unheard);
    set_cell(row, BOARD_HELD_BY, name[0] != '\0' ? name : "nobody");
    show_detention_short(status, now_ms, detained);
    set_cell(row, BOARD_DETAINED, detained);
    set_time_cell(row, BOARD_ACT_BY, status->act_by_ms, now_ms);
    set_time_cell(row, BOARD_SEEN_BY, status->respond_by_ms, now_ms);
    row->late = unheard || status->missing || status->tries_used_up || status->team_silence ||
                status->lease_warned || show_detention_is_over_time(status, now_ms) ||
                (status->respond_by_ms != 0 && status->respond_by_ms < now_ms);
}

void board_keep_offers(Concordat__V1__Board *board, const char *team)
{
    size_t kept = 0;
    for (size_t i = 0; i < board->n_cases; i++)
        if (board->cases[i]->attempt != 0 && strcmp(board->cases[i]->asked_team, team) == 0)
            board->cases[kept++] = board->cases[i];
    board->n_cases = kept;
}

static void show_live_offer(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    char urgency[WORDS_MAX], source[WORDS_MAX], until[TIME_WORDS_BYTES];
    time_words(status->answer_by_ms, now_ms, until);
    bool seen = status->offer_notice == CONCORDAT__V1__OFFER_NOTICE__OFFER_NOTICE_SEEN;
    sheet_headline(sheet, TONE_WAITING, status->number, "%s, %s, %s; to be answered by %s%s",
                   words_for(&concordat__v1__urgency__descriptor, (int)status->urgency, urgency),
                   words_for(&concordat__v1__source__descriptor, (int)status->source, source),
                   next_area(status), until, seen ? "" : "; nobody has said yet that they saw it");
}

void board_show_offers(struct sheet *sheet, const Concordat__V1__Board *board, const char *team,
                       int64_t now_ms)
{
    const case_status **cases = board_in_order(board, now_ms);
    sheet->incomplete = sheet->incomplete || !cases;
    for (size_t i = 0; cases && i < board->n_cases; i++)
        show_live_offer(sheet, cases[i], now_ms);
    if (board->n_cases == 0)
        sheet_sentence(sheet, "No offer waits for an answer of %s.", team);
    free(cases);
}
