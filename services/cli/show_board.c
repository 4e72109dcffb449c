/* show_board.c: many cases as a table of at most 80 columns, the most pressing first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/cli/show.h"

typedef Concordat__V1__CaseStatus case_status;

static int compare_times(int64_t a, int64_t b)
{
    /* 0 means that no such clock runs: last. */
    if ((a == 0) != (b == 0))
        return a == 0 ? 1 : -1;
    return (a > b) - (a < b);
}

static int by_time_to_breach(const void *left, const void *right)
{
    const case_status *a = *(case_status *const *)left, *b = *(case_status *const *)right;
    int order = compare_times(a->respond_by_ms, b->respond_by_ms);

    if (order == 0)
        order = compare_times(a->act_by_ms, b->act_by_ms);
    return order != 0 ? order : strcmp(a->number, b->number);
}

/* "9 min", "3h59", "2 days": shorter than elsewhere, for a column. */
static void short_span(int64_t span_ms, char out[SAY_SPAN_BYTES])
{
    int64_t minutes = span_ms / 60000;

    if (minutes < 60)
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " min", minutes);
    else if (minutes < 48 * 60)
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 "h%02" PRId64, minutes / 60, minutes % 60);
    else
        snprintf(out, SAY_SPAN_BYTES, "%" PRId64 " days", minutes / (24 * 60));
}

/* "14:13 9 min" or "14:01 LATE". */
static void short_time(const struct say *say, int64_t unix_ms, char out[SAY_TIME_BYTES])
{
    char span[SAY_SPAN_BYTES], clock[SAY_TIME_BYTES];

    snprintf(out, SAY_TIME_BYTES, "-");
    if (unix_ms == 0)
        return;
    say_clock(unix_ms, say->now_ms, clock);
    short_span(unix_ms - say->now_ms, span);
    snprintf(out, SAY_TIME_BYTES, "%.5s %s", strlen(clock) > 5 ? clock + strlen(clock) - 5 : clock,
             unix_ms < say->now_ms ? "LATE" : span);
}

static const char *holder(const case_status *status)
{
    return status->owner_name[0] != '\0' ? status->owner_name
           : status->owner[0] != '\0'    ? status->owner
                                         : "nobody";
}

/* A word in a column, or what stands for none. */
static const char *column(const ProtobufCEnumDescriptor *descriptor, int value, const char *none,
                          char out[WORDS_MAX])
{
    return value == 0 ? none : words_for(descriptor, value, out);
}

static void board_row(const struct say *say, const case_status *status)
{
    char urgency[WORDS_MAX], state[WORDS_MAX], act_by[SAY_TIME_BYTES], seen_by[SAY_TIME_BYTES], name[32];
    bool late = status->lease_warned || (status->respond_by_ms != 0 && status->respond_by_ms < say->now_ms);

    short_time(say, status->act_by_ms, act_by);
    short_time(say, status->respond_by_ms, seen_by);
    snprintf(name, sizeof name, "%.20s", holder(status));
    say_clean(name);
    fprintf(say->out, "%s%-7.10s %-11.11s %-10.10s %-20s %-12s %s%s\n", late && say->colour ? "\033[31m" : "",
            status->number[0] != '\0' ? status->number : "-",
            column(&concordat__v1__urgency__descriptor, (int)status->urgency, "none given", urgency),
            column(&concordat__v1__state__descriptor, (int)status->state, "saved only", state), name, act_by,
            seen_by, late && say->colour ? "\033[0m" : "");
}

static case_status **sorted(const Concordat__V1__Board *board)
{
    case_status **cases = calloc(board->n_cases + 1, sizeof *cases);

    if (!cases)
        return NULL;
    if (board->n_cases > 0)
        memcpy(cases, board->cases, board->n_cases * sizeof *cases);
    qsort(cases, board->n_cases, sizeof *cases, by_time_to_breach);
    return cases;
}

void show_board(const struct say *say, const Concordat__V1__Board *board)
{
    case_status **cases = sorted(board);
    char now[SAY_TIME_BYTES];

    say_clock(say->now_ms, say->now_ms, now);
    fprintf(say->out, "%s  %zu case%s\n", now, board->n_cases, board->n_cases == 1 ? "" : "s");
    if (cases && board->n_cases > 0)
        fprintf(say->out, "%-7s %-11s %-10s %-20s %-12s %s\n", "Case", "Urgency", "State", "Held by",
                "Act by", "Seen by");
    for (size_t i = 0; cases != NULL && i < board->n_cases; i++)
        board_row(say, cases[i]);
    free(cases);
}

bool show_is_offered_to(const case_status *status, const char *team)
{
    return status->attempt != 0 && strcmp(status->asked_team, team) == 0;
}

void show_offers(const struct say *say, const Concordat__V1__Board *board, const char *team)
{
    case_status **cases = sorted(board);
    char urgency[WORDS_MAX], source[WORDS_MAX], until[SAY_TIME_BYTES];
    size_t shown = 0;

    for (size_t i = 0; cases != NULL && i < board->n_cases; i++) {
        const case_status *at = cases[i];
        if (!show_is_offered_to(at, team))
            continue;
        say_time(at->act_by_ms, say->now_ms, until);
        say_banner(say, TONE_WAITING, at->number, "%s, %s, %s; to be answered by %s",
                   words_for(&concordat__v1__urgency__descriptor, (int)at->urgency, urgency),
                   words_for(&concordat__v1__source__descriptor, (int)at->source, source), at->area, until);
        shown++;
    }
    if (shown == 0)
        fprintf(say->out, "No offer waits for an answer of %s.\n", team);
    free(cases);
}
