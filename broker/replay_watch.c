/* replay_watch.c: the process that replays the ledger once a day, and what it finds. */
#include "broker/replay_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/limits.h"
#include "proto/words/exit_code.h"
#include "proto/words/program.h"

/* Seen from the broker's program: the same folder; bin beside sbin; and where a build puts it. */
static const char *const replay_places[] = {"", "../bin/", "tools/"};

extern char **environ;

void replay_watch_begin(struct replay_watch *w, const char *ledger, int64_t now_ms)
{
    w->replay_at_ms = now_ms + REPLAY_FIRST_MS;
    if (!program_beside("concordat-replay", replay_places, sizeof replay_places / sizeof *replay_places,
                        w->program))
        fprintf(stderr, "concordat-broker: concordat-replay is not installed beside this program, so old "
                        "events are not checked once a day: routing goes on; install it, and start again\n");
    else if ((size_t)snprintf(w->ledger, sizeof w->ledger, "%s", ledger) >= sizeof w->ledger)
        w->program[0] = '\0'; /* such a ledger cannot be opened either */
}

/* Its standard output is this one. No page of the broker's memory is copied, unlike with a fork. */
static int spawn_replay(struct replay_watch *w, int out)
{
    char name[] = "concordat-replay", quietly[] = "--quietly";
    char *const arguments[] = {name, quietly, w->ledger, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, pipe_signal;
    sigemptyset(&none);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    int problem = posix_spawn(&w->child, w->program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

static void start_replay(struct replay_watch *w)
{
    int ends[2];
    int problem = pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
    if (problem == 0) {
        problem = spawn_replay(w, ends[1]);
        close(ends[1]);
        w->verdict = ends[0];
        if (problem != 0)
            close(ends[0]);
    }
    if (problem == 0)
        return;
    w->child = 0;
    fprintf(stderr,
            "concordat-broker: concordat-replay cannot be started (%s), so the ledger was not replayed: "
            "routing goes on, and it is tried again in a day\n",
            strerror(problem));
}

/* --- the verdict ------------------------------------------------------------------------------------- */

/* The child has ended, so all that it wrote is in the pipe. */
static json_t *read_verdict(int from)
{
    char text[REPLAY_VERDICT_BYTES_MAX];
    size_t size = 0;
    ssize_t got = 0;
    do {
        got = read(from, text + size, sizeof text - size);
        size += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && size < sizeof text) || (got < 0 && errno == EINTR));
    return json_loadb(text, size, 0, NULL);
}

static void log_finding(uint64_t seq, const json_t *said)
{
    const char *text = json_string_value(json_object_get(said, "text"));
    fprintf(stderr, "concordat-broker: the ledger was replayed: event %" PRIu64 ": %s\n", seq,
            text ? text : "no reason is given");
}

/* `said` is one of the verdict's objects, or null. */
static size_t take_finding(const json_t *said, enum alteration what, struct altered *found)
{
    json_int_t seq = json_integer_value(json_object_get(said, "event"));
    if (seq < 1)
        return 0;
    log_finding((uint64_t)seq, said);
    *found = (struct altered){what, (uint64_t)seq};
    return 1;
}

static size_t take_verdict(const json_t *verdict, struct altered *found)
{
    const json_t *difference = json_object_get(verdict, "difference");
    bool of_copy = json_is_true(json_object_get(difference, "of_copy"));
    size_t count = take_finding(difference, of_copy ? ALTERATION_COPY : ALTERATION_STATE, found);
    return count + take_finding(json_object_get(verdict, "contradiction"), ALTERATION_HISTORY, found + count);
}

static size_t tell_outcome(int how, const json_t *verdict, struct altered *found)
{
    int code = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    size_t count = code == CODE_REFUSED ? take_verdict(verdict, found) : 0;
    if (code == CODE_DONE && json_is_true(json_object_get(verdict, "follows")))
        fprintf(stderr,
                "concordat-broker: the ledger was replayed: all %" JSON_INTEGER_FORMAT
                " events follow, and the router lived by the state that they give\n",
                json_integer_value(json_object_get(verdict, "events")));
    else if (count == 0)
        fprintf(stderr,
                "concordat-broker: concordat-replay gave no verdict on the ledger (it ended with %s %d): "
                "routing goes on; run concordat-replay by hand, or wait a day until it is tried again\n",
                WIFSIGNALED(how) ? "signal" : "code", WIFSIGNALED(how) ? WTERMSIG(how) : code);
    return count;
}

/* --- the child --------------------------------------------------------------------------------------- */

/* Returns whether it has ended. */
static bool reap_replay(struct replay_watch *w, int *how, int options)
{
    pid_t ended;
    do
        ended = waitpid(w->child, how, options);
    while (ended < 0 && errno == EINTR);
    if (ended != 0)
        w->child = 0;
    return ended != 0;
}

size_t replay_watch_look(struct replay_watch *w, int64_t now_ms, struct altered found[REPLAY_FINDINGS_MAX])
{
    int how = 0;
    size_t count = 0;
    if (w->program[0] == '\0' || now_ms < w->look_at_ms)
        return 0;
    w->look_at_ms = now_ms + REPLAY_LOOK_MS;
    if (w->child > 0 && reap_replay(w, &how, WNOHANG)) {
        json_t *verdict = read_verdict(w->verdict);
        count = tell_outcome(how, verdict, found);
        json_decref(verdict);
        close(w->verdict);
    }
    if (w->child == 0 && now_ms >= w->replay_at_ms) {
        w->replay_at_ms = now_ms + REPLAY_EVERY_MS;
        start_replay(w);
    }
    return count;
}

void replay_watch_end(struct replay_watch *w)
{
    int how;
    if (w->child == 0)
        return;
    kill(w->child, SIGKILL); /* it only reads */
    reap_replay(w, &how, 0);
    close(w->verdict);
}
