/* region.h: the policies of a run: the one that it begins with, and those that it loads later. */
#ifndef CONCORDAT_SIMULATION_REGION_H
#define CONCORDAT_SIMULATION_REGION_H

#include "broker/policy/policy_file.h"
#include "tests/simulation/options.h"
#include "tests/simulation/random.h"

/* Draws a policy for these options. Variant 0 names everyone; others have other hours and times, and may lack
 * a team. Ends the program if the policy is not good, because that is a bug of the simulation. */
struct policy_file *region_draw(const struct options *options, int variant);

#endif
