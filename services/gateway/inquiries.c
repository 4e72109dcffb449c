/* inquiries.c: see inquiries.h. */
#include "services/gateway/inquiries.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "proto/words/worker.h"
#include "services/audit/trail.h"
#include "services/gateway/limits.h"

struct inquiry {
    struct report_question question;
    char number[NUMBER_TEXT_BYTES];
    inquiry_done *done;
    void *context;
    int64_t until_ms;
};

struct inquiries {
    const char *trail_path;
    struct worker *worker;
    struct inquiry items[INQUIRIES_MAX]; /* the first is being answered, if the worker is at work */
    size_t count;
    bool begun; /* the first was given to the worker */
    atomic_bool stop;
    /* What the worker writes: */
    int result;
    json_t *report;
    char message[INQUIRY_MESSAGE_BYTES];
    bool is_full;
};

/* The form is looked at after the answer: it never changes once it is known. */
static bool is_trail_full(const char *path)
{
    char message[INQUIRY_MESSAGE_BYTES];
    sqlite3 *database = trail_open_reader(path, message, sizeof message);
    bool is_full = database && trail_form_of(database) == TRAIL_FULL;
    sqlite3_close(database);
    return is_full;
}

static void answer_inquiry(void *context)
{
    struct inquiries *inquiries = context;
    struct report_question question = inquiries->items[0].question;
    question.number = question.number ? inquiries->items[0].number : NULL;
    question.stop = &inquiries->stop;
    inquiries->message[0] = '\0';
    inquiries->result = report_ask(inquiries->trail_path, &question, &inquiries->report, inquiries->message,
                                   sizeof inquiries->message);
    inquiries->is_full = is_trail_full(inquiries->trail_path);
}

struct inquiries *inquiries_open(const char *trail_path)
{
    struct inquiries *inquiries = calloc(1, sizeof *inquiries);
    if (!inquiries)
        return NULL;
    inquiries->trail_path = trail_path;
    inquiries->worker = worker_open(answer_inquiry, inquiries);
    if (inquiries->worker)
        return inquiries;
    free(inquiries);
    return NULL;
}

/* Takes a question out of the list before its answer is told: who is told may ask again. */
static struct inquiry take_inquiry(struct inquiries *inquiries, size_t at)
{
    struct inquiry item = inquiries->items[at];
    inquiries->count--;
    memmove(&inquiries->items[at], &inquiries->items[at + 1],
            (inquiries->count - at) * sizeof *inquiries->items);
    return item;
}

static void give_up_inquiry(struct inquiries *inquiries, size_t at)
{
    static const struct inquiry_answer none = {.result = REPORT_STOPPED, .message = "no answer in time"};
    struct inquiry item = take_inquiry(inquiries, at);
    item.done(item.context, &none);
}

static void finish_inquiry(struct inquiries *inquiries)
{
    worker_wait(inquiries->worker);
    json_t *report = inquiries->report;
    char message[INQUIRY_MESSAGE_BYTES];
    memcpy(message, inquiries->message, sizeof message);
    const struct inquiry_answer answer = {inquiries->result, report, message, inquiries->is_full};
    inquiries->report = NULL;
    inquiries->begun = false;
    struct inquiry item = take_inquiry(inquiries, 0);
    item.done(item.context, &answer);
    json_decref(report);
}

void inquiries_close(struct inquiries **inquiries)
{
    struct inquiries *i = *inquiries;
    if (!i)
        return;
    atomic_store(&i->stop, true);
    if (i->begun)
        finish_inquiry(i);
    while (i->count)
        give_up_inquiry(i, 0);
    worker_close(&i->worker);
    free(i);
    *inquiries = NULL;
}

bool inquiries_ask(struct inquiries *inquiries, const struct report_question *question, inquiry_done *done,
                   void *context, int64_t now_ms)
{
    if (inquiries->count == INQUIRIES_MAX)
        return false;
    struct inquiry *item = &inquiries->items[inquiries->count++];
    *item = (struct inquiry){
        .question = *question, .done = done, .context = context, .until_ms = now_ms + INQUIRY_MS};
    snprintf(item->number, sizeof item->number, "%s", question->number ? question->number : "");
    inquiries_turn(inquiries, now_ms);
    return true;
}

size_t inquiries_count(const struct inquiries *inquiries)
{
    return inquiries->count;
}

int inquiries_fd(const struct inquiries *inquiries)
{
    return worker_done_fd(inquiries->worker);
}

int inquiries_patience_ms(const struct inquiries *inquiries, int64_t now_ms)
{
    size_t at = inquiries->begun && atomic_load(&inquiries->stop); /* what was stopped ends by itself */
    if (at >= inquiries->count)
        return -1;
    int64_t left_ms = inquiries->items[at].until_ms - now_ms; /* the first came first */
    return left_ms > 0 ? (int)left_ms : 0;
}

void inquiries_turn(struct inquiries *inquiries, int64_t now_ms)
{
    if (inquiries->begun && !worker_is_busy(inquiries->worker))
        finish_inquiry(inquiries);
    size_t first_waiting = inquiries->begun;
    while (inquiries->count > first_waiting && inquiries->items[first_waiting].until_ms <= now_ms)
        give_up_inquiry(inquiries, first_waiting);
    if (inquiries->begun && inquiries->items[0].until_ms <= now_ms)
        atomic_store(&inquiries->stop, true);
    if (inquiries->begun || !inquiries->count)
        return;
    atomic_store(&inquiries->stop, false);
    inquiries->begun = true;
    worker_begin(inquiries->worker);
}
