/* policy_check.h: reads a policy file for the process, and says of one what is wrong with it and whom it
 * names. One thread. */
#ifndef CONCORDAT_BROKER_POLICY_CHECK_H
#define CONCORDAT_BROKER_POLICY_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "broker/policy/policy_file.h"

/* Returns 0 with the policy, or an exit code when what is wrong has been printed. */
int policy_check_read(const char *path, FILE *out, struct policy_file **file);

/* `--check`: prints what is wrong with a file, or that it is good and for whom and when nobody would come. If
 * `names`, then also a line for each coordinator and team, for programs: the word, the id, the number that
 * people ring and the name, with tabs between them. Returns the exit code. */
int policy_check(const char *path, bool names);

#endif
