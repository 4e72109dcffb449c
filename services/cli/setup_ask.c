/* setup_ask.c: see setup_ask.h. */
#include "services/cli/setup_ask.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The wait ends, and nothing else has to be done. */
static void on_interrupt(int number)
{
    (void)number;
}

/* Waits until there is a line. SIGINT is let in while it waits, and at no other time, so that none is lost.
 * False if it came. */
static bool await_line(const sigset_t *outside)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return ppoll(&input, 1, NULL, outside) >= 0;
}

char *setup_ask(const char *words, const char *usual)
{
    struct sigaction ours = {.sa_handler = on_interrupt}, theirs;
    sigset_t interrupt, outside;
    char *line = NULL;
    size_t size = 0;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &outside);
    sigaction(SIGINT, &ours, &theirs);
    printf(usual ? "%s [%s]: " : "%s: ", words, usual);
    fflush(stdout);
    ssize_t length = await_line(&outside) ? getline(&line, &size, stdin) : -1;
    sigaction(SIGINT, &theirs, NULL);
    sigprocmask(SIG_SETMASK, &outside, NULL);
    while (length > 0 && strchr(" \r\n", line[length - 1]))
        line[--length] = '\0';
    if (length > 0)
        return line;
    free(line);
    if (length < 0)
        putchar('\n');
    return length < 0 ? NULL : strdup(usual ? usual : "");
}

bool setup_ask_yes(const char *words)
{
    char *answer = setup_ask(words, NULL);
    bool yes = answer && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
    free(answer);
    return yes;
}
