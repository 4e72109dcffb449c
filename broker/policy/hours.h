/* hours.h: how a team's weekly hours are written in the policy file. */
#ifndef CONCORDAT_POLICY_HOURS_H
#define CONCORDAT_POLICY_HOURS_H

#include "broker/policy/reader.h"

/* struct rota. The bank holidays of the policy must have been read before. */
read_fn read_hours;

#endif
