/* setup_run.h: runs another program to its end. One thread. */
#ifndef CONCORDAT_CLI_SETUP_RUN_H
#define CONCORDAT_CLI_SETUP_RUN_H

#include <stddef.h>

/* Runs a program, by its path or as PATH finds it, with what it takes (the list ends with NULL). Standard
 * error is ours. If `said` is not NULL, it is what the program said on standard output, with a NUL, to be
 * freed; otherwise that is ours too. Returns its exit code, or -1 with errno if it could not be run or a
 * signal ended it. */
int setup_run(const char *const *line, char **said);

#endif
