/* roles.h: which role may send which command. */
#ifndef CONCORDAT_ROLES_H
#define CONCORDAT_ROLES_H

#include <stdbool.h>

#include "proto/wire/wire.h"

/* Whether a role may read so: a record, or who had to do with a case. */
bool roles_may_read(Concordat__V1__Role role, const Concordat__V1__GetRecord *asked);
/* Whether a role that asks how the router stands is told how many cases are open, and where. */
bool roles_may_count_cases(Concordat__V1__Role role);
bool roles_may_send(Concordat__V1__Role role, Concordat__V1__Request__CommandCase command);

#endif
