/* hook.h: a command of the team's own that is run for each offer, beside the loop and never in its way.
 *
 * `sh -c COMMAND` gets the offer as JSON on standard input and its main facts in the environment:
 * CONCORDAT_EVENT (offer, offer-over, status), CONCORDAT_NUMBER, CONCORDAT_REFERRAL, CONCORDAT_ATTEMPT,
 * CONCORDAT_EXPIRES_MS, CONCORDAT_URGENCY, CONCORDAT_SOURCE. What it prints goes to standard error.
 */
#ifndef CONCORDAT_TEAM_HOOK_H
#define CONCORDAT_TEAM_HOOK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto/words/words.h"

enum { HOOKS_RUNNING_MAX = 8, HOOKS_WAITING_MAX = 64, HOOK_VARIABLES = 7, HOOK_VARIABLE_BYTES = 96 };

struct hook_event {
    const char *event;
    const char *number;
    ProtobufCBinaryData referral; /* borrowed */
    uint32_t attempt;
    int64_t expires_ms;
    int urgency, source;
    const ProtobufCMessage *message; /* borrowed */
};

struct hook_job {
    pid_t pid; /* 0 while it waits */
    int input; /* the JSON, in memory; -1 once it is handed over */
    char number[NUMBER_TEXT_BYTES];
    char variables[HOOK_VARIABLES][HOOK_VARIABLE_BYTES];
};

struct hooks {
    const char *command; /* borrowed; NULL for none */
    struct hook_job running[HOOKS_RUNNING_MAX];
    struct hook_job waiting[HOOKS_WAITING_MAX]; /* first come, first run */
    unsigned waiting_count;
};

/* Told of what a person should know: a hook that failed or could not be run. */
typedef void hook_report(void *context, const char *number, const char *text);

/* Runs the hook for an event now, or as soon as one of those that run has ended. */
void hooks_run(struct hooks *hooks, const struct hook_event *event, hook_report *report, void *context);

/* Call on SIGCHLD: takes in those that have ended, starts those that wait. */
void hooks_reap(struct hooks *hooks, hook_report *report, void *context);

#endif
