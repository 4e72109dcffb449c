/* verify_replay.c: asks concordat-replay whether the events of a trail follow from each other. */
#include "services/audit/verify_replay.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/wire/delimited.h"
#include "proto/words/program.h"

static const char program_name[] = "concordat-replay";

/* Beside this program, if both are installed; and where a build puts it, seen from a program of services. */
static const char *const places[] = {"", "../../broker/tools/"};

extern char **environ;

struct verify_replay {
    pid_t child;
    FILE *events, *verdict;    /* to it and from it; events is NULL once it has stopped reading */
    struct sigaction pipe_was; /* what SIGPIPE did before */
    uint64_t given;
};

/* Its standard input and output are these two; SIGPIPE ends it, as ever. 0, or an errno. */
static int spawn_program(pid_t *child, int in, int out)
{
    char path[PATH_MAX], name[sizeof program_name], source[] = "-";
    char *const arguments[] = {memcpy(name, program_name, sizeof name), source, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t pipe_signal;
    if (!program_beside(program_name, places, sizeof places / sizeof *places, path))
        memcpy(path, program_name, sizeof program_name); /* without a slash: it is looked for in PATH */
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    int problem = posix_spawnp(child, path, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static void close_ends(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* Opens both pipes and starts the program between them. 0, or an errno. */
static int connect_program(struct verify_replay *replay)
{
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    int problem = pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 ? errno : 0;
    if (problem == 0)
        problem = spawn_program(&replay->child, to[0], from[1]);
    if (problem == 0) {
        replay->events = fdopen(to[1], "w");
        replay->verdict = fdopen(from[0], "r");
        to[1] = replay->events ? -1 : to[1];
        from[0] = replay->verdict ? -1 : from[0];
    }
    close_ends(to);
    close_ends(from);
    return problem;
}

struct verify_replay *verify_replay_start(char *why, size_t why_size)
{
    struct verify_replay *replay = calloc(1, sizeof *replay);
    int problem = replay ? connect_program(replay) : ENOMEM;
    if (problem == 0) {
        sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, &replay->pipe_was);
        return replay;
    }
    if (problem == ENOENT)
        snprintf(why, why_size, "%s is not installed", program_name);
    else
        snprintf(why, why_size, "%s cannot be started: %s", program_name, strerror(problem));
    free(replay);
    return NULL;
}

static void close_events(struct verify_replay *replay)
{
    if (replay->events)
        fclose(replay->events);
    replay->events = NULL;
}

/* A program that has found a contradiction reads no further: then there is nobody to give the event to. */
void verify_replay_feed(struct verify_replay *replay, const uint8_t *body, size_t size)
{
    assert(body);
    replay->given++;
    if (replay->events && !delimited_write(replay->events, body, size))
        close_events(replay);
}

/* Whether it is a verdict on all of the events, or on those up to a contradiction. */
static bool is_verdict(const json_t *verdict, uint64_t given, const char *chain_hex)
{
    const json_t *contradiction = json_object_get(verdict, "contradiction");
    const json_t *difference = json_object_get(verdict, "difference");
    const char *chain = json_string_value(json_object_get(verdict, "chain"));
    if (json_is_object(difference) && !(json_is_integer(json_object_get(difference, "event")) &&
                                        json_is_string(json_object_get(difference, "text"))))
        return false;
    if (json_is_true(json_object_get(verdict, "follows")))
        return (uint64_t)json_integer_value(json_object_get(verdict, "events")) == given && chain &&
               strcmp(chain, chain_hex) == 0 && json_is_string(json_object_get(verdict, "state_digest"));
    return json_is_false(json_object_get(verdict, "follows")) &&
           json_is_integer(json_object_get(contradiction, "event")) &&
           json_is_string(json_object_get(contradiction, "text"));
}

static int wait_for_program(pid_t child)
{
    int how = 0;
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        ;
    return how;
}

json_t *verify_replay_end(struct verify_replay **replay, const char *chain_hex, char *why, size_t why_size)
{
    struct verify_replay *r = *replay;
    close_events(r);
    json_t *verdict = r->verdict ? json_loadf(r->verdict, 0, NULL) : NULL;
    if (r->verdict)
        fclose(r->verdict);
    int how = wait_for_program(r->child);
    sigaction(SIGPIPE, &r->pipe_was, NULL);
    bool good = is_verdict(verdict, r->given, chain_hex);
    if (!good && WIFSIGNALED(how))
        snprintf(why, why_size, "%s was ended by signal %d", program_name, WTERMSIG(how));
    else if (!good && WEXITSTATUS(how) > 1)
        snprintf(why, why_size, "%s ended with code %d", program_name, WEXITSTATUS(how));
    else if (!good)
        snprintf(why, why_size, "%s gave no verdict on these events: it may be of another version",
                 program_name);
    if (!good) {
        json_decref(verdict);
        verdict = NULL;
    }
    free(r);
    *replay = NULL;
    return verdict;
}
