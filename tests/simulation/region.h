/* region.h: the policies of a run: the one that it begins under, and others that it is told to load. */
#ifndef CONCORDAT_SIMULATION_REGION_H
#define CONCORDAT_SIMULATION_REGION_H

#include "broker/policy/policy_file.h"
#include "tests/simulation/options.h"
#include "tests/simulation/random.h"

/* A policy drawn for these options. Variant 0 names everyone; others have other hours and times, and may lack
 * a team. Ends the program where the policy is not a good one: that is a mistake of the simulation. */
struct policy_file *region_draw(const struct options *options, int variant);

#endif
