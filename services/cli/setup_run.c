/* setup_run.c: see setup_run.h. */
#include "services/cli/setup_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* 0, or an errno. It has SIGPIPE as ever. */
static int setup_spawn(const char *const *line, int out, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    int problem = posix_spawnp(child, line[0], &actions, &attributes, (char *const *)line, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static char *read_to_the_end(int from)
{
    char *text = NULL, bytes[4096];
    size_t size = 0;
    ssize_t got;
    FILE *out = open_memstream(&text, &size);
    while (out && ((got = read(from, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR)))
        fwrite(bytes, 1, got > 0 ? (size_t)got : 0, out);
    if (out && fclose(out) != 0) {
        free(text);
        text = NULL;
    }
    return text;
}

static int await_end_of(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    errno = ECHILD;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int setup_run(const char *const *line, char **said)
{
    int ends[2] = {-1, -1};
    pid_t child;
    fflush(stdout);
    if (said && pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    int problem = setup_spawn(line, ends[1], &child);
    if (said) {
        close(ends[1]);
        *said = problem == 0 ? read_to_the_end(ends[0]) : NULL;
        problem = problem == 0 && !*said ? ENOMEM : problem;
        close(ends[0]);
    }
    int code = problem == 0 || problem == ENOMEM ? await_end_of(child) : -1;
    errno = problem ? problem : errno;
    return problem ? -1 : code;
}
