/* people_desk.h: whether the gateway of a site has the desk at which a new person is to work. One thread. */
#ifndef CONCORDAT_CLI_PEOPLE_DESK_H
#define CONCORDAT_CLI_PEOPLE_DESK_H

#include "concordat/v1/codes.pb-c.h"

/* If a people file is that of a site as `concordat setup` makes one (.../var/lib/concordat-gateway/people,
 * beside .../etc/concordat/desks), and no desk there is of this role and id, says so on standard error, and
 * which there are. Whoever may not read the desks' keys is told nothing. */
void people_desk_warn(const char *people_path, Concordat__V1__Role role, const char *of);

#endif
