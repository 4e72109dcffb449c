/* hook.c: running a command of one's own: see hook.h. */
#include "services/terminal/hook.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/words/json.h"
#include "proto/words/now.h"
#include "services/desk/action.h"

extern char **environ;

/* The JSON lies in memory, not in a pipe, so that writing never waits for the hook to read. */
static int hook_input(const ProtobufCMessage *message)
{
    json_t *json = json_to_show(message);
    int input = memfd_create("offer", MFD_CLOEXEC);
    if (!json || input < 0 || json_dumpfd(json, input, JSON_COMPACT) != 0 || lseek(input, 0, SEEK_SET) != 0) {
        if (input >= 0)
            close(input);
        input = -1;
    }
    json_decref(json);
    return input;
}

static void hook_set_variables(struct hook_job *job, const struct hook_event *event)
{
    char id[UUID_TEXT_BYTES] = "", urgency[WORDS_MAX], source[WORDS_MAX];
    char(*variables)[HOOK_VARIABLE_BYTES] = job->variables;
    if (event->referral.len == 16)
        words_uuid(event->referral.data, id);
    action_typed_word(&concordat__v1__urgency__descriptor, event->urgency, urgency);
    action_typed_word(&concordat__v1__source__descriptor, event->source, source);
    snprintf(variables[0], HOOK_VARIABLE_BYTES, "CONCORDAT_EVENT=%s", event->event);
    snprintf(variables[1], HOOK_VARIABLE_BYTES, "CONCORDAT_NUMBER=%s", event->number);
    snprintf(variables[2], HOOK_VARIABLE_BYTES, "CONCORDAT_REFERRAL=%s", id);
    snprintf(variables[3], HOOK_VARIABLE_BYTES, "CONCORDAT_ATTEMPT=%" PRIu32, event->attempt);
    snprintf(variables[4], HOOK_VARIABLE_BYTES, "CONCORDAT_EXPIRES_MS=%" PRId64, event->expires_ms);
    snprintf(variables[5], HOOK_VARIABLE_BYTES, "CONCORDAT_URGENCY=%s", urgency);
    snprintf(variables[6], HOOK_VARIABLE_BYTES, "CONCORDAT_SOURCE=%s", source);
    snprintf(job->number, sizeof job->number, "%s", event->number);
}

/* The job's variables stand before ours: of two with one name getenv finds the first. */
static char **hook_environment(struct hook_job *job)
{
    size_t ours = 0;
    char **all;
    while (environ[ours])
        ours++;
    all = calloc(HOOK_VARIABLES + ours + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < HOOK_VARIABLES; i++)
        all[i] = job->variables[i];
    if (all)
        memcpy(all + HOOK_VARIABLES, environ, ours * sizeof *all);
    return all;
}

/* The hook has a process group of its own, so that Ctrl-C at the terminal does not stop it half way. */
static int hook_spawn(const char *command, struct hook_job *job, char **variables)
{
    char *arguments[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, pipe_only;
    int fault;
    sigemptyset(&none);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    fault = posix_spawn_file_actions_adddup2(&files, job->input, STDIN_FILENO);
    if (fault == 0)
        fault = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe_only);
    if (fault == 0)
        fault = posix_spawn(&job->pid, "/bin/sh", &files, &attributes, arguments, variables);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return fault;
}

/* Starts a job that has its place among those that run. */
static void hook_start(const char *command, struct hook_job *job, hook_report *report, void *context)
{
    char **variables = hook_environment(job);
    int fault = variables ? hook_spawn(command, job, variables) : ENOMEM;
    char text[200];
    free(variables);
    close(job->input);
    job->input = -1;
    job->asked_to_end = false;
    job->end_ms = now_monotonic_ms() + HOOK_MS_MAX;
    if (fault == 0)
        return;
    job->pid = 0;
    snprintf(text, sizeof text, "the hook could not be run: %s", strerror(fault));
    report(context, job->number, text);
}

static struct hook_job *hook_place(struct hooks *hooks)
{
    for (unsigned i = 0; i < HOOKS_RUNNING_MAX; i++)
        if (hooks->running[i].pid == 0)
            return &hooks->running[i];
    return NULL;
}

void hooks_run(struct hooks *hooks, const struct hook_event *event, hook_report *report, void *context)
{
    struct hook_job *place = hooks->waiting_count == 0 ? hook_place(hooks) : NULL;
    struct hook_job job = {.input = -1};
    if (!hooks->command)
        return;
    if (!place && hooks->waiting_count == HOOKS_WAITING_MAX) {
        report(context, event->number, "the hook was not run: too many are running and waiting");
        return;
    }
    hook_set_variables(&job, event);
    job.input = hook_input(event->message);
    if (job.input < 0) {
        report(context, event->number, "the hook was not run: no memory for its input");
        return;
    }
    if (!place) {
        hooks->waiting[hooks->waiting_count++] = job;
        report(context, event->number, "the hook waits: others are still running");
        return;
    }
    *place = job;
    hook_start(hooks->command, place, report, context);
}

static void hooks_start_waiting(struct hooks *hooks, hook_report *report, void *context)
{
    struct hook_job *place;
    while (hooks->waiting_count > 0 && (place = hook_place(hooks)) != NULL) {
        *place = hooks->waiting[0];
        hooks->waiting_count--;
        memmove(hooks->waiting, hooks->waiting + 1, hooks->waiting_count * sizeof hooks->waiting[0]);
        hook_start(hooks->command, place, report, context);
    }
}

void hooks_reap(struct hooks *hooks, hook_report *report, void *context)
{
    for (unsigned i = 0; i < HOOKS_RUNNING_MAX; i++) {
        struct hook_job *job = &hooks->running[i];
        char text[100];
        int status;
        if (job->pid == 0 || waitpid(job->pid, &status, WNOHANG) != job->pid)
            continue;
        job->pid = 0;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            continue;
        snprintf(text, sizeof text, "the hook failed with %s %d", WIFEXITED(status) ? "exit code" : "signal",
                 WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
        report(context, job->number, text);
    }
    hooks_start_waiting(hooks, report, context);
}

/* The whole process group, so that what the hook has started ends with it. */
void hooks_end_late(struct hooks *hooks, int64_t now_ms, hook_report *report, void *context)
{
    for (unsigned i = 0; i < HOOKS_RUNNING_MAX; i++) {
        struct hook_job *job = &hooks->running[i];
        char text[100];
        if (job->pid == 0 || now_ms < job->end_ms)
            continue;
        (void)kill(-job->pid, job->asked_to_end ? SIGKILL : SIGTERM);
        if (!job->asked_to_end) {
            snprintf(text, sizeof text, "the hook still runs after %d seconds and is ended",
                     HOOK_MS_MAX / 1000);
            report(context, job->number, text);
        }
        job->asked_to_end = true;
        job->end_ms = now_ms + HOOK_GRACE_MS;
    }
}
