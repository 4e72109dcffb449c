/* coverage.h: for whom, and when, a region has nobody who would come. */
#ifndef CONCORDAT_POLICY_COVERAGE_H
#define CONCORDAT_POLICY_COVERAGE_H

#include <stdint.h>
#include <stdio.h>

#include "broker/core/policy.h"

/* Prints a line for each gap in the half-hours of 28 days from an instant (UTC): the areas, the ages, whether
 * detained, and from which sources; the days and times at which no team that fits comes or receives the
 * person; who is left; and which team's shift would close the gap. It is asked of the directory alone, as if
 * every team were there and had places. Returns how many gaps there are, or -1 if memory is short. */
int coverage_print(FILE *out, const char *path, const struct policy *policy, int64_t from_ms);

#endif
