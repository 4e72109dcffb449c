/* hook.h: a command of a team's or coordinator's own that is run for each offer or reminder, as a process
 * that the program never waits for.
 *
 * `sh -c COMMAND` gets the message as JSON on standard input and its main facts in the environment:
 * CONCORDAT_EVENT (offer, offer-over, status; reminder at a coordinator), CONCORDAT_NUMBER,
 * CONCORDAT_REFERRAL, CONCORDAT_ATTEMPT, CONCORDAT_EXPIRES_MS (since 1970-01-01 UTC), CONCORDAT_URGENCY,
 * CONCORDAT_SOURCE. What it prints goes to standard error. It is ended if it still runs after a minute. One
 * thread.
 */
#ifndef CONCORDAT_TERMINAL_HOOK_H
#define CONCORDAT_TERMINAL_HOOK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/words/words.h"

/* A hook that hangs would keep its place, and after eight of them no further offer would be told. What a hook
 * does has to be done well within the shortest answer time of three minutes. */
enum { HOOK_MS_MAX = 60 * 1000, HOOK_GRACE_MS = 5 * 1000 };

enum { HOOKS_RUNNING_MAX = 8, HOOKS_WAITING_MAX = 64, HOOK_VARIABLES = 7, HOOK_VARIABLE_BYTES = 96 };

struct hook_event {
    const char *event; /* borrowed, as all that follows */
    const char *number;
    ProtobufCBinaryData referral;
    uint32_t attempt;
    int64_t expires_ms;
    int urgency, source;
    const ProtobufCMessage *message;
};

struct hook_job {
    pid_t pid;         /* 0 while it waits */
    int64_t end_ms;    /* by the monotonic clock: it is sent the next signal then */
    bool asked_to_end; /* by SIGTERM; SIGKILL comes next */
    int input;         /* a descriptor of the JSON in memory, owned; -1 once the hook has it */
    char number[NUMBER_TEXT_BYTES];
    char variables[HOOK_VARIABLES][HOOK_VARIABLE_BYTES];
};

struct hooks {
    const char *command; /* borrowed; NULL for none */
    struct hook_job running[HOOKS_RUNNING_MAX];
    struct hook_job waiting[HOOKS_WAITING_MAX]; /* first come, first run */
    unsigned waiting_count;
};

/* Called with what a person should know: a hook failed or could not be run. */
typedef void hook_report(void *context, const char *number, const char *text);

/* Runs the hook for an event now, or as soon as one that runs has ended. */
void hooks_run(struct hooks *hooks, const struct hook_event *event, hook_report *report, void *context);

/* To be called on SIGCHLD: collects hooks that have ended and starts those that wait. */
void hooks_reap(struct hooks *hooks, hook_report *report, void *context);

/* To be called often: ends hooks that have run for HOOK_MS_MAX, by SIGTERM, and by SIGKILL HOOK_GRACE_MS
 * later. now_ms is the monotonic clock's time. */
void hooks_end_late(struct hooks *hooks, int64_t now_ms, hook_report *report, void *context);

#endif
