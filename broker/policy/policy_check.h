/* policy_check.h: prints what is wrong with a policy file for a person, and for editors that jump to a line.
 */
#ifndef CONCORDAT_POLICY_CHECK_H
#define CONCORDAT_POLICY_CHECK_H

#include <stdio.h>

#include "broker/policy/policy_file.h"

/* One line each: "file:line: field: what. Remedy." Prints nothing where nothing is wrong. */
void policy_check_print(FILE *out, const char *path, const struct policy_problems *problems);

#endif
