/* setup_policy.h: the policy of a site: made of a sheet of teams, written by somebody, or there already; and
 * checked by the broker. One thread. */
#ifndef CONCORDAT_CLI_SETUP_POLICY_H
#define CONCORDAT_CLI_SETUP_POLICY_H

#include "proto/words/exit_code.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_check.h"

extern const char setup_policy_path[];

struct setup_policy {
    char *text; /* owned */
    struct setup_names names;
    char *teams; /* owned; of a sheet: a line for each, in words. NULL: the policy is no sheet's */
};

/* Takes the policy that the answers give, or that is there, and the names of the one that counts: what is
 * there stays, and may have been changed since. `there` is its path under the root. What is wrong is told.
 * Ended by setup_policy_close either way. */
enum exit_code setup_policy_settle(struct setup_policy *policy, const struct setup_answers *answers,
                                   const char *there);
/* Reads the policy at a path. `quiet`: only what is wrong is printed. */
enum exit_code setup_policy_read(struct setup_policy *policy, const char *path, bool quiet);
void setup_policy_close(struct setup_policy *policy);

#endif
