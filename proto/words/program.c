/* program.c: see program.h. */
#include "proto/words/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/exit_code.h"

static void end_as_a_bug(int signal_number)
{
    (void)signal_number;
    _exit(CODE_BUG);
}

/* The limit alone is not enough: the kernel ignores it when it hands core dumps to a program. */
static int forbid_core_dumps(void)
{
    static const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return -1;
#ifdef CONCORDAT_SANITIZED
    return 0;
#else
    return prctl(PR_SET_DUMPABLE, 0);
#endif
}

void program_begin(void)
{
    if (signal(SIGABRT, end_as_a_bug) == SIG_ERR || forbid_core_dumps() != 0) {
        perror("cannot turn off core dumps, which would hold secrets");
        exit(CODE_ENVIRONMENT);
    }
    (void)umask(S_IRWXG | S_IRWXO);
}

void program_take_options(const struct argp *argp, int argc, char **argv, unsigned flags, void *input)
{
    error_t problem = argp_parse(argp, argc, argv, flags, NULL, input);
    if (problem == 0)
        return;
    fprintf(stderr, "%s: cannot take the options: %s\n", program_invocation_short_name, strerror(problem));
    exit(CODE_ENVIRONMENT);
}

bool program_beside(const char *name, const char *const *places, size_t count, char path[PATH_MAX])
{
    char here[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", here, sizeof here - 1);
    here[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(here, '/');
    for (size_t i = 0; slash && i < count; i++) {
        slash[1] = '\0';
        int used = snprintf(path, PATH_MAX, "%s%s%s", here, places[i], name);
        if (used < PATH_MAX && access(path, X_OK) == 0)
            return true;
    }
    path[0] = '\0';
    return false;
}
