/* program.h: how each of our programs begins, before it does anything else, and where it finds another. */
#ifndef CONCORDAT_PROGRAM_H
#define CONCORDAT_PROGRAM_H

#include <argp.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Call this first in main, while there is one thread.
 * - A failed assertion ends the program with CODE_BUG.
 * - The program leaves no core dump, because it would hold what people said about themselves, and secret
 * keys. Other programs of the same user can neither trace it nor read its memory. The latter does not hold in
 * builds with sanitizers: they look for leaks by tracing their own process.
 * - Files that the program makes are for their own user alone. Programs that it starts inherit this.
 * If the system refuses one of these, the program says so and ends with CODE_ENVIRONMENT. */
void program_begin(void);

/* As argp_parse(3), for a whole program. If there is no memory for it, says so and ends with
 * CODE_ENVIRONMENT: the options would be taken for options that were not given. */
void program_take_options(const struct argp *argp, int argc, char **argv, unsigned flags, void *input);

/* Finds another of our programs: in the first of these places, each a path from the folder of the running
 * program ("" or ending in a slash). False if it can be run in none of them: path is then empty. */
bool program_beside(const char *name, const char *const *places, size_t count, char path[PATH_MAX]);

#endif
