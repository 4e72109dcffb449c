/* verdict.c: see verdict.h. */
#include "services/gateway/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "proto/words/worker.h"
#include "services/audit/verify.h"

enum { VERDICT_MESSAGE_BYTES = 600 };

struct verdict_keeper {
    const char *trail_path;
    struct worker *worker;
    struct verdict_state state;
    char failure[VERDICT_MESSAGE_BYTES]; /* what the state borrows */
    atomic_bool stop;
    /* What the worker writes: */
    json_t *made;
    char message[VERDICT_MESSAGE_BYTES];
};

static void make_verdict(void *context)
{
    struct verdict_keeper *keeper = context;
    (void)verify_ask(keeper->trail_path, &keeper->stop, &keeper->made, keeper->message,
                     sizeof keeper->message);
}

struct verdict_keeper *verdict_open(const char *trail_path)
{
    struct verdict_keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper)
        return NULL;
    keeper->trail_path = trail_path;
    keeper->worker = worker_open(make_verdict, keeper);
    if (keeper->worker)
        return keeper;
    free(keeper);
    return NULL;
}

void verdict_close(struct verdict_keeper **keeper)
{
    struct verdict_keeper *k = *keeper;
    if (!k)
        return;
    atomic_store(&k->stop, true);
    worker_close(&k->worker);
    json_decref(k->made);
    json_decref((json_t *)(uintptr_t)k->state.latest);
    free(k);
    *keeper = NULL;
}

void verdict_begin(struct verdict_keeper *keeper, int64_t now_ms)
{
    if (keeper->state.running_since_ms)
        return;
    keeper->state.running_since_ms = now_ms;
    worker_begin(keeper->worker);
}

struct verdict_state verdict_now(const struct verdict_keeper *keeper)
{
    return keeper->state;
}

int verdict_fd(const struct verdict_keeper *keeper)
{
    return worker_done_fd(keeper->worker);
}

/* A verdict that could not be made leaves the one before, which was true of its time. */
void verdict_turn(struct verdict_keeper *keeper)
{
    struct verdict_state *state = &keeper->state;
    if (!state->running_since_ms || worker_is_busy(keeper->worker))
        return;
    worker_wait(keeper->worker);
    if (keeper->made) {
        json_decref((json_t *)(uintptr_t)state->latest);
        state->latest = keeper->made;
        state->as_of_ms = state->running_since_ms;
        state->failure = NULL;
        keeper->made = NULL;
    } else {
        memcpy(keeper->failure, keeper->message, sizeof keeper->failure);
        state->failure = keeper->failure;
        state->failed_ms = state->running_since_ms;
    }
    state->running_since_ms = 0;
}
