/* alarm.c: what a watched board rings for: see alarm.h. */
#include "services/cli/alarm.h"

#include <string.h>

#include "proto/words/now.h"
#include "services/desk/board.h"

static void alarm_report(void *context, const char *number, const char *text)
{
    (void)context;
    fprintf(stderr, "concordat: %s: %s\n", number, text);
}

/* The place of a case among those that have rung; NULL if there is none left. */
static struct alarm_case *alarm_case_of(struct alarm *alarm, const char *number)
{
    for (size_t i = 0; i < alarm->count; i++)
        if (strcmp(alarm->cases[i].number, number) == 0)
            return &alarm->cases[i];
    if (alarm->count == ALARM_CASES_MAX)
        return NULL;
    struct alarm_case *added = &alarm->cases[alarm->count++];
    snprintf(added->number, sizeof added->number, "%s", number);
    return added;
}

static void alarm_run_hook(struct alarm *alarm, const Concordat__V1__CaseStatus *status)
{
    hooks_run(&alarm->hooks,
              &(struct hook_event){.event = "reminder",
                                   .number = status->number,
                                   .referral = status->referral,
                                   .attempt = status->attempt,
                                   .expires_ms = status->act_by_ms,
                                   .urgency = (int)status->urgency,
                                   .source = (int)status->source,
                                   .message = &status->base},
              alarm_report, NULL);
}

/* A case that rings no longer is forgotten, so that it can ring anew. */
static void alarm_forget_quiet(struct alarm *alarm)
{
    size_t kept = 0;
    for (size_t i = 0; i < alarm->count; i++)
        if (alarm->cases[i].rings)
            alarm->cases[kept++] = alarm->cases[i];
    memset(&alarm->cases[kept], 0, (alarm->count - kept) * sizeof alarm->cases[0]);
    alarm->count = kept;
}

static void alarm_ring(struct alarm *alarm, const Concordat__V1__CaseStatus *status)
{
    struct alarm_case *rung = alarm_case_of(alarm, status->number);
    if (!rung)
        return;
    if (!rung->rang || rung->unheard != status->unheard)
        alarm_run_hook(alarm, status);
    rung->rings = true;
    rung->unheard = status->unheard;
}

static void alarm_say(FILE *out, const char *number, bool first)
{
    if (out)
        fprintf(out, "%s%s", first ? "\a\nNobody has answered for " : ", ", number);
}

void alarm_look(struct alarm *alarm, const Concordat__V1__Board *board, FILE *out)
{
    int64_t now_ms = board->now_ms != 0 ? board->now_ms : now_wall_ms();
    size_t ringing = 0;
    for (size_t i = 0; i < alarm->count; i++) {
        alarm->cases[i].rang = alarm->cases[i].rings;
        alarm->cases[i].rings = false;
    }
    for (size_t i = 0; i < board->n_cases; i++) {
        if (!board_rings(board->cases[i], now_ms))
            continue;
        alarm_say(out, board->cases[i]->number, ringing++ == 0);
        alarm_ring(alarm, board->cases[i]);
    }
    if (out && ringing > 0) {
        fputs(". Acknowledge, mute or take each; the bell rings until then.\n", out);
        fflush(out);
    }
    alarm_forget_quiet(alarm);
    hooks_reap(&alarm->hooks, alarm_report, NULL);
    hooks_end_late(&alarm->hooks, now_monotonic_ms(), alarm_report, NULL);
}
