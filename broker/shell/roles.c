/* roles.c: which role may send which command: the one table. */
#include "broker/shell/roles.h"

#include <stddef.h>

#define SOURCE      (1u << CONCORDAT__V1__ROLE__ROLE_SOURCE)
#define TEAM        (1u << CONCORDAT__V1__ROLE__ROLE_TEAM)
#define COORDINATOR (1u << CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
#define AUDITOR     (1u << CONCORDAT__V1__ROLE__ROLE_AUDITOR)
#define INSPECTOR   (1u << CONCORDAT__V1__ROLE__ROLE_INSPECTOR)
#define EVERYONE    (SOURCE | TEAM | COORDINATOR | AUDITOR | INSPECTOR)
/* A status has exact times and the ids of cases, which the reduced form keeps from an auditor. */
#define ON_THE_BOARD (EVERYONE & ~AUDITOR)
#define MAY(command) [CONCORDAT__V1__REQUEST__COMMAND_##command]

/* A role that is not here may send nothing: referrers talk to their intake. */
static const unsigned may_send[] = {
    MAY(HELLO) = EVERYONE,
    MAY(PING) = EVERYONE,
    MAY(SUBMIT) = SOURCE,
    MAY(UPDATE) = SOURCE,
    MAY(WITHDRAW) = SOURCE,
    MAY(TOLD) = SOURCE,
    MAY(GET_STATUS) = ON_THE_BOARD,
    MAY(SET_PRESENCE) = TEAM,
    MAY(SET_CAPACITY) = TEAM,
    MAY(SEEN) = TEAM,
    MAY(ACCEPT) = TEAM,
    MAY(DECLINE) = TEAM,
    MAY(CHECK_IN) = TEAM | COORDINATOR,
    MAY(CLOSE) = TEAM | COORDINATOR,
    MAY(HANDOVER) = TEAM,
    MAY(TAKE) = COORDINATOR,
    MAY(ASSIGN) = COORDINATOR,
    MAY(COVER) = COORDINATOR,
    MAY(GET_BOARD) = ON_THE_BOARD,
    MAY(GET_RECORD) = TEAM | COORDINATOR,
    MAY(FOLLOW) = AUDITOR | INSPECTOR,
    MAY(ERASE) = INSPECTOR,
    MAY(SET_HOLD) = INSPECTOR,
};

bool roles_may_send(Concordat__V1__Role role, Concordat__V1__Request__CommandCase command)
{
    size_t row = (size_t)command;
    return row < sizeof may_send / sizeof *may_send && (may_send[row] & (1u << role));
}
