/* setup_check.h: has the broker check a policy, by `concordat-broker --check`, and reads whom it names.
 * If the policy was made of a sheet, a fault names the line and column of the sheet, or the option. One
 * thread. */
#ifndef CONCORDAT_CLI_SETUP_CHECK_H
#define CONCORDAT_CLI_SETUP_CHECK_H

#include <limits.h>
#include <stddef.h>

#include "proto/words/exit_code.h"
#include "services/cli/setup_teams.h"

struct setup_name {
    const char *role; /* coordinator or team */
    const char *id, *telephone, *name;
};

/* The coordinators come first. */
struct setup_names {
    char *text; /* owned; the rows point into it */
    struct setup_name *rows;
    size_t count;
};

/* The file or the sheet that a policy comes from. */
struct policy_origin {
    const char *path;                /* as people know the file */
    const struct teams_sheet *sheet; /* NULL: somebody wrote it */
    const char *sheet_path;
    const int *lines; /* as setup_region_write gives them */
    bool quiet;       /* only what is wrong is printed */
};

/* Prints what is wrong on standard error, and then there are no names; and for whom nobody would come, on
 * standard output. Ended by setup_names_close either way. */
enum exit_code setup_check(const char *text, size_t size, const struct policy_origin *origin,
                           struct setup_names *names);
/* The router's program, beside this one, or by its name as PATH finds it. */
void setup_find_broker(char program[PATH_MAX]);
void setup_names_close(struct setup_names *names);

#endif
